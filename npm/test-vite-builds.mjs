// The plugin in builds by Vite and Rollup, without a browser (after `make setup`). Needs what test-vite.mjs needs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";

import {
  filesOf, here, inFolder, isZip, modules, project, quiet, required, scratch, vite, windows,
} from "./test-vite-projects.mjs";
import stdlibPack from "./vite.mjs";
import { Bundle } from "./vite/bundle.mjs";

const { build, createBuilder, createServer } = vite;
const script = `import { stdLibURL } from "virtual:stdlib-pack"; console.log(stdLibURL);`;
const scriptWithPython = `${script} import source from "./app.py?py"; console.log(source);`;

/** The names of the zips of a build of main.js, and of their compressed forms. */
async function zipsOf({ root, ...config }) {
  const options = { write: false, assetsDir: "static", rollupOptions: { input: join(root, "main.js") } };
  const { output } = await build({ root, configFile: false, logLevel: "silent", ...config, build: options });
  return output.map(({ fileName }) => fileName).filter((name) => /\.zip/.test(name));
}

test("the hash in a name changes when the bundle does, and not otherwise", async () => {
  const root = project("names", { "main.js": scriptWithPython, "app.py": "import json\n" });
  const config = { root, plugins: [stdlibPack({ compress: "none" })] };
  const [first] = await zipsOf(config);
  writeFileSync(join(root, "app.py"), "import json\n\nprint(json.dumps([]))  # another program\n");
  assert.deepEqual(await zipsOf(config), [first]);
  writeFileSync(join(root, "main.js"), `${scriptWithPython}\nconsole.log("another script");`);
  assert.deepEqual(await zipsOf(config), [first]);
  writeFileSync(join(root, "app.py"), "import json, csv\n");
  const [second] = await zipsOf(config);
  assert.match(second, /^static\/python314-[\w-]{8}\.zip$/);
  assert.notEqual(second, first);
  writeFileSync(join(root, "app.py"), "import json\n");
  assert.deepEqual(await zipsOf(config), [first]);
});

test("a build that watches packs again", async (t) => {
  const root = project("watched", {
    "index.html": `<script type="module" src="./main.js"></script>`,
    "main.js": scriptWithPython,
    "app.py": "import json\n",
  });
  const plugins = [stdlibPack({ compress: "none" })];
  const watcher = await build({ root, configFile: false, logLevel: "silent", plugins, build: { watch: {} } });
  t.after(() => watcher.close());
  /** The zip of the next build. */
  const next = async (text) => {
    const built = new Promise((resolve, reject) => {
      watcher.on("event", ({ code, error }) => (code === "END" ? resolve() : error && reject(error)));
    });
    if (text) writeFileSync(join(root, "app.py"), text);
    await built;
    const [zip] = readdirSync(join(root, "dist/assets")).filter((name) => name.endsWith(".zip"));
    return readFileSync(join(root, "dist/assets", zip));
  };
  assert.ok(!(await next()).includes("csv.pyc"));
  assert.ok((await next("import json, csv\n")).includes("csv.pyc"));
  assert.ok(!(await next("import json\n")).includes("csv.pyc"));
});

test("each environment has a bundle of its own, and a server none", async (t) => {
  const exporting = (python) => `export * from "virtual:stdlib-pack"; export { default as source } from "./${python}";`;
  const root = project("environments", {
    "package.json": `{"type": "module"}`,
    "page.js": exporting("page.py?py"),
    "page.py": "import colorsys\n",
    "frame.js": exporting("frame.py?py"),
    "frame.py": "import csv\n",
  });
  const environment = (input, outDir) => {
    return { build: { outDir, rollupOptions: { input: join(root, input), preserveEntrySignatures: "strict" } } };
  };
  const config = {
    root,
    configFile: false,
    logLevel: "silent",
    plugins: [stdlibPack({ compress: "none" })],
    builder: { sharedPlugins: true },
    environments: {
      client: environment("page.js", "dist/page"),
      frame: { consumer: "client", ...environment("frame.js", "dist/frame") },
      ssr: environment("page.js", "dist/server"),
    },
  };
  await (await createBuilder(config)).buildApp();
  const zipOf = (folder) => {
    const [zip] = readdirSync(join(root, folder)).filter((name) => name.endsWith(".zip"));
    return readFileSync(join(root, folder, zip));
  };
  const [page, frame] = ["dist/page/assets", "dist/frame/assets"].map(zipOf);
  assert.ok(page.includes("colorsys.pyc") && !page.includes("csv.pyc"));
  assert.ok(frame.includes("csv.pyc") && !frame.includes("colorsys.pyc"));

  const nothing = { stdLibURL: undefined, packedURL: undefined, tiers: [], packedTiers: [], appURL: undefined };
  assert.deepEqual(filesOf(join(root, "dist/server")), ["page.js"]);
  const built = await import(pathToFileURL(join(root, "dist/server/page.js")));
  assert.deepEqual({ ...built }, { ...nothing, source: "import colorsys\n" });
  const server = await createServer({ ...config, server: { middlewareMode: true } });
  t.after(() => server.close());
  assert.deepEqual({ ...(await server.ssrLoadModule("/page.js")) }, { ...nothing, source: "import colorsys\n" });
});

test("without Pyodide, it says what to do", async (t) => {
  const root = project("missing", { "main.js": script });
  rmSync(join(root, "node_modules/pyodide"));
  const whatToDo = /Pyodide.* is not installed in .*missing: run 'npm install pyodide', or name another Python/;
  await assert.rejects(zipsOf({ root, plugins: [stdlibPack()] }), whatToDo);
});

test("a mistake of Python fails a build at its place, and its warnings are Vite's", async () => {
  const root = project("mistake", { "main.js": script, "app.py": "import json\ndef f(:\n" });
  const { said, config: silent } = quiet();
  const config = { root, ...silent, plugins: [stdlibPack({ app: "app.py", compress: "none" })] };
  await assert.rejects(zipsOf(config), /error\[app-syntax-error\]: invalid syntax\n--> app\.py:2:7/);
  writeFileSync(join(root, "app.py"), "import json, sys\n__import__(sys.argv[1])\n");
  await zipsOf(config);
  assert.match(said.join("\n"), /warning\[dynamic-import\]: a module is imported by a name that is not a literal/);
});

test("plain Rollup takes it as it is", async (t) => {
  const { rollup } = required("rollup");
  const main = `import { stdLibURL } from "virtual:stdlib-pack"; import("./lazy.js"); export default stdLibURL;`;
  const scripts = { "lazy.js": `import("./lazier.js");`, "lazier.js": `export { default } from "./app.py?py";` };
  const root = project("rollup", { "main.js": main, ...scripts, "app.py": "import csv\n" });
  const { zips, url } = await inFolder(root, async () => {
    const bundle = await rollup({ input: "main.js", plugins: [stdlibPack({ payload: "source" })] });
    await bundle.write({ dir: "dist", assetFileNames: "[name].[hash][extname]" });
    await bundle.close();
    const { default: url } = await import(pathToFileURL(join(root, "dist/main.js")));
    return { zips: readdirSync("dist").filter((name) => /\.zip/.test(name)), url };
  });
  assert.equal(zips.length, 2);
  assert.equal(zips[1], `${zips[0]}.br`);
  const zip = readFileSync(fileURLToPath(url));
  assert.equal(basename(fileURLToPath(url)), zips[0]);
  assert.ok(isZip(zip) && zip.includes("csv.py"));
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
echo '${JSON.stringify({ outputs: [{ path: join(scratch, "python314.zip") }, { path: join(scratch, "python314.json") }] })}'
`);
  chmodSync(program, 0o755);
  const { STDLIB_PACK_BINARY } = process.env;
  process.env.STDLIB_PACK_BINARY = program;
  try {
    const bundle = new Bundle({}, { folder: scratch, root: scratch });
    let app = [join(scratch, "a.py")];
    const first = bundle.of(() => app);
    while (said().length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    app = [...app, join(scratch, "b.py")];
    bundle.discard();
    const second = bundle.of(() => app);
    assert.equal(await first, await second);
    assert.equal(String((await first).zips[0].bytes), "PK");
    const runs = ["packs pack --json --app=a.py ", "stopped", "packs pack --json --app=a.py --app=b.py "];
    const withoutFolder = () => said().map((line) => line.replace(/--out=\S*/, ""));
    assert.deepEqual(withoutFolder(), runs);

    // The app is another one when the bundle is ready.
    bundle.discard();
    const third = bundle.of(() => app);
    app = [join(scratch, "c.py")];
    assert.deepEqual((await third).app, app);
    assert.deepEqual(withoutFolder(), [...runs, runs[2], "packs pack --json --app=c.py "]);
  } finally {
    process.env.STDLIB_PACK_BINARY = STDLIB_PACK_BINARY;
  }
});

test("the example has the versions that are tested", () => {
  const read = (path) => JSON.parse(readFileSync(join(here, path), "utf8"));
  const { dependencies, devDependencies } = read("../examples/vite/package.json");
  const { vite, ...tested } = read("../tests/setup/package.json").dependencies;
  const ours = read("package.json").version;
  assert.deepEqual({ ...dependencies, ...devDependencies }, { pyodide: "314.0.7", "stdlib-pack": ours, vite });
  assert.equal(tested["pyodide-314.0.7"], "npm:pyodide@314.0.7");
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
  const compiler = join(modules, "typescript/bin/tsc");
  const { status, stdout } = spawnSync(process.execPath, [compiler, "-p", root], { encoding: "utf8" });
  assert.equal(stdout, "");
  assert.equal(status, 0);
});
