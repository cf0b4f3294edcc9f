// Measures what an import costs that comes before its tier was downloaded: in a page in Chromium, over loopback, for the
// two compressed forms of a tier. Prints the median times of an import from each tier that is not there yet, and of one
// from a tier that is.
//
//     cargo build --release && make setup && node tests/measure/misses.mjs [ROUNDS]
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const modules = join(root, "tests/tools/node/node_modules");
const pyodide = join(modules, "pyodide-314.0.7");
const rounds = Number(process.argv[2] ?? 5);
const work = mkdtempSync(join(tmpdir(), "stdlib-pack-misses-"));

function pack(form) {
  const app = join(work, "app.py");
  writeFileSync(app, "import dataclasses, datetime, json, re\n");
  const bundle = join(work, form);
  const flags = ["--profile", "pyodide-minimal", "--app", app, "--tiers", "--compress", form];
  flags.push("--build-python", "pyodide:" + pyodide, "--out", bundle, "-q");
  execFileSync(join(root, "target/release/stdlib-pack"), flags, { stdio: "inherit" });
  return bundle;
}

/** Two small modules of a tier that import nothing else. */
function samples(receipt, tier) {
  // Names with an underscore may be frozen into the interpreter.
  const isSmall = ([name, module]) => module.tier === tier && /^[a-z]+$/.test(name) && module.bytes > 5_000 && module.bytes < 30_000;
  return Object.entries(receipt.kept).filter(isSmall).map(([name]) => name);
}

/** Boots, and imports: from `later` and from `rest`, which are not there, and from `rest` once it is. In ms. */
async function visit(browser, url, isPacked, names) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url + "receipt.json");
  const times = await page.evaluate(async ({ url, isPacked, names }) => {
    const { createTiers } = await import(url + "stdlib-loader.mjs");
    const unpack = await import(url + "stdlib-unpack.mjs");
    const { outputs } = await (await fetch(url + "receipt.json")).json();
    const later = Object.entries(outputs).filter(([file]) => /\.(later|rest)\.zip$/.test(file));
    const tiers = createTiers({ base: url, tiers: later.map(([file, { sha256 }]) => ({ file, sha256 })), unpack: isPacked && unpack });
    let stdLibURL = url + "bundle.zip";
    if (isPacked) stdLibURL = URL.createObjectURL(new Blob([await unpack.unpack(await fetch(url + "bundle.packed"))]));
    const { loadPyodide } = await import(url + "pyodide/pyodide.mjs");
    const pyodide = await loadPyodide({ indexURL: url + "pyodide/", stdLibURL });
    tiers.mount(pyodide.FS);
    return names.map((name) => {
      const start = performance.now();
      pyodide.runPython("import " + name);
      return performance.now() - start;
    });
  }, { url, isPacked, names });
  await context.close();
  return times;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

const { chromium } = createRequire(import.meta.url)(join(modules, "playwright-core"));
const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
try {
  console.log(`Pyodide 314.0.7, medians of ${rounds} rounds, in ms`);
  console.log("| form | first import from `later` | first import from `rest` | next import from `rest` |");
  console.log("|---|---:|---:|---:|");
  for (const form of ["brotli", "packed"]) {
    const bundle = pack(form);
    const receipt = JSON.parse(readFileSync(join(bundle, "python314.json")));
    const [later] = samples(receipt, "later");
    const [first, next] = samples(receipt, "rest");
    const server = spawn("node", [join(root, "docs/demo/serve.mjs"), pyodide, bundle, "0"]);
    const url = await new Promise((resolve) => server.stdout.once("data", (line) => resolve(String(line).trim())));
    const times = [];
    for (let round = 0; round < rounds; round++) times.push(await visit(browser, url, form === "packed", [later, first, next]));
    server.kill();
    const columns = [0, 1, 2].map((column) => median(times.map((row) => row[column])).toFixed(0));
    console.log(`| \`${form}\` (${later}, ${first}, ${next}) | ${columns.join(" | ")} |`);
  }
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}
