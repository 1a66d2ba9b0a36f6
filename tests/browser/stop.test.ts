// A cell that does not end: it can be stopped, and the page stays alive while it runs.
import { expect, it } from "vitest";
import {
  banner,
  cell,
  choose,
  inBrowser,
  openCells,
  output,
  plain,
  run,
  shown,
  state,
  toolbar,
  write,
} from "./page.ts";

const endless = "let rounds = 0;\nwhile (true) {\n  rounds += 1;\n}";

inBrowser("a cell without end", () => {
  it("stops, and what there was before stays", async () => {
    const page = await openCells(["const kept = 7;", endless, "console.log(kept, rounds > 0);"]);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    await run(page, 0);
    await cell(page, 1).getByRole("button", { name: "Run cell 2" }).click();
    await state(page, 1, "running");
    await toolbar(page).getByRole("button", { name: "Stop", exact: true }).click();
    await state(page, 1, "stopped");
    expect(await shown(page, 1)).toMatch(/the cell was stopped; what it had done so far stays/i);
    await run(page, 2);
    expect(await shown(page, 2)).toBe("7 true");
    expect(await banner(page).count()).toBe(0);
  });

  it("ends with the worker where it cannot be asked, and says that variables are lost", async () => {
    // Code of the library's that takes no turns: nothing in it looks whether it shall stop.
    const page = await openCells(["const kept = 7;", '"a".repeat(40).match(/(a+)+b/);', "console.log(kept);"]);
    await run(page, 0);
    await cell(page, 1).getByRole("button", { name: "Run cell 2" }).click();
    await state(page, 1, "running");
    await cell(page, 1).getByRole("button", { name: "Stop cell 2" }).click();
    await state(page, 1, "stopped");
    const message = banner(page).filter({ hasText: "All variables are lost; the text is not" });
    await message.waitFor();
    await state(page, 0, "lost");
    await message.getByRole("button", { name: "Run all above" }).click();
    await state(page, 0, "done");
    await run(page, 2);
    expect(await shown(page, 2)).toBe("7");
  });

  it("ends with the worker on a host that does not isolate, where all else works", async () => {
    const page = await openCells(["const kept = 7;", endless, "console.log(kept);"], { site: plain });
    await run(page, 0);
    await cell(page, 1).getByRole("button", { name: "Run cell 2" }).click();
    await state(page, 1, "running");
    await toolbar(page).getByRole("button", { name: "Stop", exact: true }).click();
    await state(page, 1, "stopped");
    await banner(page).filter({ hasText: "All variables are lost" }).waitFor();
    await state(page, 0, "lost");
    await run(page, 2, "failed");
    expect(await shown(page, 2)).toContain("kept");
    await write(page, 1, "const rounds = 5;\nconsole.log(rounds);");
    await toolbar(page).getByRole("button", { name: "Run all", exact: true }).click();
    await state(page, 2, "done");
    expect(await shown(page, 1)).toBe("5");
    expect(await shown(page, 2)).toBe("7");
  });

  it("can be deleted while it runs, and brought back", async () => {
    const page = await openCells([endless, "1 + 1"]);
    await cell(page, 0).getByRole("button", { name: "Run cell 1" }).click();
    await state(page, 0, "running");
    await choose(cell(page, 0), "Delete this cell");
    await toolbar(page).getByRole("button", { name: "Stop", exact: true }).click();
    await run(page, 0);
    expect(await shown(page, 0)).toBe("2");
    await page.getByRole("button", { name: "Undo" }).click();
    await write(page, 0, "40 + 2");
    await run(page, 0);
    expect(await shown(page, 0)).toBe("42");
  });

  it("is forgotten by a restart, which keeps the text", async () => {
    const page = await openCells(["const kept = 7;", "console.log(kept);"]);
    await run(page, 0);
    await toolbar(page).getByRole("button", { name: "Restart" }).click();
    await state(page, 0, "lost");
    await run(page, 1, "failed");
    await run(page, 0);
    await run(page, 1);
    expect(await shown(page, 1)).toBe("7");
  });
});

const training = `const history: number[] = [];
const loss = (x) => jnp.cos(x).pow(2).sum();
const end = performance.now() + 1500;
for (const i of optim.progress(100000, { description: "training" })) {
  history.push(grad(loss)(jnp.ones(1000).mul(i)).sum().item());
  show(lines(history.slice(-100)), "loss");
  if (performance.now() > end) break;
}`;

inBrowser("while a cell trains", () => {
  it("the page is drawn, and the curve of the losses moves", async () => {
    const page = await openCells([
      'import { grad, numpy as jnp, optim } from "adjoint";\nimport { lines, show } from "./plot/index.mjs";\nlines([1, 2]);',
      training,
    ]);
    // What draws is loaded with the first picture.
    await run(page, 0);
    await output(page, 0).locator("figure svg").first().waitFor();
    await page.evaluate(() => {
      const counts = { frames: 0, pictures: 0 };
      Object.assign(window, { counts });
      const holder = document.querySelectorAll("[data-cell]")[1]!;
      let drawn = "";
      const count = (): void => {
        if (holder.getAttribute("data-state") === "running") {
          counts.frames += 1;
          const now = holder.querySelector("figure.picture [role=img]")?.innerHTML ?? "";
          if (now !== drawn) counts.pictures += 1;
          drawn = now;
        }
        requestAnimationFrame(count);
      };
      requestAnimationFrame(count);
    });
    await run(page, 1);
    const counts = await page.evaluate(
      () => (window as unknown as { counts: { frames: number; pictures: number } }).counts,
    );
    console.log(`while a cell trained: ${counts.frames} frames, ${counts.pictures} of them with a new picture`);
    // At 60 frames a second there would be 90; a page that waits for its cells has two or three.
    expect(counts.frames).toBeGreaterThan(9);
    expect(counts.pictures).toBeGreaterThan(3);
    expect(await output(page, 1).locator("progress").count()).toBe(1);
  });
});
