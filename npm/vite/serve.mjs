// Sends the zips of a bundle as a server in production should.
import { existsSync, readFileSync } from "node:fs";
import { basename, resolve, sep } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const CODINGS = { ".br": "br", ".zst": "zstd" };

/** Serves zips, with those of an environment at `${base}${environment}/`. */
export function serveZips(zipsOf, { base, headers }) {
  return (request, response, next) => {
    const [environment, file = ""] = pathIn(request, base)?.split("/") ?? [];
    const zip = zipsOf(environment).find(({ name }) => file.startsWith(name));
    const read = (extension) => zip.forms.get(extension) ?? made(zip, extension);
    const form = file.slice(zip?.name.length);
    if (!zip || !read(form)) return next();
    return send(request, response, { form, read, headers: { "Cache-Control": "no-cache", ...headers } });
  };
}

/** The zip itself; and Brotli in a moment, since it is sent to this machine. */
function made(zip, extension) {
  if (extension === "") return zip.bytes;
  if (extension !== ".br") return undefined;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 4 };
  zip.forms.set(".br", brotliCompressSync(zip.bytes, { params }));
  return zip.forms.get(".br");
}

/** Serves the zips that a build has written. */
export function serveBuilt(folder, { base, headers }) {
  return (request, response, next) => {
    const path = pathIn(request, base) ?? "";
    const [, name, form] = /^(.*\.zip)(\.packed\.(?:br|zst))?$/.exec(path) ?? [];
    const zip = /^(?:python3\d+(?:\.\w+)*|app)(?<hash>[-.].*)?\.zip$/.exec(basename(name ?? ""));
    const file = resolve(folder, name ?? "");
    const read = (extension) => existsSync(file + extension) ? readFileSync(file + extension) : undefined;
    if (!zip || !file.startsWith(folder + sep) || !read(form ?? "")) return next();
    const caching = zip.groups.hash ? "public, max-age=31536000, immutable" : "no-cache";
    return send(request, response, { form, read, headers: { "Cache-Control": caching, ...headers } });
  };
}

/**
 * Sends a form of a zip: a packed one, or any whose content coding the browser accepts. `read` returns the bytes of the
 * form with this extension, if there is one.
 */
function send({ method, headers: { "accept-encoding": accepted } }, response, { form, read, headers }) {
  const isAccepted = (extension) => isCodingIn(accepted, CODINGS[extension]) && read(extension);
  const extension = form || (Object.keys(CODINGS).find(isAccepted) ?? "");
  const coding = CODINGS[extension.replace(".packed", "")];
  const bytes = read(extension);
  // CORS may have said that the origin matters.
  const vary = [response.getHeader("Vary") ?? [], form ? [] : "Accept-Encoding"].flat().join(", ");
  response.writeHead(200, {
    "Content-Type": form ? "application/octet-stream" : "application/zip",
    "Content-Length": bytes.length,
    ...(coding && { "Content-Encoding": coding }),
    ...(vary && { Vary: vary }),
    ...headers,
  });
  response.end(method === "HEAD" ? undefined : bytes);
}

/** Whether a client accepts a content coding: `br;q=0` says that it does not. */
function isCodingIn(header = "", coding) {
  const parts = header.split(",").map((part) => part.trim().split(/\s*;\s*q=/i));
  return parts.some(([name, quality = 1]) => name.toLowerCase() === coding && Number(quality) > 0);
}

/** The path below `base` of a request for a file. */
function pathIn({ method, url }, base) {
  if (method !== "GET" && method !== "HEAD") return undefined;
  try {
    const path = decodeURIComponent(new URL(url, "http://localhost").pathname);
    return path.startsWith(base) ? path.slice(base.length) : undefined;
  } catch {
    return undefined;
  }
}
