/** Complex numbers from their parts, and their parts. Transposes are those of real linear maps, as in JAX: no conjugates. */
import { scalar } from "../core/constant.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type Binary, definePrimitive, isLinear, type Operation, type Unary } from "../core/primitive.ts";
import { DTypeError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { complexDType, type DType, isComplex, realDType } from "../types/dtype.ts";
import { add, neg, sub } from "./arithmetic.ts";
import { type Category, checkSameDTypes, elementwise, elementwiseShape, inexact } from "./rules.ts";

const complexOnly: readonly Category[] = ["complexfloating"];

const zeroLike = (x: NDArray): NDArray => scalar(0, x.aval.dtype);

function complexType(avals: readonly Aval[]): Aval {
  avals.forEach(({ dtype }, i) => {
    if (dtype === "float32" || dtype === "float64") return;
    throw new DTypeError({
      what: `complex does not accept dtype ${dtype} at position ${i}. Accepted dtypes at position ${i} are subtypes of float32, float64.`,
      fix: 'convert the parts first: lax.convertElementType(x, "float32")',
    });
  });
  checkSameDTypes("complex", avals);
  return {
    shape: elementwiseShape("complex", avals),
    dtype: complexDType(avals[0]!.dtype),
    weakType: avals.every((a) => a.weakType),
  };
}

/**
 * The complex number with real part x and imaginary part y. float32 and float64.
 * @example lax.complex(jnp.array(1.5), jnp.array(-2)).item() // { re: 1.5, im: -2 }
 */
export const complex: Binary = /* @__PURE__ */ definePrimitive({
  name: "complex",
  arity: 2,
  type: complexType,
  jvp: "linear",
  transpose: (ct, [x, y]) => [isLinear(x!) ? real(ct) : null, isLinear(y!) ? imag(neg(ct)) : null],
  batch: "elementwise",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  complex: (_b, [x, y]) => [x![0], y![0]],
  laws: { cases: [] },
});

/**
 * The real part of a complex number.
 * @example lax.real(jnp.array({ re: 1.5, im: -2 })) // 1.5
 */
export const real: Unary = /* @__PURE__ */ definePrimitive({
  name: "real",
  arity: 1,
  type: (avals) => elementwise("real", complexOnly, avals, { dtype: realDType(avals[0]!.dtype) }),
  jvp: "linear",
  transpose: (ct) => [complex(ct, zeroLike(ct))],
  batch: "elementwise",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  complex: (_b, [x]) => [x![0]],
  laws: { cases: [] },
});

/**
 * The imaginary part of a complex number.
 * @example lax.imag(jnp.array({ re: 1.5, im: -2 })) // -2.0
 */
export const imag: Unary = /* @__PURE__ */ definePrimitive({
  name: "imag",
  arity: 1,
  type: (avals) => elementwise("imag", complexOnly, avals, { dtype: realDType(avals[0]!.dtype) }),
  jvp: "linear",
  transpose: (ct) => [complex(zeroLike(ct), neg(ct))],
  batch: "elementwise",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  complex: (_b, [x]) => [x![1]],
  laws: { cases: [] },
});

/** The parameter of `conj`. */
export interface ConjParams {
  /** The dtype of the operand, which may be real: the result is complex all the same. */
  readonly inputDtype: DType;
}

/** The conjugate as a primitive; see `conj`. */
export const conjugate: Operation<1, ConjParams> = /* @__PURE__ */ definePrimitive<1, ConjParams>({
  name: "conj",
  arity: 1,
  type: (avals) => elementwise("conj", inexact, avals, { dtype: complexDType(avals[0]!.dtype) }),
  jvp: "linear",
  transpose: (ct, [x]) => [isComplex(x!.aval.dtype) ? conj(ct) : real(ct)],
  batch: "elementwise",
  lower: { kind: "map", expr: (_b, [x]) => x! },
  complex: (b, [x]) => [x![0], b.neg(x![1])],
  show: ({ inputDtype }) => [["input_dtype", { text: inputDtype }]],
  laws: { cases: [] },
});

/** The complex conjugate of x, which may be real; the result is complex. */
export function conj(x: NDArray): NDArray {
  return conjugate(x, { inputDtype: x.aval.dtype });
}

/** x y by an operation on real arrays that is linear in both; either may be real. */
export function bilinear(x: NDArray, y: NDArray, times: (x: NDArray, y: NDArray) => NDArray): NDArray {
  if (!isComplex(x.aval.dtype)) return complex(times(x, real(y)), times(x, imag(y)));
  const [a, b] = [real(x), imag(x)];
  if (!isComplex(y.aval.dtype)) return complex(times(a, y), times(b, y));
  const [c, d] = [real(y), imag(y)];
  return complex(sub(times(a, c), times(b, d)), add(times(a, d), times(b, c)));
}
