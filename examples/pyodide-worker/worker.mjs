// Runs estimate.py, and sends the page what it prints.
import { loadPyodide } from "./pyodide/pyodide.mjs";
import { unpack } from "./stdlib-unpack.mjs";

const [zip, program] = await Promise.all([
  unpack(fetch("./python314.zip.packed.br")),
  fetch("./estimate.py").then((response) => response.text()),
]);
const stdLibURL = URL.createObjectURL(new Blob([zip]));
const pyodide = await loadPyodide({ stdLibURL, stdout: (line) => postMessage(line) });
URL.revokeObjectURL(stdLibURL);
pyodide.runPython(program);
