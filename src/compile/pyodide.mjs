// Runs worker.py in Pyodide under Node.js: node --input-type=module -e THIS FOLDER WORKER
// Exchanges the same frames over standard input and output as a native worker.
import { readSync, writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, worker] = process.argv.slice(1);

function read(length) {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    let count = 0;
    try {
      count = readSync(0, bytes, done, length - done);
    } catch (error) {
      if (error.code === "EAGAIN") continue;
      if (error.code !== "EOF") throw error;
    }
    if (count === 0) return null;
    done += count;
  }
  return bytes;
}

function write(bytes) {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

try {
  const { loadPyodide } = await import(pathToFileURL(folder + "/pyodide.mjs"));
  // Accidental output must not get into the answers.
  const stdout = (line) => process.stderr.write(line + "\n");
  const pyodide = await loadPyodide({ indexURL: folder, stdout });
  const names = pyodide.toPy({});
  pyodide.runPython(worker, { globals: names });
  const call = (code) => {
    const result = pyodide.runPython(code, { globals: names });
    const bytes = result.toJs();
    result.destroy();
    return bytes;
  };
  write(call("MARK + field(introduction())"));
  for (let head; (head = read(4)); ) {
    const request = read(new DataView(head.buffer).getUint32(0, true));
    if (!request) break;
    names.set("request", request);
    write(call("field(answer(fields(request.to_bytes())))"));
  }
  process.exit(0);
} catch (error) {
  // Only the message, because the stack trace quotes a whole minified file.
  process.stderr.write(String(error.message).slice(-4000) + "\n");
  process.exit(1);
}
