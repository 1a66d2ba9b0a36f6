// The inspector: of a cell's function it shows the jaxpr, that of its gradient, what is fused, and times.
import { AxeBuilder } from "@axe-core/playwright";
import { expect, it } from "vitest";
import { cell, inBrowser, openCells, run, runAll } from "./page.ts";

const cells = [
  'import { grad, numpy as jnp } from "adjoint";\nconst loss = (w, x) => jnp.tanh(jnp.dot(x, w)).pow(2).sum();',
  "grad(loss)(jnp.ones(3), jnp.ones([4, 3]));",
];

inBrowser("the inspector", () => {
  it.each(["light", "dark"] as const)("shows a function of a cell, in %s", async (colorScheme) => {
    const page = await openCells(cells, { colorScheme });
    await runAll(page);
    await cell(page, 0).getByRole("button", { name: "Inspect the functions of cell 1" }).click();
    const drawer = page.getByRole("dialog", { name: "Inspector" });
    const panel = drawer.getByRole("tabpanel");
    await panel.getByText("tanh").first().waitFor();
    expect(await drawer.getByRole("combobox", { name: "Function" }).inputValue()).toBe("0");
    expect(await drawer.getByRole("textbox", { name: "Arguments" }).inputValue()).toContain("jnp.ones(3)");
    expect(await panel.innerText()).toMatch(/lambda|dot_general/);
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).include("dialog").analyze();
    expect(
      violations.filter(({ impact }) => impact === "serious" || impact === "critical").map(({ id }) => id),
    ).toEqual([]);
    await drawer.getByRole("tab", { name: "Gradient" }).click();
    await panel.getByText("mul").first().waitFor();
    await drawer.getByRole("tab", { name: "Compiled" }).click();
    await panel
      .getByText(/kernel/i)
      .first()
      .waitFor();
    await drawer.getByRole("tab", { name: "Time" }).click();
    await panel.getByText(/ms|µs/).first().waitFor();
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    // The focus is back where it came from, and the variables are as they were.
    const label = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    expect(label).toBe("Inspect the functions of cell 1");
    await run(page, 1);
  });

  it("fits a phone", async () => {
    const page = await openCells(cells, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
    await runAll(page);
    await cell(page, 0).getByRole("button", { name: "Inspect the functions of cell 1" }).tap();
    const drawer = page.getByRole("dialog", { name: "Inspector" });
    await drawer.getByRole("tabpanel").getByText("tanh").first().waitFor();
    const box = (await drawer.boundingBox())!;
    expect(box.x + box.width).toBeLessThanOrEqual(360);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await drawer.getByRole("button", { name: "Close the inspector" }).tap();
    await drawer.waitFor({ state: "detached" });
  });
});
