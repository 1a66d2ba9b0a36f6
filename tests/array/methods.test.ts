// Shapes, reductions, contractions and updates by the methods of NDArray; errors; and everything again while traced.
import { describe, expect, test } from "vitest";
import "../../src/array/install.ts";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import { divmod } from "../../src/array/arithmetic.ts";
import { array } from "../../src/array/convert.ts";
import { type Index, resolveSlice } from "../../src/array/indices.ts";
import { sum } from "../../src/array/reduction.ts";
import { repeat } from "../../src/array/repeat.ts";
import { expandDims, moveaxis, reshape } from "../../src/array/shape.ts";
import { ellipsis, slice } from "../../src/array/slice.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import {
  AxisError,
  ConcretizationTypeError,
  DTypeError,
  IndexingError,
  NonConcreteBooleanIndexError,
  OperatorError,
  OptionError,
  ShapeError,
  TracerIntegerConversionError,
} from "../../src/errors/index.ts";
import { stage } from "../../src/transforms/stage.ts";
import { makeAval } from "../../src/types/aval.ts";

const v = array([3, 1, 2]);
const m = array([
  [1, 2, 3],
  [4, 5, 6],
]);
const i = array([1, 2, 3], "int32");

describe("each method gives the same eagerly, in jit and in vmap", () => {
  const ones = (...shape: number[]): NDArray =>
    array(1)
      .add(array(new Float32Array(shape.reduce((a, b) => a * b, 1))))
      .reshape(...shape);
  const cases: { readonly [name: string]: (x: NDArray) => NDArray } = {
    add: (x) => x.add(1),
    sub: (x) => x.sub(x.mean()),
    mul: (x) => x.mul(x),
    div: (x) => x.div(2),
    mod: (x) => x.mod(2),
    floorDivide: (x) => x.floorDivide(2),
    pow: (x) => x.pow(2),
    neg: (x) => x.neg().abs(),
    exp: (x) => x.exp().log(),
    sqrt: (x) => x.sqrt().tanh(),
    compare: (x) => x.less(2).and(x.greaterEqual(1)).or(x.equal(6)).xor(x.notEqual(3)).not(),
    greater: (x) => x.greater(2).and(x.lessEqual(5)),
    sum: (x) => x.sum(0),
    prod: (x) => x.prod(-1, { keepdims: true }),
    mean: (x) => x.mean({ axis: [0, 1] }),
    max: (x) => x.max(1),
    min: (x) => x.min(),
    argmax: (x) => x.argmax(0),
    argmin: (x) => x.argmin(),
    any: (x) => x.any(0),
    all: (x) => x.all(),
    cumsum: (x) => x.cumsum(1),
    var: (x) => x.var({ ddof: 1 }),
    std: (x) => x.std(0),
    reshape: (x) => x.reshape(3, -1),
    ravel: (x) => x.ravel(),
    transpose: (x) => x.transpose(1, 0),
    T: (x) => x.T.mT,
    squeeze: (x) => x.reshape(1, 6, 1).squeeze(0),
    swapaxes: (x) => x.swapaxes(0, 1),
    astype: (x) => x.astype("int32"),
    clip: (x) => x.clip(2, 5),
    round: (x) => x.div(3).round(1),
    dot: (x) => x.dot(array([1, 0, 2])),
    matmul: (x) => x.matmul(x.T),
    get: (x) => x.get(1, slice(null, null, -1)),
    gather: (x) => x.get([1, 0], [0, 2]),
    at: (x) => x.at(0, [1, 1]).add(10),
    apply: (x) => x.at(slice(), 1).apply((y) => y.mul(2)),
    repeat: (x) => repeat(x, 2, 1),
    ones: (x) => x.add(ones(2, 3)),
  };
  test.each(Object.keys(cases))("%s", (name) => {
    const f = cases[name]!;
    const expected = f(m).tolist();
    expect(jit(f)(m).tolist()).toEqual(expected);
    const batched = vmap(f)(array([m, m.mul(2)]));
    expect(batched.get(0).tolist()).toEqual(expected);
    expect(batched.get(1).tolist()).toEqual(f(m.mul(2)).tolist());
  });
});

describe("shapes", () => {
  test("reshape", () => {
    expect(m.reshape(3, 2).shape).toEqual([3, 2]);
    expect(m.reshape([-1]).shape).toEqual([6]);
    expect(m.flatten().tolist()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(reshape(m, [3, 2], { order: "F" }).tolist()).toEqual([
      [1, 5],
      [4, 3],
      [2, 6],
    ]);
    expect(m.reshape(2, 3)).toBe(m);
    expect(() => m.reshape(4)).toThrow("cannot reshape array of shape (2, 3) (size 6) into shape (4,) (size 4)");
    expect(() => m.reshape(-1, 4)).toThrow("because the product of specified axis sizes (4) does not evenly divide 6");
    expect(() => m.reshape(-1, -1)).toThrow("can only specify one unknown axis size with a `-1` value, got (-1, -1)");
    expect(() => m.reshape(-2, 3)).toThrow(ShapeError);
    expect(() => m.reshape(2.5)).toThrow("Shapes must be 1D sequences of concrete values of integer type, got (2.5,).");
    expect(() => jit((x: NDArray, n: NDArray) => x.reshape(n as never))(m, 6)).toThrow(
      "Shapes must be 1D sequences of concrete values",
    );
  });
  test("axes", () => {
    expect(m.T.shape).toEqual([3, 2]);
    expect(array([m, m]).mT.shape).toEqual([2, 3, 2]);
    expect(() => v.mT).toThrow("x must be at least two-dimensional for matrix_transpose; got ndim=1");
    expect(() => m.transpose(0, 0)).toThrow(AxisError);
    expect(() => m.transpose(0)).toThrow("transpose permutation isn't a permutation of operand dimensions");
    expect(() => m.squeeze(0)).toThrow("cannot select an axis to squeeze out which has size not equal to one");
    expect(() => m.swapaxes(0, 2)).toThrow(AxisError);
    expect(moveaxis(array([m, m]), [0, 1], [2, 0]).shape).toEqual([2, 3, 2]);
    expect(expandDims(m, [0, -1]).shape).toEqual([1, 2, 3, 1]);
    expect(m.astype("int32").dtype).toBe("int32");
    expect(() => m.astype("int31" as never)).toThrow(DTypeError);
  });
});

describe("reductions", () => {
  test("options", () => {
    expect(sum(m, 0).tolist()).toEqual([5, 7, 9]);
    expect(sum(m, { axis: -1, keepdims: true }).shape).toEqual([2, 1]);
    expect(sum(m, [0, 1], { keepdims: true }).shape).toEqual([1, 1]);
    expect(m.sum({ where: array([true, false, true]), initial: 10 }).item()).toBe(24);
    expect(m.sum({ dtype: "int32" }).dtype).toBe("int32");
    expect(array([1, 2], "int8").sum().dtype).toBe("int32");
    expect(array([true, true]).sum().item()).toBe(2);
    expect(array([], "float32").mean().item()).toBeNaN();
    expect(v.argmax({ keepdims: true }).shape).toEqual([1]);
    expect(array([1, 2]).var({ ddof: 2 }).item()).toBeNaN();
    expect(
      array([1, 2, 3])
        .mean({ where: array([true, false, true]) })
        .item(),
    ).toBe(2);
    expect(
      array([1, 5, 3])
        .var({ where: array([true, false, true]) })
        .item(),
    ).toBe(1);
  });
  test("weak types become strong", () => {
    for (const y of [array(3).sum(), array(3).max(), array(3).mean(), array(3).var(), array(3).cumsum()])
      expect(y.weakType).toBe(false);
  });
  test("errors", () => {
    expect(() => m.sum(2)).toThrow("axis 2 is out of bounds for array of dimension 2");
    expect(() => m.sum([0, 0])).toThrow("duplicate value in 'axis': (0, 0)");
    expect(() => m.sum({ axs: 0 } as never)).toThrow(/sum has no option "axs"[\s\S]*did you mean "axis"\?/);
    expect(() => m.sum({ keepdims: true }, { axis: 0 } as never)).toThrow(OptionError);
    expect(() => m.max({ where: m.greater(2) })).toThrow("one has to specify 'initial'");
    expect(() => m.sum({ where: m })).toThrow("where must be None or a boolean array; got where.dtype=float32");
    expect(() => array([]).max()).toThrow("zero-size array to reduction operation max which has no identity");
    expect(() => array([]).argmax()).toThrow("attempt to get argmax of an empty sequence");
    expect(() => jit((x: NDArray, a: NDArray) => x.sum(a as never))(m, 0)).toThrow(TracerIntegerConversionError);
  });
});

describe("arithmetic", () => {
  test("Python's division of integers", () => {
    const a = array([7, -7, 7, -7], "int32");
    const b = array([2, 2, -2, -2], "int32");
    expect(a.floorDivide(b).tolist()).toEqual([3, -4, -4, 3]);
    expect(a.mod(b).tolist()).toEqual([1, 1, -1, -1]);
    expect(divmod(a, b).map((x) => x.tolist())).toEqual([
      [3, -4, -4, 3],
      [1, 1, -1, -1],
    ]);
    expect(a.astype("float32").mod(b).tolist()).toEqual([1, 1, -1, -1]);
    expect(i.div(2).tolist()).toEqual([0.5, 1, 1.5]);
  });
  test("power", () => {
    expect(i.pow(2).dtype).toBe("int32");
    expect(i.pow(array([0, 1, 3], "int32")).tolist()).toEqual([1, 2, 27]);
    expect(() => i.pow(-1)).toThrow("Integers cannot be raised to negative powers, got integer_pow(int32[3], -1)");
    expect(grad((x: NDArray) => x.pow(2))(0).item()).toBe(0);
    expect(grad((x: NDArray) => x.pow(array([1, 2], "int32")).sum())(0).item()).toBe(1);
    const names = stage(([x]) => [x!.pow(2), x!.pow(2.5)], [makeAval([], "float32")], "jit of f").jaxpr.equations;
    expect(names.map((e) => e.primitive.name)).toEqual(["integer_pow", "pow"]);
  });
  test("clip and round", () => {
    expect(i.clip(2).tolist()).toEqual([2, 2, 3]);
    expect(i.clip(null, 1.5).dtype).toBe("float32");
    expect(i.clip()).toBe(i);
    expect(array([0.5, 1.5, 2.5]).round().tolist()).toEqual([0, 2, 2]);
    expect(() => array(true).round()).toThrow(DTypeError);
  });
  test("booleans", () => {
    const b = array([true, false]);
    expect(b.add(b).tolist()).toEqual([true, false]);
    expect(b.mul(b).dtype).toBe("bool");
    expect(() => b.sub(b)).toThrow(DTypeError);
    expect(() => v.and(v)).toThrow("and does not accept dtype float32");
  });
});

describe("contractions", () => {
  test("shapes", () => {
    const a = m.reshape(1, 2, 3);
    expect(array([a, a]).matmul(m.T).shape).toEqual([2, 1, 2, 2]);
    expect(array([m, m]).matmul(array([m.T, m.T])).shape).toEqual([2, 2, 2]);
    expect(v.matmul(m.T).tolist()).toEqual([11, 29]);
    expect(m.dot(2).tolist()).toEqual([
      [2, 4, 6],
      [8, 10, 12],
    ]);
    expect(() => m.dot(m)).toThrow(
      "dot_general requires contracting dimensions to have the same shape, got (3,) and (2,).",
    );
    expect(() => array([m, m]).matmul(array([m.T, m.T, m.T]))).toThrow(
      "Incompatible types for matmul arguments: float32[2,2,3] and float32[3,3,2]",
    );
    expect(() => v.matmul(2)).toThrow("matmul input operand 1 must have ndim at least 1, but it has ndim 0");
  });
});

describe("indices", () => {
  test("slices", () => {
    expect(m.get(slice(), 0).tolist()).toEqual([1, 4]);
    expect(m.get("...", null).shape).toEqual([2, 3, 1]);
    expect(m.get(ellipsis, slice(null, null, 2)).tolist()).toEqual([
      [1, 3],
      [4, 6],
    ]);
    expect(resolveSlice(slice(null, 2), 5)).toEqual({ start: 0, step: 1, size: 2 });
    expect(() => (slice as (n: number) => Index)(1)).toThrow("has one bound, and it is not clear which");
    expect(String(slice(1, null))).toBe("slice(1, None, None)");
  });
  test("computed places", () => {
    const at = jit((x: NDArray, k: NDArray) => x.get(k, slice(1, null)));
    for (const k of [0, 1, -1, 5, -9]) {
      expect(at(m, array(k, "int32")).tolist()).toEqual(m.get(k, slice(1, null)).tolist());
    }
    expect(vmap((x: NDArray, k: NDArray) => x.get(k), [null, 0])(v, array([2, 0], "int32")).tolist()).toEqual([2, 3]);
    expect(grad((x: NDArray) => x.get(x.argmax()))(v).tolist()).toEqual([1, 0, 0]);
  });
  test("masks", () => {
    expect(v.get(v.greater(1)).tolist()).toEqual([3, 2]);
    expect(v.get([true, false, true]).tolist()).toEqual([3, 2]);
    expect(() => jit((x: NDArray) => x.get(x.greater(0)))(v)).toThrow(NonConcreteBooleanIndexError);
    const mask = v.greater(1);
    expect(jit((x: NDArray) => x.get(mask))(v).tolist()).toEqual([3, 2]);
  });
  test("errors", () => {
    expect(() => v.get(0, 0)).toThrow("Too many indices: array is 1-dimensional, but 2 were indexed");
    expect(() => v.get(1.5)).toThrow("Indexer must have integer or boolean type, got indexer with type float (1.5)");
    expect(() => v.get([0.5])).toThrow(IndexingError);
    expect(() => v.get(v)).toThrow("got indexer with type float32");
    expect(() => v.get(":" as never)).toThrow('write slice(1, 3) for 1:3 and slice() for ":"');
    expect(() => v.get(undefined as never)).toThrow("Got undefined");
    expect(() => v.get([0, slice(0, 1)] as never)).toThrow("indices of several axes are several arguments");
    expect(() => jit((x: NDArray, n: NDArray) => x.get(slice(0, n as never)))(v, 2)).toThrow(
      "Slice entries must be static integers",
    );
    expect(() => jit((x: NDArray, n: NDArray) => x.get(n))(v, 2)).toThrow(
      "numbers in arguments of transformed functions are float32",
    );
    expect(() => array([[]]).get(0, 0)).toThrow("index is out of bounds for axis 1 with size 0");
  });
});

describe("updates", () => {
  test("leave the array alone", () => {
    const y = v.at(0).set(9);
    expect([v.tolist(), y.tolist()]).toEqual([
      [3, 1, 2],
      [9, 1, 2],
    ]);
  });
  test("keep the dtype", () => {
    expect(i.at(0).add(2).dtype).toBe("int32");
    expect(i.at(0).divide(2).dtype).toBe("float32");
    expect(array(1).at().set(2).weakType).toBe(true);
  });
  test("take options", () => {
    expect(v.at(9).set(1).tolist()).toEqual([3, 1, 2]);
    expect(v.at(9).set(1, { mode: "clip" }).tolist()).toEqual([3, 1, 1]);
    expect(v.at(9).get({ mode: "fill", fillValue: 7 }).item()).toBe(7);
    expect(v.at(-1).get({ wrapNegativeIndices: false }).item()).toBe(3);
    expect(() => v.at(0).set(1, { mod: "clip" } as never)).toThrow(
      /at has no option "mod"[\s\S]*did you mean "mode"\?/,
    );
    expect(() => v.at(0).set(1, { mode: "foo" } as never)).toThrow('Unknown gather mode "foo"');
  });
  test("check shapes", () => {
    expect(() => v.at(0).set(array([1, 2]))).toThrow(
      "Cannot broadcast to shape with fewer dimensions: arr_shape=(2,) shape=()",
    );
    expect(() => v.at(0, 0).set(1)).toThrow(IndexingError);
  });
  test("are no values", () => {
    expect(() => String(v.at(0))).toThrow(OperatorError);
    expect(() => (v.at(0) as never as number) * 2).toThrow("read elements with x.get(...)");
    expect(() => JSON.stringify(v.at(0))).toThrow(OperatorError);
  });
});

describe("repeat", () => {
  test("known", () => {
    expect(repeat(v, 2).tolist()).toEqual([3, 3, 1, 1, 2, 2]);
    expect(repeat(m, [1, 2], 0).tolist()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [4, 5, 6],
    ]);
    expect(repeat(v, [1, 0, 2], { totalRepeatLength: 5 }).tolist()).toEqual([3, 2, 2, 2, 2]);
    expect(() => repeat(v, [1, 2])).toThrow(ShapeError);
    expect(() => repeat(v, -1)).toThrow(ShapeError);
  });
  test("traced", () => {
    const f = (x: NDArray, n: NDArray): NDArray => repeat(x, n, { totalRepeatLength: 5 });
    expect(jit(f)(v, array([1, 0, 2], "int32")).tolist()).toEqual([3, 2, 2, 2, 2]);
    expect(() => jit((x: NDArray, n: NDArray) => repeat(x, n))(v, i)).toThrow(ConcretizationTypeError);
  });
});
