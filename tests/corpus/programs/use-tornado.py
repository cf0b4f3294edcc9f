"""A server, its templates and a client in one loop."""
import asyncio
import logging

import tornado
from tornado.httpclient import AsyncHTTPClient, HTTPClientError
from tornado.httpserver import HTTPServer
from tornado.template import Template
from tornado.testing import bind_unused_port


class Main(tornado.web.RequestHandler):
    def get(self, name):
        self.set_secure_cookie("a", "b")
        self.write({"name": name, "page": Template("{% for x in y %}{{x}},{% end %}").generate(y=[1, 2]).decode()})


async def main():
    sockets, port = bind_unused_port()
    server = HTTPServer(tornado.web.Application([(r"/(\w+)", Main)], cookie_secret="x"))
    server.add_socket(sockets)
    client = AsyncHTTPClient()
    answer = await client.fetch(f"http://127.0.0.1:{port}/ann")
    print(answer.code, answer.body)
    try:
        await client.fetch(f"http://127.0.0.1:{port}/a/b")
    except HTTPClientError as error:
        print(error.code)
    server.stop()


logging.getLogger("tornado.access").disabled = True
asyncio.run(main())
