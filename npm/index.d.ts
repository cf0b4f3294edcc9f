/** The flags of `stdlib-pack pack`, in camel case: `buildPython` is `--build-python`. */
export interface PackOptions {
  /** A built-in profile, or the path of a YAML file. */
  profile: string;
  /** Code whose imports must work: scripts, packages, project folders, wheels, zips. */
  app?: string | string[];
  /** Modules whose whole API must work. */
  root?: string | string[];
  /** Modules that are run with `python -m`. */
  runModule?: string | string[];
  /** Modules, or patterns of modules, that must not be in the bundle. */
  exclude?: string | string[];
  /** Folder that the bundle is written to. Default: the profile's, or else `dist`. */
  out?: string;
  /** The Python that compiles: a command, or `pyodide:DIR`. */
  buildPython?: string;
  /** The standard library's sources. Default: those of the build Python. */
  stdlib?: string;
  /** Where it will run, in place of the profile's target. */
  target?: string;
  payload?: "bytecode" | "source";
  /** Compressed forms beside the zip, in place of the profile's list. */
  compress?: string | string[];
  /** Largest accepted size, such as `300KB`. */
  budget?: string;
  /** Refuses to make anything but what `stdlib-pack.lock` says. */
  locked?: boolean;
  /** Every other flag. `true` gives it without a value, a list gives it once for each. */
  [flag: string]: string | number | boolean | string[] | undefined;
}

/** How the program is run. */
export interface RunOptions {
  /** Default: `process.cwd()`. */
  cwd?: string;
  /** Default: `process.env`. */
  env?: Record<string, string | undefined>;
  /** Stops it; it cleans up. */
  signal?: AbortSignal;
}

/** An error or a warning; `stdlib-pack explain CODE` describes its code. */
export interface Diagnostic {
  code: string;
  severity: "error" | "warning";
  message: string;
  notes?: string[];
  help?: string;
  /** The module that it is about. */
  module?: string;
  file?: string;
  /** From 1. */
  line?: number;
  /** In characters, from 1. */
  column?: number;
  /** The flag that it is about. */
  flag?: string;
}

/** What was packed. */
export interface Summary {
  profile: string;
  /** `3.13` */
  python: string;
  target: string;
  totals: {
    modules: number;
    stdlib_modules: number;
    source_bytes: number;
    stdlib_source_bytes: number;
    packed_bytes: number;
  };
  /** The files that were written: the zip, its compressed forms, the receipt. */
  outputs: { path: string; bytes: number; sha256: string }[];
  /** The `Available-Dictionary` headers of clients that the deltas of each tier are for; of a bundle of one zip, `start`. */
  available_dictionary?: { start?: string; later?: string; rest?: string };
  /** How many modules were found compiled in the cache. */
  cached: number;
  /** Seconds by stage. */
  seconds: Record<string, number>;
  warnings: Diagnostic[];
}

/** Thrown when `stdlib-pack` does not exit with 0. */
export class PackError extends Error {
  /**
   * 1: over the budget, or not as locked. 2: a mistake in options, profile or app. 3: the environment failed.
   * Null: a signal ended it.
   */
  exitCode: number | null;
  stderr: string;
  /** The errors, or nothing if it was killed or the bundle differs from the lock. */
  diagnostics: Diagnostic[];
  /** With `locked`, the difference to the lock as JSON. */
  stdout: string;
}

/** Writes a bundle. */
export function pack(options: PackOptions, run?: RunOptions): Promise<Summary>;

/** The path of the program, for its other commands. */
export function binary(): string;
