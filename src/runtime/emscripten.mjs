// Runs a Python program in CPython's own Emscripten build under Node.js: node emscripten.mjs CONFIG.json
import { readFileSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { runInThisContext } from "node:vm";
import { installLibrary, lines, pythonArguments, start, writeFile } from "./emscripten-start.mjs";

const { place: file, zip, further, home, task, mounts, seesHostFiles } = JSON.parse(readFileSync(process.argv[2], "utf8"));

function runScript() {
  // What a script has as a CommonJS module: its own top level has to be the global scope, where it looks for `Module`.
  Object.assign(globalThis, { require: createRequire(file), __filename: file, __dirname: dirname(file) });
  runInThisContext(readFileSync(file, "utf8"), { filename: file });
}

function stdin() {
  const byte = Buffer.alloc(1);
  return readSync(0, byte) ? byte[0] : null;
}

const output = lines((bytes) => writeSync(1, bytes));
const errors = lines((bytes) => writeSync(2, bytes));
try {
  const isModule = file.endsWith(".mjs");
  // A build with -sPROXY_TO_PTHREAD runs the program in a thread: its main function returns at once.
  const isProxied = readFileSync(file, "utf8").includes("_emscripten_proxy_main");
  let onExit;
  const exit = new Promise((resolve) => (onExit = resolve));
  const { FS, callMain } = await start({
    folder: dirname(file),
    createPython: isModule && (await import(pathToFileURL(file))).default,
    runScript,
    environment: { PYTHONHASHSEED: "0", ...(seesHostFiles && home && { PYTHONHOME: home }) },
    // With a home, the program must not lie in the folder of the build, whose library it would take.
    streams: seesHostFiles
      ? { thisProgram: home ? home + "/bin/python" : file, onExit }
      : { stdin, stdout: output.take, stderr: errors.take, onExit },
  });
  let program = task;
  if (!seesHostFiles) {
    if (zip) installLibrary(FS, [zip, ...further].map((file) => [basename(file), readFileSync(file)]));
    for (const mount of mounts) {
      FS.mkdirTree(mount.place);
      FS.mount(FS.filesystems.NODEFS, { root: mount.folder }, mount.place);
    }
    program = "/work/task.py";
    writeFile(FS, program, readFileSync(task));
  }
  const status = callMain(pythonArguments(program));
  process.exitCode = isProxied ? await exit : status;
} catch (error) {
  writeSync(2, String(error.message ?? error).slice(-4000) + "\n");
  process.exitCode = 1;
}
output.flush();
errors.flush();
process.exit();
