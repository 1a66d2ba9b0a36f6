/**
 * What the elementwise primitives share: the type rule (operands of equal dtypes and shapes, or of rank 0 beside any
 * shape), the check of accepted dtypes, the transposes of linear operations, and scalars and selections inside rules.
 */
import { scalarLike } from "../core/constant.ts";
import type { Expr, ExprBuilder } from "../core/expr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { type ArgumentJvp, isLinear, type Linear, type Tangent } from "../core/primitive.ts";
import { DTypeError, ShapeError, TransformError } from "../errors/index.ts";
import type { Aval } from "../types/aval.ts";
import { type DType, dtypeBytes, dtypeKind } from "../types/dtype.ts";
import { equalShapes, formatShape, type Shape } from "../types/shape.ts";
import { selectN } from "./select.ts";

/** Families of dtypes, named as errors name them. */
export type Category = "integer" | "signedinteger" | "floating" | "complexfloating" | "bool" | "key";

export const floating: readonly Category[] = ["floating"];
export const inexact: readonly Category[] = ["floating", "complexfloating"];
export const real: readonly Category[] = ["integer", "floating"];
export const numeric: readonly Category[] = ["integer", "floating", "complexfloating"];
export const ordered: readonly Category[] = ["integer", "floating", "bool"];
export const integral: readonly Category[] = ["integer"];
export const bitwise: readonly Category[] = ["integer", "bool"];

function belongs(dtype: DType, category: Category): boolean {
  const kind = dtypeKind(dtype);
  switch (category) {
    case "integer":
      return kind === "i" || kind === "u";
    case "signedinteger":
      return kind === "i";
    case "floating":
      return kind === "f";
    case "complexfloating":
      return kind === "c";
    case "bool":
      return kind === "b";
    case "key":
      return dtype === "key<fry>";
  }
}

function adviceFor(dtype: DType, accepted: readonly Category[]): string {
  if (dtype === "float0") return "gradients of integers and booleans are float0: they have no value";
  if (dtype === "key<fry>") return "random keys are opaque; random.keyData(key) gives their words";
  const example = accepted.includes("floating") ? "float32" : "int32";
  return `convert the operand first: lax.convertElementType(x, "${example}")`;
}

/**
 * Checks that an operand's dtype is of one of the accepted families.
 * @throws DTypeError
 */
export function checkAccepted(name: string, accepted: readonly Category[], aval: Aval, position?: number): void {
  for (const category of accepted) if (belongs(aval.dtype, category)) return;
  const at = position === undefined ? "" : ` at position ${position}`;
  throw new DTypeError({
    what: `${name} does not accept dtype ${aval.dtype}${at}. Accepted dtypes${at} are subtypes of ${accepted.join(", ")}.`,
    fix: adviceFor(aval.dtype, accepted),
  });
}

/**
 * Checks that operands have the same dtype. `similar` is the function of jnp that promotes instead, if any.
 * @throws DTypeError
 */
export function checkSameDTypes(name: string, avals: readonly Aval[], similar?: string): void {
  const dtype = avals[0]!.dtype;
  for (const aval of avals) {
    if (aval.dtype === dtype) continue;
    throw new DTypeError({
      what: `lax.${name} requires arguments to have the same dtypes, got ${avals.map((a) => a.dtype).join(", ")}.`,
      fix:
        similar === undefined
          ? `convert the others first: lax.convertElementType(x, "${dtype}")`
          : `jnp.${similar} is a similar function that does automatic type promotion on inputs`,
    });
  }
}

/**
 * The common shape of elementwise operands; those of rank 0 stand beside any other.
 * @throws ShapeError
 */
export function elementwiseShape(name: string, avals: readonly Aval[]): Shape {
  let result: Shape = avals[0]!.shape;
  for (const { shape } of avals) {
    if (result.length === 0) result = shape;
    else if (shape.length !== 0 && !equalShapes(shape, result)) throw incompatible(name, avals);
  }
  return result;
}

function incompatible(name: string, avals: readonly Aval[]): ShapeError {
  const shapes = avals.map((a) => a.shape).filter((s) => s.length > 0);
  const ranks = [...new Set(shapes.map((s) => s.length))].sort((a, b) => a - b);
  return new ShapeError({
    what:
      ranks.length > 1
        ? `${name}: arrays must have the same number of dimensions, got {${ranks.join(", ")}}`
        : `${name} got incompatible shapes for broadcasting: ${shapes.map(formatShape).join(", ")}.`,
    fix: "functions of lax do not broadcast (those of jnp do): make the shapes equal with jnp.broadcastTo, or pass a scalar",
  });
}

/** Options of `elementwise`. */
export interface ElementwiseOptions {
  /** The result's dtype, where it is not the operands'. */
  readonly dtype?: DType;
  /** The function of jnp that promotes, for the error when dtypes differ. */
  readonly similar?: string;
}

/**
 * The type rule of elementwise primitives: one shape, one dtype out of the accepted ones; weak if all operands are.
 * @throws DTypeError, ShapeError
 */
export function elementwise(
  name: string,
  accepted: readonly Category[],
  avals: readonly Aval[],
  options: ElementwiseOptions = {},
): Aval {
  const first = avals[0]!;
  if (avals.length === 1) {
    checkAccepted(name, accepted, first);
    return options.dtype === undefined ? first : { ...first, dtype: options.dtype };
  }
  let weakType = true;
  for (let i = 0; i < avals.length; i++) {
    checkAccepted(name, accepted, avals[i]!, i);
    if (!avals[i]!.weakType) weakType = false;
  }
  checkSameDTypes(name, avals, options.similar);
  return { shape: elementwiseShape(name, avals), dtype: options.dtype ?? first.dtype, weakType };
}

/** A cotangent for each operand of a sum: `right` makes the second one's. */
export function transposeSum(
  ct: NDArray,
  [x, y]: readonly (NDArray | Linear)[],
  right: (ct: NDArray) => NDArray,
): readonly Tangent[] {
  return [isLinear(x!) ? ct : null, isLinear(y!) ? right(ct) : null];
}

/** An operand in which an operation is not linear, so that it must be known while others are transposed. */
export function known(name: string, x: NDArray | Linear): NDArray {
  if (!isLinear(x)) return x;
  throw new TransformError({
    what: `${name} is not linear in all operands that depend on the inputs, so that it cannot be transposed`,
    fix: "linearTranspose takes linear functions only; vjp takes any",
  });
}

/** The rule for an argument that has no derivative. */
export function notDifferentiable<P>(what: string): ArgumentJvp<P> {
  return () => {
    throw new TransformError({
      what,
      fix: "stop the gradient with lax.stopGradient, or define a derivative with customJvp",
    });
  };
}

/** Element by element, `yes` where the condition holds, else `no`. Numbers take the dtype of `like`. */
export function where(condition: NDArray, yes: NDArray | number, no: NDArray | number, like: NDArray): NDArray {
  const lift = (x: NDArray | number): NDArray => (typeof x === "number" ? scalarLike(x, like) : x);
  return selectN([condition, lift(no), lift(yes)]);
}

/** The signed integer dtype of the same width, for the bits of a float. */
export function bitsDType(dtype: DType): DType {
  const bytes = dtypeBytes(dtype);
  return bytes === 8 ? "int64" : bytes === 4 ? "int32" : "int16";
}

/** Computes in float32 what has no formula of its own in the 16-bit floating point types. */
export function inSinglePrecision(b: ExprBuilder, xs: readonly Expr[], compute: (...xs: Expr[]) => Expr): Expr {
  const dtype = xs[0]!.dtype;
  if (dtypeBytes(dtype) !== 2) return compute(...xs);
  return b.cast(compute(...xs.map((x) => b.cast(x, "float32"))), dtype);
}
