// `import source from "./app.py?py"`: the text of a Python file, which is part of the app.

const IMPORT = /\.py\?py$/;

export const isPythonImport = (id) => IMPORT.test(id);

export const pythonFile = (id) => id.slice(0, -"?py".length);

/** Resolves such an import as if it had no `?py`: relative paths and aliases work. */
export async function resolvePython(context, source, importer, options) {
  const resolved = await context.resolve(pythonFile(source), importer, { ...options, skipSelf: true });
  return resolved && !resolved.external ? `${resolved.id}?py` : null;
}

/** A module with a text. */
export function textModule(text) {
  return { code: `export default ${JSON.stringify(text)};\n`, map: null, moduleType: "js" };
}

/**
 * The Python files that the modules of a build import, once all of these are known. `own` is the module that waits for
 * them, and is not waited for.
 */
export async function filesOfBuild(context, entries, own) {
  const seen = new Set([own]);
  const visit = async (id) => {
    if (seen.has(id) || context.getModuleInfo(id)?.isExternal) return;
    seen.add(id);
    const info = await context.load({ id, resolveDependencies: true });
    for (const imported of [...info.importedIds, ...info.dynamicallyImportedIds]) await visit(imported);
  };
  for (const entry of entries) {
    const resolved = await context.resolve(entry, undefined, { isEntry: true });
    if (resolved && !resolved.external) await visit(resolved.id);
  }
  // Other plugins add modules of their own.
  for (const id of [...context.getModuleIds()]) await visit(id);
  return filesIn(seen);
}

/** The Python files that the modules of a development server import, as far as it has served these. */
export class PythonImports {
  #byImporter = new Map();

  add(importer, id) {
    if (!this.#byImporter.has(importer)) this.#byImporter.set(importer, new Set());
    this.#byImporter.get(importer).add(id);
  }

  /** Says that a file has changed: what it imports shows when it is served again. */
  forget(file) {
    for (const importer of this.#byImporter.keys()) {
      if (importer.replace(/\?.*/, "") === file) this.#byImporter.delete(importer);
    }
  }

  get files() {
    return filesIn(new Set([...this.#byImporter.values()].flatMap((ids) => [...ids])));
  }
}

const filesIn = (ids) => [...ids].filter(isPythonImport).map(pythonFile).sort();
