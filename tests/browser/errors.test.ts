// Bad input: each mistake in a cell has a clear message and a place, and the cell's text stays.
import { expect, it } from "vitest";
import { cell, choose, downloaded, edit, inBrowser, openCells, output, run, shown } from "./page.ts";

const imports = 'import { grad, jit, numpy as jnp, vmap } from "adjoint";\n';

/** The lines of code that the message shows, with a mark under the place. */
const mistakes: readonly (readonly [name: string, code: string, says: RegExp, place: RegExp])[] = [
  ["a syntax error", "const a = 1;\nconst b = (2;", /SyntaxError/, /> 2 \| const b = \(2;/],
  ["an unknown name", "const a = 1;\nconsole.log(unknownName);", /ReferenceError.*unknownName/s, /> 2 \| console\.log/],
  [
    "a tracer in a condition",
    `${imports}const f = (x) => {\n  if (x.greater(0)) return x;\n  return x.neg();\n};\njit(f)(1);`,
    /TracerBoolConversionError.*Fix:/s,
    /> 3 \| {3}if \(x\.greater/,
  ],
  ["an array in a choice", `${imports}const y = jnp.ones(3) ? 1 : 2;`, /truth|ambiguous|condition/i, /> 2 \| const y/],
  ["a wrong shape", `${imports}jnp.ones([2, 3]).add(jnp.ones([4]));`, /shape/i, /> 2 \| jnp\.ones/],
  [
    "a module that is not there",
    'import { a } from "./data/none.mjs";',
    /there is no module "\.\/data\/none\.mjs"/,
    /^/,
  ],
  ["a package that is not there", 'import d3 from "d3";', /there is no module "d3".*"adjoint"/s, /^/],
  ["a name that a module lacks", 'import { gradd } from "adjoint";', /exports no gradd; did you mean grad\?/, /^/],
  ["a failed assertion", 'assert(1 + 1 === 3, "sums are wrong");', /AssertionError.*sums are wrong/s, /> 1 \| assert/],
];

inBrowser("a mistake in a cell", () => {
  it("is told with its place, and the text stays", async () => {
    const page = await openCells(mistakes.map(([, code]) => code));
    for (const [index, [name, code, says, place]] of mistakes.entries()) {
      await run(page, index, "failed");
      const text = await shown(page, index);
      expect(text, name).toMatch(says);
      expect(
        await output(page, index)
          .locator(".frame-lines")
          .allInnerTexts()
          .then((all) => all.join("")),
        name,
      ).toMatch(place);
      expect(await cell(page, index).locator("pre.code").textContent(), name).toBe(code);
    }
    // The place is marked in the editor too, and the mark goes with the mistake.
    await edit(page, 1);
    await page.locator(".cm-runErrorLine").waitFor();
    expect(await page.locator(".cm-runErrorLine").innerText()).toBe("console.log(unknownName);");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText('console.log("right");');
    await page.keyboard.press("Control+Enter");
    await cell(page, 1).and(page.locator("[data-state=done]")).waitFor();
    expect(await shown(page, 1)).toBe("right");
    expect(await page.locator(".cm-runErrorLine").count()).toBe(0);
  });

  it("leads from the message to the page that explains it", async () => {
    const page = await openCells([`${imports}jit((x) => (x ? 1 : 2))(1);`]);
    await run(page, 0, "failed");
    await output(page, 0)
      .getByRole("link", { name: /^More about/ })
      .click();
    await page.waitForURL(/docs\/errors\.html#/);
    const anchor = decodeURIComponent(new URL(page.url()).hash.slice(1));
    expect(await page.locator(`[id="${anchor}"]`).count()).toBe(1);
  });

  it("in a name of a cell that has not run leads to that cell", async () => {
    const page = await openCells(["const early = 1;", "console.log(early);"]);
    await run(page, 1, "failed");
    expect(await shown(page, 1)).toContain("early");
    await choose(cell(page, 1), "Run all above, then this");
    await cell(page, 1).and(page.locator("[data-state=done]")).waitFor();
    expect(await shown(page, 1)).toBe("1");
  });
});

inBrowser("an output without measure", () => {
  it("is cut, says how large it is, and can be had whole", async () => {
    const page = await openCells(["for (let i = 0; i < 60000; i++) console.log('line', i);"]);
    await run(page, 0);
    const note = output(page, 0).locator(".cut");
    expect(await note.innerText()).toMatch(/Cut: 100 kB of \d+ kB are shown/);
    const file = await downloaded(page, () => note.getByRole("button", { name: "Download" }).click());
    expect(file.text.trimEnd().split("\n")).toHaveLength(60000);
    await note.getByRole("button", { name: "Show all" }).click();
    await note.waitFor({ state: "detached" });
    expect((await output(page, 0).textContent())?.trimEnd().endsWith("line 59999")).toBe(true);
  });

  it("that never ends stops the cell", async () => {
    const page = await openCells(['const line = "x".repeat(10000);\nwhile (true) console.log(line);']);
    await run(page, 0, "failed");
    expect(await output(page, 0).locator(".failure").innerText()).toContain("printed more than 20 million characters");
  });
});
