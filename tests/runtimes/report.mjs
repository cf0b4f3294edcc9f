// Uses a report page in Chromium as a reader would: node report.mjs PAGE [PLAYWRIGHT [CHECK]]
// Prints "ok NAME" for each check; at the first that fails it says why and exits with 1.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [path, playwright = here("../tools/node/node_modules/playwright-core"), only] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const address = pathToFileURL(resolve(path)).href;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
await context.grantPermissions(["clipboard-read", "clipboard-write"]);

const trouble = new Set();
async function open(hash = "") {
  const page = await context.newPage();
  page.on("pageerror", (error) => trouble.add(`error: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.add(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== address) trouble.add(`request: ${request.url().slice(0, 200)}`);
  });
  await page.goto(address + hash);
  return page;
}

function holds(condition, message) {
  if (!condition) throw new Error(message);
}

const same = (found, expected, what) =>
  holds(JSON.stringify(found) === JSON.stringify(expected), `${what}: ${JSON.stringify(found)} and not ${JSON.stringify(expected)}`);

// The rows come in pieces.
async function rows(page) {
  await page.waitForSelector("#modules:not([data-filling])");
  return page.$$eval("#modules tbody tr", (all) =>
    all.map(({ dataset, cells }) => ({ ...dataset, source: Number(cells[6].textContent.replace(/\D/g, "")) })));
}

const names = async (page) => (await rows(page)).map(({ name }) => name);
const detailsOf = (page) => page.textContent("#details-title");
const tile = (name) => `#treemap .tile[data-name="${name}"]`;
const button = (part, key, value) => `${part} [data-${key}="${value}"]`;

const page = await open();
const data = JSON.parse(await page.textContent("#data"));
const kept = data.modules.filter(({ state }) => state === "kept");
const dropped = data.modules.filter(({ state }) => state === "dropped");
const byShare = kept.filter(({ compressed }) => compressed > 0).sort((a, b) => b.compressed - a.compressed);
// A module with a chain tells more than a root.
const deep = byShare.slice(0, 30).reduce((a, b) => (b.chain.length > a.chain.length ? b : a));

const checks = {
  async "header tells what was packed"() {
    const text = await page.textContent("header");
    for (const word of [data.profile.name, data.python, data.target, data.payload]) holds(text.includes(word), `no '${word}' in '${text}'`);
    const files = await page.$$eval("#outputs li code:first-child", (all) => all.map((one) => one.textContent));
    same(files, data.outputs.map(({ name }) => name), "files");
    const over = data.budget.map(({ limit, bytes }) => bytes > limit);
    same(await page.$$eval("#budgets .budget", (all) => all.map((one) => /over by/.test(one.textContent))), over, "budgets that are over");
    same(await page.isVisible("#warnings"), data.warnings.length > 0, "warnings seen");
  },

  async "digests are copied"() {
    for (const [place, { sha256 }] of data.outputs.entries()) {
      await page.click(`#outputs li:nth-child(${place + 1}) .copy`);
      await page.waitForFunction((text) => document.querySelector("#announced").textContent.includes(text), "copied");
      same(await page.evaluate(() => navigator.clipboard.readText()), sha256, "clipboard");
    }
  },

  async "search filters the table"() {
    const word = deep.name.slice(0, 5);
    await page.click("#search");
    await page.keyboard.type(word.toUpperCase());
    const expected = kept.filter(({ name, detail = "" }) => `${name} ${detail}`.toLowerCase().includes(word.toLowerCase()));
    same((await names(page)).sort(), expected.map(({ name }) => name).sort(), "rows");
    const said = await page.textContent("#found");
    holds(said.startsWith(`${expected.length} of ${kept.length} `), `it says '${said}'`);
    await page.waitForFunction(() => location.hash.includes("q="));
    await page.keyboard.press("Escape");
    same([await page.inputValue("#search"), (await rows(page)).length], ["", kept.length], "after Escape");
  },

  async "sorting changes the order"() {
    for (const [order, sign] of [["descending", -1], ["ascending", 1]]) {
      await page.click(button("thead", "sort", "source_bytes"));
      same(await page.getAttribute("thead th:last-child", "aria-sort"), order, "aria-sort");
      const sizes = (await rows(page)).map(({ source }) => source);
      same(sizes, sizes.toSorted((a, b) => sign * (a - b)), order);
    }
    await page.click(button("thead", "sort", "name"));
    const found = await names(page);
    same(found, found.toSorted(), "names");
    same(await page.$$eval("thead [aria-sort]", (all) => all.length), 1, "sorted columns");
  },

  async "a click on a tile shows the module"() {
    await page.click(tile(deep.name));
    same(await detailsOf(page), deep.name, "details");
    const text = await page.textContent("#details");
    for (const step of deep.chain) holds(text.includes(step.module), `no '${step.module}' in '${text}'`);
    holds(text.includes(deep.compressed.toLocaleString("en")), `no size in '${text}'`);
    same(await page.getAttribute(tile(deep.name), "aria-selected"), "true", "aria-selected");
    same(new URLSearchParams(new URL(page.url()).hash.slice(1)).get("module"), deep.name, "address");
    await page.keyboard.press("Escape");
    same(await page.$$eval('[aria-selected="true"]', (all) => all.length), 0, "chosen after Escape");
  },

  async "tiles can be used with the keyboard"() {
    await page.focus("#measure input:checked");
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement.dataset.name);
    await page.keyboard.press("Home");
    const seen = [await focused()];
    same(seen[0], await page.getAttribute("#treemap .tile >> nth=0", "data-name"), "first tile");
    for (const key of ["ArrowRight", "ArrowDown", "ArrowLeft", "PageDown"]) {
      await page.keyboard.press(key);
      seen.push(await focused());
    }
    holds(seen.every(Boolean) && new Set(seen).size >= 3, `the focus went over ${seen}`);
    holds(await page.isVisible("#tip"), "no tooltip at the tile in focus");
    await page.keyboard.press("Enter");
    same(await detailsOf(page), seen.at(-1), "details");
    same(await page.$$eval('#treemap [tabindex="0"]', (all) => all.length), 1, "stops for Tab");
  },

  async "rows can be chosen"() {
    const [first, second] = await names(page);
    await page.click("#modules tbody tr:first-child .why");
    same(await detailsOf(page), first, "details after a click");
    await page.focus("#modules tbody tr:first-child a");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    same(await detailsOf(page), second, "details after Enter");
    same(await page.getAttribute("#modules tbody tr:nth-child(2) a", "aria-current"), "true", "aria-current");
    await page.goBack();
    same(await detailsOf(page), first, "details after Back");
  },

  async "tiles take the other size"() {
    const areas = () => page.$$eval("#treemap .tile", (all) => all.map((one) => {
      const { width, height } = one.getBoundingClientRect();
      return [one.dataset.name, width * height];
    }));
    const before = new Map(await areas());
    await page.click('#measure label:has([value="bytes"])');
    await page.waitForSelector("#treemap:not(.moving)");
    const after = new Map(await areas());
    holds([...after].some(([name, area]) => Math.abs(area / before.get(name) - 1) > 0.02), "no tile changed");
    // Heads and borders take their part of packages: only tiles that stand alone can be compared.
    const top = (name) => name.split(".")[0];
    const alone = kept.filter(({ name }) => after.get(name) > 400 && kept.filter((other) => top(other.name) === top(name)).length === 1);
    const scales = alone.map(({ name, bytes }) => after.get(name) / bytes);
    holds(Math.max(...scales) / Math.min(...scales) < 1.1, `areas are not in proportion: ${Math.min(...scales)} to ${Math.max(...scales)}`);
    await page.click('#measure label:has([value="compressed"])');
    await page.waitForSelector("#treemap:not(.moving)");
  },

  async "dropped modules are shown"() {
    await page.click(button("#states", "state", "dropped"));
    const found = await rows(page);
    same([found.length, found.every(({ state }) => state === "dropped")], [dropped.length, true], "rows");
    if (!dropped.length) return;
    const { reason } = dropped[0];
    await page.click(button("#reasons", "reason", reason));
    same((await names(page)).sort(), dropped.filter((one) => one.reason === reason).map(({ name }) => name).sort(), reason);
    await page.click("#modules tbody tr:first-child .why");
    holds((await page.textContent("#details")).includes(reason), "no reason in the details");
    await page.click(button("#states", "state", "all"));
    same((await rows(page)).length, data.modules.length, "rows of all");
    await page.click(button("#states", "state", "kept"));
  },

  async "an address leads to its module"() {
    const hash = `#${new URLSearchParams({ module: deep.name, q: deep.name })}`;
    const other = await open(hash);
    same([await detailsOf(other), await other.inputValue("#search")], [deep.name, deep.name], "module and search");
    holds((await names(other)).includes(deep.name), "it is not in the table");
    await other.close();
    if (!dropped.length) return;
    const third = await open(`#${new URLSearchParams({ module: dropped[0].name })}`);
    holds((await names(third)).includes(dropped[0].name), "a dropped module is not in the table");
    await third.close();
  },

  async "text has contrast in both themes"() {
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      await page.mouse.move(0, 0);
      const [least, text] = await page.evaluate(leastContrast);
      holds(least >= 4.5, `${colorScheme}: ${least.toFixed(2)} at '${text}'`);
      const body = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      const [red] = body.match(/\d+/g).map(Number);
      holds(red > 128 === (colorScheme === "light"), `${colorScheme}: the page is ${body}`);
    }
    await page.emulateMedia({ colorScheme: "light" });
  },

  async "it fits a phone"() {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const state of ["dropped", "all", "kept"]) {
      await page.click(button("#states", "state", state));
      await rows(page);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      holds(width <= 360, `${state}: ${width} pixels wide`);
    }
    await page.click("#modules tbody tr:nth-child(8) th");
    const box = await page.locator("#details-title").boundingBox();
    holds(box.y > 0 && box.y < 740, "the details are out of sight");
    const lowest = page.locator("#treemap .tile").last();
    await lowest.scrollIntoViewIfNeeded();
    await lowest.click();
    const [seen, sheet] = [await lowest.boundingBox(), await page.locator("#details").boundingBox()];
    holds(seen.y >= 0 && seen.y + seen.height <= sheet.y + 1, `the tile at ${seen.y} is behind the details at ${sheet.y}`);
    await page.setViewportSize({ width: 1280, height: 900 });
  },

  async "tiers are told apart"() {
    const tiers = new Set(kept.map(({ tier }) => tier).filter(Boolean));
    same(await page.isVisible("#tiers"), tiers.size > 0, "tabs seen");
    for (const tier of tiers) {
      await page.click(`#tiers button:has-text("${tier}")`);
      const expected = kept.filter((module) => module.tier === tier).map(({ name }) => name).sort();
      same((await names(page)).sort(), expected, `rows of ${tier}`);
      const drawn = await page.$$eval("#treemap .tile", (all) => all.map((one) => one.dataset.name));
      holds(drawn.every((name) => expected.includes(name)), `${tier}: tiles of ${drawn}`);
      await page.click("#modules tbody tr:first-child .why");
      holds((await page.textContent("#details")).includes(`in the tier '${tier}'`), "the details do not say so");
    }
    if (!tiers.size) return;
    await page.click("#tiers button:first-child");
    same((await names(page)).length, kept.length, "rows of all tiers");
  },

  async "axe finds nothing"() {
    await page.evaluate(readFileSync(join(playwright, "../axe-core/axe.min.js"), "utf8"));
    for (const colorScheme of ["light", "dark"]) {
      for (const [width, height] of [[1280, 900], [360, 740]]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height });
        const { violations } = await page.evaluate(() => axe.run());
        same(violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`), [], `${colorScheme}, ${width} pixels wide`);
      }
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 900 });
  },

  async "nothing moves for who wants no motion"() {
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.click('#measure label:has([value="bytes"])');
    same(await page.$eval("#treemap .tile", (one) => getComputedStyle(one).transitionDuration), "0s", "transition");
  },

  async "no errors and no requests"() {
    holds(trouble.size === 0, "there were some");
  },
};

// In the page: the least contrast of all text that is seen, with what it stands on and opacities counted in.
function leastContrast() {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (color) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((value, place) => value * a + under[place] * (1 - a));
  const ground = (element) => {
    if (!element) return rgba("Canvas").slice(0, 3);
    const color = rgba(getComputedStyle(element).backgroundColor);
    return color[3] === 1 ? color.slice(0, 3) : over(color, ground(element.parentElement));
  };
  const light = (color) => {
    const [r, g, b] = color.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let least = [Infinity, ""];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()).join("");
    if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest("script, .unseen")) continue;
    const style = getComputedStyle(element);
    const under = ground(element);
    const color = rgba(style.color);
    for (let at = element; at; at = at.parentElement) color[3] *= Number(getComputedStyle(at).opacity);
    const [a, b] = [light(over(color, under)), light(under)].sort((one, two) => two - one);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < least[0]) least = [ratio, text];
  }
  return least;
}

let code = 0;
for (const [name, check] of Object.entries(checks)) {
  if (only && name !== only) continue;
  try {
    await check();
    console.log(`ok ${name}`);
  } catch (error) {
    console.log(`failed ${name}: ${[error.message, ...trouble].join("\n")}`);
    code = 1;
    break;
  }
}
await browser.close();
process.exit(code);
