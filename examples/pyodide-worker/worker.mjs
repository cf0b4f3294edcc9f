// Runs estimate.py, and sends the page what it prints.
import { pyodide } from "./load.mjs";

pyodide.setStdout({ batched: (line) => postMessage(line) });
const program = await fetch("./estimate.py");
pyodide.runPython(await program.text());
