// Runs a Python program in headless Chromium, in Pyodide or in CPython's own Emscripten build: node browser.mjs CONFIG.json
// It serves the page, the build, the bundle (with its Content-Encoding) and the program on 127.0.0.1; the
// page sends each line of output back before it goes on.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, delimiter, join, normalize } from "node:path";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const LARGEST_MOUNTS = 256 << 20;

// What the page does: `zip` and `packed` say what it starts from.
const PYODIDE = `
  const { loadPyodide } = await import("/build/pyodide.mjs");
  const pyodide = await loadPyodide({
    indexURL: "/build/",
    ...(zip && { stdLibURL: packed ? URL.createObjectURL(new Blob([await unpacked()])) : location.origin + "/bundle.zip" }),
    stdout: (line) => post("/out", line + "\\n"),
    stderr: (line) => post("/err", line + "\\n"),
  });
  // A buffer is one read, and nothing is its end.
  let input = await bytesOf("/stdin");
  pyodide.setStdin({
    read: (buffer) => {
      const part = input.subarray(0, buffer.length);
      buffer.set(part);
      input = input.subarray(part.length);
      return part.length;
    },
  });
  await writeFiles(pyodide.FS);
  pyodide.runPython(await (await fetch("/task.py")).text());`;

const EMSCRIPTEN = `
  const { installLibrary, lines, pythonArguments, start } = await import("/emscripten-start.mjs");
  const runScript = () => new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: "/build/" + file, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  const input = await bytesOf("/stdin");
  const output = lines((bytes) => post("/out", bytes));
  const errors = lines((bytes) => post("/err", bytes));
  let at = 0;
  const { FS, callMain } = await start({
    folder: "/build",
    createPython: file.endsWith(".mjs") && (await import("/build/" + file)).default,
    runScript,
    environment: { PYTHONHASHSEED: "0" },
    streams: { stdin: () => input[at++] ?? null, stdout: output.take, stderr: errors.take },
  });
  if (zip) installLibrary(FS, [[zip, new Uint8Array(packed ? await unpacked() : await bytesOf("/bundle.zip"))]]);
  await writeFiles(FS);
  FS.mkdirTree("/work");
  FS.writeFile("/work/task.py", await bytesOf("/task.py"));
  code = callMain(pythonArguments("/work/task.py"));
  output.flush();
  errors.flush();`;

const { place, script, zip, packed } = config;
const known = { file: script, zip: zip && basename(zip), packed: Boolean(packed) };
const PAGE = `<!doctype html><meta charset="utf-8"><title>verify</title><script type="module">
const { file, zip, packed } = ${JSON.stringify(known)};
const post = (path, text) => {
  const request = new XMLHttpRequest();
  request.open("POST", path, false);
  request.send(text);
};
const bytesOf = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
const unpacked = async () => (await import("/stdlib-unpack.mjs")).unpackInWorker(fetch("/bundle.packed"));
const writeFiles = async (FS) => {
  for (const [mount, place] of await (await fetch("/files.json")).json()) {
    FS.mkdirTree(place.slice(0, place.lastIndexOf("/")));
    FS.writeFile(place, await bytesOf("/mounts/" + mount));
  }
};
let code = 0;
try {${script ? EMSCRIPTEN : PYODIDE}
} catch (error) {
  post("/err", String(error.message ?? error).slice(-4000) + "\\n");
}
post("/end", String(code));
</script>`;

let bytes = 0;
function filesOf(folder) {
  const found = [];
  const visit = (at) => {
    for (const entry of readdirSync(join(folder, at), { withFileTypes: true })) {
      const path = at ? at + "/" + entry.name : entry.name;
      if (entry.isDirectory()) {
        if (!["node_modules", "__pycache__", ".git"].includes(entry.name)) visit(path);
      } else if (entry.isFile()) {
        bytes += statSync(join(folder, path)).size;
        if (bytes > LARGEST_MOUNTS) throw new Error(`'${folder}' holds more than ${LARGEST_MOUNTS >> 20} MB: put the app into a folder of its own`);
        found.push(path);
      }
    }
  };
  visit("");
  return found;
}

function browser() {
  const names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
  const folders = (process.env.PATH ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const named = process.env.CHROMIUM;
  const places = named ? [named, ...folders.map((folder) => join(folder, named))] : found;
  return places.find((place) => existsSync(place));
}

const types = { html: "text/html", mjs: "text/javascript", js: "text/javascript", wasm: "application/wasm", json: "application/json" };
function send(response, bytes, name, encoding) {
  const type = types[name.slice(name.lastIndexOf(".") + 1)] ?? "application/octet-stream";
  response.writeHead(200, { "Content-Type": type, ...(encoding && { "Content-Encoding": encoding }) });
  response.end(bytes);
}

function within(folder, path) {
  const place = normalize("/" + decodeURIComponent(path));
  return readFileSync(join(folder, place));
}

function answer(request, response, finish) {
  const path = new URL(request.url, "http://localhost").pathname;
  if (request.method === "POST") {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      if (path === "/end") return finish(Number(body));
      const stream = path === "/out" ? process.stdout : process.stderr;
      stream.write(body, () => response.writeHead(204).end());
    });
  } else if (path === "/") send(response, PAGE, "page.html");
  else if (path === "/bundle.zip") send(response, readFileSync(config.brotli ?? config.zip), "bundle.zip", config.brotli && "br");
  else if (path === "/bundle.packed") send(response, readFileSync(config.packed), "bundle.packed", "br");
  else if (["/stdlib-unpack.mjs", "/emscripten-start.mjs"].includes(path)) send(response, within(config.scratch, path), path);
  else if (path === "/task.py") send(response, readFileSync(config.task), "task.py");
  else if (path === "/stdin") send(response, config.stdin ? readFileSync(config.stdin) : "", "stdin");
  else if (path === "/files.json") send(response, JSON.stringify(files.map(({ place }, number) => [number, place])), "files.json");
  else if (path.startsWith("/mounts/")) send(response, readFileSync(files[Number(path.slice(8))].file), path);
  else if (path.startsWith("/build/")) send(response, within(place, path.slice(7)), path);
  else response.writeHead(404).end();
}

let files = [];
try {
  files = config.mounts.flatMap(({ folder, place }) =>
    filesOf(folder).map((path) => ({ file: join(folder, path), place: `${place}/${path}` })));
  files.push(...config.further.map((file) => ({ file, place: "/lib/" + basename(file) })));
} catch (error) {
  process.stderr.write(error.message + "\n");
  process.exit(3);
}
const chromium = browser();
if (!chromium) {
  process.stderr.write("Chromium is not found: install it, or say where it is in CHROMIUM\n");
  process.exit(3);
}
let child;
const finish = (code) => {
  child?.kill("SIGKILL");
  process.exit(code);
};
const server = createServer((request, response) => {
  try {
    answer(request, response, finish);
  } catch (error) {
    process.stderr.write(`${request.url}: ${error.message}\n`);
    response.writeHead(404).end();
  }
});
server.listen(0, "127.0.0.1", () => {
  const flags = [
    // Chromium refuses to run as root with its sandbox.
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    // It ends when this process does: the other end of the pipe is closed then.
    "--remote-debugging-pipe", `--user-data-dir=${config.scratch}/chromium`, `http://127.0.0.1:${server.address().port}/`,
  ];
  child = spawn(chromium, flags, {
    stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: config.scratch },
  });
  child.on("error", (error) => {
    process.stderr.write(`${chromium}: ${error.message}\n`);
    finish(3);
  });
  child.on("exit", (code) => {
    process.stderr.write(`${chromium} ended (exit code ${code})\n`);
    finish(3);
  });
});
// Whoever started this ends it by closing its standard input.
process.stdin.resume();
process.stdin.on("end", () => finish(1));
