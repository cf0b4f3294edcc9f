#!/usr/bin/env node
// Runs the program as if it had been called itself.
import { spawn } from "node:child_process";
import { constants } from "node:os";

import { binary } from "../binary.js";

/** The program's own exit code for what is missing around it. */
const ENVIRONMENT_FAILED = 3;

// Before the program starts: a signal must not end this and leave the program behind. Handlers run when all of this
// text has run.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    // On Windows the console tells the program by itself, and kill() would not let it clean up.
    if (process.platform !== "win32") child.kill(signal);
  });
}

let child;
try {
  child = spawn(binary(), process.argv.slice(2), { stdio: "inherit" });
} catch (error) {
  fail(error);
}
child.on("error", fail);
child.on("exit", (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
  if (signal) {
    // Whoever started this sees the same end.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
});

function fail(error) {
  console.error(`error: ${error.message}`);
  process.exit(ENVIRONMENT_FAILED);
}
