/**
 * Mistakes that JAX has words for: ours says the same. Each row names a case of errors.json, commits the mistake here,
 * and gives the part of JAX's text that must be in ours. Spelling may differ: `in_axes` is `inAxes`, `None` is `null`.
 */
import "../../src/array/install.ts";
import { describe, expect, test } from "vitest";
import { customJvp, customVjp } from "../../src/api/custom.ts";
import { grad } from "../../src/api/grad.ts";
import { hessian, jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp, linearize, linearTranspose, vjp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { array } from "../../src/array/convert.ts";
import { slice } from "../../src/array/slice.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { AdjointError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { broadcastTo } from "../../src/numpy/broadcast.ts";
import { concatenate, stack } from "../../src/numpy/join.ts";
import { split as splitArray } from "../../src/numpy/split.ts";
import * as random from "../../src/random/index.ts";
import * as tree from "../../src/tree/index.ts";
import { loadGolden } from "./load.ts";

interface Case {
  readonly id: string;
  readonly class: string;
  readonly message: string;
}

// biome-ignore lint/suspicious/noExplicitAny: mistakes that the types would catch
type Anything = any;

const ones = (...shape: number[]): NDArray => lax.full(shape, 1, "float32");
const whole = (...shape: number[]): NDArray => lax.full(shape, 1, "int32");
const sin = (x: NDArray): NDArray => lax.sin(x);
const double = (x: NDArray): NDArray => x.mul(2);
const identity = (x: Anything): Anything => x;
const key = (): NDArray => random.PRNGKey(0) as NDArray;

/** A side effect: remembers a value, and returns another. */
function leak(kept: NDArray[], x: NDArray, result: NDArray): NDArray {
  kept.push(x);
  return result;
}

/** Equal for texts that differ in spelling only. */
const plain = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[_`']/g, "")
    .replace(/\bnone\b/g, "null")
    .replace(/\bjax type\b/g, "type")
    .replace(/\bjax\./g, "")
    .replace(/\s+/g, " ");

type Row = readonly [id: string, mistake: () => unknown, words: string];

const rows: readonly Row[] = [
  [
    "grad of a vector",
    () => grad(double)(ones(3)),
    "Gradient only defined for scalar-output functions. Output had shape: (3,).",
  ],
  [
    "grad of a (1,) array",
    () => grad(double)(ones(1)),
    "Gradient only defined for scalar-output functions. Output had shape: (1,).",
  ],
  [
    "grad of an integer argument",
    () => grad(double)(whole()),
    "grad requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got int32",
  ],
  [
    "grad of an integer result",
    () => grad((_x: NDArray) => whole())(1),
    "grad requires real-valued outputs (output dtype that is a sub-dtype of np.floating), but got int32",
  ],
  [
    "grad of a boolean argument",
    () => grad(double)(true),
    "grad requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got bool",
  ],
  [
    "grad of None",
    () => grad((_x: NDArray) => null as Anything)(1),
    "Gradient only defined for scalar-output functions. Output was None.",
  ],
  [
    "grad of a tuple",
    () => grad((x: NDArray) => [x, x] as Anything)(1),
    "Gradient only defined for scalar-output functions. Output was",
  ],
  ["grad of a non-function", () => grad(3 as Anything), "Expected a callable value, got 3"],
  [
    "argnums out of range",
    () => grad((x: NDArray, _y: NDArray) => x, [0, 2])(1, 2),
    "differentiating with respect to argnums=(0, 2) requires at least 3 positional arguments to be passed by the caller, but got only 2 positional arguments.",
  ],
  [
    "aux not a pair",
    () => grad(identity, { hasAux: true })(1),
    "expected function with aux output to return a two-element tuple, but got",
  ],
  [
    "aux of three",
    () => grad(((x: NDArray) => [x, x, x]) as Anything, { hasAux: true })(1 as Anything),
    "expected function with aux output to return a two-element tuple, but got",
  ],
  [
    "dot shape mismatch",
    () => ones(2, 3).dot(ones(2, 3)),
    "dot_general requires contracting dimensions to have the same shape, got (3,) and (2,).",
  ],
  [
    "matmul shape mismatch",
    () => ones(2, 3).matmul(ones(4)),
    "dot_general requires contracting dimensions to have the same shape, got (3,) and (4,).",
  ],
  [
    "dot_general mismatch",
    () =>
      lax.dotGeneral(ones(2, 3), ones(2, 3), [
        [[1], [0]],
        [[], []],
      ]),
    "dot_general requires contracting dimensions to have the same shape, got (3,) and (2,).",
  ],
  [
    "dot_general bad dimension",
    () =>
      lax.dotGeneral(ones(2, 3), ones(2, 3), [
        [[5], [0]],
        [[], []],
      ]),
    "dot_general requires lhs dimension numbers to be nonnegative and less than the number of axes of the lhs value",
  ],
  ["add shapes, lax", () => lax.add(ones(3), ones(4)), "add got incompatible shapes for broadcasting: (3,), (4,)."],
  [
    "add ranks, lax",
    () => lax.add(ones(3), ones(2, 3)),
    "add: arrays must have the same number of dimensions, got {1, 2}",
  ],
  [
    "add dtypes, lax",
    () => lax.add(ones(3), whole(3)),
    "lax.add requires arguments to have the same dtypes, got float32, int32.",
  ],
  ["add shapes, operator", () => ones(3).add(ones(4)), "add got incompatible shapes for broadcasting: (3,), (4,)."],
  [
    "sin of an integer, lax",
    () => lax.sin(whole(3)),
    "sin does not accept dtype int32. Accepted dtypes are subtypes of floating, complexfloating.",
  ],
  [
    "ragged array",
    () => array([[1, 2], [3]]),
    "setting an array element with a sequence. The requested array has an inhomogeneous shape after 1 dimensions. The detected shape was (2,) + inhomogeneous part",
  ],
  [
    "reshape to a wrong size",
    () => ones(6).reshape(4, 2),
    "cannot reshape array of shape (6,) (size 6) into shape (4, 2) (size 8)",
  ],
  [
    "reshape with two unknowns",
    () => ones(6).reshape(-1, -1),
    "can only specify one unknown axis size with a `-1` value, got (-1, -1)",
  ],
  [
    "concatenate wrong shapes",
    () => concatenate([ones(2, 3), ones(2, 4)]),
    "Cannot concatenate arrays with shapes that differ in dimensions other than the one being concatenated: concatenating along dimension 0 for shapes (2, 3), (2, 4).",
  ],
  [
    "concatenate ranks",
    () => concatenate([ones(3), ones(2, 3)]),
    "Cannot concatenate arrays with different numbers of dimensions: got (3,), (2, 3).",
  ],
  ["concatenate of nothing", () => concatenate([]), "Need at least one array to concatenate."],
  ["stack wrong shapes", () => stack([ones(3), ones(4)]), "All input arrays must have the same shape."],
  ["axis out of range", () => ones(3).sum(1), "axis 1 is out of bounds for array of dimension 1"],
  ["axis repeated", () => ones(2, 3).sum([0, 0]), "duplicate value in 'axis': (0, 0)"],
  [
    "transpose not a permutation",
    () => ones(2, 3).transpose(0, 0),
    "transpose permutation isn't a permutation of operand dimensions, got permutation (0, 0) for operand shape (2, 3).",
  ],
  [
    "squeeze of a size other than one",
    () => ones(2, 3).squeeze(0),
    "cannot select an axis to squeeze out which has size not equal to one, got shape=(2, 3) and dimensions=(0,)",
  ],
  ["broadcast_to", () => broadcastTo(ones(3), [2, 4]), "Incompatible"],
  ["split", () => splitArray(ones(5), 2), "array split does not result in an equal division: rest is 1"],
  ["max of nothing", () => ones(0).max(), "zero-size array to reduction operation max which has no identity"],
  ["too many indices", () => ones(3).get(0, 0), "Too many indices: array is 1-dimensional, but 2 were indexed"],
  ["float index", () => ones(3).get(1.5), "Indexer must have integer or boolean type, got indexer with type"],
  [
    "boolean index of the wrong shape",
    () => ones(3).get(array([true, false])),
    "boolean index did not match shape of indexed array in index 0: got (2,), expected",
  ],
  ["iteration over a scalar", () => [...ones()], "iteration over a 0-d array"],
  [
    "shape of floats",
    () => ones(6).reshape(2.5),
    "Shapes must be 1D sequences of concrete values of integer type, got (2.5,).",
  ],
  [
    "vmap sizes differ",
    () => vmap((x: NDArray, _y: NDArray) => x)(ones(3), ones(4)),
    "vmap got inconsistent sizes for array axes to be mapped:",
  ],
  [
    "vmap sizes differ, three arguments",
    () => vmap((x: NDArray, y: NDArray, _z: NDArray) => [x, y])(ones(3), ones(4, 2), ones(3)),
    "* most axes (2 of them) had size 3, e.g. axis 0 of argument x of type float32[3]",
  ],
  [
    "vmap of a scalar",
    () => vmap(identity)(1),
    "vmap was requested to map its argument along axis 0, which implies that its rank should be at least 1, but is only 0 (its shape is ())",
  ],
  [
    "vmap axis beyond the rank",
    () => vmap(identity, 2)(ones(2, 3)),
    "vmap was requested to map its argument along axis 2, which implies that its rank should be at least 3, but is only 2 (its shape is (2, 3))",
  ],
  [
    "vmap in_axes all None",
    () => vmap(identity, null)(ones(3)),
    "vmap must have at least one non-None value in in_axes or axis_size must be specified",
  ],
  [
    "vmap in_axes of the wrong length",
    () => vmap((x: NDArray, _y: NDArray) => x, [0])(ones(3), ones(3)),
    "of entries corresponding to the positional arguments passed to the function, but got",
  ],
  [
    "vmap in_axes not ints",
    () => vmap(identity, { inAxes: "a" as Anything })(ones(3)),
    "vmap in_axes must be an int, None, or a t",
  ],
  [
    "vmap in_axes not a prefix",
    () => vmap(identity, { inAxes: [{ a: 0 }] })({ b: ones(3) }),
    "vmap in_axes specification must be a tree prefix of the corresponding value",
  ],
  [
    "vmap out_axes None but batched",
    () => vmap(identity, { outAxes: null })(ones(3)),
    "at vmap out_axes, got axis spec None but output was batched on axis 0",
  ],
  [
    "vmap out_axes not a prefix",
    () => vmap(identity, { outAxes: [0, 0] })(ones(3)),
    "vmap out_axes specification must be a tree prefix of the corresponding value",
  ],
  [
    "vmap out_axes beyond the rank",
    () => vmap(identity, { outAxes: 3 })(ones(3)),
    "axis 3 is out of bounds for array of dimension 1",
  ],
  [
    "vmap without arguments",
    () => vmap(() => 1)(),
    "vmap wrapped function must be passed at least one argument containing an array or axis_size must be specified",
  ],
  ["vmap axis_size differs", () => vmap(identity, { axisSize: 4 })(ones(3)), "* the `axis_size` argument was 4"],
  [
    "static argument unhashable",
    () => jit((x: NDArray, _n: Anything) => x, { staticArgnums: 1 })(1, [1, 2]),
    "Non-hashable static arguments are not supported",
  ],
  [
    "static argnums out of range",
    () => jit((x: NDArray) => x, { staticArgnums: 3 })(1),
    "Jitted function has static_argnums=(3,), but only accepts 1 positional arguments.",
  ],
  ["jit of a non-function", () => jit(3 as Anything), "Expected a callable value, got 3"],
  [
    "tracer to bool",
    () => jit((x: NDArray) => (Number(x.greater(0)) ? x : x.neg()))(1),
    "Attempted boolean conversion of traced array with shape bool[].",
  ],
  [
    "tracer to float",
    () => jit((x: NDArray) => Number(x))(3),
    "Abstract tracer value encountered where concrete value is expected: traced array with shape float32[]",
  ],
  [
    "tracer to array",
    () => jit((x: NDArray) => x.toTypedArray() as Anything)(ones(3)),
    "was called on traced array with shape float32[3]",
  ],
  [
    "tracer as shape",
    () => jit((x: NDArray, n: NDArray) => x.reshape(n as Anything))(ones(3), 3),
    "Shapes must be 1D sequences of concrete values of integer type, got",
  ],
  [
    "tracer as slice bound",
    () => jit((x: NDArray, n: NDArray) => x.get(slice(null, n as Anything)))(ones(6), whole()),
    "Slice entries must be static integers. Got",
  ],
  [
    "tracer as boolean mask",
    () => jit((x: NDArray) => x.get(x.greater(0)))(ones(6)),
    "Array boolean indices must be concrete; got bool[6]",
  ],
  [
    "leaked tracer of jit",
    () => {
      const kept: NDArray[] = [];
      jit((x: NDArray) => leak(kept, x.mul(2), x))(1);
      return kept[0]!.add(1);
    },
    "had a side effect, allowing for a reference to an intermediate value with type float32[]",
  ],
  [
    "leaked tracer of grad",
    () => {
      const kept: NDArray[] = [];
      grad((x: NDArray) => leak(kept, x, x.mul(x)))(1);
      return lax.sin(kept[0]!);
    },
    "to escape the scope of the transformation",
  ],
  [
    "leaked tracer of vmap",
    () => {
      const kept: NDArray[] = [];
      vmap((x: NDArray) => leak(kept, x, x))(ones(3));
      return lax.sin(kept[0]!);
    },
    "Encountered an unexpected tracer.",
  ],
  [
    "donated array used again",
    () => {
      const x = ones(3);
      jit((a: NDArray) => a.add(1), { donateArgnums: 0 })(x);
      return x.add(1);
    },
    "Array has been deleted with shape=float32[3]",
  ],
  [
    "deleted array",
    () => {
      const x = ones(3);
      x.delete();
      return x.add(1);
    },
    "Array has been deleted with shape=float32[3]",
  ],
  ["jvp tangent shape", () => jvp(sin, [ones(3)], [ones(4)]), "jvp called with different primal and tangent shapes;"],
  [
    "jvp tangent dtype",
    () => jvp(sin, [ones(3)], [whole(3)]),
    "primal and tangent arguments to jax.jvp do not match; dtypes must be equal, or in case of int/bool primal dtype the tangent dtype must be float0.",
  ],
  [
    "jvp tangent for an integer",
    () => jvp(identity, [whole(3)], [whole(3)]),
    "Got primal dtype int32 and so expected tangent dtype",
  ],
  [
    "jvp tree mismatch",
    () => jvp((x: NDArray, y: NDArray) => x.add(y), [1, 2], [1] as Anything),
    "primal and tangent arguments to jax.jvp must have the same tree structure; primals have tree structure",
  ],
  [
    "jvp primals not a tuple",
    () => jvp(sin, 1 as Anything, 1 as Anything),
    "primal and tangent arguments to jax.jvp must be tuples or lists; found",
  ],
  [
    "vjp cotangent shape",
    () => vjp(sin, ones(3))[1](ones(4)),
    "for argument to VJP function: got float32[4], but expected float32[3] because the corresponding output of the differentiated function",
  ],
  [
    "vjp cotangent dtype",
    () => vjp(sin, ones(3))[1](whole(3)),
    "for argument to VJP function: got int32[3], but expected float32[3]",
  ],
  [
    "vjp cotangent tree",
    () => vjp((x: NDArray) => [x, x], ones(3))[1](ones(3) as Anything),
    "unexpected tree structure.",
  ],
  [
    "linearize tangent shape",
    () => linearize(sin, ones(3))[1](ones(4)),
    "linearized function called on tangent values inconsistent with the original primal values:",
  ],
  [
    "jacfwd of an integer",
    () => jacfwd(identity)(whole()),
    "jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got int32",
  ],
  [
    "jacrev of an integer",
    () => jacrev(identity)(whole()),
    "jacrev requires real- or complex-valued inputs (input dtype that is a sub-dtype of np.inexact), but got int32",
  ],
  [
    "hessian of an integer",
    () => hessian(identity)(whole()),
    "jacfwd requires real-valued inputs (input dtype that is a sub-dtype of np.floating), but got int32",
  ],
  [
    "linear_transpose of a nonlinear function",
    () => linearTranspose(sin, ones(3))(ones(3)),
    "Transpose rule (for reverse-mode differentiation) for 'sin' not implemented",
  ],
  [
    "grad of while_loop",
    () =>
      grad(
        (x: NDArray) =>
          lax.whileLoop(
            (v: NDArray) => v.less(10),
            (v: NDArray) => v.mul(2),
            x,
          ) as NDArray,
      )(1),
    "Reverse-mode differentiation does not work for lax.while_loop or lax.fori_loop with dynamic start/stop values.",
  ],
  [
    "custom_vjp under jvp",
    () => {
      const f = customVjp((x: NDArray) => x);
      f.defvjp(
        (x: NDArray) => [x, null],
        (_r: null, g: NDArray) => [g],
      );
      return jvp(f, [1], [1]);
    },
    "can't apply forward-mode autodiff (jvp) to a custom_vjp function.",
  ],
  [
    "custom_vjp bwd of the wrong length",
    () => {
      const f = customVjp((x: NDArray) => x);
      f.defvjp((x: NDArray) => [x, null], ((_r: null, g: NDArray) => [g, g]) as Anything);
      return grad(f)(1);
    },
    "Custom VJP bwd rule must produce an output with the same container (pytree) structure as the args tuple of the primal function",
  ],
  [
    "custom_vjp bwd of the wrong shape",
    () => {
      const f = customVjp((x: NDArray) => x);
      f.defvjp(
        (x: NDArray) => [x, null],
        (_r: null, _g: NDArray) => [ones(3)],
      );
      return grad(f)(1);
    },
    "Custom VJP bwd rule must produce an output with the same type as the args tuple of the primal function",
  ],
  ["custom_vjp without rules", () => grad(customVjp((x: NDArray) => x))(1), "No VJP defined for custom_vjp function"],
  [
    "custom_vjp fwd not a pair",
    () => {
      const f = customVjp((x: NDArray) => x);
      f.defvjp(((x: NDArray) => x) as Anything, (_r: null, g: NDArray) => [g]);
      return grad(f)(1);
    },
    "must produce a pair (list or tuple of length two)",
  ],
  [
    "custom_jvp tangent shape",
    () => {
      const f = customJvp((x: NDArray) => x);
      f.defjvp(([x]) => [x!, ones(3)] as Anything);
      return jvp(f, [1], [1]);
    },
    "Custom JVP rule must produce primal and tangent outputs with corresponding shapes and dtypes.",
  ],
  ["custom_jvp without a rule", () => grad(customJvp((x: NDArray) => x))(1), "No JVP defined for custom_jvp function"],
  [
    "custom_jvp rule not a pair",
    () => {
      const f = customJvp((x: NDArray) => x);
      f.defjvp((([x]: [NDArray]) => x) as Anything);
      return jvp(f, [1], [1]);
    },
    "must produce a pair (list or tuple of length two) representing primal and tangent outputs",
  ],
  [
    "scan carry dtype",
    () => lax.scan((c, x) => [c.add(1.5), x], whole(), whole(3)),
    "scan body function carry input and carry output must have equal types, but they differ:",
  ],
  [
    "scan carry shape",
    () => lax.scan(((c: NDArray, x: NDArray) => [stack([c, c]), x]) as Anything, ones(), ones(3)),
    "scan body function carry input and carry output must have equal types, but they differ:",
  ],
  [
    "scan carry tree",
    () => lax.scan(((c: NDArray, x: NDArray) => [[c, c], x]) as Anything, 0, ones(3)),
    "scan body function carry input and carry output must have the same pytree structure, but they differ:",
  ],
  ["scan body not a pair", () => lax.scan(identity, 0, ones(3)), "scan body output must be a pair, got"],
  [
    "scan lengths differ",
    () => lax.scan((c, x) => [c, x], 0, [ones(3), ones(4)]),
    "scan got values with different leading axis sizes: 3, 4.",
  ],
  [
    "scan without length",
    () => lax.scan((c, x) => [c, x], 0, null),
    "scan got no values to scan over and `length` not provided.",
  ],
  [
    "scan length argument differs",
    () => lax.scan((c, x) => [c, x], 0, ones(3), { length: 4 }),
    "scan got `length` argument of 4 which disagrees with leading axis sizes [3].",
  ],
  ["scan over a scalar", () => lax.scan((c, x) => [c, x], 0, 1), "scan got value with no leading axis to scan over:"],
  [
    "while carry",
    () => lax.whileLoop((x: NDArray) => x.less(3), ((x: NDArray) => [x, x]) as Anything, 0),
    "body function carry input and carry output must have the same pytree structure, but they differ:",
  ],
  ["while condition not a boolean", () => lax.whileLoop(identity, identity, 0), "must return a boolean scalar, but"],
  [
    "while condition of the wrong shape",
    () => lax.whileLoop((x: NDArray) => x.less(3), identity, ones(3)),
    "must return a boolean scalar, but",
  ],
  [
    "cond branches differ",
    () => lax.cond(true, identity, (x: Anything) => [x, x], 1),
    "cond branch outputs must have the same pytree structure, but they differ:",
  ],
  [
    "cond branch types differ",
    () => lax.cond(true, identity, (x: Anything) => stack([x, x]), 1),
    "cond branches must have equal output types but they differ",
  ],
  [
    "cond predicate of the wrong shape",
    () => lax.cond(array([true, false]), identity, identity, 1),
    "Pred must be a scalar, got",
  ],
  ["switch without branches", () => lax.switch(0, [], 1), "Empty branch sequence"],
  ["seed not an integer", () => random.PRNGKey(0.5), "PRNG key seed must be an integer; got"],
  [
    "batch of keys",
    () => random.normal(random.split(random.key(0), 3)),
    "normal accepts a single key, but was given a key array of shape (3,) != ()",
  ],
  [
    "arithmetic on a key",
    () => (random.key(0) as NDArray).add(array(1, "int32")),
    "add does not accept dtypes key<fry>, int32.",
  ],
  [
    "uniform of an integer dtype",
    () => random.uniform(key(), [3], { dtype: "int32" }),
    "dtype argument to `uniform` must be a float dtype, got int32",
  ],
  [
    "randint of a float dtype",
    () => random.randint(key(), [3], 0, 5, "float32" as Anything),
    "randint only accepts integer dtypes, got float32",
  ],
  ["tree map mismatch", () => tree.map((a: number, _b: number) => a, { a: 1 }, { b: 2 }), "tree"],
  [
    "tree unflatten",
    () => tree.unflatten(tree.structure([1, 2]), [1]),
    "Too few leaves for PyTreeDef; expected 2, got 1",
  ],
  [
    "rank promotion",
    () => config.using({ numpyRankPromotion: "raise" }, () => ones(3).add(ones(2, 3))),
    "Operands could not be broadcast together for add on shapes (3,) (2, 3) and with the config option",
  ],
  [
    "dtype promotion",
    () => config.using({ numpyDtypePromotion: "strict" }, () => ones(3).add(whole(3))),
    "have no available implicit dtype promotion path when",
  ],
];

const { cases } = loadGolden<Case>("errors");

/** Classes of JAX that exist here under their own names. */
const shared = new Set([
  "ConcretizationTypeError",
  "TracerBoolConversionError",
  "TracerArrayConversionError",
  "TracerIntegerConversionError",
  "NonConcreteBooleanIndexError",
  "UnexpectedTracerError",
  "FloatingPointError",
]);

describe("mistakes are errors in JAX's words", () => {
  test.each(rows)("%s", (id, mistake, words) => {
    const original = cases.find((c) => c.id === id);
    expect(original, "the case exists").toBeDefined();
    expect(plain(original!.message)).toContain(plain(words));
    let error: unknown;
    try {
      mistake();
    } catch (e) {
      error = e;
    }
    expect(error).toBeInstanceOf(AdjointError);
    const { parts, name } = error as AdjointError;
    expect(plain([parts.what, ...parts.where!].join(" "))).toContain(plain(words));
    if (shared.has(original!.class)) expect(name).toBe(original!.class);
    expect(parts.fix, "every error says how to fix it").toBeDefined();
    expect(parts.where!.join("\n")).toContain("errors.test.ts");
  });
});
