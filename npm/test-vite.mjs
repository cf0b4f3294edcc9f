// The plugin in Vite, with Pyodide in Chromium (after `make setup`). Needs a built program: STDLIB_PACK_BINARY, or else
// the one of `cargo build`. STDLIB_PACK_TEST_VITE is the folder of another Vite.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync } from "node:zlib";

import {
  developed, example, filesOf, here, inFolder, isZip, modules, previewed, project, quiet, required, scratch, vite,
  write,
} from "./test-vite-projects.mjs";
import stdlibPack from "./vite.mjs";

const { chromium } = required("playwright-core");
let browser;
before(async () => {
  const quietly = ["--disable-quic", "--disable-background-networking", "--disable-component-update"];
  const args = ["--no-sandbox", "--disable-gpu", ...quietly];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
});
after(() => browser.close());

async function opened(t) {
  const page = await browser.newPage();
  t.after(() => page.close());
  return page;
}

/** Waits until a page shows a text. */
async function onPage(page, text) {
  const isShown = (text) => document.body.innerText.includes(text);
  try {
    await page.waitForFunction(isShown, text, { timeout: 30_000 });
  } catch {
    assert.fail(`the page does not show '${text}', but: ${await page.innerText("body")}`);
  }
}

/** What a server answers: the status, the headers and the bytes as they were sent. */
async function ask(url, headers = {}, method = "GET") {
  const [response] = await once(request(url, { headers, method }).end(), "response");
  const chunks = await response.toArray();
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) };
}

/** Asserts how a zip is served, and resolves to it. */
async function assertServed(url, caching) {
  const plain = await ask(url);
  assert.equal(plain.status, 200);
  assert.equal(plain.headers["content-type"], "application/zip");
  assert.equal(plain.headers["cache-control"], caching);
  assert.match(plain.headers.vary, /Accept-Encoding/);
  assert.equal(plain.headers["content-encoding"], undefined);
  assert.equal(Number(plain.headers["content-length"]), plain.bytes.length);
  assert.ok(isZip(plain.bytes));

  const compressed = await ask(url, { "Accept-Encoding": "gzip, deflate, br, zstd" });
  assert.equal(compressed.headers["content-encoding"], "br");
  assert.equal(compressed.headers["content-type"], "application/zip");
  assert.equal(compressed.headers["cache-control"], caching);
  assert.match(compressed.headers.vary, /Accept-Encoding/);
  assert.ok(compressed.bytes.length < plain.bytes.length / 2);
  assert.ok(brotliDecompressSync(compressed.bytes).equals(plain.bytes));

  const refused = await ask(url, { "Accept-Encoding": "gzip, br;q=0" });
  assert.equal(refused.headers["content-encoding"], undefined);

  const head = await ask(url, { "Accept-Encoding": "br" }, "HEAD");
  assert.equal(head.bytes.length, 0);
  assert.equal(head.headers["content-length"], compressed.headers["content-length"]);
  assert.equal(head.headers["content-encoding"], "br");
  return plain.bytes;
}

test("in development, a change of Python repacks and reloads, and a mistake shows in the overlay", async (t) => {
  const root = project("development", example);
  const before = filesOf(root);
  const { said, config: silent } = quiet();
  const server = await developed(t, { root, ...silent, server: { fs: { allow: [root, modules] } } });
  const page = await opened(t);
  const asked = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.goto(server.resolvedUrls.local[0]);
  await onPage(page, "Friday, 14 February 2031: Concert at the town hall");
  const zip = asked.find((url) => url.endsWith("python314.zip"));
  const first = await assertServed(zip, "no-cache");
  assert.ok(!asked.some((url) => url.endsWith("python_stdlib.zip")), "Pyodide's own library was loaded");

  const file = join(root, "src/agenda.py");
  const source = readFileSync(file, "utf8");
  const changed = source.replace("import re\n", "import re\nimport csv\n").replace("%A,", "{csv.excel.delimiter} %A,");
  writeFileSync(file, changed);
  await onPage(page, ", Friday, 14 February 2031");
  const second = await assertServed(zip, "no-cache");
  assert.ok(!first.includes("csv.pyc") && second.includes("csv.pyc"));

  writeFileSync(file, source.replace("def agenda(text):", "def agenda(text:"));
  const overlay = page.locator("vite-error-overlay");
  await overlay.locator(".message").waitFor();
  const message = "[plugin:stdlib-pack] error[app-syntax-error]: '(' was never closed\n--> src/agenda.py:18:11";
  assert.equal(await overlay.locator(".message").innerText(), message);
  assert.match(await overlay.locator(".file").innerText(), /src\/agenda\.py:18:11/);
  assert.equal(await overlay.locator(".frame").innerText(), "18 | def agenda(text:\n   |           ^");
  assert.match(said.join("\n"), /app-syntax-error.*'\(' was never closed/);

  writeFileSync(file, source);
  await onPage(page, "Friday, 14 February 2031");
  assert.equal(await overlay.count(), 0);

  // A file that is imported for the first time, and one that is given up.
  write(join(root, "src/more.py"), "import colorsys\n");
  const script = readFileSync(join(root, "src/main.js"), "utf8");
  const importing = `import more from "./more.py?py";\n${script}\ndocument.title = more.length;`;
  writeFileSync(join(root, "src/main.js"), importing);
  await page.waitForFunction(() => document.title === "16");
  await onPage(page, "Friday, 14 February 2031");
  const isPacked = async () => (await ask(zip)).bytes.includes("colorsys.pyc");
  for (let tries = 0; tries < 50 && !(await isPacked()); tries++) await page.waitForTimeout(100);
  assert.ok(await isPacked());
  rmSync(join(root, "src/more.py"));
  writeFileSync(join(root, "src/main.js"), script);
  await page.waitForFunction(() => document.title === "Agenda");
  await onPage(page, "Friday, 14 February 2031");

  assert.deepEqual(filesOf(root), before);
});

test("a build has hashed assets, which preview serves as a server in production should", async (t) => {
  const root = project("production", example);
  const { said, config: silent } = quiet();
  const options = { root, ...silent, base: "/app/", build: { outDir: "out", target: "es2022" } };
  await inFolder(root, () => vite.build(options));
  const assets = readdirSync(join(root, "out/assets"));
  const [zip, compressed, ...others] = assets.filter((name) => name.startsWith("python"));
  assert.match(zip, /^python314-[\w-]{8}\.zip$/);
  assert.equal(compressed, `${zip}.br`);
  assert.deepEqual(others, []);
  const [, receipt] = /150 of \d+ modules; receipt: (\S+)/.exec(said.join("\n"));
  const { kept } = JSON.parse(readFileSync(join(root, receipt), "utf8"));
  for (const module of ["json", "re", "datetime", "dataclasses"]) assert.ok(kept[module], module);
  assert.ok(!kept.csv);

  const server = await previewed(t, { ...options, preview: { headers: { "X-Mine": "yes" } } });
  const url = server.resolvedUrls.local[0];
  await assertServed(`${url}assets/${zip}`, "public, max-age=31536000, immutable");
  assert.equal((await ask(`${url}assets/${zip}`)).headers["x-mine"], "yes");
  for (const path of ["assets/python314.zip", "assets/..%2f..%2fnode_modules/x.zip", "assets/%"]) {
    assert.notEqual((await ask(url + path)).headers["content-type"], "application/zip", path);
  }
  const page = await opened(t);
  const loaded = [];
  page.on("response", (response) => loaded.push(response));
  await page.goto(url);
  await onPage(page, "Friday, 14 February 2031: Concert at the town hall");
  const library = loaded.find((response) => response.url().endsWith(zip));
  assert.equal(library.headers()["content-encoding"], "br");
  assert.ok(!loaded.some((response) => response.url().includes("python_stdlib")));
});

test("a worker loads the packed form and the tiers of its own program", async (t) => {
  const root = project("worker", {
    "index.html": `<body><script type="module" src="./main.js"></script>`,
    "main.js": `
      const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => { document.body.innerText = data; };
      worker.onerror = ({ message }) => { document.body.innerText = "failed: " + message; };`,
    "worker.js": `
      import { loadPyodide } from "pyodide";
      import { createTiers } from "stdlib-pack/loader";
      import * as unpack from "stdlib-pack/unpack";
      import { packedTiers, packedURL } from "virtual:stdlib-pack";
      import source from "./app.py?py";
      const tiers = createTiers({ tiers: packedTiers, unpack });
      const zip = await unpack.unpack(fetch(packedURL));
      const stdLibURL = URL.createObjectURL(new Blob([zip]));
      const pyodide = await loadPyodide({ stdLibURL, fsInit: async (FS) => tiers.mount(FS, "/lib") });
      pyodide.runPython(source);
      postMessage(pyodide.globals.get("files")());`,
    "app.py": `import datetime, json, sys

def files():
    datetime.datetime.strptime("2031", "%Y")  # imports _strptime
    return json.dumps([json.__file__, sys.modules["_strptime"].__file__])
`,
    "tiers.yaml": "extends: [pyodide-minimal]\ntiers: {rest: false}\n",
  });
  const plugin = () => stdlibPack({ profile: "tiers.yaml", compress: "packed" });
  const pyodide = join(modules, "pyodide-314.0.7");
  const interpreter = {
    name: "interpreter",
    generateBundle() {
      for (const file of ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json"]) {
        this.emitFile({ type: "asset", fileName: `assets/${file}`, source: readFileSync(join(pyodide, file)) });
      }
    },
  };
  const worker = { format: "es", plugins: () => [plugin()] };
  const config = { root, base: "./", configFile: false, build: { target: "es2022" }, logLevel: "silent", worker };
  await vite.build({ ...config, plugins: [interpreter] });
  const names = readdirSync(join(root, "dist/assets")).filter((name) => /^python/.test(name));
  assert.deepEqual(names.map((name) => name.replace(/-[\w-]{8}\./, "-HASH.")).sort(), [
    "python314-HASH.zip",
    "python314-HASH.zip.packed.br",
    "python314.later-HASH.zip",
    "python314.later-HASH.zip.packed.br",
  ]);
  const built = await previewed(t, { ...config, plugins: [plugin()] });
  const fs = { allow: [root, here, modules] };
  const optimizeDeps = { exclude: ["pyodide"] };
  const served = await developed(t, { ...config, plugins: [plugin()], optimizeDeps, server: { fs } });
  for (const server of [built, served]) {
    const page = await opened(t);
    const packed = page.waitForResponse((response) => /python314\W.*packed/.test(response.url()));
    await page.goto(server.resolvedUrls.local[0]);
    const headers = await (await packed).allHeaders();
    assert.equal(headers["content-encoding"], "br");
    assert.equal(headers["content-type"], "application/octet-stream");
    await onPage(page, `["/lib/python314.zip/json/__init__.pyc", "/lib/python314.later.zip/_strptime.pyc"]`);
  }
});

test("the server of development gives out no Python that it may not serve", async (t) => {
  const root = project("access", { "index.html": "", "app.py": "import json\n" });
  write(join(scratch, "outside.py"), "secret = 1\n");
  const server = await developed(t, { root, configFile: false, logLevel: "silent", plugins: [stdlibPack()] });
  const url = server.resolvedUrls.local[0];
  assert.match(String((await ask(`${url}app.py?py&import`)).bytes), /import json/);
  const outside = `@fs${join(scratch, "outside.py")}`;
  for (const path of [`${outside}?py&import`, `${outside}?import&py`, `..%2foutside.py?py&import`]) {
    assert.doesNotMatch(String((await ask(url + path)).bytes), /secret/, path);
  }
});
