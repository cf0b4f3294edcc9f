// The options of the plugin, as those of `pack`.
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";

/** The options that name files and folders whose changes matter. */
const PATHS = ["app", "checkAgainst", "dependency", "extraModule", "manifests", "requirements", "startRecorded"];

/** The options of `pack` for a project in `root`. */
export function packOptions({ buildPython, compress = "brotli", budget, locked, ...others }, root, isDevelopment) {
  const options = { profile: "pyodide-minimal", ...others, buildPython: buildPython ?? pyodideOf(root) };
  if (!isDevelopment) return { ...options, compress, budget, locked };
  // A change has to show at once. Only the packed form has a URL of its own.
  const packed = String(compress).split(",").filter((form) => form.startsWith("packed"));
  return { ...options, compress: packed.length ? packed : "none" };
}

/** The Pyodide that the project has installed. */
function pyodideOf(root) {
  try {
    return `pyodide:${dirname(createRequire(join(root, "package.json")).resolve("pyodide"))}`;
  } catch {
    throw new Error(
      `Pyodide, which compiles the standard library, is not installed in ${root}: run 'npm install pyodide', ` +
        "or name another Python with the option 'buildPython'",
    );
  }
}

/** The files and folders that options name. */
export function inputsOf(options, root) {
  const { profile = "" } = options;
  const named = PATHS.flatMap((name) => options[name] ?? []);
  return [...named, ...(/\.ya?ml$/.test(profile) ? [profile] : [])].map((path) => pathIn(root, path));
}

/** A path with slashes, as Vite and Rollup name modules. */
export const pathIn = (root, path) => resolve(root, path).replaceAll("\\", "/");

/** Whether a file is one of these, or a Python file in one of these folders. */
export function isAmong(file, inputs) {
  const path = pathIn("", file);
  const isPython = /\.(py|ipynb)$/.test(path);
  return inputs.some((input) => path === input || (isPython && path.startsWith(`${input}/`)));
}
