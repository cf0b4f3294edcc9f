// The loader of tiers under Node.js, with the file system of Pyodide (after `make setup`). tests/runtimes/tiers.mjs has
// pages and workers.
import assert from "node:assert/strict";
import { createHash, randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { loadPyodide } from "../tests/tools/node/node_modules/pyodide-314.0.7/pyodide.mjs";
import { createTiers } from "stdlib-pack/loader";

const scratch = mkdtempSync(join(tmpdir(), "stdlib-pack-loader-"));
const base = pathToFileURL(scratch + "/");
after(() => rmSync(scratch, { recursive: true }));
let FS;
before(async () => ({ FS } = await loadPyodide()));

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A tier whose file has these bytes. */
function tier(file, bytes, expected = bytes) {
  writeFileSync(join(scratch, file), bytes);
  return { file, sha256: digest(expected) };
}

const open = () => FS.streams.filter(Boolean).length;
const reason = (path) => FS.readFile(path + ".error", { encoding: "utf8" });

test("files of any length are what their digests say", () => {
  const edges = [0, 1, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1 << 20];
  const lengths = [...edges, ...Array.from({ length: 50 }, () => randomInt(5000))];
  const contents = lengths.map((length) => randomBytes(length));
  const tiers = contents.map((bytes, i) => tier(`${i}.zip`, bytes));
  createTiers({ base, tiers }).mount(FS, "/lengths");
  for (const [i, bytes] of contents.entries()) assert.ok(bytes.equals(FS.readFile(`/lengths/${i}.zip`)), lengths[i]);
});

test("a file is there before it is read, and an ordinary one after", () => {
  const path = "/ordinary/a.zip";
  createTiers({ base, tiers: [tier("a.zip", "PK")] }).mount(FS, "/ordinary");
  assert.ok(FS.isFile(FS.stat(path).mode));
  assert.throws(() => FS.writeFile(path, "other"), { errno: 2 });
  assert.equal(FS.readFile(path, { encoding: "utf8" }), "PK");
  assert.equal(FS.stat(path).size, 2);
  rmSync(join(scratch, "a.zip"));
  assert.equal(FS.readFile(path, { encoding: "utf8" }), "PK");
  FS.writeFile("/ordinary/b.zip", "");
  assert.equal(FS.lookupPath(path).node.stream_ops, FS.lookupPath("/ordinary/b.zip").node.stream_ops);
});

test("a failed open has a reason, and the next one tries again", () => {
  const path = "/failing/f.zip";
  const url = new URL("f.zip", base).href;
  const tiers = [tier("f.zip", "other", "right")];
  createTiers({ base, tiers }).mount(FS, "/failing");
  const before = open();
  assert.throws(() => FS.readFile(path), { name: "ErrnoError", errno: 29 });
  const expected = `the SHA-256 of its 5 bytes is ${digest("other")}, expected ${digest("right")}`;
  assert.equal(reason(path), `GET ${url}: ${expected}`);
  rmSync(join(scratch, "f.zip"));
  assert.throws(() => FS.readFile(path), { errno: 29 });
  assert.match(reason(path), /^GET file:.*f\.zip: ENOENT/);
  assert.equal(open(), before);

  tier("f.zip", "right");
  assert.equal(FS.readFile(path, { encoding: "utf8" }), "right");
  assert.ok(!FS.analyzePath(path + ".error").exists);
});

test("a file that is there already stays", () => {
  FS.mkdirTree("/there");
  FS.writeFile("/there/t.zip", "mine");
  createTiers({ base, tiers: [tier("t.zip", "theirs")] }).mount(FS, "/there");
  assert.equal(FS.readFile("/there/t.zip", { encoding: "utf8" }), "mine");
});

test("the URL may be another than the file's name", () => {
  const { sha256 } = tier("named-0123.zip", "PK");
  const tiers = [{ file: "u.zip", url: "named-0123.zip?v=1", sha256: sha256.toUpperCase() }];
  createTiers({ base: String(base), tiers }).mount(FS, "/urls");
  assert.equal(FS.readFile("/urls/u.zip", { encoding: "utf8" }), "PK");
});

test("wrong options are refused", () => {
  const refused = (options, message) => assert.throws(() => createTiers(options), { name: "TypeError", message });
  const sha256 = digest("");
  const notHexadecimal = /^a\.zip: sha256 has to be 64 hexadecimal digits$/;
  for (const wrong of [undefined, "", sha256.slice(1), sha256 + "0", sha256.replace(/./, "g")]) {
    refused({ base, tiers: [{ file: "a.zip", sha256: wrong }] }, notHexadecimal);
  }
  refused({ base: "static/", tiers: [{ file: "a.zip", sha256 }] }, /Invalid URL/);
});

test("what was downloaded while idle is not asked for again, and what is not right is dropped", async () => {
  const asked = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    if (url === "/gone.zip") response.writeHead(404).end("Sorry");
    else response.end("PK" + url);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const tiers = ["later", "rest", "gone"].map((name) => ({ file: `${name}.zip`, sha256: digest(`PK/${name}.zip`) }));
  tiers.push({ file: "other.zip", sha256: digest("") });
  const made = createTiers({ base: `http://127.0.0.1:${server.address().port}/`, tiers });
  made.mount(FS, "/idle");
  await made.fetchWhenIdle(["rest.zip"]);
  assert.deepEqual(asked, ["/rest.zip"]);
  await Promise.all([made.fetchWhenIdle(), made.fetchWhenIdle()]);
  // Each call tries again what failed.
  assert.deepEqual(asked, ["/rest.zip", "/later.zip", "/gone.zip", "/other.zip", "/gone.zip", "/other.zip"]);
  server.close();
  for (const name of ["later", "rest"]) {
    assert.equal(FS.readFile(`/idle/${name}.zip`, { encoding: "utf8" }), `PK/${name}.zip`);
  }
  for (const name of ["gone", "other"]) assert.throws(() => FS.readFile(`/idle/${name}.zip`), { errno: 29 });
});
