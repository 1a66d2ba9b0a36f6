// The pages of documentation: no link of the whole site is dead, and the search finds what is there.
import { readdirSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { expect, it } from "vitest";
import { inBrowser, live, open, plain } from "./page.ts";

const folder = new URL("../../build/site/", import.meta.url);

/** The pages of the built site, by their paths. */
function pages(): Map<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".html"));
  return new Map(paths.map((path) => [path.replaceAll("\\", "/"), readFileSync(new URL(path, folder), "utf8")]));
}

const plainText = (text: string): string =>
  text.replace(
    /&(amp|lt|gt|quot|#39);/g,
    (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"' })[name] ?? "'",
  );

inBrowser("documents", () => {
  it("have no dead link, and no two elements of one name", async () => {
    const all = pages();
    expect(all.size).toBeGreaterThan(10);
    const names = new Map<string, Set<string>>();
    const dead: string[] = [];
    for (const [path, html] of all) {
      const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => plainText(id));
      names.set(path, new Set(ids));
      const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
      if (twice.length > 0) dead.push(`${path}: several elements are called ${twice.join(", ")}`);
    }
    const files = new Set<string>();
    for (const [path, html] of all) {
      for (const [, , quoted = ""] of html.matchAll(/\s(href|src)="([^"]*)"/g)) {
        const address = plainText(quoted);
        if (/^(?:[a-z]+:|\/\/)/i.test(address)) continue;
        const [, to = "", anchor = ""] = /^([^#?]*)(?:\?[^#]*)?(?:#(.*))?$/.exec(address) ?? [];
        const target = to === "" ? path : posix.normalize(posix.join(posix.dirname(path), decodeURIComponent(to)));
        if (address.startsWith("/") || target.startsWith("..")) dead.push(`${path}: ${address} leads out of the site`);
        else if (!target.endsWith(".html")) files.add(target);
        else if (!all.has(target)) dead.push(`${path}: ${address}`);
        else if (anchor !== "" && !names.get(target)?.has(decodeURIComponent(anchor))) dead.push(`${path}: ${address}`);
      }
    }
    for (const file of files) {
      const answer = await fetch(`${live}${file}`, { method: "HEAD" });
      if (answer.status !== 200) dead.push(`${file}: ${answer.status}`);
    }
    expect(dead).toEqual([]);
  });

  it("are found by the search, which leads to them", async () => {
    const page = await open("index.html");
    const field = page.getByRole("combobox", { name: "Search the documentation" }).or(page.locator("#search"));
    await field.first().click();
    await page.keyboard.type("grad");
    const first = page.getByRole("option").first();
    await first.waitFor();
    expect(await first.locator(".search-title").innerText()).toBe("grad");
    await page.keyboard.press("ArrowDown");
    expect(await first.getAttribute("aria-selected")).toBe("true");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\.html/);
    await page.getByRole("heading", { name: /^grad/ }).first().waitFor();
    await page.locator("#search").click();
    await page.keyboard.type("zzzyx");
    await page.getByText(/Nothing is found for/).waitFor();
  });

  it("are found from a page in a folder of any host", async () => {
    const page = await open("notebooks/gp.html", { site: plain });
    await page.keyboard.press("/");
    await page.keyboard.type("cholesky");
    await page.getByRole("option").first().waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL((url) => url.pathname !== "/some/folder/notebooks/gp.html" || url.hash !== "");
    expect(page.url().startsWith(plain)).toBe(true);
    expect(await page.locator("main h1").count()).toBe(1);
  });

  it("are not there where nothing is", async () => {
    const page = await open("docs/none.html", { expected: /404/ });
    expect(await page.locator("body").innerText()).toContain("There is no such page");
  });
});
