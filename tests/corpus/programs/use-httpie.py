"""A request to a server in another thread."""
import http.server
import io
import sys
import threading

from httpie.core import main as run
from httpie.context import Environment


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"got": ' + body + b"}")

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_address[1]}/x"
print(run(["http", "--ignore-stdin", "--body", "--pretty=all", "POST", address, "a=1", "b:=[2]"]))
server.shutdown()
