// Builds the examples as their READMEs tell, and uses their pages in Chromium:
// node examples.mjs PROGRAM FOLDER [NAME...]
// Prints what Python printed there, and what the page loaded as its standard library.
import { mkdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";

import { build, launch, library, names, open, serve } from "./example.mjs";

const [program, folder, ...some] = process.argv.slice(2);

/** What a visitor does with a page whose first output is there; returns what is printed then. */
const use = {
  "pyodide-page": async (page) => {
    await page.fill("#table", "city,sold\nLima,6\nLima,36\n");
    await page.click("#add");
    return page.textContent("#output");
  },
  pyscript: async (page) => {
    await page.fill("#celsius", "100");
    await page.click("#convert");
    return page.textContent("#output");
  },
  // The second visit fills the service worker's cache; the third one finds the library nowhere else.
  "service-worker": async (page, url, site) => {
    await open(page, "service-worker", url);
    const browser = await page.context().newCDPSession(page);
    await browser.send("Network.setCacheDisabled", { cacheDisabled: true });
    rmSync(library(site));
    return open(page, "service-worker", url);
  },
  marimo: async (page) => {
    await page.fill("marimo-text input", "1, 2, 3, 4");
    await page.keyboard.press("Tab");
    const changed = page.getByText("Quartiles: [1.25");
    await changed.waitFor();
    return changed.textContent();
  },
  jupyterlite: async (page) => {
    await page.keyboard.type("import sys, zlib; print(zlib.__name__, [path for path in sys.path if '.zip' in path])");
    await page.keyboard.press("Shift+Enter");
    // What is printed arrives in parts.
    return page.locator(".jp-OutputArea-output pre").filter({ hasText: /zlib .*\n/ }).textContent();
  },
};

/** The zips that were asked for, and the hosts other than the page's own. */
function libraries(requests, url) {
  const found = new Set();
  for (const request of requests) {
    if (request.startsWith("blob:") || request.startsWith("data:")) continue;
    const { origin, pathname } = new URL(request);
    if (origin + "/" !== url) found.add(origin);
    if (/\.zip\b/.test(pathname)) found.add(basename(pathname));
  }
  return [...found];
}

const browser = await launch();
try {
  const chosen = some.length > 0 ? some : names;
  // The first one compiles modules for the others.
  const [first, ...rest] = chosen;
  const sites = [await build(first, folder, program)];
  sites.push(...await Promise.all(rest.map((name) => build(name, folder, program))));
  for (const [place, site] of sites.entries()) {
    const name = chosen[place];
    const { url, server } = await serve(site);
    const context = await browser.newContext({ viewport: { width: 900, height: 600 } });
    const requests = [];
    context.on("request", (request) => requests.push(request.url()));
    const page = await context.newPage();
    page.on("pageerror", (error) => console.log("error", name, error.message.slice(0, 300)));
    console.log(name, "first:", JSON.stringify(await open(page, name, url)));
    const then = await use[name]?.(page, url, site);
    if (then) console.log(name, "then:", JSON.stringify(then.trim()));
    console.log(name, "loaded:", libraries(requests, url).join(" "));
    mkdirSync(join(folder, "screenshots"), { recursive: true });
    await page.screenshot({ path: join(folder, "screenshots", name + ".png") });
    await context.close();
    server.kill();
  }
} finally {
  await browser.close();
}
