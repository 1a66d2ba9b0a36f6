/**
 * Everything public has a doc comment, and public functions have an example in it. Which names are public is asked of the
 * library; their comments are looked for in the sources.
 */
import { readdirSync, readFileSync } from "node:fs";
import * as adjoint from "adjoint";
import { describe, expect, test } from "vitest";

const root = new URL("../../src/", import.meta.url);
const rooms = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** The doc comments of exported functions, constants and classes, by name; several where rooms share a name. */
const comments = new Map<string, string[]>();
for (const { name: room } of rooms) {
  for (const file of readdirSync(new URL(`${room}/`, root), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const source = readFileSync(new URL(`${room}/${file}`, root), "utf8");
    // Lines between a comment and its function are for the linter.
    const pattern =
      /(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n(?:\/\/[^\n]*\n)*)?(?:export )?(?:async )?(?:abstract )?(?:function\*?|const|class) (\w+)/g;
    for (const [, comment = "", name] of source.matchAll(pattern)) {
      comments.set(name!, [...(comments.get(name!) ?? []), comment]);
    }
  }
}

const namespaces: Readonly<Record<string, object>> = {
  adjoint,
  debug: adjoint.debug,
  experimental: adjoint.experimental,
  lax: adjoint.lax,
  "lax.linalg": adjoint.lax.linalg,
  nn: adjoint.nn,
  "nn.initializers": adjoint.nn.initializers,
  numpy: adjoint.numpy,
  "numpy.linalg": adjoint.numpy.linalg,
  optim: adjoint.optim,
  random: adjoint.random,
  "scipy.linalg": adjoint.scipy.linalg,
  "scipy.optimize": adjoint.scipy.optimize,
  "scipy.sparse.linalg": adjoint.scipy.sparse.linalg,
  tree: adjoint.tree,
};

/** Classes and definers that are explained by a page or by what makes them. */
const explainedElsewhere = new Set([
  "NDArray",
  "Lowered",
  "CompiledFunction",
  "ClosedJaxpr",
  "TreeStructure",
  "SparseMatrix",
]);
const definers = new Set(["definePrimitive", "defineManyPrimitive"]);
/** `lax.sin` and its like are the primitives themselves, whose comments are formulas. */
const primitiveNames = new Set<string>();
for (const file of readdirSync(new URL("prims/", root))) {
  if (!file.endsWith(".ts")) continue;
  const source = readFileSync(new URL(`prims/${file}`, root), "utf8");
  for (const [, name] of source.matchAll(/export const (\w+)/g)) primitiveNames.add(name!);
}

describe.each(Object.keys(namespaces))("%s", (space) => {
  const found = Object.entries(namespaces[space]!)
    .filter(([, value]) => typeof value === "function")
    .map(([name, value]) => {
      const own = (value as { name: string }).name;
      const texts = [name, `${name}_`, own, `${own}_`].flatMap((candidate) => comments.get(candidate) ?? []);
      return { name, texts };
    });

  test("has comments on all of its functions", () => {
    const bare = found.filter(({ name, texts }) => !explainedElsewhere.has(name) && texts.every((text) => text === ""));
    expect(bare.map(({ name }) => name)).toEqual([]);
  });

  // The parts of optimizers are shown in use by the notebooks.
  if (space === "optim") return;
  test("has examples for all of its functions", () => {
    const without = found.filter(
      ({ name, texts }) =>
        !explainedElsewhere.has(name) &&
        !definers.has(name) &&
        !(space === "lax" && primitiveNames.has(name)) &&
        !texts.some((text) => text.includes("@example")),
    );
    expect(without.map(({ name }) => name)).toEqual([]);
  });
});
