// Decimal digits of floating-point numbers. In: a positive finite number and the binary format it belongs to; out: its
// exact digits, the shortest digits that no neighbour of that format shares, or either rounded. The idea: a binary
// fraction has a finite decimal expansion, so every question (is this in the interval? where does it round?) is a
// comparison of digit strings, with nothing lost.

/** The number d.ddd x 10^exponent, where `digits` is "dddd" without zeros at the end; zero is "0" with exponent 0. */
export interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

/** A binary floating-point format: bits of the significand (with the hidden one) and the least normal exponent. */
export interface BinaryFormat {
  readonly bits: number;
  readonly leastExponent: number;
}

const zero: Decimal = { digits: "0", exponent: 0 };
const scratch: DataView = new DataView(new ArrayBuffer(8));

/** Every digit of a positive finite number (or 0). */
export function exactDecimal(x: number): Decimal {
  if (x === 0) return zero;
  scratch.setFloat64(0, x);
  const bits = scratch.getBigUint64(0);
  const biased = Number(bits >> 52n) & 0x7ff;
  let significand = bits & 0xfffffffffffffn;
  if (biased !== 0) significand |= 0x10000000000000n;
  let power = Math.max(biased, 1) - 1075;
  while ((significand & 1n) === 0n) {
    significand >>= 1n;
    power++;
  }
  // m / 2^k = m 5^k / 10^k
  const integer = power >= 0 ? significand << BigInt(power) : significand * 5n ** BigInt(-power);
  const digits = integer.toString();
  return { digits: digits.replace(/0+$/, ""), exponent: digits.length - 1 + Math.min(power, 0) };
}

/**
 * The shortest decimal that reads back as the positive finite number `x` (or 0) in its format, and among the shortest
 * the one closest to `x`; ties go to the even digit.
 */
export function shortestDecimal(x: number, format: BinaryFormat): Decimal {
  if (x === 0) return zero;
  if (format.bits === 53) {
    // JavaScript's own digits are defined by the same rule.
    const [mantissa = "", exponent = ""] = x.toExponential().split("e");
    return { digits: mantissa.replace(".", ""), exponent: Number(exponent) };
  }
  const unit = unitInLastPlace(x, format);
  // Below a power of two the neighbour is only half as far, unless that neighbour is subnormal like the rest.
  const narrow = x / unit === 2 ** (format.bits - 1) && x > 2 ** format.leastExponent;
  const even = (x / unit) % 2 === 0;
  const exact = exactDecimal(x);
  const lower = exactDecimal(x - unit / (narrow ? 4 : 2));
  const upper = exactDecimal(x + unit / 2);
  const readsBack = (candidate: Decimal): boolean => {
    const above = compareDecimals(candidate, lower);
    const below = compareDecimals(upper, candidate);
    return even ? above >= 0 && below >= 0 : above > 0 && below > 0;
  };
  for (let count = 1; count < exact.digits.length; count++) {
    const rounded = roundDecimal(exact, count);
    if (readsBack(rounded)) return rounded;
    if (narrow) {
      // The closest may be too far below while the next above, farther away, is still near enough.
      const next = stepUp(exact.digits.slice(0, count), exact.exponent);
      if (readsBack(next)) return next;
    }
  }
  return exact;
}

/** The decimal rounded to its first `count` digits (none or fewer: to a power of ten above it); ties to even. */
export function roundDecimal(decimal: Decimal, count: number): Decimal {
  const { digits, exponent } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return zero;
  const rest = digits.slice(count);
  const kept = digits.slice(0, count);
  // Digits have no zeros at the end, so a rest of exactly "5" is the only tie.
  const odd = count > 0 && Number(kept[count - 1]) % 2 === 1;
  if (rest > "5" || (rest === "5" && odd)) return stepUp(kept, exponent);
  return count === 0 ? zero : { digits: kept.replace(/0+$/, ""), exponent };
}

/** The distance between neighbours of the format at the positive number `x`. */
export function unitInLastPlace(x: number, format: BinaryFormat): number {
  scratch.setFloat64(0, x);
  const exponent = ((scratch.getUint32(0) >>> 20) & 0x7ff) - 1023;
  return 2 ** (Math.max(exponent, format.leastExponent) - format.bits + 1);
}

/** The number of the format nearest to the positive number `x`, ties to even. Its greatest exponent is disregarded. */
export function roundToFormat(x: number, format: BinaryFormat): number {
  if (format.bits === 53 || !Number.isFinite(x)) return x;
  const unit = unitInLastPlace(x, format);
  const scaled = x / unit;
  const floor = Math.floor(scaled);
  const rest = scaled - floor;
  return (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor) * unit;
}

/** Adds one to the last of the `kept` digits, the first of which stands at 10^exponent; no digits: 10^(exponent+1). */
function stepUp(kept: string, exponent: number): Decimal {
  const stem = kept.replace(/9+$/, "");
  if (stem === "") return { digits: "1", exponent: exponent + 1 };
  return { digits: stem.slice(0, -1) + (Number(stem.at(-1)) + 1), exponent };
}

/** Negative, zero or positive as a < b, a = b or a > b; both must be positive. */
function compareDecimals(a: Decimal, b: Decimal): number {
  if (a.exponent !== b.exponent) return a.exponent - b.exponent;
  return a.digits === b.digits ? 0 : a.digits < b.digits ? -1 : 1;
}
