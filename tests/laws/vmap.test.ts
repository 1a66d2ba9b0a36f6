/** Law 5: vmap equals a loop over examples, for every choice of batched operands and every axis; also nested, also empty. */
import type { NDArray } from "../../src/core/ndarray.ts";
import type { BatchDimension } from "../../src/core/primitive.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { materialiseBatch, vmapFlat } from "../../src/transforms/vmap.ts";
import type { TypedArray } from "../../src/types/dtype.ts";
import { range } from "../../src/util/list.ts";
import { combinations, drawRows, stacked } from "./batch.ts";
import { expectClose } from "./compare.ts";
import { type FlatFunction, functionOf } from "./derive.ts";
import { arraysOf, type Example, law, subsets } from "./examples.ts";

const tolerance = { ulp: 1, scaledUlp: 4 };

function vmapped(
  f: FlatFunction,
  args: readonly NDArray[],
  dims: readonly BatchDimension[],
  size: number,
  to: number,
): NDArray[] {
  const [results, resultDims] = vmapFlat(f, args, dims, { size, name: undefined });
  return results.map((y, i) => {
    const rank = y.aval.shape.length - (resultDims[i] === null ? 0 : 1);
    return materialiseBatch(y, resultDims[i]!, size, Math.min(to, rank));
  });
}

/** What a loop computes: results of each example, stacked at an axis (or the last one that a result has). */
function looped(
  f: FlatFunction,
  xs: readonly NDArray[],
  rows: readonly (readonly TypedArray[] | null)[],
  size: number,
  to: number,
): NDArray[] {
  const each = range(size).map((j) =>
    f(xs.map((x, i) => (rows[i] == null ? x : fromTypedArray(x.aval, rows[i]![j]!.slice())))),
  );
  return each[0]!.map((y, i) =>
    stacked(
      y.aval,
      each.map((results) => peek(results[i]!)),
      Math.min(to, y.aval.shape.length),
    ),
  );
}

function hasFloat32Twin(example: Example): boolean {
  return !example.operands.some((x) => x.aval.dtype === "float64");
}

law(
  "vmap equals a loop",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    const size = 2;
    for (const batched of subsets(range(xs.length))) {
      const rows = xs.map((_, i) => (batched.includes(i) ? drawRows(example, i, size, "vmap") : null));
      const axes = combinations(
        batched.map((i) => range(xs[i]!.aval.shape.length + 1)),
        6,
      );
      const loops = new Map<number, NDArray[]>();
      axes.forEach((choice, n) => {
        const dims: BatchDimension[] = xs.map((_, i) => (batched.includes(i) ? choice[batched.indexOf(i)]! : null));
        const args = xs.map((x, i) => (rows[i] == null ? x : stacked(x.aval, rows[i]!, dims[i]!)));
        const to = n % 3;
        let expected = loops.get(to);
        if (expected === undefined) {
          expected = looped(f, xs, rows, size, to);
          loops.set(to, expected);
        }
        const actual = vmapped(f, args, dims, size, to);
        expectClose(actual, expected, tolerance, `operands ${batched} batched at axes ${choice}, result at ${to}`);
      });
    }
  },
  (example) => example.operands.length > 0 && hasFloat32Twin(example),
);

law(
  "nested vmap equals nested loops",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    const all = range(xs.length);
    // Inner and outer batches over all operands, over different ones, and over shared ones.
    const choices: [number[], number[]][] = [[all, all]];
    if (xs.length > 1) {
      choices.push([[0], all.slice(1)], [all.slice(1), [0]], [all, [0]]);
    }
    for (const [inner, outer] of choices) {
      const rows = xs.map((_, i) => drawRows(example, i, 6, "nested"));
      const inDims: BatchDimension[] = all.map((i) => (inner.includes(i) ? 0 : null));
      const outDims: BatchDimension[] = all.map((i) => (outer.includes(i) ? 0 : null));
      const rowAt = (i: number, j: number, k: number): TypedArray =>
        rows[i]![(outer.includes(i) ? j : 0) * 3 + (inner.includes(i) ? k : 0)]!;
      const args = xs.map((x, i) => {
        const js = outer.includes(i) ? range(2) : [0];
        const innerArrays = js.map((j) =>
          inner.includes(i)
            ? stacked(
                x.aval,
                range(3).map((k) => rowAt(i, j, k)),
                0,
              )
            : fromTypedArray(x.aval, rowAt(i, j, 0).slice()),
        );
        return outer.includes(i) ? stacked(innerArrays[0]!.aval, innerArrays.map(peek), 0) : innerArrays[0]!;
      });
      const actual = vmapped((ys) => vmapped(f, ys, inDims, 3, 0), args, outDims, 2, 0);
      const outerResults = range(2).map((j) => {
        const each = range(3).map((k) => f(xs.map((x, i) => fromTypedArray(x.aval, rowAt(i, j, k).slice()))));
        return each[0]!.map((y, r) =>
          stacked(
            y.aval,
            each.map((results) => peek(results[r]!)),
            0,
          ),
        );
      });
      const wanted = outerResults[0]!.map((y, r) =>
        stacked(
          y.aval,
          outerResults.map((results) => peek(results[r]!)),
          0,
        ),
      );
      expectClose(actual, wanted, tolerance, `inner batch over ${inner}, outer over ${outer}`);
    }
  },
  (example) => example.operands.length > 0 && hasFloat32Twin(example),
);

law(
  "vmap over batches of one and of none",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    const types = example.primitive.types(
      xs.map((x) => x.aval),
      example.params,
    );
    for (const size of [0, 1]) {
      const rows = xs.map((_, i) => drawRows(example, i, size, "few"));
      const args = xs.map((x, i) => stacked(x.aval, rows[i]!, 0));
      const actual = vmapped(
        f,
        args,
        xs.map(() => 0),
        size,
        0,
      );
      const expected = types.map((aval, r) =>
        size === 0 ? stacked(aval, [], 0) : stacked(aval, [peek(f(xs)[r]!)], 0),
      );
      expectClose(actual, expected, tolerance, `a batch of ${size}`);
    }
  },
  (example) => example.operands.length > 0 && hasFloat32Twin(example),
);
