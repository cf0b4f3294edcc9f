// Runs a Python program in CPython for WASI under Node.js: node --no-warnings wasi.mjs CONFIG.json
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const { place, home, work, mounts } = JSON.parse(readFileSync(process.argv[2], "utf8"));
// PYTHONHOME, not PYTHONPATH: with the latter the library inside the wasm stays on sys.path.
const wasi = new WASI({
  version: "preview1",
  args: ["python", "-s", "-B", "-W", "ignore", "/work/task.py"],
  env: { PYTHONHASHSEED: "0", ...(home && { PYTHONHOME: "/home" }) },
  preopens: {
    "/work": work,
    ...(home && { "/home": home }),
    ...Object.fromEntries(mounts.map((mount) => [mount.place, mount.folder])),
  },
});
const module = await WebAssembly.compile(readFileSync(place));
const imports = wasi.getImportObject();
const functions = imports.wasi_snapshot_preview1;
const { poll_oneoff: poll, clock_time_get: readClock } = functions;
const instance = await WebAssembly.instantiate(module, {
  ...imports,
  wasi_snapshot_preview1: { ...functions, poll_oneoff: pollUntil },
});
process.exitCode = wasi.start(instance);

/**
 * `poll_oneoff` with times that are absolute. That of Node.js (deps/uvwasi) waits for so long from now on, which for
 * `time.sleep()` is decades. The layout of a subscription is that of `wasi_snapshot_preview1.witx`.
 */
function pollUntil(subscriptions, events, count, ...more) {
  const size = 48;
  for (let at = subscriptions; at < subscriptions + count * size; at += size) {
    const memory = new DataView(instance.exports.memory.buffer);
    const [isClock, flags] = [memory.getUint8(at + 8) === 0, memory.getUint16(at + 40, true)];
    if (!isClock || !(flags & 1)) continue;
    const until = memory.getBigUint64(at + 24, true);
    readClock(memory.getUint32(at + 16, true), 1n, at + 24);
    const now = memory.getBigUint64(at + 24, true);
    memory.setBigUint64(at + 24, until > now ? until - now : 0n, true);
    memory.setUint16(at + 40, flags & ~1, true);
  }
  return poll(subscriptions, events, count, ...more);
}
