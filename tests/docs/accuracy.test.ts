/**
 * docs/accuracy.md says how large errors of elementwise functions may be: the wasm backend keeps the promise for values of 60
 * digits, and the table in the page is that of the tests. With WRITE_DOCS=1 the page is written (npm run docs:accuracy).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { NDArray } from "../../src/core/ndarray.ts";
import type { Primitive } from "../../src/core/primitive.ts";
import { bind } from "../../src/core/trace.ts";
import { config, numpy as jnp } from "../../src/index.ts";
import { registry } from "../../src/registry.ts";
import { dense, densePairs, promised } from "../backends/accuracy.ts";
import { ulps } from "../backends/ulps.ts";

type Row = readonly (number | string)[];
const dtypes = ["float32", "float64"] as const;
const truth = JSON.parse(readFileSync(new URL("../golden/elementwise_truth.json", import.meta.url), "utf8")) as {
  readonly [dtype: string]: { readonly [name: string]: readonly Row[] };
};
const names = Object.keys(truth.float32!);
const byName = registry as { readonly [name: string]: Primitive<unknown> };
const printed: { readonly [name: string]: string } = { erfInv: "erf_inv", integerPow: "integer_pow" };

config.update("enableX64", true);

describe.each(dtypes)("exact values on the default backend, %s", (dtype) => {
  test.each(names)("%s", (name) => {
    const rows = truth[dtype]![name]!.map((row) => row.map(Number));
    const [primitive, option] = name.split(" ") as [string, string | undefined];
    const arity = rows[0]!.length - 1;
    const columns = Array.from({ length: arity }, (_, k) => rows.map((row) => row[k]!));
    const operands: NDArray[] = columns.map((column) => jnp.array(column, { dtype }));
    const params =
      primitive === "round" ? { roundingMethod: option } : primitive === "integerPow" ? { y: Number(option) } : null;
    const results = bind(byName[printed[primitive] ?? primitive]!, operands, params)[0]!.toTypedArray();
    const bound = promised(name)[dtype === "float32" ? 0 : 1];
    rows.forEach((row, r) => {
      const error = ulps(Number(results[r]), row[arity]!, dtype, option === "negative" ? 1 : 0);
      expect(error, `${name}(${row.slice(0, arity)}) is ${results[r]}, not ${row[arity]}`).toBeLessThanOrEqual(bound);
    });
  });
});

/** Half a unit is what rounding costs. */
const shown = (bound: number): string => (bound <= 0.51 ? "0.5 (rounded)" : String(Math.floor(bound * 10) / 10));

function table(): string {
  const lines = names
    .filter((name) => !["sign", "abs", "max", "min", "floor", "ceil"].includes(name) && !name.startsWith("round"))
    .map((name) => {
      const [float32, float64] = promised(name);
      const sampled = name in dense || name in densePairs ? "samples of all floats, exact values" : "exact values";
      return `| ${name.replace(" negative", ", negative arguments*")} | ${shown(float32)} | ${shown(float64)} | ${sampled} |`;
    });
  return ["| function | float32 | float64 | tested on |", "|---|---:|---:|---|", ...lines].join("\n");
}

test("the table in docs/accuracy.md is that of the tests", () => {
  const page = new URL("../../docs/accuracy.md", import.meta.url);
  const text = readFileSync(page, "utf8");
  const fresh = text.replace(/(<!-- accuracy -->\n)[\s\S]*?(\n<!-- \/accuracy -->)/, `$1\n${table()}\n$2`);
  if (process.env.WRITE_DOCS === "1") writeFileSync(page, fresh);
  expect(readFileSync(page, "utf8"), "run npm run docs:accuracy").toBe(fresh);
});
