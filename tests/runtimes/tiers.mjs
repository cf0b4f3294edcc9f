// Pyodide with the tiers of a bundle, in Chromium: node tiers.mjs PLAYWRIGHT PYODIDE SITE LATER REST
// SITE holds python3XX.zip, python3XX.later.zip and python3XX.rest.zip, and perhaps their .zip.br; LATER and REST are
// modules of the last two. A line is what an import came to, how often each tier was asked for, and why it failed.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const [playwright, pyodide, site, later, rest] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const npm = fileURLToPath(new URL("../../npm", import.meta.url));
const stem = readdirSync(site).find((name) => /^python3\d+\.zip$/.test(name)).slice(0, -4);
const types = { ".mjs": "text/javascript", ".wasm": "application/wasm" };

const PAGE = `<!doctype html><script type="module" src="/start.mjs"></script>`;
/** For pages and workers. `load` boots Pyodide; `attempt` imports a module and tells how that went. */
const START = `
import { createTiers } from "/npm/stdlib-loader.mjs";
import * as unpack from "/npm/stdlib-unpack.mjs";
import { loadPyodide } from "/pyodide/pyodide.mjs";
const site = location.origin + "/site/";
let interpreter;
globalThis.load = async ({ stem, tiers, isPacked, timeout }) => {
  const made = createTiers({ base: site, tiers, timeout, unpack: isPacked && unpack });
  globalThis.fetchWhenIdle = made.fetchWhenIdle;
  const fsInit = async (FS) => made.mount(FS, "/lib");
  interpreter = await loadPyodide({ indexURL: location.origin + "/pyodide/", stdLibURL: site + stem + ".zip", fsInit });
  globalThis.useRunSync = () => made.useRunSync(interpreter);
};
globalThis.attempt = ({ module, zip }) => {
  const { FS } = interpreter;
  const open = () => FS.streams.filter(Boolean).length;
  const before = open();
  const { mode } = FS.stat(zip);
  let said = FS.isFile(mode) ? "" : "no file: ";
  try {
    interpreter.runPython("import " + module);
    said += "imported";
  } catch (error) {
    said += error.type;
  }
  if (open() !== before) said += ", leaves a file open";
  const reason = zip + ".error";
  if (FS.analyzePath(reason).exists) said += ", " + FS.readFile(reason, { encoding: "utf8" });
  return said.replaceAll(location.origin, "") + "; " + interpreter.runPython("6 * 7");
};
/** Types a line into Pyodide's console, and tells what it answers. */
globalThis.type = async (line) => {
  interpreter.globals.set("line", line);
  return interpreter.runPythonAsync(\`
from pyodide.console import PyodideConsole
console = PyodideConsole(filename="<console>")
typed = console.push(line)
try:
    answer = repr(await typed)
except Exception:
    answer = typed.formatted_error
answer\`);
};
/** Runs async code, and tells what it returns and how often a timer of 10 ms had its turn. */
globalThis.runAsync = async (code) => {
  let turns = 0;
  const timer = setInterval(() => turns++, 10);
  const answer = await interpreter.runPythonAsync(code);
  clearInterval(timer);
  return { answer, isAlive: turns > 10 };
};
globalThis.isReady = true;
`;

const files = { later: `${stem}.later.zip`, rest: `${stem}.rest.zip` };
const tiers = Object.values(files).map((file) => {
  return { file, sha256: createHash("sha256").update(readFileSync(join(site, file))).digest("hex") };
});
const packedTiers = tiers.map((tier) => ({ ...tier, url: `${tier.file}.packed` }));
const asked = { later: 0, rest: 0 };
const asking = { later() {}, rest() {} };
let trouble;

function send(response, bytes, headers) {
  response.writeHead(200, { "Content-Length": bytes.length, ...headers }).end(bytes);
}

function sendTier(name, path, response) {
  asked[name]++;
  asking[name]();
  if (trouble === "hang") return;
  if (Number(trouble)) return response.writeHead(Number(trouble)).end("<h1>Sorry</h1>");
  const packed = path.endsWith(".packed");
  const compressed = packed || existsSync(join(site, `${path}.br`));
  const bytes = readFileSync(join(site, compressed ? `${path}.br` : path));
  const headers = { "Cache-Control": "max-age=3600", ...(compressed && { "Content-Encoding": "br" }) };
  if (trouble === "other") return send(response, Buffer.from("PK other"), { "Cache-Control": "max-age=3600" });
  if (trouble === "slow") return setTimeout(send, 500, response, bytes, headers);
  if (trouble !== "truncated") return send(response, bytes, headers);
  response.writeHead(200, { "Content-Length": bytes.length, ...headers });
  response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
}

const server = createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
  if (path === "/") return send(response, Buffer.from(PAGE), { "Content-Type": "text/html" });
  if (path === "/start.mjs") return send(response, Buffer.from(START), { "Content-Type": "text/javascript" });
  const [, folder, ...parts] = path.split("/");
  const root = { pyodide, site, npm }[folder];
  const tier = Object.keys(files).find((name) => folder === "site" && parts[0].startsWith(files[name]));
  if (tier) return sendTier(tier, parts[0], response);
  const file = root && join(root, ...parts);
  if (!file || !existsSync(file)) return response.writeHead(404).end();
  send(response, readFileSync(file), { "Content-Type": types[extname(file)] ?? "application/octet-stream" });
});
let port = 0;
const listen = async () => {
  await new Promise((done) => server.listen(port, "127.0.0.1", done));
  ({ port } = server.address());
};
const refuse = () => {
  server.close();
  server.closeAllConnections();
};
await listen();

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});

/** A page of its own, or a worker in it, that has booted. */
async function open(place, { init, ...options } = {}) {
  const context = await browser.newContext();
  const page = await context.newPage();
  if (init) await page.addInitScript(init);
  await page.goto(`http://127.0.0.1:${port}/`);
  let scope = page;
  if (place === "worker") {
    const started = page.waitForEvent("worker");
    await page.evaluate(() => void (globalThis.worker = new Worker("/start.mjs", { type: "module" })));
    scope = await started;
  }
  while (!(await scope.evaluate(() => globalThis.isReady))) await page.waitForTimeout(50);
  await scope.evaluate((given) => load(given), { stem, tiers, ...options });
  Object.assign(asked, { later: 0, rest: 0 });
  return { context, scope };
}

const counts = () => `asked ${asked.later} ${asked.rest}`;

async function attempt(scope, tier) {
  const module = { later, rest }[tier];
  const said = await scope.evaluate((given) => attempt(given), { module, zip: `/lib/${files[tier]}` });
  // Digests and sizes are the bundle's.
  return said.replace(/[0-9a-f]{64}/g, "DIGEST").replace(/\d+ bytes/, "N bytes");
}

async function misses(place) {
  const { context, scope } = await open(place);
  console.log(`${place}: booted, ${counts()}`);
  console.log(`${place}: rest: ${await attempt(scope, "rest")}, ${counts()}`);
  console.log(`${place}: later: ${await attempt(scope, "later")}, ${counts()}`);
  await context.close();
}

// What a person types who tries things: nothing of the app imports these modules.
const TYPED = [
  "import decimal; decimal.Decimal('0.1') * 3",
  "import sqlite3; sqlite3.connect(':memory:').execute('select 6 * 7').fetchone()",
  "import xml.dom.minidom; xml.dom.minidom.parseString('<a/>').documentElement.tagName",
  "import unittest; unittest.TestCase().id()",
];

async function typesIntoConsole(place, when) {
  const { context, scope } = await open(place);
  if (when === "after idle") await scope.evaluate(() => fetchWhenIdle());
  for (const line of TYPED) {
    const answer = await scope.evaluate((typed) => type(typed), line);
    console.log(`${place}: typed ${when}: ${line.split(";")[0]}: ${answer}, ${counts()}`);
  }
  await context.close();
}

async function idles(place) {
  const { context, scope } = await open(place);
  await scope.evaluate((file) => fetchWhenIdle([file]), files.later);
  console.log(`${place}: idle, one: ${counts()}`);
  await scope.evaluate(() => fetchWhenIdle());
  console.log(`${place}: idle, all: ${counts()}`);
  for (const tier of ["later", "rest"]) console.log(`${place}: ${tier}: ${await attempt(scope, tier)}, ${counts()}`);
  await context.close();
}

/** A module is needed while its tier is on the way. */
async function overtakes(place) {
  const { context, scope } = await open(place);
  trouble = "slow";
  const underWay = new Promise((resolve) => (asking.rest = resolve));
  const idle = scope.evaluate((file) => fetchWhenIdle([file]), files.rest);
  await underWay;
  console.log(`${place}: under way: ${await attempt(scope, "rest")}, ${counts()}`);
  await idle;
  trouble = undefined;
  await context.close();
}

async function fails(place) {
  const { context, scope } = await open(place, { timeout: 700 });
  const tell = async (what) => console.log(`${place}: ${what}: ${await attempt(scope, "rest")}, ${counts()}`);
  // In a page, nothing ends a request that is not answered.
  for (const what of ["404", "500", "truncated", ...(place === "worker" ? ["hang"] : [])]) {
    trouble = what;
    await tell(what);
  }
  trouble = undefined;
  await context.setOffline(true);
  await tell("offline");
  await context.setOffline(false);
  refuse();
  await tell("refused");
  await listen();
  trouble = "other";
  await scope.evaluate((file) => fetchWhenIdle([file]), files.rest);
  console.log(`${place}: other, idle: ${counts()}`);
  await tell("other");
  // What the browser has kept is still wrong.
  trouble = undefined;
  await tell("mended");
  await context.close();
}

async function savesData() {
  const init = () => Object.defineProperty(NetworkInformation.prototype, "saveData", { value: true });
  const { context, scope } = await open("page", { init });
  await scope.evaluate(() => fetchWhenIdle());
  console.log(`page: saving data: ${counts()}, rest: ${await attempt(scope, "rest")}, ${counts()}`);
  await context.close();
}

/** Imports in async code wait for a slow tier with `run_sync`. */
async function waits(place) {
  const { context, scope } = await open(place);
  const tell = async (what, code) => {
    const { answer, isAlive } = await scope.evaluate((given) => runAsync(given), code);
    // An answer that comes at once leaves little time to show life, but a busy machine gives it some.
    const alive = isAlive && what === "waits in tasks" ? ", alive" : "";
    console.log(`${place}: ${what}: ${answer}${alive}, ${counts()}`);
  };
  await scope.evaluate(() => useRunSync());
  trouble = "404";
  await tell("waits in vain", `try:\n  import ${rest}\nexcept ImportError as error:\n  answer = type(error)\nstr(answer)`);
  trouble = "slow";
  // Two tasks import the same module; a third one another module of the tier.
  await tell("waits in tasks", `
import asyncio, sys
async def first():
    import ${rest}
    return ${rest}
async def other():
    import calendar
    return calendar
found = await asyncio.gather(first(), first(), other())
found[0] is found[1] is sys.modules["${rest}"], found[0].__spec__.loader is found[0].__loader__, found[2].__name__`);
  await tell("waits no more", "import fractions; fractions.Fraction(1, 3).denominator");
  trouble = undefined;
  await context.close();
}

/** An import in the body of a module does not let others see it half done. */
async function blocksInModules(place) {
  const { context, scope } = await open(place);
  await scope.evaluate(() => useRunSync());
  trouble = "slow";
  const { answer, isAlive } = await scope.evaluate((given) => runAsync(given), `
import importlib, os, sys
with open("/tmp/body.py", "w") as file:
    file.write("import ${rest}\\ndone = True\\n")
sys.path.insert(0, "/tmp")
importlib.import_module("body").done`);
  console.log(`${place}: in a module: ${answer}${isAlive ? ", alive" : ""}, ${counts()}`);
  trouble = undefined;
  await context.close();
}

async function unpacks(place) {
  const packed = { tiers: packedTiers, isPacked: true };
  const { context, scope } = await open(place, packed);
  await scope.evaluate((file) => fetchWhenIdle([file]), files.later);
  for (const tier of ["later", "rest"]) console.log(`${place}: packed: ${await attempt(scope, tier)}, ${counts()}`);
  await context.close();
}

try {
  for (const place of ["page", "worker"]) {
    await misses(place);
    for (const when of ["at once", "after idle"]) await typesIntoConsole(place, when);
    await idles(place);
    await overtakes(place);
    await fails(place);
    await waits(place);
    await blocksInModules(place);
    if (existsSync(join(site, `${files.rest}.packed.br`))) await unpacks(place);
  }
  await savesData();
} finally {
  await browser.close();
  server.close();
}
