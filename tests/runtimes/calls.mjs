// Runs calls.py in Pyodide (a folder) or in a WASI build of Python (a .wasm file).
// Usage: node calls.mjs RUNTIME calls.py
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

const [runtime, script] = process.argv.slice(2);
if (runtime.endsWith(".wasm")) {
  const { WASI } = await import("node:wasi");
  const wasi = new WASI({ version: "preview1", args: ["python", "/tests/calls.py", "wasi"], preopens: { "/tests": dirname(script) } });
  const { instance } = await WebAssembly.instantiate(readFileSync(runtime), wasi.getImportObject());
  wasi.start(instance);
} else {
  const { loadPyodide } = await import(runtime + "/pyodide.mjs");
  const pyodide = await loadPyodide({ stdin: () => undefined });
  pyodide.runPython("import sys; sys.argv = ['calls', 'pyodide']");
  pyodide.runPython(readFileSync(script, "utf8"));
  process.exit(0);
}
