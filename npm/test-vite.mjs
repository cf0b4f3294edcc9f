// The plugin with Vite, Rollup and Pyodide, in Chromium (after `make setup`). Needs a built program: STDLIB_PACK_BINARY,
// or else the one of `cargo build`. STDLIB_PACK_TEST_VITE is the folder of another Vite.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const modules = join(here, "../tests/tools/node/node_modules");
const windows = process.platform === "win32";
process.env.STDLIB_PACK_BINARY ??= join(here, "../target/debug", windows ? "stdlib-pack.exe" : "stdlib-pack");
const viteFolder = process.env.STDLIB_PACK_TEST_VITE ?? join(modules, "vite");
const { build, createServer, preview } = await import(pathToFileURL(join(viteFolder, "dist/node/index.js")));
const { chromium } = createRequire(import.meta.url)(join(modules, "playwright-core"));
const { default: stdlibPack } = await import("./vite.mjs");
const { Bundle } = await import("./vite/bundle.mjs");

const scratch = mkdtempSync(join(tmpdir(), "stdlib-pack-vite-"));
let browser;
before(async () => {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
});
after(async () => {
  await browser.close();
  rmSync(scratch, { recursive: true });
});

/** A project: a copy of a folder, or files by their names; with what it would have installed. */
function project(name, files) {
  const root = join(scratch, name);
  if (typeof files === "string") cpSync(files, root, { recursive: true, filter: (path) => !/node_modules|dist/.test(path) });
  else for (const [file, text] of Object.entries(files)) write(join(root, file), text);
  const installed = join(root, "node_modules");
  mkdirSync(installed);
  symlinkSync(here, join(installed, "stdlib-pack"), "junction");
  symlinkSync(join(modules, "pyodide-314.0.7"), join(installed, "pyodide"), "junction");
  symlinkSync(viteFolder, join(installed, "vite"), "junction");
  return root;
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Says what Vite would print, and keeps it from the output of the tests. */
function quietLogger() {
  const said = [];
  const say = (text) => void said.push(text);
  const logger = { info: say, warn: say, warnOnce: say, error: say, clearScreen() {}, hasErrorLogged: () => false, hasWarned: false };
  return { said, logger };
}

/** A server for development; it and what follows are closed after the test. */
async function developed(t, config) {
  const server = await createServer({ ...config, server: { port: 0, ...config.server } });
  t.after(() => server.close());
  return server.listen();
}

async function previewed(t, config) {
  const server = await preview({ ...config, preview: { port: 0, ...config.preview } });
  t.after(() => server.close());
  return server;
}

async function opened(t) {
  const page = await browser.newPage();
  t.after(() => page.close());
  return page;
}

const example = join(here, "../examples/vite");
const filesOf = (folder) => readdirSync(folder, { recursive: true }).filter((path) => !/^(node_modules|dist)/.test(path)).sort();
/** Waits until a page shows a text. */
async function onPage(page, text) {
  try {
    await page.waitForFunction((text) => document.body.innerText.includes(text), text, { timeout: 30_000 });
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

/** The files of a zip begin like this. */
const isZip = (bytes) => bytes.subarray(0, 4).toString("latin1") === "PK\x03\x04";

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
  const { said, logger } = quietLogger();
  const server = await developed(t, { root, customLogger: logger, server: { fs: { allow: [root, modules] } } });
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
  writeFileSync(file, source.replace("import re\n", "import re\nimport csv\n").replace("%A,", "{csv.excel.delimiter} %A,"));
  await onPage(page, ", Friday, 14 February 2031");
  const second = await assertServed(zip, "no-cache");
  assert.ok(!first.includes("csv.pyc") && second.includes("csv.pyc"));

  writeFileSync(file, source.replace("def agenda(text):", "def agenda(text:"));
  const overlay = page.locator("vite-error-overlay");
  await overlay.locator(".message").waitFor();
  assert.match(await overlay.locator(".message").innerText(), /\[plugin:stdlib-pack\] error\[app-syntax-error\]: '\(' was never closed\n--> src\/agenda\.py:18:11/);
  assert.match(await overlay.locator(".file").innerText(), /src\/agenda\.py:18:11/);
  assert.equal(await overlay.locator(".frame").innerText(), "18 | def agenda(text:\n   |           ^");
  assert.match(said.join("\n"), /app-syntax-error.*'\(' was never closed/);

  writeFileSync(file, source);
  await onPage(page, "Friday, 14 February 2031");
  assert.equal(await overlay.count(), 0);

  // A file that is imported for the first time, and one that is given up.
  write(join(root, "src/more.py"), "import textwrap\n");
  const script = readFileSync(join(root, "src/main.js"), "utf8");
  writeFileSync(join(root, "src/main.js"), `import more from "./more.py?py";\n${script}\ndocument.title = more.length;`);
  await page.waitForFunction(() => document.title === "16");
  await onPage(page, "Friday, 14 February 2031");
  assert.ok((await ask(zip)).bytes.includes("textwrap.pyc"));
  rmSync(join(root, "src/more.py"));
  writeFileSync(join(root, "src/main.js"), script);
  await onPage(page, "Friday, 14 February 2031");

  assert.deepEqual(filesOf(root), before);
});

test("a build has hashed assets, which preview serves as a server in production should", async (t) => {
  const root = project("production", example);
  const { said, logger } = quietLogger();
  const options = { root, customLogger: logger, base: "/app/", build: { outDir: "out" } };
  await inFolder(root, () => build(options));
  const assets = readdirSync(join(root, "out/assets"));
  const [zip, compressed, ...others] = assets.filter((name) => name.startsWith("python"));
  assert.match(zip, /^python314-[\w-]{8}\.zip$/);
  assert.equal(compressed, `${zip}.br`);
  assert.deepEqual(others, []);
  const [, receipt] = /the reason for each is in (\S+)/.exec(said.join("\n"));
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

/** Pyodide's interpreter is found from the folder of the project. */
async function inFolder(folder, work) {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}

/** What a build writes, by name; without writing it. */
async function outputOf(config) {
  const { output } = await build({ configFile: false, logLevel: "silent", ...config, build: { write: false, ...config.build } });
  return Object.fromEntries(output.map((file) => [file.fileName, file]));
}

const zipsIn = (output) => Object.keys(output).filter((name) => /\.zip/.test(name));

test("the hash in a name changes when the bundle does, and not otherwise", async () => {
  const main = `import { stdLibURL } from "virtual:stdlib-pack"; import source from "./app.py?py"; console.log(stdLibURL, source);`;
  const root = project("names", { "main.js": main, "app.py": "import json\n" });
  const config = { root, plugins: [stdlibPack({ compress: "none" })], build: { assetsDir: "static", rollupOptions: { input: join(root, "main.js") } } };
  const [first] = zipsIn(await outputOf(config));
  writeFileSync(join(root, "app.py"), "import json\n\nprint(json.dumps([]))  # another program\n");
  assert.deepEqual(zipsIn(await outputOf(config)), [first]);
  writeFileSync(join(root, "main.js"), `${main}\nconsole.log("another script");`);
  assert.deepEqual(zipsIn(await outputOf(config)), [first]);
  writeFileSync(join(root, "app.py"), "import json, csv\n");
  const [second] = zipsIn(await outputOf(config));
  assert.match(second, /^static\/python314-[\w-]{8}\.zip$/);
  assert.notEqual(second, first);
  writeFileSync(join(root, "app.py"), "import json\n");
  assert.deepEqual(zipsIn(await outputOf(config)), [first]);
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
  const config = { root, base: "./", configFile: false, logLevel: "silent", worker: { format: "es", plugins: () => [plugin()] } };
  await build({ ...config, plugins: [interpreter] });
  const names = readdirSync(join(root, "dist/assets")).filter((name) => /^python/.test(name)).map((name) => name.replace(/-[\w-]{8}\./, "-HASH."));
  assert.deepEqual(names.sort(), [
    "python314-HASH.zip",
    "python314-HASH.zip.packed.br",
    "python314.later-HASH.zip",
    "python314.later-HASH.zip.packed.br",
  ]);
  const built = await previewed(t, { ...config, plugins: [plugin()] });
  const fs = { allow: [root, here, modules] };
  const served = await developed(t, { ...config, plugins: [plugin()], optimizeDeps: { exclude: ["pyodide"] }, server: { fs } });
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

test("nothing is packed for a server", async (t) => {
  const main = `export * from "virtual:stdlib-pack"; export { default as source } from "./app.py?py";`;
  const root = project("ssr", { "package.json": `{"type": "module"}`, "server.js": main, "app.py": "import json\n" });
  const config = { root, configFile: false, logLevel: "silent", plugins: [stdlibPack()] };
  await build({ ...config, build: { ssr: "server.js" } });
  assert.deepEqual(readdirSync(join(root, "dist")), ["server.js"]);
  const built = await import(pathToFileURL(join(root, "dist/server.js")));
  const nothing = { stdLibURL: undefined, packedURL: undefined, tiers: [], packedTiers: [], appURL: undefined };
  assert.deepEqual({ ...built }, { ...nothing, source: "import json\n" });
  const server = await createServer({ ...config, server: { middlewareMode: true } });
  t.after(() => server.close());
  assert.deepEqual({ ...(await server.ssrLoadModule("/server.js")) }, { ...nothing, source: "import json\n" });
  assert.ok(!existsSync(join(root, "node_modules/.vite/stdlib-pack")));
});

test("the server of development gives out no Python that it may not serve", async (t) => {
  const root = project("access", { "index.html": "", "app.py": "import json\n" });
  write(join(scratch, "outside.py"), "secret = 1\n");
  const server = await developed(t, { root, configFile: false, logLevel: "silent", plugins: [stdlibPack()] });
  const url = server.resolvedUrls.local[0];
  assert.match(String((await ask(`${url}app.py?py&import`)).bytes), /import json/);
  for (const path of [`@fs${join(scratch, "outside.py")}?py&import`, `@fs${join(scratch, "outside.py")}?import&py`, `..%2foutside.py?py&import`]) {
    assert.doesNotMatch(String((await ask(url + path)).bytes), /secret/, path);
  }
});

test("without Pyodide, it says what to do", async (t) => {
  const root = project("missing", { "main.js": `import { stdLibURL } from "virtual:stdlib-pack"; console.log(stdLibURL);` });
  rmSync(join(root, "node_modules/pyodide"));
  const config = { root, plugins: [stdlibPack()], build: { rollupOptions: { input: join(root, "main.js") } } };
  await assert.rejects(outputOf(config), /Pyodide.* is not installed in .*missing: run 'npm install pyodide', or name another Python/);
});

test("a mistake of Python fails a build at its place, and its warnings are Vite's", async () => {
  const main = `import { stdLibURL } from "virtual:stdlib-pack"; console.log(stdLibURL);`;
  const root = project("mistake", { "main.js": main, "app.py": "import json\ndef f(:\n" });
  const { said, logger } = quietLogger();
  const config = { root, customLogger: logger, plugins: [stdlibPack({ app: "app.py", compress: "none" })], build: { rollupOptions: { input: join(root, "main.js") } } };
  await assert.rejects(outputOf(config), (error) => {
    assert.match(error.message, /error\[app-syntax-error\]: invalid syntax\n--> app\.py:2:7/);
    return true;
  });
  writeFileSync(join(root, "app.py"), "import json, sys\n__import__(sys.argv[1])\n");
  await outputOf({ ...config, logLevel: undefined });
  assert.match(said.join("\n"), /computed-import|dynamic/);
});

test("plain Rollup takes it as it is", async (t) => {
  const { rollup } = createRequire(import.meta.url)(join(modules, "rollup"));
  const main = `import { stdLibURL } from "virtual:stdlib-pack"; import("./lazy.js"); export default stdLibURL;`;
  const lazy = `export { default } from "./app.py?py";`;
  const root = project("rollup", { "main.js": main, "lazy.js": lazy, "app.py": "import csv\n" });
  const { zips, url } = await inFolder(root, async () => {
    const bundle = await rollup({ input: "main.js", plugins: [stdlibPack()] });
    await bundle.write({ dir: "dist", assetFileNames: "[name].[hash][extname]" });
    await bundle.close();
    const { default: url } = await import(pathToFileURL(join(root, "dist/main.js")));
    return { zips: readdirSync("dist").filter((name) => /\.zip/.test(name)), url };
  });
  assert.equal(zips.length, 2);
  assert.equal(zips[1], `${zips[0]}.br`);
  const zip = readFileSync(fileURLToPath(url));
  assert.equal(basename(fileURLToPath(url)), zips[0]);
  assert.ok(isZip(zip) && zip.includes("csv.pyc"));
  assert.ok(brotliDecompressSync(readFileSync(join(root, "dist", zips[1]))).equals(zip));
});

test("packs do not overlap, and one that is out of date is thrown away", { skip: windows }, async () => {
  const program = join(scratch, "program");
  const log = join(scratch, "log");
  const said = () => (existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : []);
  // The first run takes long, and takes a moment to clean up.
  writeFileSync(program, `#!/bin/sh
trap 'sleep 0.3; echo stopped >> ${log}; exit 143' TERM
[ -e ${log} ] && first=no
echo "packs $*" >> ${log}
[ "$first" ] || for i in $(seq 100); do sleep 0.1; done
printf PK > ${scratch}/python314.zip; echo {} > ${scratch}/python314.json
echo '{"outputs": [{"path": "${scratch}/python314.zip", "sha256": ""}, {"path": "${scratch}/python314.json", "sha256": ""}]}'
`);
  chmodSync(program, 0o755);
  const { STDLIB_PACK_BINARY } = process.env;
  process.env.STDLIB_PACK_BINARY = program;
  try {
    const bundle = new Bundle({}, { folder: scratch, root: scratch });
    const app = [join(scratch, "a.py")];
    const packed = bundle.of(() => app);
    while (said().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    app.push(join(scratch, "b.py"));
    bundle.discard();
    const again = bundle.of(() => app);
    assert.equal(await packed, await again);
    assert.equal(String((await packed).zips[0].bytes), "PK");
    assert.deepEqual(said().map((line) => line.replace(/--out=\S*/, "")), [
      "packs pack --json --app=a.py ",
      "stopped",
      "packs pack --json --app=a.py --app=b.py ",
    ]);
  } finally {
    process.env.STDLIB_PACK_BINARY = STDLIB_PACK_BINARY;
  }
});

test("TypeScript knows the plugin, the virtual module and imports of Python", () => {
  const root = project("types", {
    "app.ts": `
      import stdlibPack from "stdlib-pack/vite";
      import { createTiers } from "stdlib-pack/loader";
      import * as unpack from "stdlib-pack/unpack";
      import { appURL, packedTiers, packedURL, stdLibURL, tiers } from "virtual:stdlib-pack";
      import source from "./app.py?py";
      import type { Plugin } from "vite";
      export const plugin: Plugin = stdlibPack({ app: ["lib"], compress: "packed", tiers: true });
      export const texts: string[] = [source, stdLibURL, packedURL!, appURL!];
      export const all = [createTiers({ tiers }), createTiers({ tiers: packedTiers, unpack })];
      // @ts-expect-error: it may not be there
      export const text: string = packedURL;
      // @ts-expect-error: the plugin decides where the bundle is
      stdlibPack({ out: "dist" });
      // @ts-expect-error
      stdlibPack({ profile: 1 });`,
  });
  const compilerOptions = {
    strict: true, noEmit: true, skipLibCheck: true, preserveSymlinks: true,
    target: "esnext", module: "esnext", moduleResolution: "bundler", types: ["stdlib-pack/client"],
  };
  writeFileSync(join(root, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["app.ts"] }));
  const { status, stdout } = spawnSync(process.execPath, [join(modules, "typescript/bin/tsc"), "-p", root], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
