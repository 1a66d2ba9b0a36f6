/**
 * Random small programs under random stacks of transformations: wasm against reference, jit against eager, and each stack
 * as one compiled program against the same stack run operation by operation.
 */
import { describe, test } from "vitest";
import { jitCall } from "../../src/control/jit.ts";
import { scanLoop } from "../../src/control/scan.ts";
import { config } from "../../src/core/config.ts";
import { debugText } from "../../src/core/debugtext.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { Linear } from "../../src/core/primitive.ts";
import { abs, add, cbrt, div, integerPow, max, min, mul, neg, sqrt, square, sub } from "../../src/prims/arithmetic.ts";
import { convertElementType } from "../../src/prims/cast.ts";
import { ge, gt, lt } from "../../src/prims/compare.ts";
import { cumsum } from "../../src/prims/cumulative.ts";
import { dotGeneral } from "../../src/prims/dot.ts";
import { exp, expm1, log1p, logistic } from "../../src/prims/exponential.ts";
import { instantiate, iota, ones } from "../../src/prims/fill.ts";
import { gather } from "../../src/prims/gather.ts";
import { asinh, cosh, sinh, tanh } from "../../src/prims/hyperbolic.ts";
import { broadcastInDim, reshape, rev, transpose } from "../../src/prims/movement.ts";
import { reduceMax, reduceSum } from "../../src/prims/reduce.ts";
import { floor } from "../../src/prims/rounding.ts";
import { scatterAdd } from "../../src/prims/scatter.ts";
import { clamp, selectN } from "../../src/prims/select.ts";
import { concatenate, pad, slice } from "../../src/prims/slicing.ts";
import { sort } from "../../src/prims/sort.ts";
import { erf } from "../../src/prims/special.ts";
import { stopGradient } from "../../src/prims/stop.ts";
import { atan, cos, sin } from "../../src/prims/trigonometric.ts";
import { fromTypedArray } from "../../src/runtime/array.ts";
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { linearizeFlat } from "../../src/transforms/linearize.ts";
import { stage, stageClosed } from "../../src/transforms/stage.ts";
import { backward } from "../../src/transforms/transpose.ts";
import { materialiseBatch, vmapFlat } from "../../src/transforms/vmap.ts";
import { type Aval, makeAval, withShape } from "../../src/types/aval.ts";
import { range } from "../../src/util/list.ts";
import { expectClose } from "./compare.ts";
import type { FlatFunction } from "./derive.ts";
import { below, drawData, pick, type Random, seeded } from "./draw.ts";
import "./install.ts";

/** From two vectors of length 4 another one. */
type Op = (random: Random, x: NDArray, y: NDArray) => NDArray;

const unary = [
  sin,
  cos,
  tanh,
  sinh,
  cosh,
  asinh,
  atan,
  exp,
  expm1,
  erf,
  logistic,
  neg,
  square,
  abs,
  floor,
  stopGradient,
];

const total = (x: NDArray): NDArray => (x.ndim === 0 ? x : reduceSum(x, { axes: range(x.ndim) }));
const damped = (x: NDArray): NDArray => tanh(mul(x, 0.5));

const rows = {
  offsetDims: [],
  collapsedSliceDims: [0],
  startIndexMap: [0],
  operandBatchingDims: [],
  startIndicesBatchingDims: [],
};
const sites = {
  updateWindowDims: [],
  insertedWindowDims: [0],
  scatterDimsToOperandDims: [0],
  operandBatchingDims: [],
  scatterIndicesBatchingDims: [],
};

function places(random: Random, count: number): NDArray {
  const values = broadcastInDim(iota([], { dtype: "int32", shape: [count], dimension: 0 }), {
    shape: [count, 1],
    broadcastDimensions: [0],
  });
  return mul(values, 1 + below(random, 2));
}

/** A vector of the length of another. */
function fitted(x: NDArray, length: number): NDArray {
  const n = x.shape[0]!;
  if (n === length) return x;
  if (n > length) return slice(x, { startIndices: [0], limitIndices: [length], strides: null });
  return pad(x, 0.25, { paddingConfig: [[0, length - n, 0]] });
}

const ops: readonly Op[] = [
  ...unary.map(
    (f): Op =>
      (_r, x) =>
        f(damped(x)),
  ),
  (_r, x) => sqrt(add(square(x), 0.5)),
  (_r, x) => log1p(square(x)),
  (_r, x) => cbrt(add(square(x), 1)),
  (r, x) => integerPow(damped(x), { y: 1 + below(r, 3) }),
  (_r, x, y) => add(x, y),
  (_r, x, y) => sub(x, y),
  (_r, x, y) => mul(damped(x), y),
  (_r, x, y) => div(x, add(square(y), 1)),
  (_r, x, y) => max(x, y),
  (_r, x, y) => min(x, y),
  (_r, x, y) => selectN([gt(x, y), sin(x), mul(y, 0.5)]),
  (_r, x, y) => selectN([lt(x, total(y)), y, x]),
  (_r, x, y) => clamp(neg(abs(y)), x, add(abs(y), 1)),
  (_r, x, y) => mul(x, convertElementType(ge(x, y), { newDtype: x.dtype, weakType: false })),
  (_r, x, y) => add(x, mul(total(damped(y)), 0.3)),
  (_r, x) => sub(x, reduceMax(x, { axes: [0] })),
  (_r, x) => cumsum(mul(x, 0.3), { axis: 0, reverse: false }),
  (_r, x) => cumsum(mul(x, 0.3), { axis: 0, reverse: true }),
  (_r, x) => rev(x, { dimensions: [0] }),
  (_r, x) => sort([x], { dimension: 0, isStable: true, numKeys: 1 })[0]!,
  (_r, x, y) =>
    fitted(concatenate([slice(x, { startIndices: [1], limitIndices: [3], strides: null }), y], { dimension: 0 }), 4),
  (r, x) => fitted(pad(x, 0.5, { paddingConfig: [[below(r, 3) - 1, below(r, 3) - 1, below(r, 2)]] }), 4),
  (r, x) => gather(x, places(r, 4), { dimensionNumbers: rows, sliceSizes: [1], mode: "clip", fillValue: null }),
  (r, x, y) =>
    scatterAdd(x, places(r, 4), y, {
      dimensionNumbers: sites,
      mode: "clip",
      indicesAreSorted: true,
      uniqueIndices: false,
    }),
  (_r, x, y) => {
    const a = reshape(x, { newSizes: [2, 2] });
    const b = transpose(reshape(damped(y), { newSizes: [2, 2] }), { permutation: [1, 0] });
    const product = dotGeneral(a, b, {
      dimensionNumbers: [
        [[1], [0]],
        [[], []],
      ],
      precision: null,
      preferredElementType: null,
    });
    return reshape(product, { newSizes: [4] });
  },
  (_r, x, y) => {
    const outer = mul(
      broadcastInDim(x, { shape: [4, 3], broadcastDimensions: [0] }),
      broadcastInDim(fitted(y, 3), { shape: [4, 3], broadcastDimensions: [1] }),
    );
    return reduceSum(damped(outer), { axes: [1] });
  },
  (_r, x, y) => {
    const { aval } = x;
    const row = makeAval([], aval.dtype);
    const body = stageClosed(
      ([w, c, v]) => {
        const next = sin(add(mul(c!, v!), w!));
        return [next, mul(next, v!)];
      },
      [row, row, row],
      "scan",
    );
    const params = { jaxpr: body, constants: 1, carries: 1, length: 4, reverse: false, unroll: 1 };
    return scanLoop([total(damped(x)), total(y), x], params)[1]!;
  },
];

const double = makeAval([4], "float64");
const single = makeAval([4], "float32");

/** A program of a few operations on two vectors; every value may be used again. */
function program(label: string): FlatFunction {
  return ([x, y]) => {
    // Drawn anew at each call: every call makes the same choices.
    const random = seeded(label);
    const values = [x!, y!];
    const count = 3 + below(random, 5);
    for (let i = 0; i < count; i++) {
      const op = pick(random, ops);
      values.push(op(random, pick(random, values), pick(random, values)));
    }
    return [values[values.length - 1]!, total(values[values.length - 2]!)];
  };
}

/** A transformed function and the types that it takes. */
interface Transformed {
  readonly f: FlatFunction;
  readonly avals: readonly Aval[];
  readonly name: string;
}

function jitted({ f, avals, name }: Transformed): Transformed {
  return {
    f: (xs) => {
      const { jaxpr, constants } = stage(
        f,
        xs.map((x) => x.aval),
        "jit",
      );
      if (constants.length > 0) throw new Error("a random program closed over an array");
      return jitCall(xs, { name: "f", jaxpr });
    },
    avals,
    name: `jit(${name})`,
  };
}

function vmapped({ f, avals, name }: Transformed, random: Random): Transformed {
  const size = 2;
  const dims = avals.map((a, i) => (i > 0 && random() < 0.4 ? null : below(random, a.shape.length + 1)));
  return {
    f: (xs) => {
      const [ys, yDims] = vmapFlat(f, xs, dims, { size, name: undefined });
      return ys.map((y, i) => materialiseBatch(y, yDims[i]!, size, 0));
    },
    avals: avals.map((a, i) => {
      const d = dims[i]!;
      return d === null ? a : withShape(a, [...a.shape.slice(0, d), size, ...a.shape.slice(d)]);
    }),
    name: `vmap(${name}, ${JSON.stringify(dims)})`,
  };
}

function forward({ f, avals, name }: Transformed): Transformed {
  const count = avals.length;
  return {
    f: (xs) => {
      const [ys, dys] = jvpFlat(f, xs.slice(0, count), xs.slice(count));
      return [...ys.slice(-1), ...dys.map((d, i) => instantiate(d, ys[i]!.aval))];
    },
    avals: [...avals, ...avals],
    name: `jvp(${name})`,
  };
}

function linearized({ f, avals, name }: Transformed): Transformed {
  const count = avals.length;
  return {
    f: (xs) => {
      const l = linearizeFlat(
        f,
        xs.slice(0, count),
        avals.map(() => true),
        [true, true, true, true, true, true],
      );
      return [...l.results.slice(0, 1), ...evaluate(l.linear, [...l.residuals, ...xs.slice(count)])];
    },
    avals: [...avals, ...avals],
    name: `linearize(${name})`,
  };
}

function gradient({ f, avals, name }: Transformed): Transformed {
  const scalar: FlatFunction = (xs) => [
    f(xs)
      .map(total)
      .reduce((a, b) => add(a, b)),
  ];
  return {
    f: (xs) => {
      const l = linearizeFlat(
        scalar,
        xs,
        avals.map(() => true),
        [true],
      );
      const marks = xs.map((x) => new Linear(x.aval));
      const back = backward(l.linear, [...l.residuals, ...marks], [ones(l.results[0]!.aval)]);
      return back.slice(l.residuals.length).map((ct, i) => instantiate(ct, xs[i]!.aval));
    },
    avals,
    name: `grad(${name})`,
  };
}

const transforms = [jitted, vmapped, forward, gradient, linearized];

/** Derivatives multiply operands; stacks stay small. */
function stackOf(label: string, vector: Aval): Transformed {
  const random = seeded(`${label} stack`);
  let result: Transformed = { f: program(label), avals: [vector, vector], name: "f" };
  const depth = 1 + below(random, 3);
  for (let i = 0; i < depth; i++) result = pick(random, transforms)(result, random);
  return result;
}

/** Derivatives of chains lose digits. */
const lost = { ulp: 1e4, scaledUlp: 1e4 };
const lostInSingle = { ulp: 300, scaledUlp: 300 };

describe("random programs under random transformations", () => {
  const groups = 10;
  const each = 12;
  for (const group of range(groups)) {
    test(`programs ${group * each} to ${group * each + each - 1}`, () => {
      config.using({ enableX64: true, enableChecks: true }, () => {
        for (const i of range(each)) {
          const label = `program ${group * each + i}`;
          const vector = i % 2 === 0 ? double : single;
          const tolerance = i % 2 === 0 ? lost : lostInSingle;
          const stack = stackOf(label, vector);
          const random = seeded(`${label} operands`);
          const data = stack.avals.map((a) => drawData(random, a.dtype, a.shape, [-1.5, 1.5]));
          const operands = (): NDArray[] => stack.avals.map((a, k) => fromTypedArray(a, data[k]!.slice()));
          try {
            const compiled = jitted(stack);
            const eager = stack.f(operands());
            expectClose(compiled.f(operands()), eager, tolerance, "compiled against eager, on reference");
            config.using({ defaultBackend: "wasm" }, () => {
              expectClose(stack.f(operands()), eager, tolerance, "eager on wasm against reference");
              expectClose(compiled.f(operands()), eager, tolerance, "compiled on wasm against reference");
            });
          } catch (error) {
            const { jaxpr } = stage(program(label), [vector, vector], "a random program");
            throw new Error(`${label}, ${stack.name}:\n${(error as Error).message}\n${debugText(jaxpr)}`);
          }
        }
      });
    });
  }
});
