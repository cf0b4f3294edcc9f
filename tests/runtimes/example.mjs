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

/** Builds an example in a folder of its own below `work` with that program, and returns the folder that is served. */
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
  const lines = readFileSync(readme, "utf8").split("\n").filter((line) => line.startsWith("$ ")).map((line) => line.slice(2));
  const last = lines.pop();
  if (last !== "node ../serve.mjs site") throw new Error(`${readme} does not end with 'node ../serve.mjs site'`);
  return lines;
}

/** Whether a command installs packages. `make setup` has fetched them, in the same versions. */
function isInstalled(command, folder) {
  const [, packages] = /^npm install (.*)/.exec(command) ?? [];
  for (const wanted of packages?.split(" ") ?? []) {
    const [, name, version] = /^(.+)@(.+)$/.exec(wanted);
    const modules = join(tools, "node/node_modules");
    const source = [join(modules, `${name}-${version}`), join(modules, name)].find(existsSync);
    const { version: found } = JSON.parse(readFileSync(join(source, "package.json")));
    if (found !== version) throw new Error(`${wanted} is wanted, and make setup installs ${found}`);
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(source, link);
  }
  if (packages) return true;
  // tests/setup/runtimes.sh runs these three with the files of the example.
  const [, target] = /^python3 -m venv (.*)|^venv\/bin\/pip download .*--dest (\w+)/.exec(command)?.filter(Boolean) ?? [];
  if (target) symlinkSync(join(tools, "jupyterlite", target), join(folder, target));
  return Boolean(target) || command.startsWith("venv/bin/pip install ");
}

/** Serves a folder as the READMEs tell, and returns the address and the process. */
export async function serve(folder) {
  const server = spawn("node", [join(root, "examples/serve.mjs"), folder, "0"]);
  const url = await new Promise((resolve) => server.stdout.once("data", (line) => resolve(String(line).trim())));
  return { url, server };
}

export function launch() {
  const { chromium } = createRequire(import.meta.url)(join(tools, "node/node_modules/playwright-core"));
  return chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
  });
}

/** Opens the page of an example, and returns what Python has printed there first. */
export async function open(page, name, url) {
  await page.goto(url + (name === "jupyterlite" ? "notebooks/index.html?path=analysis.ipynb" : ""));
  if (name === "jupyterlite") {
    await page.click(".jp-CodeCell .cm-content");
    await page.keyboard.press("Shift+Enter");
  }
  const output = page.locator(name === "jupyterlite" ? ".jp-OutputArea-output pre" : "#output");
  await output.filter({ hasText: /\S/ }).waitFor({ timeout: 60_000 });
  return (await output.textContent()).trim();
}

/** The library of a site. */
export function library(site) {
  const folder = [site, join(site, "python")].find((folder) => existsSync(join(folder, "python314.json")));
  return join(folder, readdirSync(folder).find((name) => name.endsWith(".packed.br")));
}
