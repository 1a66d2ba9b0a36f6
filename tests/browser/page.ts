// What the tests do with a page: open it, run and edit cells as a reader would, read what stands there. Whatever a page reports
// as an error is kept, and fails the test that opened it.
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, inject } from "vitest";

const world = inject("world");

/** The site on its own server, and on one that sets no headers, in a folder. Empty where there is no browser. */
export const live: string = "live" in world ? world.live : "";
export const plain: string = "plain" in world ? world.plain : "";

let browser: Browser | undefined;

/** A group of tests that need the browser: all are skipped where there is none. */
export function inBrowser(name: string, tests: () => void): void {
  describe.skipIf("reason" in world)(name, () => {
    beforeAll(async () => {
      if ("browser" in world) browser = await chromium.connect(world.browser);
    });
    afterEach(closeAll);
    afterAll(async () => {
      await browser?.close();
    });
    tests();
  });
}

interface Opened {
  readonly context: BrowserContext;
  readonly errors: string[];
}

const opened: Opened[] = [];

/** Pages close after each test, which fails if one of them has reported an error. */
async function closeAll(): Promise<void> {
  const errors = opened.flatMap((each) => each.errors);
  const contexts = opened.splice(0).map(({ context }) => context.close());
  await Promise.all(contexts);
  expect(errors, "errors that the pages reported").toEqual([]);
}

/** Settings of {@link open}. */
export interface OpenOptions extends BrowserContextOptions {
  /** Where the site is; the real server if left out. */
  readonly site?: string;
  /** The end of a notebook's address. */
  readonly hash?: string;
  /** Errors of the page that the test brings about. */
  readonly expected?: RegExp;
  /** Called with the page before it loads anything. */
  readonly before?: (page: Page) => Promise<unknown>;
}

/** Opens a page of the site in a browser that knows nothing yet. */
export async function open(path: string, options: OpenOptions = {}): Promise<Page> {
  const { site = live, expected, before, hash: _, ...settings } = options;
  const context = await browser!.newContext({
    viewport: { width: 1200, height: 800 },
    reducedMotion: "reduce",
    ...settings,
  });
  context.setDefaultTimeout(60_000);
  const errors: string[] = [];
  const keep = (text: string): void => {
    if (expected === undefined || !expected.test(text)) errors.push(`${path}: ${text}`);
  };
  context.on("console", (message) => {
    if (message.type() === "error") keep(`${message.text()} (${message.location().url})`);
  });
  context.on("weberror", (error) => keep(String(error.error())));
  opened.push({ context, errors });
  const page = await context.newPage();
  await before?.(page);
  await page.goto(`${site}${path}`);
  return page;
}

/** Opens a notebook, and waits until its cells can be run. */
export async function openNotebook(name: string, options: OpenOptions = {}): Promise<Page> {
  const page = await open(`notebooks/${name}.html${options.hash ?? ""}`, options);
  await page.getByRole("button", { name: "Run all", exact: true }).waitFor();
  return page;
}

/** A notebook with these cells instead of its own, as a reader finds it who has written them before. */
export async function openCells(codes: readonly string[], options: OpenOptions = {}): Promise<Page> {
  const text = codes.map((code) => `\`\`\`ts\n${code}\n\`\`\`\n`).join("\n");
  return openNotebook("scratch", {
    ...options,
    before: async (page) => {
      await page.addInitScript(
        (saved) => {
          const key = "adjoint:notebook:scratch";
          if (sessionStorage.getItem("begun") === null) localStorage.setItem(key, saved);
          sessionStorage.setItem("begun", "true");
        },
        JSON.stringify({ text, base: "" }),
      );
      await options.before?.(page);
    },
  });
}

/** The cell at a place, from 0. */
export function cell(page: Page, index: number): Locator {
  return page.locator("[data-cell]").nth(index);
}

/** What stands below a cell. */
export function output(page: Page, index: number): Locator {
  return cell(page, index).locator(".cell-output");
}

/** The text that stands below a cell. */
export async function shown(page: Page, index: number): Promise<string> {
  return (await output(page, index).innerText()).trim();
}

/** Waits until a cell is in a state. */
export async function state(page: Page, index: number, name: string): Promise<void> {
  await cell(page, index)
    .and(page.locator(`[data-state="${name}"]`))
    .waitFor();
}

/** Presses the button that runs a cell, and waits for the end. */
export async function run(page: Page, index: number, end = "done"): Promise<void> {
  await cell(page, index)
    .getByRole("button", { name: /^Run cell/i })
    .click();
  await state(page, index, end);
}

/** Opens the editor of a cell by a click, as a reader does. */
export async function edit(page: Page, index: number): Promise<Locator> {
  const holder = cell(page, index);
  const editor = holder.locator(".cm-content");
  if ((await editor.count()) === 0) await holder.locator("pre.code").click();
  await editor.waitFor();
  await editor.focus();
  return editor;
}

/** Writes other code into a cell. */
export async function write(page: Page, index: number, code: string): Promise<void> {
  await edit(page, index);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(code);
}

/** Chooses from the menu of the notebook, or from that of a cell. */
export async function choose(where: Locator, item: string): Promise<void> {
  await where.getByRole("button", { name: /^More for/ }).click();
  await where.getByRole("button", { name: item, exact: true }).click();
}

/** What a reader gets who asks for a file. */
export async function downloaded(page: Page, ask: () => Promise<void>): Promise<{ name: string; text: string }> {
  const [file] = await Promise.all([page.waitForEvent("download"), ask()]);
  const pieces: Uint8Array[] = [];
  for await (const piece of await file.createReadStream()) pieces.push(piece as Uint8Array);
  return { name: file.suggestedFilename(), text: Buffer.concat(pieces).toString("utf8") };
}

/** The line above the notebook. */
export function toolbar(page: Page): Locator {
  return page.getByRole("group", { name: "Running this notebook" });
}

/** The messages above the notebook. */
export function banner(page: Page): Locator {
  return page.locator(".banners .banner");
}

/** The states of all cells. */
export function states(page: Page): Promise<(string | undefined)[]> {
  return page.locator("[data-cell]").evaluateAll((cells) => cells.map((each) => (each as HTMLElement).dataset.state));
}

/** Runs all cells, and waits until none runs or waits. */
export async function runAll(page: Page): Promise<void> {
  await toolbar(page).getByRole("button", { name: "Run all", exact: true }).click();
  await page.locator(".kernel-state[data-kernel=idle], .kernel-state[data-kernel=off]").waitFor();
  await page.waitForFunction(
    () =>
      document.querySelector("[data-state=queued], [data-state=running]") === null &&
      document.querySelector("[data-state=done], [data-state=failed]") !== null,
  );
}
