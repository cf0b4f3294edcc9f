// The interpreter of pyscript.toml: Pyodide, with the bundle as its standard library.
import { loadPyodide as load, version } from "./pyodide/pyodide.mjs";
import { unpackInWorker } from "./stdlib-unpack.mjs";

export { version };

export async function loadPyodide(options) {
  const zip = await unpackInWorker(fetch(new URL("./python314.zip.packed.br", import.meta.url)));
  const stdLibURL = URL.createObjectURL(new Blob([zip]));
  return load({ ...options, indexURL: new URL("./pyodide/", import.meta.url).href, stdLibURL });
}
