// Serves the demo: node docs/demo/serve.mjs node_modules/pyodide dist [PORT]
// The bundle is sent as in production: the .zip.packed.br or the .zip.br, with Content-Encoding: br.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const [pyodide, bundle, port = "8000"] = process.argv.slice(2);
if (!pyodide || !bundle) {
  console.error("usage: node serve.mjs PYODIDE_FOLDER BUNDLE_FOLDER [PORT]");
  process.exit(2);
}
const zip = readdirSync(bundle).find((name) => /^python3\d+\.zip$/.test(name));
if (!zip || !existsSync(join(pyodide, "pyodide.mjs"))) {
  console.error(`'${bundle}' holds no python3XX.zip, or '${pyodide}' no pyodide.mjs`);
  process.exit(2);
}
const brotli = existsSync(join(bundle, zip + ".br"));
const packed = existsSync(join(bundle, zip + ".packed.br"));
const here = dirname(fileURLToPath(import.meta.url));
const types = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm" };

function answer(path) {
  if (path === "/") return { file: join(here, "index.html") };
  if (path === "/bundle.zip") return { file: join(bundle, brotli ? zip + ".br" : zip), encoding: brotli && "br" };
  if (path === "/bundle.packed") return { file: join(bundle, zip + ".packed.br"), encoding: "br" };
  if (/^\/stdlib-(unpack|loader)\.mjs$/.test(path)) return { file: join(here, "../../npm", path) };
  if (/^\/python3\d+\.(later|rest)\.zip$/.test(path)) return tier(path);
  if (path === "/receipt.json") return { file: join(bundle, zip.replace(".zip", ".json")) };
  if (path.startsWith("/pyodide/")) {
    const file = join(pyodide, normalize("/" + path.slice(9)));
    return existsSync(file + ".br") ? { file: file + ".br", type: types[extname(file)], encoding: "br" } : { file };
  }
  return {};
}

/** A further tier, in the form that the bundle has. */
function tier(path) {
  const file = join(bundle, path + (packed ? ".packed.br" : brotli ? ".br" : ""));
  return { file, encoding: (packed || brotli) && "br" };
}

const server = createServer((request, response) => {
  const { file, encoding, type = types[extname(file ?? "")] ?? "application/octet-stream" } = answer(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  if (!file || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Type": type, ...(encoding && { "Content-Encoding": encoding }) });
  const bytes = readFileSync(file);
  // The page loads what the bundle has.
  response.end(type.startsWith("text/html") && packed ? String(bytes).replace("/bundle.zip", "/bundle.packed") : bytes);
});
server.listen(Number(port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
