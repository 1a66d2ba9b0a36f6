// Takes the pictures of the README from the real page: `npm run screenshots`, after a build of the site. It writes
// docs/images/*.png.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { findChromium, launchOptions } from "./chromium.mjs";
import { listen, siteServer } from "./serve.mjs";

/**
 * @typedef {import("playwright-core").Page} Page
 * @typedef {{ file: string, path: string, width: number, height: number, theme: "light" | "dark", phone?: boolean, at: string }} Shot
 * `at`: what is to be seen
 */

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = join(root, "docs/images");

/** @type {readonly Shot[]} */
const shots = [
  { file: "notebook", path: "autodiff", width: 1200, height: 880, theme: "light", at: "main h2 >> nth=2" },
  { file: "figure", path: "figure", width: 1200, height: 800, theme: "dark", at: "figure.picture" },
  { file: "phone", path: "quickstart", width: 390, height: 780, theme: "light", phone: true, at: "figure.picture" },
];

/** @param {import("playwright-core").Browser} browser @param {string} address @param {Shot} shot */
async function take(browser, address, { file, path, width, height, theme, phone = false, at }) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: theme,
    isMobile: phone,
    hasTouch: phone,
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(`${address}notebooks/${path}.html`);
  await page.getByRole("button", { name: "Run all", exact: true }).click();
  await page.waitForFunction(() => document.querySelector("[data-cell]:not([data-state=done])") === null);
  await page.mouse.move(0, 0);
  await page
    .locator(at)
    .first()
    .evaluate((node) => {
      const { top, bottom } = node.getBoundingClientRect();
      // A heading stands at the top; a picture at the bottom, with the code that drew it above.
      const offset = node.matches("h2") ? top - 140 : bottom - window.innerHeight + 24;
      window.scrollBy(0, offset);
    });
  await page.evaluate(() => document.fonts.ready);
  // A frame for what is drawn after scrolling.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  const png = await page.screenshot();
  writeFileSync(join(folder, `${file}.png`), png);
  console.log(`docs/images/${file}.png  ${width}x${height}  ${(png.length / 1000).toFixed(0)} kB`);
  await context.close();
}

const { path: executablePath, reason } = findChromium();
if (executablePath === undefined) {
  console.error(`No pictures can be taken: ${reason}`);
  process.exit(1);
}
mkdirSync(folder, { recursive: true });
const server = siteServer(join(root, "build/site"));
const port = await listen(server, { port: 0, host: "localhost" });
const browser = await chromium.launch({ ...launchOptions, executablePath });
try {
  for (const shot of shots) await take(browser, `http://localhost:${port}/`, shot);
} finally {
  await browser.close();
  server.close();
}
