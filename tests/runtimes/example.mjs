// Builds an example with the commands of its README, and visits its page in Chromium.
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const tools = join(root, "tests/tools");

/** The examples, in the order of the book. */
export const names = ["pyodide-page", "pyodide-worker", "service-worker", "pyscript", "jupyterlite", "marimo"];

/** Builds an example in a folder of its own below `work`, with that program, and returns the folder to serve. */
export async function build(name, work, program) {
  const folder = join(work, name);
  const { first, then } = commands(name);
  copy(first.length > 0 ? prepared(name) : join(root, "examples", name), folder);
  const bin = join(work, "bin");
  mkdirSync(bin, { recursive: true });
  if (!existsSync(join(bin, "stdlib-pack"))) symlinkSync(program, join(bin, "stdlib-pack"));
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  for (const command of then) {
    const [, packages] = /^npm install (.*)/.exec(command) ?? [];
    for (const wanted of packages?.split(" ") ?? []) link(folder, wanted);
    if (!packages) await run("sh", ["-ec", command], { cwd: folder, env });
  }
  return join(folder, "site");
}

/** Copies the folder of an example, but links what pip has fetched. */
function copy(from, to) {
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from)) {
    if (name === "venv" || name === "wheels") symlinkSync(join(from, name), join(to, name));
    else cpSync(join(from, name), join(to, name), { recursive: true });
  }
}

/**
 * What the README of an example tells to run, but for its last command, which serves the page: `first` what needs the
 * network, which is all before the bundle where pip is used; packages from npm are among the others.
 */
function commands(name) {
  const readme = join(root, "examples", name, "README.md");
  const text = readFileSync(readme, "utf8").replaceAll(/ \\\n +/g, " ");
  const found = [...text.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command);
  const last = found.pop();
  if (last !== "node ../serve.mjs site") throw new Error(`${readme} does not end with 'node ../serve.mjs site'`);
  const installed = found.filter((command) => command.startsWith("npm install "));
  const others = found.filter((command) => !installed.includes(command));
  const packs = others.findIndex((command) => command.startsWith("stdlib-pack "));
  const usesPip = others.some((command) => command.includes("/pip "));
  return { first: others.slice(0, usesPip ? packs : 0), then: [...installed, ...others.slice(usesPip ? packs : 0)] };
}

/** The folder of an example in which its first commands were run. */
function prepared(name) {
  const folder = join(tools, "examples", name);
  if (!isPrepared(name, folder)) throw new Error(`the packages of examples/${name} are missing: run make setup`);
  return folder;
}

// The digest is written last.
const isPrepared = (name, folder) =>
  existsSync(folder + ".sha256") && readFileSync(folder + ".sha256", "utf8") === digest(name);

/** Runs the first commands of the examples that are not there yet. */
export async function prepare() {
  for (const name of names) {
    const { first } = commands(name);
    const folder = join(tools, "examples", name);
    if (first.length === 0) continue;
    if (!isPrepared(name, folder)) {
      console.error(`examples: installing what ${name} needs`);
      rmSync(folder, { recursive: true, force: true });
      cpSync(join(root, "examples", name), folder, { recursive: true });
      for (const command of first) await run("sh", ["-ec", command], { cwd: folder });
      writeFileSync(folder + ".sha256", digest(name));
    }
    console.log(`examples: ${name}`);
  }
}

/** The digest of what an example is prepared from: the commands and the other files than the README. */
function digest(name) {
  const hash = createHash("sha256").update(JSON.stringify(commands(name).first));
  const folder = join(root, "examples", name);
  for (const path of readdirSync(folder, { recursive: true }).sort().filter((path) => path !== "README.md")) {
    hash.update(path + "\0");
    if (statSync(join(folder, path)).isFile()) hash.update(readFileSync(join(folder, path)));
  }
  return hash.digest("hex");
}

/** Links a package of npm, such as `pyodide@314.0.7`. */
function link(folder, wanted) {
  const [, name, version] = /^(.+)@(.+)$/.exec(wanted);
  const places = [`${name}-${version}`, name].map((place) => join(tools, "node/node_modules", place));
  const source = places.find((place) => existsSync(place) && packageVersion(place) === version);
  if (!source) throw new Error(`${wanted} is missing: run make setup`);
  const target = join(folder, "node_modules", name);
  mkdirSync(dirname(target), { recursive: true });
  symlinkSync(source, target);
}

const packageVersion = (place) => JSON.parse(readFileSync(join(place, "package.json"), "utf8")).version;

const servers = new Set();
process.on("exit", () => servers.forEach((server) => server.kill()));

/** Serves a folder as the READMEs tell, and returns the address and the process. */
export async function serve(folder) {
  const server = spawn("node", [join(root, "examples/serve.mjs"), folder, "0"]);
  servers.add(server);
  const said = await new Promise((resolve) => server.stdout.once("data", resolve));
  return { url: String(said).trim(), server };
}

export function launch() {
  const { chromium } = createRequire(import.meta.url)(join(tools, "node/node_modules/playwright-core"));
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    ],
  });
}

/** Runs the first cell of a notebook, again and again as a person would: JupyterLite forgets what was run too early. */
async function runCell(page, printed) {
  for (let patience = 20_000; ; patience *= 2) {
    await page.click(".jp-CodeCell .cm-content");
    await page.keyboard.press("Shift+Enter");
    try {
      return await printed.first().waitFor({ timeout: patience });
    } catch (error) {
      if (patience > 60_000) throw error;
    }
  }
}

/** Where the output is in a page, if not in #output. */
const outputs = {
  jupyterlite: ".jp-OutputArea-output pre",
  marimo: ".paragraph:has-text('Quartiles')",
};

/** Opens the page of an example, and returns what Python has printed there first. */
export async function open(page, name, url) {
  page.setDefaultTimeout(120_000);
  await page.goto(url + (name === "jupyterlite" ? "notebooks/index.html?path=analysis.ipynb" : ""));
  const printed = page.locator(outputs[name] ?? "#output").filter({ hasText: /\S/ });
  if (name === "jupyterlite") await runCell(page, printed);
  else await printed.waitFor();
  return (await printed.first().textContent()).trim();
}

/** The library of a site, as it is sent. */
export function library(site) {
  const copied = join(site, "pyodide/python_stdlib.zip.br");
  if (existsSync(copied)) return copied;
  const folder = [site, join(site, "python")].find((folder) => existsSync(join(folder, "python314.json")));
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".packed.br")));
}
