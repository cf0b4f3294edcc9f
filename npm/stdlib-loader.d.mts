/** A later tier of a bundle, as its receipt describes it. */
export interface Tier {
  /** The name of its zip in the interpreter's file system: `python313.later.zip`. */
  file: string;
  /** The SHA-256 of the zip, in hexadecimal. */
  sha256: string;
  /** Where it is, relative to `base`. Default: `file`. */
  url?: string;
}

export interface TierOptions {
  tiers: Tier[];
  /** The folder that has the tiers, with a `/` at its end. Default: that of the page, or of the worker's script. */
  base?: string | URL;
  /** After how many milliseconds a worker gives up a download that Python waits for. Default: 60,000. */
  timeout?: number;
  /** The module `stdlib-pack/unpack`, if the files at the URLs are packed forms. */
  unpack?: typeof import("./stdlib-unpack.mjs");
}

export interface Tiers {
  /**
   * Puts the tiers into an interpreter's file system: Pyodide's `FS`, or that of another Emscripten build. A file that
   * is already there stays.
   *
   * They are empty files. The first `open` of one fills it, with a synchronous request unless its tier has been
   * downloaded. If that fails, so does `open` (`EIO`), and `FILE.error` has the reason; the next `open` tries again.
   *
   * `folder` is that of the bundle's zip. Default: `/lib`.
   */
  mount(FS: object, folder?: string): void;

  /**
   * Downloads the tiers, or only those named, one by one and whenever the page is idle. Does nothing if the user asked
   * the browser to save data.
   *
   * Resolves when it is done. It never rejects: a tier whose download fails is downloaded when it is needed.
   */
  fetchWhenIdle(files?: string[]): Promise<void>;

  /**
   * Lets imports wait for a tier without blocking the page, with Pyodide's `run_sync`: in code that `runPythonAsync` and
   * the like run, in browsers with JavaScript Promise Integration. Other tasks run meanwhile, as at an `await`, so that a
   * program whose tasks share data has to expect that. Imports elsewhere, and those in the body of a module that is
   * being imported, go on to make synchronous requests.
   */
  useRunSync(pyodide: object): void;
}

/** Throws a `TypeError` for a digest or a URL that is none. */
export function createTiers(options: TierOptions): Tiers;
