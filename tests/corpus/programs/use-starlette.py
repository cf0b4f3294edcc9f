"""Routes, a websocket and a background task, with the test client."""
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient


async def home(request):
    return JSONResponse({"path": request.url.path, "q": dict(request.query_params)}, background=BackgroundTask(print, "done"))


async def post(request):
    return PlainTextResponse((await request.body()).decode().upper())


async def echo(websocket):
    await websocket.accept()
    await websocket.send_text(await websocket.receive_text())
    await websocket.close()


client = TestClient(Starlette(routes=[Route("/", home), Route("/post", post, methods=["POST"]), WebSocketRoute("/ws", echo)]))
print(client.get("/?a=1").json(), client.post("/post", content="abc").text, client.get("/none").status_code)
with client.websocket_connect("/ws") as socket:
    socket.send_text("hi")
    print(socket.receive_text())
