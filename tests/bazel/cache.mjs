// A cache of actions for Bazel over HTTP, in memory, which two machines share: node tests/bazel/cache.mjs
// Prints its address.
import { createServer } from "node:http";
import { buffer } from "node:stream/consumers";

const entries = new Map();
const server = createServer(async (request, response) => {
  if (request.method === "PUT") {
    entries.set(request.url, await buffer(request));
    response.end();
  } else if (entries.has(request.url)) {
    response.end(entries.get(request.url));
  } else {
    response.writeHead(404).end();
  }
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
