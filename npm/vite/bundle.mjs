// The bundle of a program that changes: packed one at a time, and never older than the files.
import { createHash } from "node:crypto";
import { join, relative } from "node:path";

import { pack } from "../index.js";
import { readZips } from "./zips.mjs";

/** Settles when no bundle is being packed. */
let idle = Promise.resolve();

export class Bundle {
  #options;
  #folder;
  #root;
  /** What is being packed, or was: of which app, its result, and how to stop it. */
  #attempt;

  /** Packs with these options into a folder of `folder`; paths are relative to `root`. */
  constructor(options, { folder, root }) {
    this.#options = options;
    this.#folder = folder;
    this.#root = root;
  }

  /** The bundle of the app that `current` names, as its files are when this resolves. */
  async of(current) {
    for (;;) {
      const isCurrent = () => String(this.#attempt?.app) === String(current());
      if (!isCurrent()) this.discard();
      const attempt = (this.#attempt ??= this.#start(current()));
      const isUpToDate = () => attempt === this.#attempt && isCurrent();
      try {
        const packed = await attempt.packed;
        if (isUpToDate()) return packed;
      } catch (error) {
        if (isUpToDate()) throw error;
      }
    }
  }

  /** The app that is being packed, or was, unless that is out of date. */
  get app() {
    return this.#attempt?.app;
  }

  /** Says that files have changed: stops what is being packed, and forgets what was. */
  discard() {
    this.#attempt?.stop();
    this.#attempt = undefined;
  }

  #start(app) {
    const controller = new AbortController();
    const packed = idle.then(() => this.#pack(app, controller.signal));
    idle = packed.catch(() => {});
    return { app, packed, stop: () => controller.abort() };
  }

  async #pack(app, signal) {
    signal.throwIfAborted();
    const options = { ...this.#options, app: app.map((path) => relative(this.#root, path) || ".") };
    // Builds that run at the same time, such as those of a page and its worker, differ in their options.
    const name = createHash("sha256").update(JSON.stringify(options)).digest("hex").slice(0, 8);
    const out = join(this.#folder, name);
    const summary = await pack({ ...options, out }, { cwd: this.#root, signal });
    return { app, summary, zips: readZips(summary, this.#root), receipt: receiptOf(summary) };
  }
}

const receiptOf = ({ outputs }) => outputs.find(({ path }) => /python3\d+\.json$/.test(path)).path;
