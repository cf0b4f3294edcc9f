// Uses a page of `diff` in Chromium as a reader would: node difference.mjs PAGE PLAYWRIGHT
// Prints what it saw, as JSON.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [path, playwright] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
const page = await browser.newPage();
const trouble = [];
page.on("pageerror", (error) => trouble.push(error.message));
page.on("console", (message) => trouble.push(message.text()));
page.on("request", (request) => trouble.push(...(request.url().startsWith("file:") ? [] : [request.url()])));
await page.goto(pathToFileURL(path).href);

const rows = () => page.$$eval(".modules tbody tr:not([hidden]) th", (all) => all.map((one) => one.textContent));
const seen = { headings: await page.$$eval("h2", (all) => all.map((one) => one.textContent)), all: await rows() };
await page.click('.tools button[value="dropped"]');
seen.dropped = await rows();
await page.click('.tools button[value=""]');
await page.fill("#search", "LON");
seen.searched = [await rows(), await page.textContent("#found")];
await page.press("#search", "Escape");
seen.again = (await rows()).length;

await page.evaluate(readFileSync(join(playwright, "../axe-core/axe.min.js"), "utf8"));
seen.axe = [];
for (const colorScheme of ["light", "dark"]) {
  for (const width of [1280, 360]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 900 });
    const { violations } = await page.evaluate(() => axe.run());
    seen.axe.push(...violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`));
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    if (scroll > width) trouble.push(`${scroll} pixels wide on ${width}`);
  }
}
console.log(JSON.stringify({ ...seen, trouble }));
await browser.close();
