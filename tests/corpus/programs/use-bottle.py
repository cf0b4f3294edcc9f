"""A request through the WSGI interface."""
import io

import bottle


@bottle.route("/hello/<name>")
def hello(name):
    return bottle.template("Hello {{name}}!", name=name)


@bottle.route("/json", method="POST")
def data():
    return {"got": bottle.request.json, "query": bottle.request.query.a}


def request(method, path, body=b"", query=""):
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "SERVER_NAME": "a", "SERVER_PORT": "1",
               "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(),
               "CONTENT_LENGTH": str(len(body)), "CONTENT_TYPE": "application/json"}
    answer = bottle.default_app()(environ, lambda status, headers, *_: print(status, sorted(headers)))
    print(b"".join(answer))


request("GET", "/hello/w%C3%B6rld")
request("POST", "/json", b'{"a": 1}', "a=2")
request("GET", "/none")
