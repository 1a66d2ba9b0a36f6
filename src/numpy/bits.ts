/** Booleans packed into bytes, and bytes taken apart into bits. */
import { type ArrayArg, asArray, cast } from "../array/convert.ts";
import { moveaxis } from "../array/shape.ts";
import type { NDArray } from "../core/ndarray.ts";
import { DTypeError } from "../errors/index.ts";
import { and, shiftLeft, shiftRightLogical } from "../prims/bitwise.ts";
import { broadcastTo } from "../prims/movement.ts";
import { reduceSum } from "../prims/reduce.ts";
import { pad, sliceAlong } from "../prims/slicing.ts";
import { dtypeKind } from "../types/dtype.ts";
import { canonicalAxis } from "../types/shape.ts";
import { checkChoice, readArguments, readInt, type StaticInt, type Trailing } from "./arguments.ts";
import { constant, flattened, shaped, truth } from "./operand.ts";

/** Options of `packbits`. */
export interface PackbitsOptions {
  /** The axis along which elements are packed; all elements in row-major order by default. */
  readonly axis?: number | null;
  /** `"big"` (default): the first element is the highest bit of its byte; `"little"`: the lowest. */
  readonly bitorder?: "big" | "little";
}

/** The operand with the axis to work on last, and where that axis belongs. */
function lastAxis(x: NDArray, axis: number | null | undefined): readonly [NDArray, number] {
  if (axis === undefined || axis === null) return [flattened(x), 0];
  const at = canonicalAxis(axis, x.aval.shape.length);
  return [moveaxis(x, at, -1), at];
}

/** How far each of the eight bits is shifted, along the last axis of a shape. */
function places(shape: readonly number[], order: "big" | "little"): NDArray {
  const line = asArray(Uint8Array.from({ length: 8 }, (_, i) => (order === "big" ? 7 - i : i)));
  return broadcastTo(line, shape);
}

/**
 * Elements that are not zero as bits of bytes, eight a byte; the last byte is filled up with zeros.
 * @throws DTypeError unless the elements are integers or booleans.
 * @example jnp.packbits(mask)
 */
export function packbits(
  a: ArrayArg,
  ...args: Trailing<[axis: number | null, bitorder: "big" | "little"], PackbitsOptions>
): NDArray {
  const options = readArguments<PackbitsOptions>("packbits", args, ["axis", "bitorder"]);
  const order = checkChoice("packbits", "bitorder", options.bitorder ?? "big", ["little", "big"]);
  const whole = asArray(a, "packbits", 0);
  if (!"biu".includes(dtypeKind(whole.aval.dtype))) {
    throw new DTypeError({
      what: `Expected an input array of integer or boolean data type, got ${whole.aval.dtype}`,
      fix: "compare first",
    });
  }
  const [x, axis] = lastAxis(cast(truth(whole), "uint8"), options.axis);
  const rank = x.aval.shape.length;
  const n = x.aval.shape[rank - 1]!;
  const bytes = Math.ceil(n / 8);
  const filled = pad(x, constant(0, "uint8"), {
    paddingConfig: x.aval.shape.map((_, d) => [0, d === rank - 1 ? 8 * bytes - n : 0, 0] as const),
  });
  const shape = [...x.aval.shape.slice(0, -1), bytes, 8];
  const packed = reduceSum(shiftLeft(shaped(filled, shape), places(shape, order)), { axes: [rank] });
  return moveaxis(packed, -1, axis);
}

/** Options of `unpackbits`. */
export interface UnpackbitsOptions extends PackbitsOptions {
  /** How many bits to give along the axis: further ones are zero, surplus ones left out. All by default. */
  readonly count?: StaticInt | null;
}

/**
 * The bits of bytes as zeros and ones, eight a byte.
 * @throws DTypeError unless the elements are uint8.
 * @example jnp.unpackbits(bytes)
 */
export function unpackbits(
  a: ArrayArg,
  ...args: Trailing<[axis: number | null, count: StaticInt | null, bitorder: "big" | "little"], UnpackbitsOptions>
): NDArray {
  const options = readArguments<UnpackbitsOptions>("unpackbits", args, ["axis", "count", "bitorder"]);
  const order = checkChoice("unpackbits", "bitorder", options.bitorder ?? "big", ["little", "big"]);
  const whole = asArray(a, "unpackbits", 0);
  if (whole.aval.dtype !== "uint8") {
    throw new DTypeError({
      what: `Expected an input array of unsigned byte data type, got ${whole.aval.dtype}`,
      fix: 'convert with astype("uint8")',
    });
  }
  const [x, axis] = lastAxis(whole, options.axis);
  const lead = x.aval.shape.slice(0, -1);
  const bytes = x.aval.shape[lead.length]!;
  const shape = [...lead, bytes, 8];
  const spread = broadcastTo(shaped(x, [...lead, bytes, 1]), shape);
  const bits = and(shiftRightLogical(spread, places(shape, order)), constant(1, "uint8"));
  let result = shaped(bits, [...lead, 8 * bytes]);
  if (options.count !== undefined && options.count !== null) {
    const count = readInt("unpackbits", "count", options.count);
    const rank = lead.length;
    const wanted = count < 0 ? 8 * bytes + count : count;
    result =
      wanted <= 8 * bytes
        ? sliceAlong(result, rank, 0, Math.max(0, wanted))
        : pad(result, constant(0, "uint8"), {
            paddingConfig: result.aval.shape.map((_, d) => [0, d === rank ? wanted - 8 * bytes : 0, 0] as const),
          });
  }
  return moveaxis(result, -1, axis);
}
