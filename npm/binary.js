// Where the program is: in the package of this platform, or where STDLIB_PACK_BINARY says.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const require = createRequire(import.meta.url);

/** The path of the program, or an error that says how to get it. */
export function binary() {
  const named = process.env.STDLIB_PACK_BINARY;
  if (named) {
    if (existsSync(named)) return resolve(named);
    throw new Error(`STDLIB_PACK_BINARY names '${named}', which is not there`);
  }
  const packages = packagesHere();
  const program = process.platform === "win32" ? "stdlib-pack.exe" : "stdlib-pack";
  for (const name of packages) {
    try {
      return require.resolve(`${name}/bin/${program}`);
    } catch {
      // The next one may be installed.
    }
  }
  throw new Error(howToGetIt(packages[0]));
}

/** The packages whose program runs here, the best first. */
function packagesHere() {
  const name = `@stdlib-pack/${process.platform}-${process.arch}`;
  if (process.platform !== "linux") return [name];
  // The musl build is static: where only that one was installed, it runs with glibc as well.
  const musl = `${name}-musl`;
  return hasGlibc() ? [name, musl] : [musl];
}

function hasGlibc() {
  const { excludeNetwork } = process.report;
  // Looking up the names of open connections can take seconds.
  process.report.excludeNetwork = true;
  try {
    return Boolean(process.report.getReport().header.glibcVersionRuntime);
  } finally {
    process.report.excludeNetwork = excludeNetwork;
  }
}

function howToGetIt(name) {
  const { optionalDependencies } = require("./package.json");
  const build = "build the program ('cargo install stdlib-pack') and set STDLIB_PACK_BINARY to its path";
  return name in optionalDependencies
    ? `the package ${name}, which holds the program, is not installed\n` +
        `  It is an optional dependency: install again without '--omit=optional' or '--no-optional', on the\n` +
        `  system that runs it. Or ${build}.`
    : `there is no package with the program for ${process.platform} on ${process.arch}\n  You can ${build}.`;
}
