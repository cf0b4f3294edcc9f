// Compares what a page waits for with each form of Python's library, on slow and fast networks: the packed form,
// `.zip.br` of bytecode and of sources, and Pyodide's own zip. In one run, with interleaved rounds: the time until the
// first 1 + 1 in Chromium, with nothing cached. Then the time to unpack under Node.js, beside fflate, which inflates the
// same zip: first calls in new processes, and eighth calls.
//
//     cargo build --release && make setup && node tests/measure/packed.mjs [ROUNDS]
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const rounds = Number(process.argv[2] ?? 5);
const modules = join(root, "tests/tools/node/node_modules");
const pyodide = join(modules, "pyodide-314.0.7");
const work = mkdtempSync(join(tmpdir(), "stdlib-pack-measure-"));
const MBITS = [1.6, 10, 50];

function pack(name, profile, ...flags) {
  const folder = join(work, name);
  mkdirSync(folder);
  const file = join(work, name + ".yaml");
  writeFileSync(file, profile);
  const all = ["--profile", file, "--out", folder, "-q", ...flags];
  execFileSync(join(root, "target/release/stdlib-pack"), all, { stdio: "inherit" });
  const ends = (end) => join(folder, readdirSync(folder).find((name) => name.endsWith(end)));
  return { zip: ends(".zip"), brotli: ends(".zip.br"), packed: flags.length > 2 && ends(".zip.packed.br"), ends };
}

const pyodideFlags = ["--build-python", "pyodide:" + pyodide];
const wide = "budget: {brotli: 2 MB}\n";
const bytecode = pack("bytecode", "extends: [pyodide-minimal]\n" + wide, ...pyodideFlags, "--compress", "brotli,packed");
const source = pack("source", "extends: [pyodide-minimal]\npayload: source\n" + wide, ...pyodideFlags);
const browser = pack("browser", "extends: [browser-minimal]\n" + wide, "--build-python", "python3.13", "--compress", "brotli,packed,deflate");

const brotli = (bytes, quality) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
const own = join(pyodide, "python_stdlib.zip");
const variants = [
  { name: "Pyodide's own", file: own },
  { name: "`.zip.br`, bytecode", file: bytecode.brotli },
  { name: "`.zip.br`, source", file: source.brotli },
  { name: "`.zip.packed.br`", file: bytecode.packed, packed: true },
];

const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };
const compressed = new Map();
let library;
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  const headers = { "Content-Type": types[extname(path)] ?? "application/octet-stream", "Cache-Control": "no-store" };
  if (path === "/") return response.writeHead(200, { ...headers, "Content-Type": "text/html" }).end("<!doctype html>");
  if (path === "/library") {
    if (library.file.endsWith(".br")) headers["Content-Encoding"] = "br";
    return response.writeHead(200, headers).end(readFileSync(library.file));
  }
  const file = path === "/stdlib-unpack.mjs" ? join(root, "npm/stdlib-unpack.mjs") : join(pyodide, path.slice(1));
  if (!existsSync(file)) return response.writeHead(404).end();
  if (!compressed.has(file)) compressed.set(file, brotli(readFileSync(file), 9));
  response.writeHead(200, { ...headers, "Content-Encoding": "br" }).end(compressed.get(file));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const url = `http://127.0.0.1:${server.address().port}/`;

async function first(chromium, variant, mbits) {
  library = variant;
  const context = await chromium.newContext();
  const page = await context.newPage();
  await page.goto(url);
  const session = await context.newCDPSession(page);
  const rate = (mbits * 1e6) / 8;
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", { offline: false, latency: 20, downloadThroughput: rate, uploadThroughput: rate });
  const time = await page.evaluate(async ([url, packed]) => {
    const start = performance.now();
    let stdLibURL = url + "library";
    if (packed) {
      const { unpackInWorker } = await import(url + "stdlib-unpack.mjs");
      const zip = unpackInWorker(fetch(stdLibURL));
      const preload = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: url + "pyodide.asm.wasm" };
      document.head.append(Object.assign(document.createElement("link"), preload));
      stdLibURL = URL.createObjectURL(new Blob([await zip]));
    }
    const { loadPyodide } = await import(url + "pyodide.mjs");
    const pyodide = await loadPyodide({ indexURL: url, stdLibURL });
    return pyodide.runPython("1 + 1") === 2 ? performance.now() - start : NaN;
  }, [url, variant.packed]);
  await context.close();
  return time;
}

const UNPACK = `
  import { readFileSync } from "node:fs";
  const [what, module, file] = process.argv.slice(1);
  const bytes = new Uint8Array(readFileSync(file));
  const { unpack, unzipSync } = await import(module);
  const times = [];
  for (let i = 0; i < 8; i++) {
    const start = performance.now();
    await (what === "packed" ? unpack(bytes) : unzipSync(bytes));
    times.push(performance.now() - start);
  }
  console.log(JSON.stringify([times[0], times[7]]));
`;

function unpackTimes(what, module, file) {
  const place = [what, pathToFileURL(module).href, file];
  return JSON.parse(execFileSync("node", ["--input-type=module", "-e", UNPACK, ...place]));
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

try {
  const { chromium } = createRequire(import.meta.url)(join(modules, "playwright-core"));
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];
  const started = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
  const times = variants.map(() => MBITS.map(() => []));
  for (let round = 0; round < rounds; round++) {
    for (const [i, mbits] of MBITS.entries()) {
      for (const [j, variant] of variants.entries()) times[j][i].push(await first(started, variant, mbits));
    }
  }
  await started.close();
  server.close();
  console.log(`Pyodide 314.0.7, first 1 + 1 in Chromium, medians of ${rounds} rounds, in seconds`);
  console.log(`| library | bytes | ${MBITS.map((mbits) => `${mbits} Mbit/s`).join(" | ")} |`);
  console.log("|---|---:|---:|---:|---:|");
  for (const [j, { name, file }] of variants.entries()) {
    const cells = MBITS.map((_, i) => (median(times[j][i]) / 1000).toFixed(2));
    console.log(`| ${name} | ${statSync(file).size.toLocaleString("en")} | ${cells.join(" | ")} |`);
  }

  const module = join(root, "npm/stdlib-unpack.mjs");
  const size = brotli(readFileSync(module), 11).length;
  console.log(`stdlib-unpack.mjs: ${statSync(module).size.toLocaleString("en")} bytes, ${size.toLocaleString("en")} with brotli`);
  const packed = join(work, "packed");
  writeFileSync(packed, brotliDecompressSync(readFileSync(browser.packed)));
  const columns = [[], [], [], []];
  for (let round = 0; round < Math.max(rounds, 7); round++) {
    const unpacked = unpackTimes("packed", module, packed);
    const inflated = unpackTimes("deflate", join(modules, "fflate/esm/browser.js"), browser.ends(".deflated.zip"));
    [...unpacked, ...inflated].forEach((time, i) => columns[i].push(time));
  }
  const [cold, warm, coldInflate, warmInflate] = columns.map((column) => median(column).toFixed(0));
  console.log(`browser-minimal of Python 3.13 under Node.js: unpack ${cold} ms, later ${warm} ms; fflate ${coldInflate} ms, later ${warmInflate} ms`);
} finally {
  rmSync(work, { recursive: true });
}
