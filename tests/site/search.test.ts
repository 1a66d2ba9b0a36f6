/** The search: what becomes terms, what is found first, and how excerpts are cut. */
import MiniSearch from "minisearch";
import { beforeAll, describe, expect, test } from "vitest";
import { documents } from "../../site/documents/index.mjs";
import { partsOf, searchIndex, textOf } from "../../site/search/build.mjs";
import { excerpt, find, settings, termsOf, wordsOf } from "../../site/search/terms.mjs";

let index: MiniSearch;
let size: number;
beforeAll(async () => {
  const text = searchIndex(await documents());
  size = text.length;
  index = MiniSearch.loadJSON(text, settings);
}, 120_000);

const first = (question: string): string | undefined => find(index, question)[0]?.path;

describe("finds", () => {
  test.each([
    ["grad", "reference/adjoint.html#grad"],
    ["vmap", "reference/adjoint.html#vmap"],
    ["jnp.linalg.svd", "reference/numpy-linalg.html#svd"],
    ["numpy.linalg.svd", "reference/numpy-linalg.html#svd"],
    ["stop gradient", "reference/adjoint.html#stopGradient"],
    ["stop_gradient", "reference/adjoint.html#stopGradient"],
    ["lax.stopGradient", "reference/adjoint.html#stopGradient"],
    ["ShapeError", "reference/errors.html#ShapeError"],
    ["shape error", "reference/errors.html#ShapeError"],
    ["zeros_like", "reference/numpy-creation.html#zerosLike"],
    ["where nan", "docs/recipes.html#where-without-nan"],
    ["random key", "reference/random.html#key"],
    ["import map", "docs/start.html#with-an-import-map"],
    ["deno", "docs/start.html#in-deno"],
  ])("%s", (question, path) => {
    expect(first(question)).toBe(path);
  });

  test("an array's method, and the error's own section", () => {
    expect(first("x.reshape")).toBe("reference/ndarray.html#reshape");
    expect(find(index, "ShapeError").map(({ path }) => path)).toContain("docs/errors.html#shapeerror");
  });

  test("what is misspelt", () => {
    expect(find(index, "softmx").map(({ path }) => path)).toContain("reference/nn.html#softmax");
  });

  test("nothing for nothing, and for what is nowhere", () => {
    expect(find(index, "  ")).toEqual([]);
    expect(find(index, "qqqqqqqqqq")).toEqual([]);
  });
});

test("the index stays below a megabyte", () => {
  expect(size).toBeLessThan(1_000_000);
});

test("terms of names in camel case and of words", () => {
  expect(termsOf("The stopGradient of float32")).toEqual(["stopgradient", "stop", "gradient", "float32"]);
  expect(termsOf("NDArray, zeros_like")).toEqual(["ndarray", "nd", "array", "zeros_like", "zeros", "like"]);
  expect(wordsOf("the stopGradient")).toEqual(["stopgradient"]);
  expect(wordsOf("the")).toEqual(["the"]);
});

test("what is seen of HTML", () => {
  expect(textOf('<p>a &lt; b</p><p><span class="katex"><math>x</math><span>y</span></span></p>')).toBe("a < b y");
  expect(partsOf('<h1 id="t">T</h1><p>a</p><h2 id="u">U</h2><p>b</p>')).toEqual([
    { id: "", title: "T", text: "a" },
    { id: "u", title: "U", text: "b" },
  ]);
});

test("excerpts begin near the term and mark it", () => {
  const text = `${"word ".repeat(40)}the gradient of a function ${"word ".repeat(40)}`;
  const pieces = excerpt(text, ["gradient"]);
  expect(pieces.map((piece) => piece.text).join("")).toMatch(/^… .*the gradient of a function .* …$/);
  expect(pieces.filter((piece) => piece.marked)).toEqual([{ text: "gradient", marked: true }]);
  expect(
    excerpt("stopGradient and upgrade", ["grad"])
      .filter((piece) => piece.marked)
      .map((piece) => piece.text),
  ).toEqual(["Grad"]);
});
