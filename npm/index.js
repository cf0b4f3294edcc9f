// stdlib-pack for programs of Node.js.
import { execFile } from "node:child_process";
import { once } from "node:events";

import { binary } from "./binary.js";

export { binary };

/** Thrown when `stdlib-pack` does not exit with 0. */
export class PackError extends Error {
  name = "PackError";

  constructor({ code, stdout, stderr, message }) {
    super(stderr.trim() || message);
    Object.assign(this, { exitCode: code, stdout, stderr, diagnostics: diagnosticsIn(stdout) });
  }
}

/** The errors of `--json`; a program that was killed, or one that prints a difference to the lock, has none. */
function diagnosticsIn(stdout) {
  try {
    return JSON.parse(stdout).diagnostics ?? [];
  } catch {
    return [];
  }
}

/** Writes a bundle and resolves to what `stdlib-pack pack --json` prints. */
export async function pack(options, { cwd, env, signal } = {}) {
  const flags = Object.entries(options).flatMap(([name, value]) => flag(name, value));
  const summary = await run(["pack", "--json", ...flags], { cwd, env, signal });
  return JSON.parse(summary);
}

/** `buildPython: "python3.13"` is `--build-python=python3.13`; a list gives the flag once for each. */
function flag(name, value) {
  if (value === undefined || value === null || value === false) return [];
  if (Array.isArray(value)) return value.flatMap((one) => flag(name, one));
  const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  // With '=', a value that begins with '-' is still a value.
  return value === true ? [long] : [`${long}=${value}`];
}

function run(parameters, options) {
  return new Promise((resolve, reject) => {
    // A summary is small; with many warnings it may pass the default of 1 MB.
    const child = execFile(binary(), parameters, { ...options, maxBuffer: Infinity }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      // Not started, or stopped by the caller's own signal.
      else if (typeof error.code === "string") ended(child).then(() => reject(error));
      else reject(new PackError({ code: error.code, stdout, stderr, message: error.message }));
    });
  });
}

/** Node.js reports a stopped program at once, but it still cleans up. */
async function ended(child) {
  const isRunning = child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  if (isRunning) await once(child, "exit");
}
