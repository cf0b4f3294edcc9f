import { readFileSync } from "node:fs";
import stdlibPack from "stdlib-pack/vite";
import { defineConfig } from "vite";

// Pyodide looks for its interpreter beside the script that loads it.
const interpreter = {
  name: "pyodide-interpreter",
  apply: "build",
  generateBundle() {
    for (const file of ["pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json"]) {
      const source = readFileSync(`node_modules/pyodide/${file}`);
      this.emitFile({ type: "asset", fileName: `assets/${file}`, source });
    }
  },
};

export default defineConfig({
  plugins: [stdlibPack(), interpreter],
  optimizeDeps: { exclude: ["pyodide"] },
});
