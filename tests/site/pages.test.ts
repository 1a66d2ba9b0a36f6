// The pages that the build makes of notebooks: readable as they are, and each with the cells of its file.
import { describe, expect, test } from "vitest";
import type { CompiledCell } from "../../notebooks/runner/cell.ts";
import { cellsOf, parseNotebook } from "../../notebooks/runner/document.ts";

interface NotebookPage {
  readonly name: string;
  readonly about: string;
  readonly data: string;
  readonly page: { readonly path: string; readonly title: string; readonly html: string; readonly text: string };
}
interface Pages {
  notebookFiles(): { readonly name: string; readonly source: string; readonly about: string }[];
  notebookPage(file: { readonly name: string; readonly source: string; readonly about: string }): NotebookPage;
  siteLink(href: string): string;
  startPage(notebooks: readonly NotebookPage[], documents: readonly unknown[]): NotebookPage["page"];
}
interface Shell {
  rootOf(path: string): string;
  shell(content: Record<string, unknown>, site: Record<string, unknown>): string;
}

// Their imports lead into build/, which need not be there when types are checked.
const load = (file: string): Promise<unknown> => import(new URL(`../../site/${file}`, import.meta.url).href);
const { notebookFiles, notebookPage, siteLink, startPage } = (await load("pages.mjs")) as Pages;
const { rootOf, shell } = (await load("shell.mjs")) as Shell;

const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, "&");

const files = notebookFiles();

test("every notebook that the README names has its place and its sentence", () => {
  expect(files.map(({ name }) => name).slice(0, 2)).toEqual(["quickstart", "autodiff"]);
  expect(files.at(-1)!.name).toBe("scratch");
  for (const { name, about } of files) expect(about, name).not.toBe("");
});

describe.each(files)("$name", (file) => {
  const { page, data } = notebookPage(file);
  const cells = cellsOf(parseNotebook(file.source));

  test("holds the cells of the file, with their stored outputs", () => {
    const sections = [...page.html.matchAll(/<section class="cell"[\s\S]*?<\/section>/g)].map(([html]) => html);
    expect(sections.length).toBe(cells.length);
    for (const [index, { id, code, output }] of cells.entries()) {
      const html = sections[index]!;
      expect(html).toContain(`data-cell="${id}"`);
      expect(textOf(/<code>([\s\S]*?)<\/code>/.exec(html)![1]!)).toBe(code);
      expect(textOf(/<pre class="output"[^>]*>([\s\S]*?)<\/pre>/.exec(html)?.[1] ?? "")).toBe(output ?? "");
    }
  });

  test("has one element for each block, which the page's script takes over", () => {
    const holder = /data-notebook="[\w-]+">\n([\s\S]*?)\n<\/div>\n<p class="visually-hidden"/.exec(page.html)![1]!;
    const starts = holder.match(/<div class="text">|<section class="cell"/g) ?? [];
    expect(starts.length).toBe(parseNotebook(file.source).blocks.length);
  });

  test("comes with its source, and its cells compiled", () => {
    const { source, compiled } = JSON.parse(data) as { source: string; compiled: CompiledCell[] };
    expect(source).toBe(file.source);
    expect(compiled.length).toBe(cells.length);
    for (const { code } of compiled) expect(code).toMatch(/^\(?async/);
  });

  test("has a title, anchors that are unique, and formulas that were rendered", () => {
    expect(page.title).toBe(/^# (.*)$/m.exec(file.source)![1]);
    const ids = [...page.html.matchAll(/\bid="([^"]*)"/g)].map(([, id]) => id);
    expect(ids.length).toBe(new Set(ids).size);
    expect(page.html).not.toContain("katex-error");
  });
});

test("links of notebooks lead to pages", () => {
  expect(siteLink("gp.md")).toBe("gp.html");
  expect(siteLink("./gp.md#a-b")).toBe("gp.html#a-b");
  expect(siteLink("../docs/start.md")).toBe("../docs/start.html");
  expect(siteLink("README.md")).toBe("../index.html");
  expect(siteLink("https://example.org/a.md")).toBe("https://example.org/a.md");
  expect(siteLink("#here")).toBe("#here");
});

test("the start page lists every notebook", () => {
  const { html } = startPage(files.map(notebookPage), []);
  for (const { name } of files) expect(html).toContain(`href="notebooks/${name}.html"`);
});

test("the shell's addresses are relative, and titles are escaped", () => {
  expect([rootOf("index.html"), rootOf("docs/a.html"), rootOf("a/b/c.html")]).toEqual(["", "../", "../../"]);
  const html = shell(
    { title: "a < b", path: "docs/a.html", body: "<h1>x</h1>", section: "Start" },
    {
      styles: ["assets/s.css"],
      scripts: ["assets/p.js"],
      sections: [{ title: "Start", links: [{ title: "a < b", path: "docs/a.html" }] }],
    },
  );
  expect(html).toContain("<title>a &lt; b · Adjoint</title>");
  expect(html).toContain('href="../assets/s.css"');
  expect(html).toContain('<a href="../docs/a.html" aria-current="page">a &lt; b</a>');
  expect(html).not.toMatch(/(?:href|src)="\//);
});
