// Compares the cost of Python's library for a page: Pyodide's own zip, unchanged and stored, and the profiles for Pyodide.
// In one run, with interleaved rounds: bytes transferred, CPU time until the first 1 + 1 under Node.js, and time until
// then in Chromium. With --tiers, the bundles are those of an app, in one zip and in tiers, and the app is what runs first.
//
//     cargo build --release && make setup && node tests/measure/pyodide.mjs [ROUNDS] [--tiers]
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const [given] = process.argv.slice(2).filter((argument) => argument !== "--tiers");
const withTiers = process.argv.includes("--tiers");
const rounds = Number(given ?? 7);
const modules = join(root, "tests/tools/node/node_modules");
const pyodide = join(modules, "pyodide-314.0.7");
const work = mkdtempSync(join(tmpdir(), "stdlib-pack-measure-"));
const app = join(work, "app.py");
const program = withTiers ? "import dataclasses, datetime, json, re; 1 + 1" : "1 + 1";
writeFileSync(app, program + "\n");

/** A folder with python314.zip and, but for what is shipped, a compressed form; and what the wire sees. */
function variant(name, profile, form = "br") {
  const folder = join(work, name);
  mkdirSync(folder);
  if (profile) {
    const file = join(work, name + ".yaml");
    const budget = "budget: {brotli: 9 MB, packed: 9 MB}\n";
    writeFileSync(file, `${profile}output: {compress: [${form === "br" ? "brotli" : "packed"}]}\n${budget}`);
    const flags = ["--profile", file, "--build-python", "pyodide:" + pyodide, "--out", folder, "-q"];
    if (withTiers) flags.push("--app", app);
    execFileSync(join(root, "target/release/stdlib-pack"), flags, { stdio: "inherit" });
    return { name, folder, form, wire: statSync(join(folder, `python314.zip.${form}`)).size };
  }
  const file = join(folder, "python314.zip");
  execFileSync("python3", ["-c", name === "shipped" ? COPY : RESTORE, join(pyodide, "python_stdlib.zip"), file]);
  writeFileSync(join(folder, "python314.json"), "{}");
  // Servers that compress on the fly use lower qualities; this is the smallest possible transfer.
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  const brotli = brotliCompressSync(readFileSync(file), { params });
  if (name !== "shipped") writeFileSync(file + ".br", brotli);
  return { name, folder, wire: brotli.length };
}

const MINIMAL = "extends: [pyodide-minimal]\n";
const COPY = "import shutil, sys; shutil.copy(*sys.argv[1:])";
// The same files, stored: a zip that Brotli can compress well.
const RESTORE = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as shipped, zipfile.ZipFile(sys.argv[2], "w") as stored:
    for name in shipped.namelist():
        stored.writestr(zipfile.ZipInfo(name), shipped.read(name))
`;

const CPU = `
  const { loadPyodide } = await import(process.argv[1]);
  const before = process.cpuUsage();
  const pyodide = await loadPyodide({ stdLibURL: process.argv[2] });
  if (pyodide.runPython(process.argv[3]) !== 2) process.exit(1);
  const { user, system } = process.cpuUsage(before);
  console.log((user + system) / 1000);
`;

function cpu({ folder }) {
  const place = [pathToFileURL(join(pyodide, "pyodide.mjs")).href, join(folder, "python314.zip")];
  return Number(execFileSync("node", ["--no-warnings", "--input-type=module", "-e", CPU, ...place, program]));
}

async function page(browser, { folder, form }) {
  const server = spawn("node", [join(root, "docs/demo/serve.mjs"), pyodide, folder, "0"]);
  const url = await new Promise((resolve) => server.stdout.once("data", (line) => resolve(String(line).trim())));
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(url + "receipt.json");
  const time = await tab.evaluate(async ({ url, form, program }) => {
    const start = performance.now();
    let stdLibURL = url + "bundle.zip";
    if (form === "packed.br") {
      // As `snippet pyodide` does it.
      const { unpackInWorker } = await import(url + "stdlib-unpack.mjs");
      const zip = unpackInWorker(fetch(url + "bundle.packed"));
      const preload = { rel: "preload", as: "fetch", crossOrigin: "anonymous", href: url + "pyodide/pyodide.asm.wasm" };
      document.head.append(Object.assign(document.createElement("link"), preload));
      stdLibURL = URL.createObjectURL(new Blob([await zip]));
    }
    const { loadPyodide } = await import(url + "pyodide/pyodide.mjs");
    const pyodide = await loadPyodide({ indexURL: url + "pyodide/", stdLibURL });
    return pyodide.runPython(program) === 2 ? performance.now() - start : NaN;
  }, { url, form, program });
  await context.close();
  server.kill();
  return time;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

try {
  const variants = (withTiers ? [
    variant("shipped"),
    variant("one zip", MINIMAL),
    variant("tier start", MINIMAL + "tiers: {}\n"),
    variant("one zip, packed", MINIMAL, "packed.br"),
    variant("tier start, packed", MINIMAL + "tiers: {}\n", "packed.br"),
  ] : [
    variant("shipped"),
    variant("shipped, stored"),
    variant("all of it, bytecode", "extends: [pyodide]\n"),
    variant("bytecode", MINIMAL),
    variant("source", MINIMAL + "payload: source\n"),
  ]).map((variant) => ({ ...variant, cpu: [], page: [] }));
  const { chromium } = createRequire(import.meta.url)(join(modules, "playwright-core"));
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
  for (let round = 0; round < rounds; round++) {
    for (const variant of variants) {
      variant.cpu.push(cpu(variant));
      variant.page.push(await page(browser, variant));
    }
  }
  await browser.close();
  const [shipped] = variants;
  console.log(`Pyodide 314.0.7, medians of ${rounds} rounds`);
  console.log("| library | on the wire, bytes | CPU under Node.js, ms | of shipped | first line in Chromium, ms | of shipped |");
  console.log("|---|---|---|---|---|---|");
  for (const { name, wire, cpu, page } of variants) {
    const [load, first] = [median(cpu), median(page)];
    const share = (value, whole) => (value / median(whole)).toFixed(2);
    console.log(`| ${name} | ${wire.toLocaleString("en")} | ${load.toFixed(0)} | ${share(load, shipped.cpu)} | ${first.toFixed(0)} | ${share(first, shipped.page)} |`);
  }
} finally {
  rmSync(work, { recursive: true });
}
