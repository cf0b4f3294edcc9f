// What JupyterLite's kernel loads as pyodide.mjs: Pyodide, with the bundle as its standard library.
import { loadPyodide as load } from "./pyodide/pyodide.mjs";
import { unpack } from "./stdlib-unpack.mjs";

export async function loadPyodide(options) {
  const zip = await unpack(fetch(new URL("./python314.zip.packed.br", import.meta.url)));
  const stdLibURL = URL.createObjectURL(new Blob([zip]));
  // The kernel's packages, in place of what it would install one after the other.
  const lockFileURL = new URL("./pyodide-lock.json", import.meta.url).href;
  const { packages } = await (await fetch(lockFileURL)).json();
  const indexURL = new URL("./pyodide/", import.meta.url).href;
  return load({ ...options, indexURL, lockFileURL, stdLibURL, packages: Object.keys(packages) });
}
