// Pictures: drawn with words beside them, in both themes, and moved by hand.

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import { cell, inBrowser, openNotebook, output, runAll } from "./page.ts";

/** The cell of a notebook whose code holds a text. */
function cellWith(name: string, text: string): number {
  const source = readFileSync(new URL(`../../notebooks/${name}.md`, import.meta.url), "utf8");
  return cellsOf(parseNotebook(source)).findIndex(({ code }) => code.includes(text));
}

inBrowser("a figure", () => {
  it.each(["mouse", "keyboard"])("follows the reader's hand, by %s", async (way) => {
    const page = await openNotebook("figure");
    await runAll(page);
    const index = cellWith("figure", 'onDrag("arm"');
    const figure = output(page, index).locator("figure.picture").first();
    await figure.scrollIntoViewIfNeeded();
    const hand = figure.locator(".picture-handle", { hasText: "hand" });
    const place = () => hand.getAttribute("aria-label");
    const drawing = () => figure.getByRole("img").first().innerHTML();
    const [placeBefore, drawingBefore] = [await place(), await drawing()];
    expect(placeBefore).toMatch(/^hand at .*; arrow keys move it$/);
    if (way === "mouse") {
      const box = (await hand.locator(".dot").boundingBox())!;
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      await page.mouse.move(x, y);
      await page.mouse.down();
      await page.mouse.move(x - 60, y + 40, { steps: 8 });
      await page.mouse.up();
    } else {
      await hand.focus();
      for (let i = 0; i < 8; i++) await page.keyboard.press("ArrowLeft");
    }
    const handle = await hand.elementHandle();
    await page.waitForFunction(([node, before]) => node?.getAttribute("aria-label") !== before, [
      handle,
      placeBefore,
    ] as const);
    // The cell has computed the rest of the arm anew.
    const image = await figure.getByRole("img").first().elementHandle();
    await page.waitForFunction(([node, before]) => node?.innerHTML !== before, [image, drawingBefore] as const);
    expect(await cell(page, index).getAttribute("data-state")).toBe("done");
    expect(await output(page, index).locator(".failure").count()).toBe(0);
  });
});

inBrowser("the words of a picture", () => {
  it("say what it shows, and its numbers can be read as a table or text", async () => {
    const page = await openNotebook("optimisers", { colorScheme: "dark" });
    await runAll(page);
    const pictures = await page.locator("figure.picture").all();
    expect(pictures.length).toBeGreaterThan(0);
    for (const picture of pictures) {
      const label = (await picture.getByRole("img").first().getAttribute("aria-label")) ?? "";
      expect(label.split(" ").length).toBeGreaterThan(3);
    }
  });
});
