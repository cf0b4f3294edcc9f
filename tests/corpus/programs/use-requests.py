"""Requests to a server in another thread."""
import http.server
import threading

import requests


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Set-Cookie", "a=b")
        self.end_headers()
        self.wfile.write(b'{"path": "%s"}' % self.path.encode())

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = f"http://127.0.0.1:{server.server_address[1]}"
with requests.Session() as session:
    answer = session.get(base + "/x", params={"q": "ä"}, timeout=5)
    print(answer.status_code, answer.json(), answer.encoding, session.cookies.get_dict())
    try:
        session.get(base + "/none").raise_for_status()
    except requests.HTTPError as error:
        print(error.response.status_code)
try:
    requests.get("http://127.0.0.1:1/", timeout=1)
except requests.ConnectionError as error:
    print(type(error).__name__)
server.shutdown()
