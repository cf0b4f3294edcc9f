// Runs the __main__ of a zip in Pyodide under Node.js, unpacked into /app: node pyodide.mjs PYODIDE ZIP [LIBRARY.zip]
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, zip, library] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(folder + "/pyodide.mjs"));
const pyodide = await loadPyodide({
  indexURL: folder,
  env: { HOME: "/home/pyodide", COLUMNS: "80", TERM: "xterm", PYTHONHASHSEED: "0" },
  ...(library && { stdLibURL: library }),
});
pyodide.unpackArchive(new Uint8Array(readFileSync(zip)), "zip", { extractDir: "/app" });
try {
  pyodide.runPython(`
import runpy, sys
sys.path.insert(0, "/app")
runpy._run_module_as_main("__main__", False)
`);
} catch (error) {
  const ended = /SystemExit: (\d+)\s*$/.exec(error.message);
  if (!ended) process.stderr.write(error.message);
  process.exit(ended ? Number(ended[1]) : 1);
}
