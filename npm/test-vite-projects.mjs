// What the tests of the plugin share: Vite, projects to run it in, and their servers.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));
export const modules = join(here, "../tests/tools/node/node_modules");
export const example = join(here, "../examples/vite");
export const windows = process.platform === "win32";
process.env.STDLIB_PACK_BINARY ??= join(here, "../target/debug", windows ? "stdlib-pack.exe" : "stdlib-pack");

/** A module of the packages that the tests have. */
export const required = createRequire(join(modules, "of-the-tests.cjs"));
const viteFolder = process.env.STDLIB_PACK_TEST_VITE ?? join(modules, "vite");
export const vite = await import(pathToFileURL(join(viteFolder, "dist/node/index.js")));

export const scratch = mkdtempSync(join(tmpdir(), "stdlib-pack-vite-"));
after(() => rmSync(scratch, { recursive: true }));

/** A project: a copy of a folder, or files by their names; with what it would have installed. */
export function project(name, files) {
  const root = join(scratch, name);
  const isSource = (path) => !/node_modules|dist/.test(path);
  if (typeof files === "string") cpSync(files, root, { recursive: true, filter: isSource });
  else for (const [file, text] of Object.entries(files)) write(join(root, file), text);
  const installed = join(root, "node_modules");
  mkdirSync(installed);
  symlinkSync(here, join(installed, "stdlib-pack"), "junction");
  symlinkSync(join(modules, "pyodide-314.0.7"), join(installed, "pyodide"), "junction");
  symlinkSync(viteFolder, join(installed, "vite"), "junction");
  return root;
}

export function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** The sources in a folder. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true }).filter((path) => !/^(node_modules|dist)/.test(path)).sort();
}

/** Keeps what Vite would print. */
export function quiet() {
  const said = [];
  const say = (text) => void said.push(text);
  const customLogger = {
    ...{ info: say, warn: say, warnOnce: say, error: say },
    ...{ clearScreen() {}, hasErrorLogged: () => false, hasWarned: false },
  };
  return { said, config: { customLogger, logLevel: "warn" } };
}

/** A server for development, which is closed after the test. */
export async function developed(t, config) {
  const server = await vite.createServer({ ...config, server: { port: 0, ...config.server } });
  t.after(() => server.close());
  return server.listen();
}

/** A server of what was built, which is closed after the test. */
export async function previewed(t, config) {
  const server = await vite.preview({ ...config, preview: { port: 0, ...config.preview } });
  t.after(() => server.close());
  return server;
}

/** Works in a folder, as a command does that is run there. */
export async function inFolder(folder, work) {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(before);
  }
}

/** The files of a zip begin like this. */
export const isZip = (bytes) => bytes.subarray(0, 4).toString("latin1") === "PK\x03\x04";
