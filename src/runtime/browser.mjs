// Runs a Python program in Pyodide in headless Chromium: node browser.mjs CONFIG.json
// It serves the page, Pyodide, the bundle (with its Content-Encoding) and the program on 127.0.0.1; the
// page sends each line of output back before it goes on.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { basename, delimiter, join, normalize } from "node:path";

const config = JSON.parse(readFileSync(process.argv[2], "utf8"));
const LARGEST_MOUNTS = 256 << 20;

const PAGE = `<!doctype html><meta charset="utf-8"><title>verify</title><script type="module">
const post = (path, text) => {
  const request = new XMLHttpRequest();
  request.open("POST", path, false);
  request.send(text);
};
try {
  const { loadPyodide } = await import("/pyodide/pyodide.mjs");
  let stdLibURL = location.origin + "/bundle.zip";
  if (${Boolean(config.packed)}) {
    const { unpackInWorker } = await import("/stdlib-unpack.mjs");
    stdLibURL = URL.createObjectURL(new Blob([await unpackInWorker(fetch("/bundle.packed"))]));
  }
  const pyodide = await loadPyodide({
    indexURL: "/pyodide/",
    ...(${JSON.stringify(Boolean(config.zip))} && { stdLibURL }),
    stdout: (line) => post("/out", line + "\\n"),
    stderr: (line) => post("/err", line + "\\n"),
  });
  // A buffer is one read, and nothing is its end.
  let input = new Uint8Array(await (await fetch("/stdin")).arrayBuffer());
  pyodide.setStdin({
    read: (buffer) => {
      const part = input.subarray(0, buffer.length);
      buffer.set(part);
      input = input.subarray(part.length);
      return part.length;
    },
  });
  for (const [mount, place] of await (await fetch("/files.json")).json()) {
    pyodide.FS.mkdirTree(place.slice(0, place.lastIndexOf("/")));
    const file = await fetch("/mounts/" + mount);
    pyodide.FS.writeFile(place, new Uint8Array(await file.arrayBuffer()));
  }
  pyodide.runPython(await (await fetch("/task.py")).text());
} catch (error) {
  post("/err", String(error.message).slice(-4000) + "\\n");
}
post("/end", "");
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
      const stream = path === "/out" ? process.stdout : process.stderr;
      stream.write(Buffer.concat(chunks), () => {
        response.writeHead(204).end();
        if (path === "/end") finish(0);
      });
    });
  } else if (path === "/") send(response, PAGE, "page.html");
  else if (path === "/bundle.zip") send(response, readFileSync(config.brotli ?? config.zip), "bundle.zip", config.brotli && "br");
  else if (path === "/bundle.packed") send(response, readFileSync(config.packed), "bundle.packed", "br");
  else if (path === "/stdlib-unpack.mjs") send(response, readFileSync(join(config.scratch, "stdlib-unpack.mjs")), path);
  else if (path === "/task.py") send(response, readFileSync(config.task), "task.py");
  else if (path === "/stdin") send(response, config.stdin ? readFileSync(config.stdin) : "", "stdin");
  else if (path === "/files.json") send(response, JSON.stringify(files.map(({ place }, number) => [number, place])), "files.json");
  else if (path.startsWith("/mounts/")) send(response, readFileSync(files[Number(path.slice(8))].file), path);
  else if (path.startsWith("/pyodide/")) send(response, within(config.place, path.slice(9)), path);
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
