// Downloads the later tiers of a bundle: when the page is idle, or when Python first opens one. MIT OR Apache-2.0.

// Emscripten numbers errors as WASI does.
const EIO = 29;

const primes = [];
for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
// The first 32 bits behind the point.
const fractions = (root, count) => Int32Array.from(primes.slice(0, count), (prime) => root(prime) * 2 ** 32);
const CONSTANTS = fractions(Math.cbrt, 64);
const INITIAL = fractions(Math.sqrt, 8);

/** The SHA-256 of bytes, in hexadecimal. `crypto.subtle` has none for callers that cannot wait. */
const sha256 = (bytes) => {
  const input = new Uint8Array(((bytes.length + 72) >> 6) << 6);
  input.set(bytes);
  input[bytes.length] = 128;
  const view = new DataView(input.buffer);
  view.setUint32(input.length - 8, bytes.length / 2 ** 29);
  view.setUint32(input.length - 4, bytes.length << 3);
  const state = INITIAL.slice();
  const w = new Int32Array(64);
  const rotate = (word, by) => (word >>> by) | (word << (32 - by));
  for (let at = 0; at < input.length; at += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
    for (let i = 16; i < 64; i++) {
      const x = w[i - 15];
      const y = w[i - 2];
      const low = rotate(x, 7) ^ rotate(x, 18) ^ (x >>> 3);
      const high = rotate(y, 17) ^ rotate(y, 19) ^ (y >>> 10);
      w[i] = w[i - 16] + low + w[i - 7] + high;
    }
    // With destructuring, here and below, the digest takes twice as long.
    let a = state[0], b = state[1], c = state[2], d = state[3];
    let e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const first = h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + ((e & f) ^ (~e & g)) + CONSTANTS[i] + w[i];
      const second = (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
      h = g;
      g = f;
      f = e;
      e = (d + first) | 0;
      d = c;
      c = b;
      b = a;
      a = (first + second) | 0;
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] += word));
  }
  return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
};

/** The body of a URL, without waiting for the event loop. In Node.js, of a file. */
const read = (url, timeout, fresh) => {
  if (!globalThis.XMLHttpRequest) return new Uint8Array(process.getBuiltinModule("node:fs").readFileSync(new URL(url)));
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  if (fresh) request.setRequestHeader("Cache-Control", "no-cache");
  try {
    request.responseType = "arraybuffer";
    request.timeout = timeout;
  } catch {
    // Pages, unlike workers, get text without a time limit; in this charset its low bytes are the body.
    request.overrideMimeType("text/plain; charset=x-user-defined");
  }
  try {
    request.send();
  } catch ({ name }) {
    if (name === "TimeoutError") throw new Error(`no answer within ${timeout / 1000} s`);
    throw new Error(navigator.onLine ? "the connection failed or broke off" : "the browser is offline");
  }
  if (request.status !== 200) throw new Error(`HTTP status ${request.status}`);
  const body = request.response;
  if (typeof body !== "string") return new Uint8Array(body);
  const bytes = new Uint8Array(body.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = body.charCodeAt(i);
  return bytes;
};

const idle = () => new Promise((resolve) => (globalThis.requestIdleCallback ?? setTimeout)(resolve));

class Tier {
  constructor({ file, url = file, sha256 }, base) {
    if (!/^[0-9a-f]{64}$/i.test(sha256)) throw new TypeError(`${file}: sha256 has to be 64 hexadecimal digits`);
    const { document, location } = globalThis;
    this.file = file;
    this.url = new URL(url, new URL(base ?? "", document?.baseURI ?? location?.href)).href;
    this.sha256 = sha256.toLowerCase();
  }

  check(bytes) {
    const found = sha256(bytes);
    if (found === this.sha256) return bytes;
    const error = new Error(`the SHA-256 of its ${bytes.length} bytes is ${found}, expected ${this.sha256}`);
    throw Object.assign(error, { isOther: true });
  }

  /** Downloads it at once. */
  read({ timeout, unpack }) {
    const attempt = (fresh) => {
      const body = read(this.url, timeout, fresh);
      return this.check(unpack ? unpack.unpackSync(body) : body);
    };
    try {
      return attempt();
    } catch (error) {
      if (!error.isOther) throw error;
      try {
        // The browser may have kept the file of an earlier bundle.
        return attempt(true);
      } catch {
        throw error;
      }
    }
  }

  need(options) {
    try {
      this.bytes ??= this.read(options);
    } catch ({ message }) {
      throw new Error(`GET ${this.url}: ${message}`);
    }
    this.underWay?.abort();
    return this.bytes;
  }

  /** Downloads it without blocking. Returns nothing if it is there. */
  fetch({ unpack }, priority) {
    if (!this.bytes) return (this.pending ??= this.download(unpack, priority));
  }

  async download(unpack, priority) {
    const digest = this.sha256.match(/../g).map((byte) => parseInt(byte, 16));
    const integrity = unpack ? "" : `sha256-${btoa(String.fromCharCode(...digest))}`;
    this.underWay = new AbortController();
    try {
      const response = await fetch(this.url, { priority, integrity, signal: this.underWay.signal });
      const bytes = unpack
        ? this.check(await unpack.unpackInWorker(response))
        : new Uint8Array(await response.arrayBuffer());
      this.bytes ??= bytes;
    } catch {
      // When it is opened, it is downloaded again, and tells what is wrong.
    } finally {
      this.pending = this.underWay = undefined;
    }
  }
}

// Other tasks run meanwhile. They must not see half a module: its own imports do not wait. What they import is not run
// again.
const RUN_SYNC = `
import sys
from _stdlib_tiers import Loader
from pyodide.ffi import can_run_sync, run_sync

def create_module(self, spec, create=Loader.create_module):
    frame = sys._getframe()
    while frame and frame.f_code.co_name != "exec_module":
        frame = frame.f_back
    if not frame and can_run_sync() and (pending := fetch(self.path)):
        run_sync(pending)
        if module := sys.modules.get(spec.name):
            spec = module.__spec__
            self.exec_module = lambda module: setattr(module, "__spec__", spec)
            return module
    return create(self, spec)

Loader.create_module = create_module
`;

/** Fills an empty file when it is first opened. If that fails, the reason is in a file beside it. */
const place = (FS, path, contents) => {
  FS.writeFile(path, "");
  FS.chmod(path, 0o444);
  const { node } = FS.lookupPath(path);
  const original = node.stream_ops;
  node.stream_ops = {
    ...original,
    open(stream) {
      const reason = path + ".error";
      try {
        node.contents = contents();
      } catch ({ message }) {
        FS.closeStream(stream.fd);
        FS.writeFile(reason, message);
        throw new FS.ErrnoError(EIO);
      }
      node.usedBytes = node.contents.length;
      node.stream_ops = original;
      if (FS.analyzePath(reason).exists) FS.unlink(reason);
    },
  };
};

export const createTiers = ({ tiers, base, timeout = 60_000, unpack }) => {
  const all = tiers.map((tier) => new Tier(tier, base));
  let idleWork;
  return {
    mount(FS, folder = "/lib") {
      FS.mkdirTree(folder);
      for (const tier of all) {
        const path = `${folder}/${tier.file}`;
        if (!FS.analyzePath(path).exists) place(FS, path, () => tier.need({ timeout, unpack }));
      }
    },

    fetchWhenIdle(files = all.map(({ file }) => file)) {
      const before = idleWork;
      const work = async () => {
        await before;
        if (globalThis.navigator?.connection?.saveData) return;
        for (const tier of all) {
          if (!files.includes(tier.file)) continue;
          await idle();
          await tier.fetch({ unpack }, "low");
        }
      };
      return (idleWork = work());
    },

    useRunSync(pyodide) {
      const fetch = (path) => all.find(({ file }) => path.includes(file)).fetch({ unpack });
      pyodide.runPython(RUN_SYNC, { globals: pyodide.toPy({ fetch }) });
    },
  };
};
