// Upgrades a bundle in Chromium: node delta.mjs PLAYWRIGHT OLD_ZIP NEW_ZIP
// Serves NEW_ZIP.dcb and NEW_ZIP.dcz as RFC 9842 says, to a browser that has OLD_ZIP, and prints for each coding what
// was sent and whether the browser has made NEW_ZIP of it.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const [playwright, oldZip, newZip] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const sha256 = (bytes, form) => createHash("sha256").update(bytes).digest(form);
const [old, fresh] = [readFileSync(oldZip), readFileSync(newZip)];
const available = `:${sha256(old, "base64")}:`;
const sent = {};

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://localhost");
  const coding = /^\/(dc[bz])\.zip$/.exec(pathname)?.[1];
  if (pathname === "/") return response.writeHead(200, { "Content-Type": "text/html" }).end("<title>x</title>");
  if (pathname === "/old.zip") {
    return response.writeHead(200, { "Use-As-Dictionary": 'match="/*.zip"', "Cache-Control": "max-age=3600" }).end(old);
  }
  if (!coding) return response.writeHead(404).end();
  const headers = { Vary: "Accept-Encoding, Available-Dictionary", "Cache-Control": "no-store" };
  const accepts = (request.headers["accept-encoding"] ?? "").split(/, */).includes(coding);
  const body = accepts && request.headers["available-dictionary"] === available ? readFileSync(`${newZip}.${coding}`) : fresh;
  sent[coding] = body.length;
  response.writeHead(200, body === fresh ? headers : { ...headers, "Content-Encoding": coding }).end(body);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
try {
  const page = await browser.newPage();
  await page.goto(`http://localhost:${server.address().port}/`);
  await page.evaluate(() => fetch("/old.zip").then((answer) => answer.arrayBuffer()));
  for (const coding of ["dcb", "dcz"]) {
    let digest;
    // The browser stores the dictionary when it finds the time.
    for (let attempt = 0; attempt < 50 && (sent[coding] ?? fresh.length) === fresh.length; attempt++) {
      digest = await page.evaluate(async (path) => {
        const bytes = await (await fetch(path)).arrayBuffer();
        const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
        return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      }, `/${coding}.zip`);
      await page.waitForTimeout(100);
    }
    console.log(coding, sent[coding], digest === sha256(fresh, "hex") ? "same" : "different");
  }
} finally {
  await browser.close();
  server.close();
}
