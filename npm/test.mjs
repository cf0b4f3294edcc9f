// Needs a built program: STDLIB_PACK_BINARY, or else the one of `cargo build`. And a CPython 3.11 to 3.15 on the PATH, or
// in STDLIB_PACK_TEST_PYTHON.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const here = fileURLToPath(new URL(".", import.meta.url));
const windows = process.platform === "win32";
process.env.STDLIB_PACK_BINARY ??= join(here, "../target/debug", windows ? "stdlib-pack.exe" : "stdlib-pack");
const { binary, pack, PackError } = await import("./index.js");

const described = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
const scratch = mkdtempSync(join(tmpdir(), "stdlib-pack-npm-"));
after(() => rmSync(scratch, { recursive: true }));
const python = process.env.STDLIB_PACK_TEST_PYTHON && { buildPython: process.env.STDLIB_PACK_TEST_PYTHON };

/** What the command says; `env` changes its environment. */
function said(parameters, env = {}, bin = join(here, "bin/stdlib-pack.js")) {
  return spawnSync(process.execPath, [bin, ...parameters], { encoding: "utf8", env: { ...process.env, ...env } });
}

/** An installed package, with `program` in the package of this platform. */
function installed(name, program) {
  const modules = join(scratch, name, "node_modules");
  for (const file of ["package.json", "bin", "binary.js"]) {
    cpSync(join(here, file), join(modules, "stdlib-pack", file), { recursive: true });
  }
  const file = join(scratch, name, "program");
  writeFileSync(file, program);
  const musl = process.platform === "linux" && !process.report.getReport().header.glibcVersionRuntime;
  const platform = `${process.platform}-${process.arch}${musl ? "-musl" : ""}`;
  const script = join(here, "scripts/make-platform-package.mjs");
  const made = spawnSync(process.execPath, [script, platform, file, join(modules, "@stdlib-pack", platform)]);
  assert.equal(made.status, 0, String(made.stderr));
  return { bin: join(modules, "stdlib-pack/bin/stdlib-pack.js"), folder: join(modules, "@stdlib-pack", platform), platform };
}

test("the command is the program", () => {
  assert.deepEqual(said(["--version"]).stdout, `stdlib-pack ${described.version}\n`);
});

test("exit code and words are the program's", () => {
  const { status, stderr } = said(["--no-such-flag"]);
  assert.equal(status, 2);
  assert.match(stderr, /--no-such-flag/);
});

test("packing resolves to the summary", async () => {
  const out = join(scratch, "out");
  const summary = await pack({ profile: "interpreter", root: ["abc", "types"], out, noCache: true, ...python });
  assert.equal(summary.profile, "interpreter");
  const [zip] = summary.outputs;
  assert.match(zip.path, /python3\d+\.zip$/);
  assert.equal(readFileSync(zip.path).length, zip.bytes);
  assert.ok(existsSync(summary.outputs.at(-1).path));
});

test("the packed form is unpacked to the zip", async () => {
  const { unpack, unpackInWorker, unpackSync } = await import("stdlib-pack/unpack");
  const out = join(scratch, "packed");
  const options = { profile: "interpreter", root: ["abc", "types"], compress: ["packed"], noCache: true };
  const summary = await pack({ ...options, out, ...python });
  const [zip, packed] = ["zip", "zip.packed.br"].map((end) => {
    return readFileSync(summary.outputs.find(({ path }) => path.endsWith(`.${end}`)).path);
  });
  const bytes = brotliDecompressSync(packed);
  for (const source of [bytes, new Uint8Array(bytes).buffer, new Response(bytes), Promise.resolve(bytes)]) {
    assert.ok(zip.equals(await unpack(source)));
  }
  assert.ok(zip.equals(await unpackInWorker(bytes)));
  for (const source of [bytes, new Uint8Array(bytes).buffer]) assert.ok(zip.equals(unpackSync(source)));

  await assert.rejects(unpack(packed), /^Error: unpack: .*Content-Encoding/);
  await assert.rejects(unpack(bytes.subarray(0, 40)), /damaged/);
  await assert.rejects(unpack(new Uint8Array(0)), /not a packed bundle/);
  assert.throws(() => unpackSync(bytes.subarray(0, 40)), /damaged/);
  assert.throws(() => unpackSync(bytes, { maxBytes: zip.length - 1 }), /maxBytes/);
  await assert.rejects(unpack(bytes, { maxBytes: zip.length - 1 }), /maxBytes/);
  await assert.rejects(unpack(new Response("", { status: 404 })), /HTTP status 404/);
  const later = Uint8Array.from(bytes);
  later[4]++;
  await assert.rejects(unpack(later), /version 2/);
  const damaged = Uint8Array.from(bytes);
  damaged[bytes.length >> 1] ^= 1;
  await assert.rejects(unpack(damaged), /damaged/);
});

test("what the program refuses is an error with its words", async () => {
  await assert.rejects(pack({ profile: "no-such-profile" }), (error) => {
    assert.ok(error instanceof PackError);
    assert.equal(error.exitCode, 2);
    assert.match(error.message, /no-such-profile/);
    return true;
  });
});

test("packing can be stopped", async () => {
  await assert.rejects(pack({ profile: "interpreter" }, { signal: AbortSignal.abort() }), { name: "AbortError" });
});

test("without a program, it says how to get one", () => {
  const { status, stderr } = said(["--version"], { STDLIB_PACK_BINARY: "" });
  assert.equal(status, 3);
  assert.match(stderr, /^error: .*@stdlib-pack\/.* is not installed/);
  assert.match(stderr, /STDLIB_PACK_BINARY/);
});

test("a program that is named and not there is told", () => {
  const { status, stderr } = said(["--version"], { STDLIB_PACK_BINARY: join(scratch, "nothing") });
  assert.equal(status, 3);
  assert.match(stderr, /^error: STDLIB_PACK_BINARY names '.*nothing', which is not there/);
});

test("the platforms' packages have this version", () => {
  const versions = new Set(Object.values(described.optionalDependencies));
  assert.deepEqual([...versions], [described.version]);
});

test("the program comes from the package of the platform", { skip: windows }, () => {
  const { bin, folder, platform } = installed("found", "#!/bin/sh\necho \"packaged: $*\"\nexit 7\n");
  const { status, stdout } = said(["a", "b c"], { STDLIB_PACK_BINARY: "" }, bin);
  assert.equal(stdout, "packaged: a b c\n");
  assert.equal(status, 7);
  const made = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  assert.equal(made.name, `@stdlib-pack/${platform}`);
  assert.equal(made.version, described.version);
  assert.deepEqual([made.os, made.cpu], [[process.platform], [process.arch]]);
});

test("signals reach the program, and it may end in peace", { skip: windows }, async () => {
  const { bin } = installed("signalled", "#!/bin/sh\ntrap 'exit 9' TERM\necho ready\nfor i in $(seq 100); do sleep 0.1; done\n");
  const child = spawn(process.execPath, [bin], { env: { ...process.env, STDLIB_PACK_BINARY: "" } });
  child.stdout.once("data", () => child.kill("SIGTERM"));
  assert.deepEqual(await once(child, "close"), [9, null]);
});

test("a program ended by a signal ends the command by it", { skip: windows }, () => {
  const { bin } = installed("killed", "#!/bin/sh\nkill -TERM $$\n");
  assert.equal(said([], { STDLIB_PACK_BINARY: "" }, bin).signal, "SIGTERM");
});

test("the program's path can be had", () => {
  assert.equal(binary(), resolve(process.env.STDLIB_PACK_BINARY));
});
