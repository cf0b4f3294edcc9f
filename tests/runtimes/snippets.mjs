// What `stdlib-pack snippet` prints, in Chromium: node snippets.mjs PLAYWRIGHT PYODIDE SITE [MODULES]
// SITE holds the bundle, load.mjs and worker.js; the page imports MODULES. A file that is asked for with ".br" is sent with Content-Encoding: br.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";

const [playwright, pyodide, site, modules = "sys"] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
const PAGE = `<!doctype html><script type="module">
  document.title = await import("/load.mjs").then(({ pyodide }) => "runs " + pyodide.runPython("import ${modules}; 6 * 7"), (error) => "fails " + error);
</script>`;

let library = "good";
let asked = 0;
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  if (path === "/") return response.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
  const file = path.startsWith("/pyodide/") ? join(pyodide, path.slice(9)) : join(site, path);
  const isLibrary = path.includes(".zip");
  asked += isLibrary;
  if (!existsSync(file) || (isLibrary && library === "gone")) return response.writeHead(404).end();
  const bytes = readFileSync(file);
  if (isLibrary && library === "other") bytes[bytes.length >> 1] ^= 1;
  const encoding = path.endsWith(".br") && { "Content-Encoding": "br" };
  const caching = { "Cache-Control": isLibrary ? "public, max-age=31536000, immutable" : "no-store" };
  response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/zip", ...caching, ...encoding });
  response.end(bytes);
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/`;

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
async function load(page) {
  await page.goto(url);
  await page.waitForFunction(() => document.title, null, { timeout: 60000 });
  return (await page.title()).slice(0, 60);
}
try {
  const plain = await browser.newContext();
  const page = await plain.newPage();
  console.log("plain:", await load(page), "asked", asked);

  library = "other";
  const careful = await browser.newContext();
  console.log("other bytes:", (await load(await careful.newPage())).split(" ")[0]);

  library = "good";
  const kept = await browser.newContext();
  const worked = await kept.newPage();
  await worked.goto(url);
  await worked.evaluate(async () => {
    await navigator.serviceWorker.register("/worker.js");
    await navigator.serviceWorker.ready;
  });
  await worked.reload();
  console.log("with a worker:", await load(worked));
  library = "gone";
  console.log("kept by it:", await load(worked));
} finally {
  await browser.close();
  server.close();
}
