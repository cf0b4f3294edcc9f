import type { Plugin } from "vite";
import type { PackOptions } from "./index.js";

/** The options of `pack`; paths are relative to Vite's `root`. */
export type StdlibPackOptions = Partial<PackOptions> & {
  /** Default: `pyodide-minimal`. */
  profile?: string;
  /** The Python that compiles. Default: the Pyodide that the project has installed. */
  buildPython?: string;
  /** Default: `brotli`. In development, only the packed form is made. */
  compress?: string | string[];
  /** Not in development. */
  budget?: string;
  /** Not in development. */
  locked?: boolean;
  /** The bundle is in Vite's `cacheDir`. */
  out?: never;
};

/**
 * Packs the standard library that the Python of a page needs: that which its modules import with `?py`, and `app`.
 * `virtual:stdlib-pack` has its URLs. Add `stdlib-pack/client` to the `types` of TypeScript.
 */
export default function stdlibPack(options?: StdlibPackOptions): Plugin;
