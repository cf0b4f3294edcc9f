// Serves a folder, as a static host would: node examples/serve.mjs FOLDER [PORT]
// A file that ends in .br is compressed already, and is sent with Content-Encoding: br. So is file.zip.br in place of
// file.zip.
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

const [folder, port = "8000"] = process.argv.slice(2);
const types = {
  ".css": "text/css", ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".json": "application/json",
  ".mjs": "text/javascript", ".toml": "application/toml", ".wasm": "application/wasm",
};

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const path = normalize(decodeURIComponent(pathname)).replace(/\/$/, "/index.html");
  try {
    const compressed = path.endsWith(".zip") && await readFile(join(folder, path + ".br")).catch(() => undefined);
    const bytes = compressed || await readFile(join(folder, path));
    const encoding = (compressed || path.endsWith(".br")) && { "Content-Encoding": "br" };
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", ...encoding });
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(Number(port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
