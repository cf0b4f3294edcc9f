// Builds npm/stdlib-unpack.mjs from module.js and decoder/, an AssemblyScript program. With `--check`, compares what
// is there with what would be built, and fails if it differs.
//
// Usage: node npm/unpack/build.mjs [--check]   (after tests/setup/runtimes.sh)

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const output = fileURLToPath(new URL("../stdlib-unpack.mjs", import.meta.url));
const compiler = join(here, "../../tests/tools/node/node_modules/assemblyscript/bin/asc.js");

function compile() {
  const folder = mkdtempSync(join(tmpdir(), "stdlib-unpack-"));
  try {
    const wasm = join(folder, "decoder.wasm");
    const options = ["-O3", "--shrinkLevel", "1", "--converge", "--noAssert", "--runtime", "stub", "--use", "abort="];
    execFileSync(process.execPath, [compiler, "index.ts", "--outFile", wasm, ...options], {
      cwd: join(here, "decoder"),
      stdio: "inherit",
    });
    return readFileSync(wasm);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A string literal with a character for each byte, from U+0020 on: no control characters of ASCII. Frequent bytes, which
 * are small, become ASCII.
 */
function literal(bytes) {
  const characters = Array.from(bytes, (byte) => String.fromCharCode(((byte + 16) & 255) + 32));
  return JSON.stringify(characters.join("")).slice(1, -1);
}

const banner = "// Built by npm/unpack/build.mjs of stdlib-pack: edit npm/unpack instead. MIT OR Apache-2.0.\n";
const built = banner + readFileSync(join(here, "module.js"), "utf8").replace("@DECODER@", () => literal(compile()));

if (process.argv.includes("--check")) {
  if (readFileSync(output, "utf8") !== built) {
    console.error("npm/stdlib-unpack.mjs is not what npm/unpack/ builds: run `make unpack-module`");
    process.exit(1);
  }
} else {
  writeFileSync(output, built);
}
