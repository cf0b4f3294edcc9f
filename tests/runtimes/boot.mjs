// Boots Pyodide from a bundle and does what every page does: node boot.mjs FOLDER ZIP
const [folder, zip] = process.argv.slice(2);
try {
  const { loadPyodide } = await import(folder + "/pyodide.mjs");
  const pyodide = await loadPyodide({ stdLibURL: zip });
  console.log("run", pyodide.runPython("1 + 1"));
  console.log("await", await pyodide.runPythonAsync("import asyncio\nawait asyncio.sleep(0.01)\n'slept'"));
  try {
    pyodide.runPython("def f():\n    raise ValueError('no')\nf()");
  } catch (error) {
    console.log("traceback", String(error.message).includes('line 2, in f\nValueError: no'));
  }
  console.log("convert", pyodide.toPy({ a: 1 }).toString());
  await pyodide.loadPackagesFromImports("import sys");
  console.log("done");
} catch (error) {
  // Its own message quotes the whole of a minified file.
  console.log("failed", String(error.message).slice(0, 2000));
}
