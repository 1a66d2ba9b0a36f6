// Every notebook in the browser: readable before any script runs, and all its cells give what is stored.
import { readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { compareOutputs, formatDifferences } from "../../notebooks/runner/compare.ts";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import { cell, inBrowser, open, openNotebook, output, plain, runAll, states } from "./page.ts";

const folder = new URL("../../notebooks/", import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith(".md") && file !== "README.md")
  .map((file) => file.replace(/\.md$/, ""));

/** The output of a cell as a text, with nothing of what the browser makes of it; undefined if some of it is no text. */
function printed(page: Awaited<ReturnType<typeof open>>, index: number): Promise<string | undefined> {
  return output(page, index).evaluate((node) => {
    const parts = [...node.children];
    if (!parts.every((part) => part.matches("pre.output"))) return undefined;
    return parts.map((part) => part.textContent ?? "").join("");
  });
}

inBrowser("every notebook", () => {
  it.each(names)("%s is readable without scripts, with its stored outputs", async (name) => {
    const page = await open(`notebooks/${name}.html`, { javaScriptEnabled: false });
    expect(await page.locator("h1").count()).toBe(1);
    const stored = cellsOf(parseNotebook(readFileSync(new URL(`${name}.md`, folder), "utf8")));
    const shown = await page.locator("[data-cell]").evaluateAll((cells) =>
      cells.map((each) => ({
        code: each.querySelector("pre.code")?.textContent,
        output: each.querySelector(".cell-output pre")?.textContent ?? undefined,
      })),
    );
    expect(shown).toEqual(stored.map(({ code, output: text }) => ({ code, output: text === "" ? undefined : text })));
    // Formulas are set, and no source of one is left over.
    expect(await page.locator("main .text").getByText("$$").count()).toBe(0);
  });

  it.each(names)("%s runs, and gives what is stored", async (name) => {
    const page = await openNotebook(name);
    await runAll(page);
    const failures = await page.locator(".failure").allInnerTexts();
    expect(failures).toEqual([]);
    expect([...new Set(await states(page))]).toEqual(["done"]);
    const stored = cellsOf(parseNotebook(readFileSync(new URL(`${name}.md`, folder), "utf8")));
    const differences: string[] = [];
    for (const [index, { id, output: text = "" }] of stored.entries()) {
      const fresh = await printed(page, index);
      if (fresh !== undefined) {
        const found = compareOutputs(fresh, text);
        if (found.length > 0) differences.push(`${id}\n${formatDifferences(found)}`);
      } else if (text !== "" && (await cell(page, index).getAttribute("data-as-stored")) === null) {
        // Where there is a picture, the page compares its words.
        differences.push(`${id}: ${await output(page, index).innerText()}\nis not\n${text}`);
      }
    }
    expect(differences).toEqual([]);
    for (const picture of await page.locator("figure.picture").all()) {
      const label = await picture.getByRole("img").first().getAttribute("aria-label");
      expect(label?.length).toBeGreaterThan(10);
      expect(await picture.locator("svg, canvas, img").count()).toBeGreaterThan(0);
    }
  });

  it("runs from any static host, in a folder, on one thread", async () => {
    const page = await openNotebook("autodiff", { site: plain });
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
    await runAll(page);
    expect([...new Set(await states(page))]).toEqual(["done"]);
    expect(await page.locator(".kernel-state").innerText()).toContain("1 thread");
  });
});
