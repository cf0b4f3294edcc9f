// Walks through the demo in Chromium: node demo.mjs PLAYWRIGHT URL SCREENSHOT
import { createRequire } from "node:module";

const [playwright, url, screenshot] = process.argv.slice(2);
const { chromium } = createRequire(import.meta.url)(playwright);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update"],
});
try {
  const page = await browser.newPage({ viewport: { width: 900, height: 760 } });
  page.on("pageerror", (error) => console.log("error", error.message.slice(0, 300)));
  await page.goto(url);
  await page.waitForSelector("body[data-ready]", { timeout: 60000 });
  console.log("lead", await page.textContent("#lead"));
  console.log("bytes", await page.textContent("#bytes output"));
  await page.click("#run");
  console.log("printed", await page.textContent("#printed"));
  await page.click("#compare");
  await page.waitForSelector("body[data-compared]", { timeout: 60000 });
  console.log("rows", await page.locator("#bytes .row").count(), await page.locator("#time .row").count());
  await page.waitForTimeout(700);
  await page.screenshot({ path: screenshot });
  await page.emulateMedia({ colorScheme: "dark" });
  await page.screenshot({ path: screenshot.replace(".png", "-dark.png") });
} finally {
  await browser.close();
}
