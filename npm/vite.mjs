// The plugin for Vite: packs the standard library that the page's Python needs, for builds and in development. Its
// hooks for builds are those of Rollup.
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";

import { Bundle } from "./vite/bundle.mjs";
import { located, warning } from "./vite/errors.mjs";
import { inputsOf, isAmong, packOptions, pathIn } from "./vite/options.mjs";
import { filesOfBuild, isPythonImport, pythonFile, PythonImports, resolvePython, textModule } from "./vite/python.mjs";
import { serveBuilt, serveZips } from "./vite/serve.mjs";
import { moduleOf } from "./vite/zips.mjs";

const ID = "virtual:stdlib-pack";
const RESOLVED_ID = `\0${ID}`;
/** Where the development server has the zips, below its base. */
const SERVED = "@stdlib-pack/";

export default function stdlibPack(options = {}) {
  let root = process.cwd();
  let folder = resolve("node_modules/.cache/stdlib-pack");
  let base = "/";
  let server;
  /** By the name of the environment: its bundle, and what its module was made of. */
  const states = new Map();

  function stateOf({ environment }) {
    const name = environment?.name ?? "client";
    if (!states.has(name)) states.set(name, { name, imports: new PythonImports(), entries: [], zips: [] });
    return states.get(name);
  }

  async function bundleOf(context, state) {
    const { environment } = context;
    let imported = () => state.imports.files;
    if (server) {
      // Then it has seen what the page imports statically.
      await environment.waitForRequestsIdle(RESOLVED_ID);
    } else {
      const files = await filesOfBuild(context, state.entries, RESOLVED_ID);
      imported = () => files;
    }
    const given = [options.app ?? []].flat().map((path) => pathIn(root, path));
    try {
      state.bundle ??= new Bundle(packOptions(options, root, Boolean(server)), { folder, root });
      return await state.bundle.of(() => [...new Set([...given, ...imported()])]);
    } catch (error) {
      return context.error(located(error, root));
    }
  }

  function report(context, { summary, receipt }) {
    for (const diagnostic of summary.warnings) context.warn(warning(diagnostic, root));
    const { modules, stdlib_modules: all } = summary.totals;
    context.info(`${modules} of ${all} modules; receipt: ${relative(root, receipt)}`);
  }

  /** The source of the virtual module, once its bundle is packed. */
  async function moduleFor(context) {
    if (context.environment?.config.consumer === "server") return moduleOf([]);
    const state = stateOf(context);
    state.app = undefined;
    const inputs = inputsOf(options, root);
    if (server) server.watcher.add(inputs);
    else inputs.forEach((input) => context.addWatchFile(input));
    const bundle = await bundleOf(context, state);
    report(context, bundle);
    if (server) {
      Object.assign(state, { app: bundle.app, zips: bundle.zips });
      return moduleOf(state.zips, ({ name }) => JSON.stringify(`${base}${SERVED}${state.name}/${name}`));
    }
    const emit = ({ name, bytes }) => context.emitFile({ type: "asset", name, source: bytes });
    state.zips = bundle.zips.map((zip) => ({ ...zip, reference: emit(zip) }));
    return moduleOf(state.zips, ({ reference }) => `import.meta.ROLLUP_FILE_URL_${reference}`);
  }

  /** Whether an import is of a Python file that the module in the browser was not made for. */
  function isNew(context, id) {
    const { app } = stateOf(context);
    return Boolean(app && !app.includes(pythonFile(id)));
  }

  /** Drops a bundle that is out of date, and the module that was made for it. */
  function discard(context) {
    stateOf(context).bundle?.discard();
    const { environment } = context;
    const module = server && environment.moduleGraph.getModuleById(RESOLVED_ID);
    if (module) environment.moduleGraph.invalidateModule(module);
  }

  return {
    name: "stdlib-pack",

    configResolved(config) {
      ({ root, base } = config);
      folder = join(config.cacheDir, "stdlib-pack");
    },

    buildStart({ input = [] }) {
      const state = stateOf(this);
      state.bundle?.discard();
      Object.assign(state, { entries: Object.values(input), zips: [] });
    },

    resolveId: {
      // Vite would resolve imports of Python itself.
      order: "pre",
      async handler(source, importer, details) {
        if (source === ID) return RESOLVED_ID;
        if (!isPythonImport(source)) return null;
        const id = await resolvePython(this, source, importer, details);
        if (server && importer && id) {
          stateOf(this).imports.add(importer, id);
          // The browser has yet to ask for the importer, and for what that imports.
          if (isNew(this, id)) discard(this);
        }
        return id;
      },
    },

    load(id) {
      if (id === RESOLVED_ID) return moduleFor(this);
      // Vite's server reads files itself, and only those that it may serve.
      if (!isPythonImport(id) || server) return null;
      this.addWatchFile(pythonFile(id));
      return readFileSync(pythonFile(id), "utf8");
    },

    // The bundle waits for the modules that import it. A plugin that waits for what they import would wait for ever.
    shouldTransformCachedModule: {
      order: "pre",
      handler: ({ resolvedSources }) => Object.values(resolvedSources).some(({ id }) => id === RESOLVED_ID) || null,
    },

    transform(code, id) {
      if (!isPythonImport(id)) return null;
      // It is imported later, when the page has its bundle.
      if (isNew(this, id)) this.environment.hot.send({ type: "full-reload" });
      return textModule(code);
    },

    generateBundle() {
      for (const { reference, forms } of stateOf(this).zips) {
        for (const [extension, source] of forms) {
          this.emitFile({ type: "asset", fileName: this.getFileName(reference) + extension, source });
        }
      }
    },

    watchChange(file) {
      const { bundle, imports } = stateOf(this);
      imports.forget(file);
      if (isAmong(file, [...inputsOf(options, root), ...(bundle?.app ?? [])])) discard(this);
    },

    hotUpdate({ file }) {
      const { config, hot } = this.environment;
      if (config.consumer === "server") return undefined;
      if (!isAmong(file, [...inputsOf(options, root), ...stateOf(this).imports.files])) return undefined;
      hot.send({ type: "full-reload" });
      return [];
    },

    configureServer(started) {
      server = started;
      const { headers } = server.config.server;
      const zipsOf = (environment) => states.get(environment)?.zips ?? [];
      server.middlewares.use(serveZips(zipsOf, { base: base + SERVED, headers }));
    },

    configurePreviewServer({ config, middlewares }) {
      const { outDir } = config.environments.client.build;
      middlewares.use(serveBuilt(resolve(root, outDir), { base, headers: config.preview.headers }));
    },
  };
}
