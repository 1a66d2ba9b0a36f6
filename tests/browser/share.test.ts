// A notebook leaves the page and comes back: as a link, as a file for Jupyter, as Markdown.
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";
import { fromIpynb } from "../../notebooks/runner/ipynb.ts";
import {
  banner,
  cell,
  choose,
  downloaded,
  inBrowser,
  openCells,
  openNotebook,
  run,
  shown,
  state,
  states,
  toolbar,
  write,
} from "./page.ts";

inBrowser("a link that holds a notebook", () => {
  it("opens it, and runs nothing before its reader says so", async () => {
    const page = await openCells(["const a = 20;", "console.log(a + 1);"]);
    await write(page, 0, "const a = 41;");
    await toolbar(page).getByRole("button", { name: "Share", exact: true }).click();
    const link = await page.getByRole("textbox", { name: "The link" }).inputValue();
    expect(link).toContain("#share=");

    // Another reader, who has edits of his own.
    const other = await openCells(["const own = 1;"], {
      before: (fresh) => fresh.addInitScript(() => sessionStorage.setItem("begun", "true")),
    });
    await other.evaluate(() => {
      localStorage.setItem(
        "adjoint:notebook:scratch",
        JSON.stringify({ text: "```ts\nconst own = 1;\n```\n", base: "" }),
      );
    });
    await other.goto(link);
    const message = banner(other).filter({ hasText: "Someone shared this version" });
    await message.waitFor();
    expect(await cell(other, 0).locator("pre.code").textContent()).toBe("const a = 41;");
    await toolbar(other).getByRole("button", { name: "Run all", exact: true }).click();
    await cell(other, 0)
      .getByRole("button", { name: /^Run cell/ })
      .click();
    await cell(other, 0).locator("pre.code").focus();
    await other.keyboard.press("Shift+Enter");
    expect([...new Set(await states(other))]).not.toContain("running");
    expect(await other.locator(".kernel-state").getAttribute("data-kernel")).not.toBe("busy");
    expect(await shown(other, 1)).toBe("");

    await message.getByRole("button", { name: "Allow it to run" }).click();
    await run(other, 0);
    await run(other, 1);
    expect(await shown(other, 1)).toBe("42");

    // What the reader had is still there.
    await other.goto(link.replace(/#.*/, ""));
    await other.getByText("const own = 1;").first().waitFor();
  });

  it.each([
    ["cut off", "#share=1.eJzLSM3JyQcABiwCFQ".slice(0, -4)],
    ["of another kind", "#share=hello"],
    ["with other characters", "#share=1.%%%"],
    ["of a later version", "#share=9.eJzLSM3JyQcABiwCFQ"],
  ])("that is broken (%s) is told of, and the original is there", async (_, hash) => {
    const page = await openNotebook("autodiff", { hash });
    const message = banner(page).filter({ hasText: "This is the original notebook" });
    await message.waitFor();
    expect(await message.innerText()).toMatch(/^This link /);
    await run(page, 0);
  });
});

inBrowser("files", () => {
  it("for Jupyter and of Markdown hold the cells as they stand on the page", async () => {
    const page = await openNotebook("autodiff");
    await write(page, 0, 'console.log("mine");');
    await page.keyboard.press("Control+Enter");
    await state(page, 0, "done");
    const source = readFileSync(new URL("../../notebooks/autodiff.md", import.meta.url), "utf8");
    const expected = cellsOf(parseNotebook(source)).map(({ code }, index) =>
      index === 0 ? 'console.log("mine");' : code,
    );

    const ipynb = await downloaded(page, () => choose(toolbar(page), "Download for Jupyter"));
    expect(ipynb.name).toBe("autodiff.ipynb");
    const parsed = JSON.parse(ipynb.text) as { nbformat: number; cells: { cell_type: string }[] };
    expect(parsed.nbformat).toBe(4);
    expect(parsed.cells.some(({ cell_type: type }) => type === "markdown")).toBe(true);
    expect(cellsOf(fromIpynb(ipynb.text)).map(({ code }) => code)).toEqual(expected);

    const markdown = await downloaded(page, () => choose(toolbar(page), "Download as Markdown"));
    expect(markdown.name).toBe("autodiff.md");
    const cells = cellsOf(parseNotebook(markdown.text));
    expect(cells.map(({ code }) => code)).toEqual(expected);
    expect(cells[0]?.output).toBe("mine");
  });

  it("are opened in the scratch notebook, from either form", async () => {
    const page = await openNotebook("quickstart");
    const open = async (name: string, text: string): Promise<void> => {
      const chooser = page.waitForEvent("filechooser");
      await choose(toolbar(page), "Open a file");
      await (await chooser).setFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    };
    await open("broken.ipynb", "{ no notebook");
    await banner(page).filter({ hasText: "broken.ipynb" }).waitFor();
    await open("mine.md", "# Mine\n\n```ts\nconsole.log(6 * 7);\n```\n");
    await page.waitForURL(/scratch/);
    await toolbar(page).getByRole("button", { name: "Run all", exact: true }).waitFor();
    expect(await page.locator("h1").innerText()).toBe("Mine");
    await run(page, 0);
    expect(await shown(page, 0)).toBe("42");
  });
});
