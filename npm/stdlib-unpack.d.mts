/** What to unpack: a response (or the promise of one, from `fetch`), or the bytes without their compression. */
export type PackedSource = Response | ArrayBuffer | ArrayBufferView;

export interface UnpackOptions {
  /** Zips with more bytes than this are refused. Default: 64 MiB. */
  maxBytes?: number;
}

/**
 * Rebuilds the zip of a bundle from its packed form (`.zip.packed.br`, `.zip.packed.zst`), byte for byte.
 *
 * The server has to send the file with its `Content-Encoding`, so that the browser decompresses it.
 *
 * Rejects with an `Error` if the response is not successful, if the packed form is damaged, of a version that this
 * module does not know, or larger than `maxBytes`. The digest of the zip is checked.
 */
export function unpack(source: PackedSource | Promise<PackedSource>, options?: UnpackOptions): Promise<Uint8Array>;

/**
 * Does the same at once, for callers that cannot wait. Throws what `unpack` rejects with. Chromium before version 115
 * refuses it outside of workers.
 */
export function unpackSync(bytes: ArrayBuffer | ArrayBufferView, options?: UnpackOptions): Uint8Array;

/**
 * Does the same in a worker, so that the page stays responsive and can compile its WebAssembly meanwhile.
 *
 * A page with a Content-Security-Policy has to allow `worker-src blob:`. Where there are no workers (in Node.js), the
 * work is done in the calling thread.
 */
export function unpackInWorker(
  source: PackedSource | Promise<PackedSource>,
  options?: UnpackOptions,
): Promise<Uint8Array>;
