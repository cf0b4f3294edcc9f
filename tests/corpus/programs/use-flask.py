"""Routes, templates, sessions and errors, with the test client."""
from flask import Flask, jsonify, render_template_string, request, session

app = Flask(__name__)
app.secret_key = "x"


@app.route("/hello/<name>")
def hello(name):
    session["name"] = name
    return render_template_string("<p>{{ name|title }} {{ url_for('hello', name='b') }}</p>", name=name)


@app.post("/json")
def data():
    return jsonify(got=request.get_json(), who=session.get("name"))


client = app.test_client()
print(client.get("/hello/ann").text)
print(client.post("/json", json={"a": [1, 2]}).json)
print(client.get("/none").status, client.post("/json", data="x").status_code)
print(app.test_cli_runner().invoke(args=["routes"]).output)
