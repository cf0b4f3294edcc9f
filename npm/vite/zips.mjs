// The zips of a bundle, and the module that names their URLs.
import { readFileSync } from "node:fs";
import { basename, resolve } from "node:path";

const isForm = (extension) => /^\.(packed\.)?(br|zst)$/.test(extension);

/**
 * Reads the zips that `pack` wrote: the name and the bytes of each, its digest, and its compressed forms by extension.
 * `file` is its name in the interpreter's file system.
 */
export function readZips({ outputs }, root) {
  const files = outputs.map(({ path, sha256 }) => ({ name: basename(path), path: resolve(root, path), sha256 }));
  const isFormOf = (zip, { name }) => name.startsWith(zip.name) && isForm(name.slice(zip.name.length));
  const formsOf = (zip) => files.filter((file) => isFormOf(zip, file));
  const zips = files.filter(({ name }) => /\.zip$/.test(name) && !/\.deflated\.zip$/.test(name));
  return zips.map((zip) => {
    const deflated = files.find(({ name }) => name === zip.name.replace(/zip$/, "deflated.zip"));
    // A zip that is compressed inside is for servers that send no other form.
    const { name, path, sha256 } = deflated && !formsOf(zip).length ? deflated : zip;
    const forms = formsOf({ name }).map((form) => [form.name.slice(name.length), readFileSync(form.path)]);
    return { file: zip.name, name, sha256, bytes: readFileSync(path), forms: new Map(forms) };
  });
}

/**
 * The source of `virtual:stdlib-pack`, with the expression of each zip's URL. Without zips, all is undefined or empty.
 */
export function moduleOf(zips, urlOf) {
  const isLibrary = ({ file }) => /^python3\d+\.zip$/.test(file);
  const isApp = ({ file }) => file === "app.zip";
  const tiers = zips.filter((zip) => !isLibrary(zip) && !isApp(zip));
  const url = (zip) => (zip ? urlOf(zip) : "undefined");
  const packedForm = ({ forms }) => [...forms.keys()].find((extension) => extension.startsWith(".packed"));
  const packed = (zip) => (zip && packedForm(zip) ? `${urlOf(zip)} + "${packedForm(zip)}"` : "undefined");
  const tier = (zip, url) => `  { file: "${zip.file}", sha256: "${zip.sha256}", url: ${url(zip)} },\n`;
  const list = (zips, url) => `[\n${zips.map((zip) => tier(zip, url)).join("")}]`;
  return `export const stdLibURL = ${url(zips.find(isLibrary))};
export const packedURL = ${packed(zips.find(isLibrary))};
export const tiers = ${list(tiers, url)};
export const packedTiers = ${list(tiers.filter(packedForm), packed)};
export const appURL = ${url(zips.find(isApp))};
`;
}
