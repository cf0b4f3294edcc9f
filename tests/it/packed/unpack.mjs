// Unpacks files: node unpack.mjs whole|structure FILE...
// Writes FILE.zip for each that is not refused, and prints the list of errors as JSON, with null for none.
// "structure" runs the decoder alone, without the checks of stdlib-unpack.mjs around it.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

const [what, ...files] = process.argv.slice(2);
const path = new URL("../../../npm/stdlib-unpack.mjs", import.meta.url);
const { unpack } = await import(path);
const [, literal] = readFileSync(path, "utf8").match(/Uint8Array\.from\(("(?:[^"\\]|\\.)*")/);
const decoder = Uint8Array.from(JSON.parse(literal), (character) => character.charCodeAt() - 48);
const module = new WebAssembly.Module(decoder);

function structure(packed) {
  const { open, decode, memory } = new WebAssembly.Instance(module).exports;
  if (packed.length < 41 || String.fromCharCode(...packed.subarray(0, 5)) !== "SPKD\x01") throw new Error("no magic");
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(37, true);
  if (size > 1 << 26) throw new Error("too large");
  const at = open(packed.length) >>> 0;
  new Uint8Array(memory.buffer).set(packed, at);
  const start = decode(at, packed.length) >>> 0;
  return new Uint8Array(memory.buffer, start, size);
}

const errors = [];
for (const file of files) {
  try {
    let packed = readFileSync(file);
    if (file.endsWith(".br")) packed = brotliDecompressSync(packed);
    writeFileSync(`${file}.zip`, what === "whole" ? await unpack(packed) : structure(packed));
    errors.push(null);
  } catch (error) {
    errors.push(error.message);
  }
}
console.log(JSON.stringify(errors));
