// A reader edits: the editor runs what was written, edits stay over a reload, can be taken back, and are never lost.
import { expect, it } from "vitest";
import {
  banner,
  cell,
  choose,
  downloaded,
  edit,
  inBrowser,
  openCells,
  openNotebook,
  run,
  shown,
  state,
  toolbar,
  write,
} from "./page.ts";

const first = 'import { grad, numpy as jnp } from "adjoint";\n';

/** Edits are written down a moment after the last key. */
const kept = (key: string, text: string) => ({ key: `adjoint:notebook:${key}`, text });
const isKept = ({ key, text }: { key: string; text: string }): boolean =>
  localStorage.getItem(key)?.includes(text) ?? false;

inBrowser("the editor of a cell", () => {
  it("runs what was written, and shows the new output", async () => {
    const page = await openNotebook("autodiff");
    await run(page, 0);
    const text = (await cell(page, 1).locator("pre.code").textContent()) ?? "";
    await write(page, 1, 'import { grad } from "adjoint";\nconsole.log(grad((x) => x.pow(3))(2), "of mine");');
    await state(page, 1, "stale");
    await page.keyboard.press("Control+Enter");
    await state(page, 1, "done");
    expect(await shown(page, 1)).toBe("12.0 of mine");

    // It stays over a reload, with its output, and nothing runs by itself.
    await page.waitForFunction(isKept, kept("autodiff", "12.0 of mine"));
    await page.reload();
    await toolbar(page).waitFor();
    await cell(page, 1).getByText("of mine").first().waitFor();
    expect(await shown(page, 1)).toBe("12.0 of mine");
    expect(await cell(page, 1).getAttribute("data-state")).not.toBe("done");

    // Reset of the cell, and its undoing; then of the notebook.
    await choose(cell(page, 1), "Reset this cell");
    expect(await cell(page, 1).locator("pre.code").textContent()).toBe(text);
    await banner(page).getByRole("button", { name: "Undo" }).click();
    expect(await cell(page, 1).locator("pre.code").textContent()).toContain("of mine");
    await choose(toolbar(page), "Reset this notebook");
    await page.getByRole("dialog").getByRole("button", { name: "Reset", exact: true }).click();
    expect(await cell(page, 1).locator("pre.code").textContent()).toBe(text);
    await page.waitForFunction((key) => localStorage.getItem(key) === null, "adjoint:notebook:autodiff");
    await page.reload();
    expect(await cell(page, 1).locator("pre.code").textContent()).toBe(text);
  });

  it("takes the place of the code that stood there, and nothing moves", async () => {
    const page = await openNotebook("autodiff");
    // The first line of the code, and where the next block begins.
    const places = () =>
      cell(page, 2).evaluate((node) => {
        const code = node.querySelector(".cm-line") ?? node.querySelector("pre.code code")!;
        const range = document.createRange();
        range.selectNodeContents(code);
        const { left, top } = range.getClientRects()[0]!;
        const box = node.getBoundingClientRect();
        return [left - box.left, top - box.top, box.height].map(Math.round);
      });
    const before = await places();
    await edit(page, 2);
    expect(await places()).toEqual(before);
  });

  it("declares names anew, which functions of other cells see", async () => {
    const page = await openCells(["const a = 1;", "const f = () => a + 1;\nconsole.log(f());", "console.log(f());"]);
    for (const index of [0, 1]) await run(page, index);
    await write(page, 0, "const a = 41;");
    await page.keyboard.press("Control+Enter");
    await state(page, 0, "done");
    await run(page, 2);
    expect(await shown(page, 2)).toBe("42");
  });

  it("adds, moves and deletes cells", async () => {
    const page = await openCells(["1 + 1", "2 + 2"]);
    await choose(cell(page, 0), "Add a cell below");
    await cell(page, 1).locator(".cm-content").waitFor();
    await page.keyboard.insertText("10 + 10");
    await page.keyboard.press("Control+Enter");
    await state(page, 1, "done");
    expect(await shown(page, 1)).toBe("20");
    await choose(cell(page, 1), "Move up");
    await choose(cell(page, 0), "Move down");
    await choose(cell(page, 1), "Move up");
    expect(await shown(page, 0)).toBe("20");
    await choose(cell(page, 1), "Delete this cell");
    expect(await page.locator("[data-cell]").count()).toBe(2);
    await page.getByRole("button", { name: "Undo" }).click();
    expect(await page.locator("[data-cell]").count()).toBe(3);
  });

  it("knows the library: completion, what a name is, and errors of types", async () => {
    const page = await openCells([`${first}const f = (x: number) => jnp.sin(x);`, ""]);
    await edit(page, 1);
    await page.keyboard.type("jnp.cums", { delay: 20 });
    const option = page.locator(".cm-tooltip-autocomplete [role=option]", { hasText: "cumsum" }).first();
    await option.waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement?.textContent === "jnp.cumsum");
    // From the declarations, and from another cell.
    await write(page, 1, 'grad(3);\nf("x");');
    await page.waitForFunction(() => document.querySelectorAll(".cm-lintRange-error").length >= 2);
    const marked = await page.locator(".cm-lintRange-error").allInnerTexts();
    expect(marked.join(" ")).toContain('"x"');
    await write(page, 1, "grad(f);");
    await page.waitForFunction(() => document.querySelectorAll(".cm-lintRange-error").length === 0);
  });
});

inBrowser("edits that cannot be kept", () => {
  it("stay on the page when storage is full, and can be downloaded", async () => {
    const page = await openNotebook("autodiff", {
      before: (fresh) =>
        fresh.addInitScript(() => {
          Storage.prototype.setItem = () => {
            throw new DOMException("full", "QuotaExceededError");
          };
        }),
    });
    await write(page, 0, "const precious = 1;");
    const message = banner(page).filter({ hasText: "storage for this site is full" });
    await message.waitFor();
    expect(await message.innerText()).toContain("Download them before you leave");
    const file = await downloaded(page, () => message.getByRole("button", { name: "Download" }).click());
    expect(file.name).toBe("autodiff.md");
    expect(file.text).toContain("const precious = 1;");
    expect(await cell(page, 0).locator(".cm-content").innerText()).toBe("const precious = 1;");
  });

  it("stay on the page where storage is forbidden", async () => {
    const page = await openNotebook("autodiff", {
      before: (fresh) =>
        fresh.addInitScript(() => {
          Object.defineProperty(window, "localStorage", {
            get: () => {
              throw new DOMException("forbidden", "SecurityError");
            },
          });
        }),
    });
    await run(page, 0);
    await write(page, 0, "const precious = 1;");
    await banner(page).filter({ hasText: "The browser forbids this site to keep anything" }).waitFor();
    await page.keyboard.press("Control+Enter");
    await state(page, 0, "done");
  });

  it("in one of two tabs are told of in the other, which may keep its own", async () => {
    const one = await openNotebook("autodiff");
    const two = await one.context().newPage();
    await two.goto(one.url());
    await toolbar(two).getByRole("button", { name: "Run all", exact: true }).waitFor();
    await write(one, 0, "const one = 1;");
    const told = banner(two).filter({ hasText: "edited in another tab" });
    await told.waitFor();
    await write(two, 1, "const two = 2;");
    await banner(one)
      .filter({ hasText: "edited in another tab" })
      .getByRole("button", { name: "Keep this one" })
      .click();
    await one.waitForFunction(isKept, kept("autodiff", "const one = 1;"));
    await told.getByRole("button", { name: "Show the other version" }).click();
    await two.getByText("const one = 1;").first().waitFor();
  });
});

inBrowser("a part of the page that cannot be loaded", () => {
  it("is told of, and can be tried again", async () => {
    const page = await openCells(["1 + 1"], { expected: /editor|ERR_FAILED/ });
    await page.route(/assets\/editor-[^/]*\.js/, (route) => route.abort());
    await cell(page, 0).locator("pre.code").click();
    await banner(page).filter({ hasText: "The editor could not be loaded" }).waitFor();
    await page.unroute(/assets\/editor-[^/]*\.js/);
    await run(page, 0);
    await edit(page, 0);
  });
});
