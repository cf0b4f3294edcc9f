// Runs a Python program in CPython for WASI under Node.js: node --no-warnings wasi.mjs CONFIG.json
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const { place, home, work, mounts } = JSON.parse(readFileSync(process.argv[2], "utf8"));
// PYTHONHOME, not PYTHONPATH: with the latter the library inside the wasm stays on sys.path.
const wasi = new WASI({
  version: "preview1",
  args: ["python", "-s", "-B", "-W", "ignore", "/work/task.py"],
  env: { PYTHONHASHSEED: "0", ...(home && { PYTHONHOME: "/home" }) },
  preopens: {
    "/work": work,
    ...(home && { "/home": home }),
    ...Object.fromEntries(mounts.map((mount) => [mount.place, mount.folder])),
  },
});
const module = await WebAssembly.compile(readFileSync(place));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
