// Builds an example with the commands of its README, and visits its page in Chromium.
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const tools = join(root, "tests/tools");

/** The examples, in the order of the book. */
export const names = ["pyodide-page", "pyodide-worker", "service-worker", "pyscript", "jupyterlite"];

/** Builds an example in a folder of its own below `work`, with that program, and returns the folder to serve. */
export async function build(name, work, program) {
  const folder = join(work, name);
  cpSync(join(root, "examples", name), folder, { recursive: true });
  const bin = join(work, "bin");
  mkdirSync(bin, { recursive: true });
  if (!existsSync(join(bin, "stdlib-pack"))) symlinkSync(program, join(bin, "stdlib-pack"));
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  for (const command of commands(join(folder, "README.md"))) {
    if (!isInstalled(command, folder)) await run("sh", ["-ec", command], { cwd: folder, env });
  }
  return join(folder, "site");
}

/** What the README tells to run, but for its last command, which serves the page. */
function commands(readme) {
  const text = readFileSync(readme, "utf8").replaceAll(/ \\\n +/g, " ");
  const found = [...text.matchAll(/^\$ (.*)$/gm)].map(([, command]) => command);
  const last = found.pop();
  if (last !== "node ../serve.mjs site") throw new Error(`${readme} does not end with 'node ../serve.mjs site'`);
  return found;
}

/** Whether a command installs packages: `make setup` has fetched them, and they are linked into the folder. */
function isInstalled(command, folder) {
  const [, packages] = /^npm install (.*)/.exec(command) ?? [];
  for (const wanted of packages?.split(" ") ?? []) link(folder, wanted);
  // tests/setup/runtimes.sh runs these three with the lists of the example.
  const [, venv] = /^python3 -m venv (\w+)$/.exec(command) ?? [];
  const [, wheels] = /^venv\/bin\/pip download .* --dest (\w+)/.exec(command) ?? [];
  for (const name of [venv, wheels]) {
    if (name) symlinkSync(join(tools, "jupyterlite", name), join(folder, name));
  }
  return Boolean(packages || venv || wheels) || command.startsWith("venv/bin/pip install ");
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

/** Serves a folder as the READMEs tell, and returns the address and the process. */
export async function serve(folder) {
  const server = spawn("node", [join(root, "examples/serve.mjs"), folder, "0"]);
  process.on("exit", () => server.kill());
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

/** Opens the page of an example, and returns what Python has printed there first. */
export async function open(page, name, url) {
  page.setDefaultTimeout(120_000);
  await page.goto(url + (name === "jupyterlite" ? "notebooks/index.html?path=analysis.ipynb" : ""));
  const output = page.locator(name === "jupyterlite" ? ".jp-OutputArea-output pre" : "#output");
  const printed = output.filter({ hasText: /\S/ });
  if (name === "jupyterlite") await runCell(page, printed);
  else await printed.waitFor();
  return (await printed.first().textContent()).trim();
}

/** The library of a site. */
export function library(site) {
  const folder = [site, join(site, "python")].find((folder) => existsSync(join(folder, "python314.json")));
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".packed.br")));
}
