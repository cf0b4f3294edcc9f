// Runs a Python program in Pyodide under Node.js: node pyodide.mjs CONFIG.json
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const { place: folder, zip, task, app } = JSON.parse(readFileSync(process.argv[2], "utf8"));
try {
  const { loadPyodide } = await import(pathToFileURL(folder + "/pyodide.mjs"));
  const pyodide = await loadPyodide({ indexURL: folder, ...(zip && { stdLibURL: zip }) });
  if (app) {
    pyodide.FS.mkdirTree("/app");
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: app }, "/app");
  }
  pyodide.runPython(readFileSync(task, "utf8"));
  process.exit(0);
} catch (error) {
  // The stack quotes the whole of a minified file.
  process.stderr.write(String(error.message).slice(-4000) + "\n");
  process.exit(1);
}
