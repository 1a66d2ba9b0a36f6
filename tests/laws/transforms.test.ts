/** Law 6: transformations commute: jit equals eager, jvp of vmap equals vmap of jvp, and derivatives of derivatives hold. */
import { jitCall } from "../../src/control/jit.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { type BatchDimension, Linear, type Tangent } from "../../src/core/primitive.ts";
import { add, mul } from "../../src/prims/arithmetic.ts";
import { instantiate, ones } from "../../src/prims/fill.ts";
import { reduceSum } from "../../src/prims/reduce.ts";
import { fromTypedArray } from "../../src/runtime/array.ts";
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { linearizeFlat } from "../../src/transforms/linearize.ts";
import { stage } from "../../src/transforms/stage.ts";
import { backward } from "../../src/transforms/transpose.ts";
import { materialiseBatch, vmapFlat } from "../../src/transforms/vmap.ts";
import { isInexact } from "../../src/types/dtype.ts";
import { range } from "../../src/util/list.ts";
import { drawRows, stacked } from "./batch.ts";
import { expectClose, expectNear, numbers } from "./compare.ts";
import {
  differentiableSubsets,
  drawTangents,
  type FlatFunction,
  finiteDifferences,
  functionOf,
  tangentNumbers,
} from "./derive.ts";
import { drawData, seeded } from "./draw.ts";
import { arraysOf, type Example, isDouble, law } from "./examples.ts";

const exact = { ulp: 1, scaledUlp: 4 };

/** The function as one compiled program. */
function jitted(f: FlatFunction, name = "f"): FlatFunction {
  return (xs) => {
    const { jaxpr, constants } = stage(
      f,
      xs.map((x) => x.aval),
      "jit",
    );
    if (constants.length > 0) throw new Error("a test function closed over an array");
    return jitCall(xs, { name, jaxpr });
  };
}

/** (xs, tangents) to (ys, tangents of the inexact ys), for tangents of the operands in a list. */
function jvpOf(f: FlatFunction, varying: readonly number[], count: number): FlatFunction {
  return (args) => {
    const xs = args.slice(0, count);
    const tangents = xs.map((_, i): Tangent => (varying.includes(i) ? args[count + varying.indexOf(i)]! : null));
    const [ys, dys] = jvpFlat(f, xs, tangents);
    return [...ys, ...dys.flatMap((d, i) => (isInexact(ys[i]!.aval.dtype) ? [instantiate(d, ys[i]!.aval)] : []))];
  };
}

const present = (tangents: readonly Tangent[]): NDArray[] => tangents.filter((t) => t !== null);

law("jit equals eager", (example) => {
  const f = functionOf(example);
  const xs = arraysOf(example);
  expectClose(jitted(f)(xs), f(xs), { ulp: 0 }, "jit against eager");
  for (const varying of differentiableSubsets(example, xs).slice(-1)) {
    const args = [...xs, ...present(drawTangents(example, varying, "jit"))];
    const g = jvpOf(f, varying, xs.length);
    expectClose(jitted(g)(args), g(args), exact, "jit of jvp against jvp");
    expectClose(jvpOf(jitted(f), varying, xs.length)(args), g(args), exact, "jvp of jit against jvp");
  }
});

function vmapAll(f: FlatFunction, args: readonly NDArray[], dims: readonly BatchDimension[], size: number): NDArray[] {
  const [ys, yDims] = vmapFlat(f, args, dims, { size, name: undefined });
  return ys.map((y, i) => materialiseBatch(y, yDims[i]!, size, 0));
}

law(
  "jvp of vmap equals vmap of jvp, and jit of both",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    const size = 2;
    const count = xs.length;
    for (const varying of differentiableSubsets(example, xs).slice(-2)) {
      for (const batched of [range(count), [0], [count - 1]]) {
        const dims: BatchDimension[] = xs.map((_, i) => (batched.includes(i) ? 0 : null));
        const values = xs.map((x, i) =>
          batched.includes(i) ? stacked(x.aval, drawRows(example, i, size, "jvp vmap"), 0) : x,
        );
        const random = seeded(`${example.label} ${varying} ${batched}`);
        const tangents = varying.map((i) => {
          const { aval } = xs[i]!;
          const rows = range(size).map(() => drawData(random, aval.dtype, aval.shape, [-1, 1]));
          return batched.includes(i) ? stacked(aval, rows, 0) : fromTypedArray(aval, rows[0]!);
        });
        const args = [...values, ...tangents];
        const jvpVmap: FlatFunction = (all) => jvpOf((ys) => vmapAll(f, ys, dims, size), varying, count)(all);
        const vmapJvp: FlatFunction = (all) =>
          vmapAll(jvpOf(f, varying, count), all, [...dims, ...varying.map((i) => dims[i]!)], size);
        const what = `derivatives with respect to ${varying}, batches over ${batched}`;
        const expected = jvpVmap(args);
        expectClose(vmapJvp(args), expected, { ulp: 16, scaledUlp: 64 }, what);
        expectClose(jitted(vmapJvp)(args), expected, { ulp: 16, scaledUlp: 64 }, `jit, ${what}`);
      }
    }
  },
  isDouble,
);

law(
  "second derivatives",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    const count = xs.length;
    for (const varying of differentiableSubsets(example, xs).slice(-1)) {
      const tangents = drawTangents(example, varying, "second");
      const v = present(drawTangents(example, varying, "second inner"));
      const first: FlatFunction = (ys) => jvpOf(f, varying, count)([...ys, ...v]);
      const [results, second] = jvpFlat(first, xs, tangents);
      const expected = finiteDifferences(first, xs, tangents);
      tangentNumbers(results, second).forEach((t, i) => void expectNear(t, expected[i]!, 1e-6, "jvp of jvp"));
      reverseOverReverse(example, varying, f, xs, tangents);
    }
  },
  (example) => isDouble(example) && example.smooth,
);

/** The gradient of the sum of all results times fixed weights, as a function of the operands. */
function gradientOf(f: FlatFunction, varying: readonly number[], weights: readonly Tangent[]): FlatFunction {
  return (xs) => {
    const total: FlatFunction = (ys) => {
      let sum: NDArray | undefined;
      f(ys).forEach((y, i) => {
        const w = weights[i]!;
        if (w === null) return;
        const part = mul(y, w);
        const scalar = part.ndim === 0 ? part : reduceSum(part, { axes: range(part.ndim) });
        sum = sum === undefined ? scalar : add(sum, scalar);
      });
      return [sum!];
    };
    const nonzero = xs.map((_, i) => varying.includes(i));
    const { results, nonzeroOut, linear, residuals } = linearizeFlat(total, xs, nonzero);
    if (!nonzeroOut[0]) return varying.map((i) => instantiate(null, xs[i]!.aval));
    const marks = varying.map((i) => new Linear(xs[i]!.aval));
    const back = backward(linear, [...residuals, ...marks], [ones(results[0]!.aval)]).slice(residuals.length);
    return back.map((ct, k) => instantiate(ct, xs[varying[k]!]!.aval));
  };
}

function reverseOverReverse(
  example: Example,
  varying: readonly number[],
  f: FlatFunction,
  xs: readonly NDArray[],
  tangents: readonly Tangent[],
): void {
  if (example.primitive.lower.kind === "while" || !f(xs).some((y) => isInexact(y.aval.dtype))) return;
  const random = seeded(`${example.label} weights`);
  const weights = f(xs).map(
    (y): Tangent =>
      isInexact(y.aval.dtype) ? fromTypedArray(y.aval, drawData(random, y.aval.dtype, y.aval.shape, [0.5, 1.5])) : null,
  );
  const gradient = gradientOf(f, varying, weights);
  const expected = finiteDifferences(gradient, xs, tangents);
  const [forwardResults, forward] = jvpFlat(gradient, xs, tangents);
  tangentNumbers(forwardResults, forward).forEach((t, i) => void expectNear(t, expected[i]!, 1e-6, "jvp of grad"));
  // The Hessian is symmetric: reverse over reverse in a direction is forward over reverse in it.
  const again = gradientOf(gradient, varying, present(tangents))(xs);
  const byForward = tangentNumbers(forwardResults, forward);
  again.forEach((g, i) => void expectNear(numbers(g), byForward[i]!, 1e-9, "grad of grad against jvp of grad"));
}
