// Starts CPython's own Emscripten build in a page or under Node.js, and leaves its main function to the caller.
// emscripten.mjs and browser.mjs use it.

/**
 * Returns `FS` and `callMain` of the build in `folder`. Of a build that is an ES module, `createPython` is its function; the script
 * of another build is run by `runScript` in the global scope, where its variables can be read without being exported.
 */
export async function start({ folder, createPython, runScript, environment, streams }) {
  const settings = {
    noInitialRun: true,
    // The name that a page gives to the program: Python looks for its library beside it and in the folders above.
    thisProgram: "./this.program",
    locateFile: (name) => folder + "/" + name,
    ...streams,
  };
  const member = (module, name) => {
    const found = createPython ? module[name] : globalThis[name] ?? module[name];
    if (!found) throw new Error(`this build does not export ${name}: link it with -sEXPORTED_RUNTIME_METHODS=FS,ENV,callMain`);
    return found;
  };
  settings.preRun = [(module) => Object.assign(member(module ?? settings, "ENV"), environment)];
  let module = settings;
  if (createPython) {
    module = await createPython(settings);
  } else {
    await new Promise((resolve, reject) => {
      globalThis.Module = Object.assign(settings, { onRuntimeInitialized: resolve, onAbort: reject });
      Promise.resolve(runScript()).catch(reject);
    });
  }
  return { FS: member(module, "FS"), callMain: member(module, "callMain") };
}

/** Returns a function that takes the bytes of a stream one by one, and gives whole lines to `write`. */
export function lines(write) {
  let bytes = [];
  const flush = () => {
    if (bytes.length) write(new Uint8Array(bytes));
    bytes = [];
  };
  const take = (byte) => {
    // Without a byte, the stream is flushed; after a JavaScript function has returned nothing, a byte may be negative.
    if (byte === null || byte === undefined) return;
    bytes.push(byte & 255);
    if (byte === 10) flush();
  };
  return { take, flush };
}

/** The arguments of Python for the program in the file `task`. */
export const pythonArguments = (task) => ["-s", "-B", "-W", "ignore", task];

/** Puts the zips of a library where the build looks for them, `files` being pairs of a name and bytes. */
export function installLibrary(FS, files) {
  for (const [name, bytes] of files) {
    const version = /^python(\d)(\d+)\.zip$/.exec(name);
    // Without this folder Python prints a line about <exec_prefix>.
    if (version) FS.mkdirTree(`/lib/python${version[1]}.${version[2]}/lib-dynload`);
    FS.writeFile(`/lib/${name}`, bytes);
  }
}

/** Writes a file and makes its folders. */
export function writeFile(FS, path, bytes) {
  FS.mkdirTree(path.slice(0, path.lastIndexOf("/")) || "/");
  FS.writeFile(path, bytes);
}
