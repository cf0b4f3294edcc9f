"""A request through the test client."""
import falcon
from falcon import testing


class Things:
    def on_get(self, request, response, name):
        response.media = {"name": name, "page": request.get_param_as_int("page", default=1)}

    def on_post(self, request, response, name):
        response.media = request.get_media()
        response.status = falcon.HTTP_201


app = falcon.App()
app.add_route("/things/{name}", Things())
client = testing.TestClient(app)
print(client.simulate_get("/things/a", params={"page": "3"}).json)
print(client.simulate_post("/things/a", json={"b": [1]}).status)
print(client.simulate_get("/things/a", params={"page": "x"}).json)
print(client.simulate_get("/none").status)
