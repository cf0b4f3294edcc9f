// Draws when a page downloads the parts of Python, from a run in Chromium on a network of 20 Mbit/s and 40 ms: with
// Pyodide's own library, and with the tiers of a bundle. Prints the times, and writes docs/src/tiers-waterfall.svg.
//
//     cargo build --release && make setup && node tests/measure/waterfall.mjs
import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const modules = join(root, "tests/tools/node/node_modules");
const NETWORK = { offline: false, latency: 40, downloadThroughput: 20e6 / 8, uploadThroughput: 5e6 / 8 };
const NAMES = [
  [/python_stdlib\.zip$/, "Pyodide\u2019s library"],
  [/bundle\.packed$/, "tier start"],
  [/pyodide\.asm\.wasm$/, "interpreter"],
  [/\.later\.zip$/, "tier later"],
  [/\.rest\.zip$/, "tier rest"],
];

const work = mkdtempSync(join(tmpdir(), "stdlib-pack-waterfall-"));
const pyodide = join(work, "pyodide");
const bundle = join(work, "dist");

/** Makes the bundle, and a copy of Pyodide whose interpreter is compressed, as servers send it. */
function prepare() {
  cpSync(join(modules, "pyodide-314.0.7"), pyodide, { recursive: true });
  const interpreter = join(pyodide, "pyodide.asm.wasm");
  writeFileSync(interpreter + ".br", brotliCompressSync(readFileSync(interpreter)));
  const app = join(work, "app.py");
  writeFileSync(app, "import dataclasses, datetime, json, re\n");
  const flags = ["--profile", "pyodide-minimal", "--app", app, "--tiers", "--compress", "packed"];
  flags.push("--build-python", "pyodide:" + pyodide, "--out", bundle, "-q");
  execFileSync(join(root, "target/release/stdlib-pack"), flags, { stdio: "inherit" });
}

/** Opens the demo, and returns its downloads and when Python had run, in ms since the page was opened. */
async function visit(browser, url, isShipped) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const client = await context.newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.emulateNetworkConditions", NETWORK);
  await page.goto(url + (isShipped ? "?shipped" : ""));
  await page.waitForSelector(isShipped ? "body[data-ran]" : "body[data-complete]", { timeout: 120_000 });
  const ran = Number(await page.getAttribute("body", "data-ran"));
  const entries = await page.evaluate(() => performance.getEntriesByType("resource").map((entry) => entry.toJSON()));
  await context.close();
  const parts = entries.flatMap(({ name, startTime, responseEnd, encodedBodySize }) => {
    const [, label] = NAMES.find(([pattern]) => pattern.test(name)) ?? [];
    return label ? [{ label, start: startTime, end: responseEnd, bytes: encodedBodySize }] : [];
  });
  parts.sort((a, b) => a.start - b.start);
  return { parts, ran };
}

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const seconds = (time) => `${(time / 1000).toFixed(1)} s`;
const kilobytes = (bytes) => `${Math.round(bytes / 1000).toLocaleString("en")} kB`;

/** A chart with a row for each download and for the first line that ran. */
function draw(charts) {
  const [left, width, right, line] = [130, 430, 80, 22];
  const end = Math.max(...charts.flatMap(({ parts, ran }) => [ran, ...parts.map((part) => part.end)]));
  const x = (time) => (left + (width * time) / end).toFixed(1);
  const rows = [];
  let y = 0;
  const text = (at, anchor, words) => rows.push(`<text x="${at}" y="${y + 15}" text-anchor="${anchor}">${escape(words)}</text>`);
  for (const { title, parts, ran } of charts) {
    rows.push(`<text class="title" x="0" y="${y + 15}">${escape(title)}</text>`);
    y += line;
    for (const { label, start, end, bytes } of parts) {
      const kind = label === "interpreter" ? "other" : "ours";
      text(left - 10, "end", label);
      rows.push(`<rect class="${kind}" x="${x(start)}" y="${y + 5}" width="${Math.max(3, x(end) - x(start)).toFixed(1)}" height="12" rx="3"/>`);
      text(left + width + right, "end", kilobytes(bytes));
      y += line;
    }
    text(left - 10, "end", "first line has run");
    rows.push(`<path class="ran" d="M${x(ran)} ${y - line * parts.length}V${y + 17}"/>`);
    text(left + width + right, "end", seconds(ran));
    y += line * 1.5;
  }
  const style = "text{font:13px system-ui,sans-serif;fill:#788}.title{font-weight:600}.ours{fill:#2f7d5b}.other{fill:#b9b4a7}"
    + ".ran{stroke:#c0392b;stroke-width:1.5;fill:none;stroke-dasharray:3 3}";
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + right} ${y}" role="img"><style>${style}</style>\n${rows.join("\n")}\n</svg>\n`;
}

let server;
try {
  prepare();
  server = spawn("node", [join(root, "docs/demo/serve.mjs"), pyodide, bundle, "0"]);
  const url = await new Promise((resolve) => server.stdout.once("data", (line) => resolve(String(line).trim())));
  const { chromium } = createRequire(import.meta.url)(join(modules, "playwright-core"));
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
  const charts = [
    { title: "Pyodide\u2019s own library", ...(await visit(browser, url, true)) },
    { title: "A bundle in tiers, packed", ...(await visit(browser, url, false)) },
  ];
  await browser.close();
  for (const { title, parts, ran } of charts) {
    console.log(`${title}: the first line has run after ${seconds(ran)}`);
    for (const { label, start, end, bytes } of parts) console.log(`  ${label}: ${bytes} bytes, from ${seconds(start)} to ${seconds(end)}`);
  }
  writeFileSync(join(root, "docs/src/tiers-waterfall.svg"), draw(charts));
} finally {
  server?.kill();
  rmSync(work, { recursive: true });
}
