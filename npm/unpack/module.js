const decoder = Uint8Array.from("@DECODER@", (character) => character.charCodeAt() - 48);

const bytesIn = (source) =>
  ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);

const bytesOf = async (source) => {
  source = await source;
  if (source.ok === false) throw new Error(`unpack: ${source.url}: HTTP status ${source.status}`);
  if (source.arrayBuffer) source = await source.arrayBuffer();
  return bytesIn(source);
};

// A worker gets the source of this function, so it uses nothing else of this module.
const rebuild = ({ exports: { open, decode, sha256, memory } }, packed, maxBytes) => {
  const check = (holds, problem) => {
    if (!holds) throw new Error("unpack: " + problem);
  };
  check(
    String.fromCharCode(...packed.subarray(0, 4)) === "SPKD",
    "this is not a packed bundle; its server has to send Content-Encoding (br or zstd)",
  );
  check(packed[4] === 1, `this module does not know version ${packed[4]} of the packed form`);
  const damaged = "the packed bundle is damaged";
  check(packed.length > 40, damaged);
  const size = new DataView(packed.buffer, packed.byteOffset).getUint32(37, true);
  check(size <= maxBytes, `the zip has ${size} bytes, more than maxBytes (${maxBytes})`);
  let zip, digest;
  try {
    const at = open(packed.length) >>> 0;
    new Uint8Array(memory.buffer).set(packed, at);
    const start = decode(at, packed.length) >>> 0;
    zip = new Uint8Array(memory.buffer).slice(start, start + size);
    digest = new Uint8Array(memory.buffer, sha256(start, size), 32);
  } catch {}
  check(digest?.every((byte, i) => byte === packed[5 + i]), damaged);
  return zip;
};

const MAX_BYTES = 1 << 26;

export const unpackSync = (bytes, { maxBytes = MAX_BYTES } = {}) =>
  rebuild(new WebAssembly.Instance(new WebAssembly.Module(decoder)), bytesIn(bytes), maxBytes);

export const unpack = async (source, { maxBytes = MAX_BYTES } = {}) => {
  const packed = await bytesOf(source);
  return rebuild((await WebAssembly.instantiate(decoder)).instance, packed, maxBytes);
};

export const unpackInWorker = async (source, { maxBytes = MAX_BYTES } = {}) => {
  if (!globalThis.Worker) return unpack(source, { maxBytes });
  const code = `onmessage = ({ data: [decoder, ...rest] }) =>
    WebAssembly.instantiate(decoder).then(({ instance }) => (${rebuild})(instance, ...rest)).then(
      (zip) => postMessage({ zip }, [zip.buffer]), ({ message }) => postMessage({ message }))`;
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  const worker = new Worker(url);
  try {
    const packed = await bytesOf(source);
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => (data.zip ? resolve(data.zip) : reject(new Error(data.message)));
      worker.onerror = () => reject(new Error("unpack: no worker starts; does the page's CSP allow worker-src blob:?"));
      worker.postMessage([decoder, packed, maxBytes]);
    });
  } finally {
    worker.terminate();
    URL.revokeObjectURL(url);
  }
};
