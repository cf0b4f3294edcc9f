// Runs a Python program in Pyodide under Node.js: node pyodide.mjs CONFIG.json
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";

const { place: folder, zip, further, task, mounts } = JSON.parse(readFileSync(process.argv[2], "utf8"));
try {
  const { loadPyodide } = await import(pathToFileURL(folder + "/pyodide.mjs"));
  const pyodide = await loadPyodide({ indexURL: folder, ...(zip && { stdLibURL: zip }) });
  for (const file of further) pyodide.FS.writeFile("/lib/" + basename(file), readFileSync(file));
  for (const mount of mounts) {
    pyodide.FS.mkdirTree(mount.place);
    pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root: mount.folder }, mount.place);
  }
  pyodide.runPython(readFileSync(task, "utf8"));
  process.exit(0);
} catch (error) {
  // The stack quotes the whole of a minified file.
  process.stderr.write(String(error.message).slice(-4000) + "\n");
  process.exit(1);
}
