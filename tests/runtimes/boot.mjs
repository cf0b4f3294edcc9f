// Boots Pyodide from a bundle and does what every page does, and prints how it went.
// Under Node.js: node boot.mjs PYODIDE_FOLDER ZIP
// In Chromium:   node boot.mjs PLAYWRIGHT URL, where docs/demo/serve.mjs serves both
import { createRequire } from "node:module";

/** Runs in Node.js as well as in a page, so it uses nothing from around it. */
async function boot({ module, options }) {
  const said = [];
  try {
    const { loadPyodide } = await import(module);
    const pyodide = await loadPyodide(options);
    said.push("run " + pyodide.runPython("1 + 1"));
    said.push("await " + (await pyodide.runPythonAsync("import asyncio\nawait asyncio.sleep(0.01)\n'slept'")));
    try {
      pyodide.runPython("def f():\n    raise ValueError('no')\nf()");
    } catch (error) {
      said.push("traceback " + String(error.message).includes("line 2, in f\nValueError: no"));
    }
    said.push("convert " + pyodide.toPy({ a: 1 }).toString());
    await pyodide.loadPackagesFromImports("import sys");
    said.push("done");
  } catch (error) {
    // Its own message quotes the whole of a minified file.
    said.push("failed " + String(error.message).slice(0, 2000));
  }
  return said.join("\n");
}

const [first, second] = process.argv.slice(2);
if (second.startsWith("http")) {
  const { chromium } = createRequire(import.meta.url)(first);
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium", args });
  const page = await browser.newPage();
  await page.goto(second + "receipt.json");
  const options = { indexURL: second + "pyodide/", stdLibURL: second + "bundle.zip" };
  console.log(await page.evaluate(boot, { module: second + "pyodide/pyodide.mjs", options }));
  await browser.close();
} else {
  console.log(await boot({ module: first + "/pyodide.mjs", options: { stdLibURL: second } }));
}
