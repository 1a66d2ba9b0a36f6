/** Convolutions and windowed reductions of `lax` against JAX's results, texts and errors; large ones against the definition. */
import "../../src/array/install.ts";
import "../../src/runtime/install.ts";
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import { AdjointError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { makeAval } from "../../src/types/aval.ts";
import { type DType, newTypedArray } from "../../src/types/dtype.ts";
import { type Shape, sizeOf } from "../../src/types/shape.ts";
import { decodeArray, decodeNumber, type EncodedArray, loadGolden } from "../golden/load.ts";
import { drawData, seeded } from "../laws/draw.ts";

interface Case {
  readonly id: string;
  readonly kind: "conv" | "vmap" | "window" | "pads" | "numbers" | "error" | "text";
  readonly fn: string;
  readonly x64?: boolean;
  readonly lhs: EncodedArray;
  readonly rhs: EncodedArray;
  readonly x: EncodedArray;
  readonly args: readonly unknown[];
  readonly kwargs: { readonly [name: string]: unknown };
  readonly in_axes: readonly (number | null)[];
  readonly init: unknown;
  readonly computation: "add" | "max" | "min";
  readonly out: unknown;
  readonly grad_lhs?: EncodedArray;
  readonly grad_rhs?: EncodedArray;
  readonly grad?: EncodedArray;
  readonly jvp?: EncodedArray;
  readonly shapes: readonly Shape[];
  readonly dtypes: readonly DType[];
  readonly error: readonly [string, string];
  readonly text: string;
}

const { cases } = loadGolden<Case>("conv");
const ofKind = (...kinds: readonly Case["kind"][]): readonly Case[] => cases.filter((c) => kinds.includes(c.kind));

function arrayOf(encoded: EncodedArray): NDArray {
  const { dtype, shape, data } = decodeArray(encoded);
  const elements = newTypedArray(dtype as DType, data.length);
  data.forEach((x, i) => {
    elements[i] = x;
  });
  return fromTypedArray(makeAval(shape, dtype as DType), elements);
}

/** Sums of a hundred terms differ in the last digits by the order in which they are added. */
function expectArray(actual: NDArray, encoded: EncodedArray, tolerance = 2e-6): void {
  const { dtype, shape, data } = decodeArray(encoded);
  expect([actual.dtype, ...actual.shape]).toEqual([dtype, ...shape]);
  const scale = Math.max(1, ...data.filter(Number.isFinite).map(Math.abs));
  const found = Array.from(peek(actual) as ArrayLike<number>, Number);
  const wrong = found.findIndex((x, i) => x !== data[i] && !(Math.abs(x - data[i]!) <= tolerance * scale));
  if (wrong >= 0) expect(found[wrong], `element ${wrong}`).toBe(data[wrong]);
}

const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
const optionsOf = (kwargs: Case["kwargs"]): object =>
  Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [camel(name), value]));

type Binary = (x: NDArray, w: NDArray) => NDArray;

function functionOf({ fn, args, kwargs }: Case): Binary {
  const f = (lax as unknown as { readonly [name: string]: (...args: readonly unknown[]) => NDArray })[camel(fn)]!;
  return (x, w) => f(x, w, ...args, optionsOf(kwargs));
}

const sumOfSines =
  (f: Binary): Binary =>
  (x, w) =>
    lax.reduceSum(lax.sin(f(x, w)));

describe("convolutions as JAX computes them", () => {
  for (const given of ofKind("conv", "vmap")) {
    test(`${given.fn}: ${given.id}`, () =>
      config.using({ enableX64: given.x64 === true }, () => {
        const plain = functionOf(given);
        const f = given.kind === "vmap" ? (vmap(plain, given.in_axes as [number, number]) as Binary) : plain;
        const [x, w] = [arrayOf(given.lhs), arrayOf(given.rhs)];
        const tolerance = given.x64 === true ? 1e-14 : 2e-6;
        expectArray(f(x, w), given.out as EncodedArray, tolerance);
        expectArray(jit(f)(x, w), given.out as EncodedArray, tolerance);
        if (given.grad_lhs === undefined || given.grad_rhs === undefined) return;
        const [byX, byW] = jit(grad(sumOfSines(f), [0, 1]))(x, w) as unknown as [NDArray, NDArray];
        expectArray(byX, given.grad_lhs, 2 * tolerance);
        expectArray(byW, given.grad_rhs, 2 * tolerance);
      }));
  }
});

const initial = (init: unknown): number | boolean => {
  if (typeof init === "boolean") return init;
  if (typeof init !== "object" || init === null) return decodeNumber(init as number | string);
  return decodeNumber("scalar" in init ? (init.scalar as string) : decodeArray(init as EncodedArray).data[0]!);
};

function windowFunction({ init, computation, args, kwargs }: Case): (x: NDArray) => NDArray {
  const [dimensions, strides, padding] = args as [number[], number[] | undefined, lax.Padding | undefined];
  return (x) => lax.reduceWindow(x, initial(init), computation, dimensions, strides, padding, optionsOf(kwargs));
}

const counting = (shape: Shape): NDArray =>
  fromTypedArray(
    makeAval(shape, "float32"),
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i + 1),
  );

describe("windowed reductions as JAX computes them", () => {
  for (const given of ofKind("window")) {
    test(given.id, () => {
      const f = windowFunction(given);
      const x = arrayOf(given.x);
      const out = f(x);
      expectArray(out, given.out as EncodedArray);
      if (given.jvp !== undefined) expectArray(jvp(f, [x], [counting(x.shape)])[1] as NDArray, given.jvp);
      if (given.grad === undefined) return;
      const weights = counting(out.shape);
      const total = (v: NDArray): NDArray => lax.reduceSum(lax.mul(f(v), weights));
      expectArray(grad(total)(x) as NDArray, given.grad);
      expectArray(jit(grad(total))(x) as NDArray, given.grad);
    });
  }

  test("an initial value that is not neutral stands in the padding and in the gaps too", () => {
    const x = counting([3]);
    const values = (y: NDArray): number[] => Array.from(peek(y) as Float32Array);
    expect(values(lax.reduceWindow(x, 10, lax.add, [3], [1], "SAME"))).toEqual([23, 16, 25]);
    expect(values(lax.reduceWindow(x, 2, "max", [2], [1], "VALID"))).toEqual([2, 3]);
    expect(values(lax.reduceWindow(x, 2, lax.min, [2], [1], [[0, 1]], { baseDilation: [2] }))).toEqual([1, 2, 2, 2, 2]);
  });

  test("the gradient of an extreme over dilated windows, and under negative padding", () => {
    const x = fromTypedArray(makeAval([6], "float32"), Float32Array.of(5, 1, 3, 9, 4, 2));
    const values = (y: unknown): number[] => Array.from(peek(y as NDArray) as Float32Array);
    const dilated = (v: NDArray): NDArray =>
      lax.reduceSum(lax.reduceWindow(v, -Infinity, "max", [2], null, "VALID", { windowDilation: [2] }));
    expect(values(grad(dilated)(x))).toEqual([1, 0, 0, 2, 1, 0]);
    const cropped = (v: NDArray): NDArray => lax.reduceSum(lax.reduceWindow(v, -Infinity, "max", [2], null, [[-1, 1]]));
    expect(values(grad(cropped)(x))).toEqual([0, 0, 1, 2, 1, 1]);
  });

  test("a computation without a rule", () => {
    expect(() => lax.reduceWindow(counting([3]), 1, "mul" as "add", [2])).toThrow(/no computation "mul"/);
  });
});

describe("padding and axes by name", () => {
  test.each(ofKind("pads"))("$id", ({ args, out }) => {
    expect(lax.padtypeToPads(...(args as Parameters<typeof lax.padtypeToPads>))).toEqual(out);
  });
  test.each(ofKind("numbers"))("$id", ({ args, out }) => {
    expect(lax.convDimensionNumbers(...(args as Parameters<typeof lax.convDimensionNumbers>))).toEqual(out);
  });
});

describe("JAX's errors", () => {
  test.each(ofKind("error"))("$id", ({ shapes, dtypes, args, kwargs, error: [, message] }) => {
    const [x, w] = shapes.map((shape, i) =>
      fromTypedArray(makeAval(shape, dtypes[i]!), newTypedArray(dtypes[i]!, sizeOf(shape))),
    );
    const [strides, padding] = args as [number[], lax.Padding];
    let thrown: unknown;
    try {
      lax.convGeneralDilated(x!, w!, strides, padding, optionsOf(kwargs));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(AdjointError);
    // Where JAX's text ends with advice, ours has it as the fix.
    const { what } = (thrown as AdjointError).parts;
    expect(message.startsWith(what) ? message.slice(0, what.length) : message).toBe(what);
  });
});

describe("jaxprs print as in JAX", () => {
  const [x, w] = [new ShapeDtypeStruct([2, 3, 8, 8], "float32"), new ShapeDtypeStruct([4, 3, 3, 3], "float32")];
  const pool = (v: NDArray): NDArray => lax.reduceWindow(v, -Infinity, "max", [1, 1, 2, 2], [1, 1, 2, 2], "SAME");
  const total = (a: NDArray, b: NDArray): NDArray => lax.reduceSum(lax.conv(a, b, [1, 2], "SAME"));
  const texts: { readonly [id: string]: () => unknown } = {
    conv: () => makeJaxpr((a: NDArray, b: NDArray) => lax.conv(a, b, [1, 2], "SAME"))(x, w),
    dilated: () =>
      makeJaxpr((a: NDArray, b: NDArray) =>
        lax.convGeneralDilated(a, b, [1, 1], "SAME", { rhsDilation: [2, 1], preferredElementType: "float32" }),
      )(x, w),
    "gradients of conv": () => makeJaxpr(grad(total, [0, 1]))(x, w),
    "max pooling": () => makeJaxpr(pool)(x),
    "tangent of max pooling": () => makeJaxpr((a: NDArray) => jvp(pool, [a], [a]))(x),
    "sum pooling": () =>
      makeJaxpr((a: NDArray) => lax.reduceWindow(a, 0, "add", [1, 1, 2, 2], [1, 1, 1, 1], "VALID"))(x),
  };
  test.each(ofKind("text"))("$id", ({ id, text }) => {
    expect(String(texts[id]!())).toBe(text);
  });
});

describe("inside of loops", () => {
  const images = counting([3, 1, 2, 5, 6]);
  const kernel = fromTypedArray(
    makeAval([4, 2, 3, 3], "float32"),
    Float32Array.from({ length: 72 }, (_, i) => (i % 7) - 3),
  );
  const layer = (x: NDArray, w: NDArray): NDArray => {
    const y = lax.conv(x, w, [1, 1], "SAME");
    return lax.reduceWindow(lax.max(y, 0), -Infinity, "max", [1, 1, 2, 2], [1, 1, 2, 2], "SAME");
  };
  const loop = (xs: NDArray, w: NDArray): NDArray =>
    lax.scan(
      (sum: NDArray, x: NDArray) => {
        const y = layer(x, w);
        return [lax.add(sum, lax.reduceSum(y)), y] as const;
      },
      fromTypedArray(makeAval([], "float32"), Float32Array.of(0)),
      xs,
    )[1] as NDArray;
  const all = (xs: NDArray, w: NDArray): NDArray => vmap(layer, [0, null])(xs, w) as NDArray;
  const data = (x: unknown): number[] => Array.from(peek(x as NDArray) as Float32Array);

  test("scan gives what vmap gives", () => {
    expect(data(jit(loop)(images, kernel))).toEqual(data(all(images, kernel)));
  });
  test("and its gradient", () => {
    const total =
      (f: Binary): Binary =>
      (xs, w) =>
        lax.reduceSum(lax.mul(f(xs, w), f(xs, w)));
    const [scanned, mapped] = [loop, all].map((f) => data(jit(grad(total(f), 1))(images, kernel)));
    const scale = Math.max(...mapped!.map(Math.abs));
    scanned!.forEach((x, i) => {
      expect(Math.abs(x - mapped![i]!)).toBeLessThan(1e-5 * scale);
    });
  });
});

/** A convolution by its definition, over arrays in the default order of axes. */
function byDefinition(
  x: ArrayLike<number>,
  w: ArrayLike<number>,
  lhs: readonly number[],
  rhs: readonly number[],
  out: readonly number[],
  stride: readonly number[],
  pads: lax.Pads,
  groups: number,
): number[] {
  const [, channels, height, width] = lhs as [number, number, number, number];
  const [features, depth, tall, wide] = rhs as [number, number, number, number];
  const result: number[] = [];
  for (let n = 0; n < out[0]!; n++)
    for (let f = 0; f < features; f++)
      for (let p = 0; p < out[2]!; p++)
        for (let q = 0; q < out[3]!; q++) {
          let sum = 0;
          const first = Math.floor(f / (features / groups)) * depth;
          for (let c = 0; c < depth; c++)
            for (let i = 0; i < tall; i++)
              for (let j = 0; j < wide; j++) {
                const [y, z] = [p * stride[0]! + i - pads[0]![0], q * stride[1]! + j - pads[1]![0]];
                if (y < 0 || z < 0 || y >= height || z >= width) continue;
                sum +=
                  x[((n * channels + first + c) * height + y) * width + z]! *
                  w[((f * depth + c) * tall + i) * wide + j]!;
              }
          result.push(sum);
        }
  return result;
}

describe("large convolutions, by panels", () => {
  const random = seeded("large convolutions");
  const draw = (shape: Shape, dtype: DType): NDArray =>
    fromTypedArray(makeAval(shape, dtype), drawData(random, dtype, shape));
  const table = [
    { lhs: [2, 5, 13, 11], rhs: [9, 5, 3, 3], strides: [1, 1], padding: "SAME", groups: 1 },
    { lhs: [3, 4, 17, 20], rhs: [6, 4, 2, 5], strides: [2, 1], padding: "SAME", groups: 1 },
    { lhs: [2, 8, 12, 12], rhs: [16, 4, 3, 3], strides: [1, 2], padding: "VALID", groups: 2 },
    { lhs: [5, 40, 4, 4], rhs: [17, 40, 3, 3], strides: [1, 1], padding: "SAME", groups: 1 },
    { lhs: [1, 33, 9, 16], rhs: [5, 33, 1, 1], strides: [1, 1], padding: "VALID", groups: 1 },
    { lhs: [1, 3, 6, 300], rhs: [4, 3, 3, 100], strides: [1, 1], padding: "VALID", groups: 1 },
  ] as const;
  for (const { lhs, rhs, strides, padding, groups } of table) {
    for (const dtype of ["float32", "float64", "int32"] as const) {
      for (const layout of ["NCHW", "NHWC"] as const) {
        test(`${lhs.join("x")} by ${rhs.join("x")}, ${dtype}, ${layout}`, () =>
          config.using({ enableX64: true }, () => {
            const [x, w] = [draw(lhs, dtype), draw(rhs, dtype)];
            const last = layout === "NHWC";
            const f = (a: NDArray, b: NDArray): NDArray => {
              const result = lax.convGeneralDilated(
                last ? lax.transpose(a, [0, 2, 3, 1]) : a,
                last ? lax.transpose(b, [2, 3, 1, 0]) : b,
                strides,
                padding,
                {
                  dimensionNumbers: last ? ["NHWC", "HWIO", "NHWC"] : ["NCHW", "OIHW", "NCHW"],
                  featureGroupCount: groups,
                },
              );
              return last ? lax.transpose(result, [0, 3, 1, 2]) : result;
            };
            const y = f(x, w);
            const pads = lax.padtypeToPads(lhs.slice(2), rhs.slice(2), strides, padding);
            const expected = byDefinition(
              peek(x) as ArrayLike<number>,
              peek(w) as ArrayLike<number>,
              lhs,
              rhs,
              y.shape,
              strides,
              pads,
              groups,
            );
            const tolerance = dtype === "float32" ? 1e-5 : dtype === "float64" ? 1e-13 : 0;
            const scale = Math.max(...expected.map(Math.abs));
            for (const result of [y, jit(f)(x, w)]) {
              const data = peek(result) as ArrayLike<number>;
              const wrong = expected.findIndex((e, i) => !(Math.abs(data[i]! - e) <= tolerance * scale));
              if (wrong >= 0) expect(data[wrong], `element ${wrong}`).toBe(expected[wrong]);
            }
          }));
      }
    }
  }
});
