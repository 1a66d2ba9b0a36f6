/** The documents and the reference as pages: all render, all links lead somewhere, and no public name is left out. */
import { readdirSync } from "node:fs";
import * as adjoint from "adjoint";
import * as testing from "adjoint/testing";
import { beforeAll, describe, expect, test } from "vitest";
import { brokenLinks, documents, type Page } from "../../site/documents/index.mjs";
import { lacking, readReference } from "../../site/documents/reference.mjs";
import { signaturePieces, typePieces } from "../../site/documents/types.mjs";

let pages: Page[];
beforeAll(async () => {
  pages = await documents();
}, 120_000);

const page = (path: string): Page => {
  const found = pages.find((each) => each.path === path);
  if (found === undefined) throw new Error(`there is no page ${path}`);
  return found;
};

describe("documents", () => {
  test("each file of docs/ is a page with a heading and text", () => {
    const files = readdirSync(new URL("../../docs/", import.meta.url)).filter((name) => name.endsWith(".md"));
    for (const name of files) {
      const { html, text } = page(`docs/${name === "README.md" ? "index" : name.replace(/\.md$/, "")}.html`);
      expect(html, name).toMatch(/^<h1 id="/);
      expect(text.length, name).toBeGreaterThan(100);
    }
  });

  test("paths are used once, and titles are there", () => {
    expect(new Set(pages.map(({ path }) => path)).size).toBe(pages.length);
    expect(pages.filter(({ title }) => title === "")).toEqual([]);
  });

  test("links and anchors lead somewhere", () => {
    expect(brokenLinks(pages)).toEqual([]);
  });

  test("a link that leads nowhere would be noticed", () => {
    const broken = {
      ...page("docs/start.html"),
      html: '<a href="nowhere.html">a</a> <a href="thinking.html#nothing">b</a>',
    };
    const others = pages.filter(({ path }) => path !== broken.path);
    expect(brokenLinks([broken, ...others]).filter((text) => text.startsWith("docs/start.html"))).toEqual([
      "docs/start.html: there is no page for nowhere.html",
      "docs/start.html: docs/thinking.html has no #nothing",
    ]);
  });

  test("an id stands once on a page", () => {
    for (const { path, html } of pages) {
      const ids = [...html.matchAll(/\sid="([^"]*)"/g)].map((match) => match[1]);
      expect(
        ids.filter((id, i) => ids.indexOf(id) !== i),
        path,
      ).toEqual([]);
    }
  });

  test("headings of the contents stand on the page", () => {
    for (const { path, html, headings } of pages) {
      for (const { id } of headings) expect(html.includes(`id="${id}"`), `${path}#${id}`).toBe(true);
    }
  });

  test("links to notebooks, to files that are no pages, and into the reference", () => {
    expect(page("docs/start.html").html).toContain('href="../notebooks/autodiff.html"');
    expect(page("docs/index.html").html).toContain("tools/golden/README.md</code>");
    expect(page("docs/thinking.html").html).toContain('href="../reference/numpy-sorting.html#where"');
    expect(page("docs/compatibility.html").html).toContain('href="../reference/nn.html#relu"');
  });
});

describe("the reference", () => {
  test("has an entry for every public name", async () => {
    const { byName } = await readReference();
    const missing: string[] = [];
    const walk = (space: object, prefix: string): void => {
      for (const [name, value] of Object.entries(space)) {
        const full = prefix === "" ? name : `${prefix}.${name}`;
        if (Object.prototype.toString.call(value) === "[object Module]") walk(value as object, full);
        else if (!byName.has(full)) missing.push(full);
      }
    };
    walk(adjoint, "");
    walk(testing, "testing");
    expect(missing).toEqual([]);
  });

  test("every entry stands on its page, once", async () => {
    const { entries } = await readReference();
    for (const entry of entries) {
      expect(page(entry.page).html.split(` id="${entry.anchor}"`).length, entry.called).toBe(2);
    }
  });

  // Both numbers may only fall: what is new has a comment, and a function an example.
  test("everything has a comment, and all functions but a few an example", async () => {
    const { comments, examples } = await lacking();
    expect(comments).toEqual([]);
    expect(examples).toEqual(["defineManyPrimitive", "definePrimitive"]);
  });

  test("shows signature, options, errors, examples and aliases", () => {
    const { html } = page("reference/numpy-statistics.html");
    const entry = html.slice(html.indexOf('id="sum"'), html.indexOf('id="var"'));
    expect(entry).toContain('<span class="code-name">sum</span>');
    expect(entry).toContain(">ReduceOptions</a>");
    expect(entry).toContain("<code>keepdims</code>");
    expect(entry).toContain('<a href="../docs/errors.html#axiserror"><code>AxisError</code></a>');
    expect(entry).toContain("src/array/reduction.ts:");
    expect(page("reference/numpy-statistics.html").html).toContain("Also <code>jnp.amax</code>");
    expect(page("reference/adjoint.html").html).toContain("more signatures</summary>");
  });

  test("formulas are typeset", () => {
    expect(page("reference/optim.html").html).toContain('class="katex"');
    expect(page("reference/optim.html").html).not.toMatch(/\\tfrac(?![^<]*<\/annotation>)/);
  });
});

describe("types as text", () => {
  const text = (pieces: readonly { text: string }[]): string => pieces.map((piece) => piece.text).join("");
  const named = (name: string) => ({ type: "reference", name });

  test("parentheses where they are needed", () => {
    const union = { type: "union", types: [named("A"), { type: "literal", value: null }] };
    expect(text(typePieces({ type: "array", elementType: union }))).toBe("(A | null)[]");
    expect(
      text(
        typePieces({ type: "typeOperator", operator: "readonly", target: { type: "array", elementType: named("A") } }),
      ),
    ).toBe("readonly A[]");
  });

  test("a parameter to a line where one line is too long", () => {
    const signature = { parameters: [{ name: "x", type: named("A") }], type: named("B") };
    expect(text(signaturePieces("f", signature))).toBe("f(x: A): B");
    expect(text(signaturePieces("f", signature, 5))).toBe("f(\n  x: A,\n): B");
  });

  test("a kind of type that is not known is an error", () => {
    expect(() => typePieces({ type: "new" })).toThrow('a type of kind "new"');
  });
});
