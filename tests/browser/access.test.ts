// For every reader: axe finds nothing serious, in light and in dark; a phone's width is enough; the keyboard is enough.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import {
  cell,
  edit,
  inBrowser,
  live,
  open,
  openCells,
  openNotebook,
  run,
  runAll,
  shown,
  state,
  toolbar,
} from "./page.ts";

/** What is wrong on a page, one line for each element. */
async function faults(page: Page): Promise<string[]> {
  // No page holds another, so axe can look at it as one piece, which is much faster.
  const axe = new AxeBuilder({ page }).setLegacyMode(true).options({ resultTypes: ["violations"] });
  const { violations } = await axe.analyze();
  const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return grave.flatMap(({ id, impact, nodes }) =>
    nodes.map(
      (node) => `${impact} ${id}: ${node.target.join(" ")} ${node.any[0]?.message ?? node.all[0]?.message ?? ""}`,
    ),
  );
}

/** A page of each kind. */
const kinds = [
  ["the start page", "index.html"],
  ["a notebook", "notebooks/autodiff.html"],
  ["a document", "docs/thinking.html"],
  ["a page of the reference", "reference/index.html"],
] as const;

const themes = ["light", "dark"] as const;

inBrowser("for every reader", () => {
  it.each(themes)("nothing serious is wrong with any kind of page, in %s", async (theme) => {
    const found: Record<string, string[]> = {};
    for (const [name, path] of kinds) {
      const page = await open(path, { colorScheme: theme });
      if (path.startsWith("notebooks")) await toolbar(page).getByRole("button", { name: "Run all" }).waitFor();
      found[name] = await faults(page);
      await page.close();
    }
    expect(found).toEqual(Object.fromEntries(kinds.map(([name]) => [name, []])));
  });

  it("what is wrong would be found", async () => {
    const page = await open("index.html");
    await page
      .locator("main p")
      .first()
      .evaluate((node) => {
        node.style.color = "#bbb";
        node.append(document.createElement("button"));
      });
    expect((await faults(page)).map((fault) => fault.split(":")[0])).toEqual([
      "critical button-name",
      "serious color-contrast",
    ]);
  });

  it.each(themes)("nothing serious is wrong with what the reader brings about, in %s", async (theme) => {
    const page = await openNotebook("quickstart", { colorScheme: theme });
    await runAll(page);
    await edit(page, 0);
    const found = { "after a run, with an editor": await faults(page) };
    await cell(page, 1)
      .getByRole("button", { name: /^More for/ })
      .click();
    Object.assign(found, { "with a menu": await faults(page) });
    await toolbar(page).getByRole("button", { name: "Share" }).click();
    await page.getByRole("dialog").waitFor();
    Object.assign(found, { "with a dialog": await faults(page) });
    await page.close();
    const wrong = await openCells(
      ['import { jit } from "adjoint";\njit((x) => (x ? 1 : 2))(1);', "const = 3;", "1 + 1"],
      {
        colorScheme: theme,
      },
    );
    await run(wrong, 0, "failed");
    await run(wrong, 1, "failed");
    await edit(wrong, 1);
    Object.assign(found, { "with mistakes": await faults(wrong) });
    await wrong.locator("#search").click();
    await wrong.keyboard.type("grad");
    await wrong.getByRole("option").first().waitFor();
    Object.assign(found, { "with results of a search": await faults(wrong) });
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((name) => [name, []])));
  });

  it("the theme follows the system, or the reader, on every page", async () => {
    const page = await open("index.html", { colorScheme: "dark" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    // The colours change with a transition.
    const becomes = (colour: string, is = true) =>
      page.waitForFunction(([wanted, same]) => (getComputedStyle(document.body).backgroundColor === wanted) === same, [
        colour,
        is,
      ] as const);
    const dark = await background();
    await page.getByRole("button", { name: "Theme: as the system" }).click();
    await becomes(dark, false);
    await page.goto(`${live}notebooks/autodiff.html`);
    await becomes(dark, false);
    await page.getByRole("button", { name: "Theme: light" }).click();
    await becomes(dark);
    await page.emulateMedia({ colorScheme: "light" });
    await page.reload();
    await becomes(dark);
  });
});

inBrowser("on a phone", () => {
  const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };
  /** Elements that make the page wider than the screen, outside of boxes that scroll by themselves. */
  const overflow = (page: Page) =>
    page.evaluate(() => {
      const wide = document.documentElement.scrollWidth;
      if (wide <= document.documentElement.clientWidth) return [];
      const far = [...document.querySelectorAll("body *")].filter((each) => each.getBoundingClientRect().right > 361);
      return [`the page is ${wide} wide`, ...far.slice(0, 5).map((each) => `${each.tagName}.${each.className}`)];
    });

  it.each(kinds)("%s is as wide as the screen", async (_, path) => {
    const page = await open(path, phone);
    expect(await overflow(page)).toEqual([]);
    await page.getByRole("button", { name: "Navigation" }).tap();
    await page.locator("#side a").first().waitFor();
    expect(await page.locator("#side a").first().isVisible()).toBe(true);
    await page.keyboard.press("Escape");
  });

  it("a notebook runs, with its editor, pictures and menus in reach", async () => {
    const page = await openNotebook("quickstart", phone);
    await runAll(page);
    expect(await overflow(page)).toEqual([]);
    await edit(page, 1);
    expect(await overflow(page)).toEqual([]);
    const inside = async (name: string, target: ReturnType<typeof toolbar>): Promise<void> => {
      const box = await target.boundingBox();
      expect(box, name).not.toBeNull();
      expect(box!.x, name).toBeGreaterThanOrEqual(0);
      expect(box!.x + box!.width, name).toBeLessThanOrEqual(360);
    };
    for (const button of await toolbar(page).getByRole("button").all()) await inside("toolbar", button);
    await cell(page, 1)
      .getByRole("button", { name: /^More for/ })
      .tap();
    for (const item of await cell(page, 1).locator(".menu-list button").all()) await inside("menu", item);
    await toolbar(page).getByRole("button", { name: "Share" }).tap();
    await inside("dialog", page.getByRole("dialog"));
    expect(await overflow(page)).toEqual([]);
  });
});

inBrowser("by keyboard alone", () => {
  it("the first cell is reached past the navigation, run, edited and left", async () => {
    const page = await openCells(["const a = 1;\nconsole.log(a);", "console.log(a + 1);", "console.log(a + 2);"]);
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    expect(await focused()).toBe("Skip to the text");
    await page.keyboard.press("Enter");
    const label = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
    let steps = 0;
    for (; steps < 12 && (await label()) !== "Run cell 1"; steps++) await page.keyboard.press("Tab");
    expect(await label()).toBe("Run cell 1");
    await page.keyboard.press("Enter");
    await state(page, 0, "done");

    // Into the text, into the editor, and out of it again.
    while (!(await label()).startsWith("Code of cell 1")) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await cell(page, 0).locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await cell(page, 0).locator(".cm-content:focus").count()).toBe(0);
    await page.keyboard.press("Shift+Tab");
    await cell(page, 0).locator(".cm-content:focus").waitFor();

    // Shift+Enter runs and moves on, in the editor and outside of it.
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("const a = 5;");
    await page.keyboard.press("Shift+Enter");
    await state(page, 0, "done");
    await cell(page, 1).locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Shift+Enter");
    await state(page, 1, "done");
    await cell(page, 2).locator(".cm-content:focus").waitFor();
    await page.keyboard.press("Shift+Enter");
    await state(page, 2, "done");
    expect([await shown(page, 1), await shown(page, 2)]).toEqual(["6", "7"]);
    // Where the focus is can be seen.
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(document.activeElement!);
      return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
    });
    expect(outline).toBe(true);
  });
});
