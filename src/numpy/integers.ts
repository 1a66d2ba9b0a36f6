/** Bits of integers, greatest common divisors and least common multiples. */
import { absolute, floorDivide } from "../array/arithmetic.ts";
import { type ArrayArg, cast } from "../array/convert.ts";
import { promoteArgs, promoteArgsNumeric, promoteNumeric } from "../array/promotion.ts";
import { whileLoop } from "../control/while.ts";
import type { NDArray } from "../core/ndarray.ts";
import { abs, mul, rem } from "../prims/arithmetic.ts";
import { populationCount, shiftLeft, shiftRightArithmetic, shiftRightLogical } from "../prims/bitwise.ts";
import { eq, ne } from "../prims/compare.ts";
import { broadcastTo } from "../prims/movement.ts";
import { reduceOr } from "../prims/reduce.ts";
import { stageClosed } from "../transforms/stage.ts";
import { dtypeKind } from "../types/dtype.ts";
import { broadcastShapes } from "../types/shape.ts";
import { range } from "../util/list.ts";
import { checkIntegers, choosing, constant } from "./operand.ts";

/**
 * x shifted to the left by y bits; 0 where y is the number of bits or more.
 * @throws DTypeError unless both are integers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.leftShift(jnp.array([1, 2], "int32"), 3) // [ 8 16]
 */
export function leftShift(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsNumeric("leftShift", x, y);
  return shiftLeft(a!, b!);
}

/**
 * x shifted to the right by y bits: signed integers keep their sign, unsigned ones are filled with zeros.
 * @throws DTypeError unless both are integers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.rightShift(jnp.array([16, -16], "int32"), 2) // [ 4 -4]
 */
export function rightShift(x: ArrayArg, y: ArrayArg): NDArray {
  const [a, b] = promoteArgsNumeric("rightShift", x, y) as [NDArray, NDArray];
  return dtypeKind(a.aval.dtype) === "u" ? shiftRightLogical(a, b) : shiftRightArithmetic(a, b);
}

export { leftShift as bitwiseLeftShift, rightShift as bitwiseRightShift };

/**
 * The number of bits that are 1 in |x|, as uint8.
 * @throws DTypeError unless x is of integers.
 * @example jnp.bitwiseCount(jnp.array([7, -8], "int32")) // [3 1]
 */
export function bitwiseCount(x: ArrayArg): NDArray {
  return cast(populationCount(absolute(promoteNumeric("bitwiseCount", x)[0]!)), "uint8");
}

function integerPair(name: string, x1: ArrayArg, x2: ArrayArg): [NDArray, NDArray] {
  const [x, y] = promoteArgs(name, x1, x2) as [NDArray, NDArray];
  checkIntegers(`Arguments to jax.numpy.${name}`, x);
  const shape = broadcastShapes(x.aval.shape, y.aval.shape);
  const size = (a: NDArray): NDArray => broadcastTo(dtypeKind(a.aval.dtype) === "u" ? a : abs(a), shape);
  return [size(x), size(y)];
}

/** Euclid's algorithm on arrays of non-negative integers of one shape, until all remainders are 0. */
function euclid(x: NDArray, y: NDArray): NDArray {
  const zero = constant(0, x.aval.dtype);
  const avals = [x.aval, y.aval];
  const condition = stageClosed(
    ([, b]) => [reduceOr(ne(b!, zero), { axes: range(b!.aval.shape.length) })],
    avals,
    "the condition of gcd",
  );
  const body = stageClosed(
    ([a, b]) => {
      const done = eq(b!, zero);
      const divisor = choosing(done, constant(1, b!.aval.dtype), b!);
      return [choosing(done, a!, b!), choosing(done, b!, rem(a!, divisor))];
    },
    avals,
    "the body of gcd",
  );
  return whileLoop([x, y], { condition, conditionConstants: 0, body, bodyConstants: 0 })[0]!;
}

/**
 * The greatest common divisor of |x1| and |x2|; gcd(x, 0) is |x|.
 * @throws DTypeError unless both are integers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.gcd(jnp.array([12, 9], "int32"), 6) // [6 3]
 */
export function gcd(x1: ArrayArg, x2: ArrayArg): NDArray {
  return euclid(...integerPair("gcd", x1, x2));
}

/**
 * The least common multiple of |x1| and |x2|; 0 if one of them is 0.
 * @throws DTypeError unless both are integers. @throws ShapeError if the shapes do not broadcast.
 * @example jnp.lcm(jnp.array([4, 0], "int32"), 6) // [12 0]
 */
export function lcm(x1: ArrayArg, x2: ArrayArg): NDArray {
  const [x, y] = integerPair("lcm", x1, x2);
  const divisor = euclid(x, y);
  const zero = constant(0, x.aval.dtype);
  return choosing(
    eq(divisor, zero),
    zero,
    mul(x, floorDivide(y, choosing(eq(divisor, zero), constant(1, x.aval.dtype), divisor))),
  );
}
