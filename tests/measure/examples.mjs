// What the bundle changes for the pages in examples/: bytes of the library, and time until Python's first output is in
// the page, in Chromium, with Pyodide's own library and with the bundle, in interleaved rounds.
//
//     cargo build --release && make setup && node tests/measure/examples.mjs [ROUNDS]
import { cpSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { build, launch, library, names, open, serve } from "../runtimes/example.mjs";

const rounds = Number(process.argv[2] ?? 5);
const program = join(dirname(fileURLToPath(import.meta.url)), "../../target/release/stdlib-pack");

// In place of two modules of a site: nothing is unpacked, and Pyodide takes its own library.
const UNPACK = `
export async function unpack(response) {
  await Promise.resolve(response).catch(() => {});
  return new Uint8Array();
}
export const unpackInWorker = unpack;
`;
const PYODIDE = `
import { loadPyodide as load, version } from "./own.mjs";
export { version };
const indexURL = new URL("./", import.meta.url).href;
export const loadPyodide = ({ stdLibURL, ...options } = {}) => load({ indexURL, ...options });
`;

/** A copy of an example's site that loads Pyodide's own library. */
function before(site) {
  const copy = site + "-before";
  cpSync(site, copy, { recursive: true, dereference: true });
  const bundle = join(copy, relative(site, library(site)));
  if (basename(bundle) === "python_stdlib.zip.br") {
    rmSync(bundle);
    cpSync(join(site, "../node_modules/pyodide/python_stdlib.zip"), join(dirname(bundle), "python_stdlib.zip"));
    return copy;
  }
  writeFileSync(bundle, "");
  writeFileSync(join(dirname(bundle), "stdlib-unpack.mjs"), UNPACK);
  cpSync(join(dirname(bundle), "pyodide/pyodide.mjs"), join(dirname(bundle), "pyodide/own.mjs"));
  writeFileSync(join(dirname(bundle), "pyodide/pyodide.mjs"), PYODIDE);
  return copy;
}

/** Milliseconds from opening the page until its first output. */
async function time(browser, name, site) {
  const { url, server } = await serve(site);
  const context = await browser.newContext();
  const page = await context.newPage();
  const start = performance.now();
  await open(page, name, url);
  const end = performance.now();
  await context.close();
  server.kill();
  return end - start;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const bytes = (file) => statSync(file).size.toLocaleString("en");

const work = mkdtempSync(join(tmpdir(), "stdlib-pack-examples-"));
const browser = await launch();
try {
  const examples = [];
  for (const name of names) {
    const site = await build(name, work, program);
    examples.push({ name, site, own: before(site), before: [], after: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const example of examples) {
      example.before.push(await time(browser, example.name, example.own));
      example.after.push(await time(browser, example.name, example.site));
    }
  }
  console.log(`Pyodide 314.0.7 (marimo: 314.0.0), medians of ${rounds} rounds; time until the first output, as a share of that before`);
  console.log("| example | bytes before | bytes after | time before | time after |");
  console.log("|---|---:|---:|---:|---:|");
  for (const { name, site, own, before, after } of examples) {
    const shipped = join(own, "../node_modules/pyodide/python_stdlib.zip");
    const share = (median(after) / median(before)).toFixed(2);
    const milliseconds = median(before).toFixed(0);
    console.log(`| \`${name}\` | ${bytes(shipped)} | ${bytes(library(site))} | 1.00 (${milliseconds} ms) | ${share} |`);
  }
} finally {
  await browser.close();
  rmSync(work, { recursive: true });
}
