/**
 * What the plugin for Vite packed. Nothing is packed for a server: there, the URLs are undefined and the lists are
 * empty.
 */
declare module "virtual:stdlib-pack" {
  import type { Tier } from "stdlib-pack/loader";

  /** The URL of the zip, for `stdLibURL` of `loadPyodide`. */
  export const stdLibURL: string;
  /** The URL of its packed form, for `stdlib-pack/unpack`; with the option `compress: "packed"`. */
  export const packedURL: string | undefined;
  /** The further zips, for `createTiers` of `stdlib-pack/loader`; with the option `tiers: true`. */
  export const tiers: Tier[];
  /** Their packed forms, for `createTiers` with `unpack`. */
  export const packedTiers: Tier[];
  /** The URL of `app.zip`; with the option `appZip: true`. */
  export const appURL: string | undefined;
}

/** The text of a Python file, which is part of the app that is packed. */
declare module "*?py" {
  const source: string;
  export default source;
}
