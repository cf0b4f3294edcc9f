// A page with CPython's own build and what `stdlib-pack snippet` prints, in Chromium:
//   node own_page.mjs PLAYWRIGHT BUILD SITE [SCREENSHOT.png]
// SITE holds the bundle and load.mjs, BUILD holds python.js or python.mjs. Prints what the page prints up to "done".
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";

const [playwright, build, site, screenshot] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
// A build prints to the console unless it is told otherwise.
const PAGE = `<!doctype html><meta charset="utf-8"><pre></pre><script type="module">
  const { log } = console;
  console.log = (line) => {
    log(line);
    document.querySelector("pre").append(line + "\\n");
    if (line === "done") document.title = line;
  };
  import("/load.mjs").catch((error) => {
    console.log("fails: " + error);
    document.title = "failed";
  });
</script>`;

const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  if (path === "/") return response.writeHead(200, { "Content-Type": "text/html" }).end(PAGE);
  const file = [site, build].map((folder) => join(folder, path)).find(existsSync);
  if (!file) return response.writeHead(404).end();
  const encoding = path.endsWith(".br") && { "Content-Encoding": "br" };
  response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/zip", ...encoding });
  response.end(readFileSync(file));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
try {
  const page = await browser.newPage();
  page.on("console", (message) => message.type() === "log" && console.log(message.text()));
  page.on("pageerror", (error) => console.log("error:", error.message));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => document.title, null, { timeout: 120000 });
  if (screenshot) await page.screenshot({ path: screenshot });
} finally {
  await browser.close();
  server.close();
}
