// Elements of arrays as text. In: the values that will be shown, their dtype and the print options; out: one text for
// each value, padded so that they line up in columns. NumPy's rules: the column decides together whether it needs
// exponents and how many digits, then each value is written to fit.

import {
  type BinaryFormat,
  type Decimal,
  exactDecimal,
  roundDecimal,
  roundToFormat,
  shortestDecimal,
} from "./decimal.ts";
import type { PrintOptions } from "./printoptions.ts";

/** One element; a complex one is the pair of its parts. */
export type Element = number | bigint | boolean | { readonly re: number; readonly im: number };

type Kind =
  | { readonly is: "bool" | "integer" | "plain integer" | "plain float" }
  | { readonly is: "float" | "complex"; readonly format: FloatFormat };

interface FloatFormat extends BinaryFormat {
  /** Columns whose greatest number reaches this are written with exponents. */
  readonly columnLimit: number;
  /** A single number that reaches this is written with an exponent. */
  readonly scalarLimit: number;
  /** 0.0001 as the format has it: NumPy compares within the dtype. */
  readonly small: number;
}

const half: BinaryFormat = { bits: 11, leastExponent: -14 };
const float16: FloatFormat = { ...half, columnLimit: 1e3, scalarLimit: 1e3, small: roundToFormat(1e-4, half) };
const float32: FloatFormat = {
  bits: 24,
  leastExponent: -126,
  columnLimit: 1e6,
  scalarLimit: 1e6,
  small: Math.fround(1e-4),
};
const float64: FloatFormat = { bits: 53, leastExponent: -1022, columnLimit: 1e8, scalarLimit: 1e16, small: 1e-4 };

function kindOf(dtype: string): Kind {
  switch (dtype) {
    case "bool":
      return { is: "bool" };
    case "float16":
      return { is: "float", format: float16 };
    case "float32":
      return { is: "float", format: float32 };
    case "float64":
      return { is: "float", format: float64 };
    case "complex64":
      return { is: "complex", format: float32 };
    case "complex128":
      return { is: "complex", format: float64 };
  }
  if (/^u?int(8|16|32|64)$/.test(dtype)) return { is: "integer" };
  // Types that NumPy itself lacks are printed one by one, without padding and without regard to the options.
  if (/^u?int[24]$/.test(dtype)) return { is: "plain integer" };
  if (/^(bfloat16|float[468]_\w+)$/.test(dtype)) return { is: "plain float" };
  throw new TypeError(`Cannot print an array of dtype "${dtype}": there is no such dtype.`);
}

/** Whether elements of the dtype take two numbers each (real part, imaginary part). */
export function isComplex(dtype: string): boolean {
  return kindOf(dtype).is === "complex";
}

/**
 * The texts of the elements of one array. `values` are the elements that will be shown and no others, since each has a
 * say in the format. `scalar` says that the array is 0-d, where nothing needs padding.
 *
 * @throws TypeError for an unknown dtype.
 */
export function formatElements(
  dtype: string,
  values: readonly Element[],
  scalar: boolean,
  options: PrintOptions,
): string[] {
  const kind = kindOf(dtype);
  switch (kind.is) {
    case "bool":
      return values.map((value) => (value ? (scalar ? "True" : " True") : "False"));
    case "integer":
      return formatIntegers(values, options);
    case "plain integer":
      return values.map(String);
    case "plain float":
      return values.map((value) => formatGeneral(Number(value)));
    case "float":
      return formatFloats(values.map(Number), kind.format, options);
    case "complex": {
      const parts = values.map(partsOf);
      const reals = formatFloats(
        parts.map(({ re }) => re),
        kind.format,
        options,
      );
      const imaginaries = formatFloats(
        parts.map(({ im }) => im),
        kind.format,
        { ...options, sign: "+" },
      );
      return reals.map((real, i) => real + (imaginaries[i] ?? "").replace(/ *$/, (blanks) => `j${blanks}`));
    }
  }
}

/** What Python's `str` of a NumPy scalar shows: all its digits, whatever the print options say. */
export function formatScalar(dtype: string, value: Element): string {
  const kind = kindOf(dtype);
  switch (kind.is) {
    case "bool":
      return value ? "True" : "False";
    case "integer":
    case "plain integer":
      return String(value);
    case "plain float":
      return formatGeneral(Number(value));
    case "float":
      return formatFloatScalar(Number(value), kind.format, ".0");
    case "complex": {
      const { re, im } = partsOf(value);
      const imaginary = `${formatFloatScalar(im, kind.format, "")}j`;
      if (Object.is(re, 0)) return imaginary;
      const plus = /^-/.test(imaginary) ? "" : "+";
      return `(${formatFloatScalar(re, kind.format, "")}${plus}${imaginary})`;
    }
  }
}

function partsOf(value: Element): { readonly re: number; readonly im: number } {
  return typeof value === "object" ? value : { re: Number(value), im: 0 };
}

function formatIntegers(values: readonly Element[], options: PrintOptions): string[] {
  const texts = values.map(String);
  const anyNegative = texts.some((text) => text.startsWith("-"));
  const plus = options.sign === "+" ? "+" : options.sign === " " && !anyNegative ? " " : "";
  const signed = plus === "" ? texts : texts.map((text) => (text.startsWith("-") ? text : plus + text));
  const width = longest(signed);
  return signed.map((text) => text.padStart(width));
}

/** One number taken apart: `whole` carries the sign, `exponent` counts only where the column has exponents. */
interface Written {
  readonly whole: string;
  readonly fraction: string;
  readonly exponent: number;
}

interface Rule {
  readonly format: FloatFormat;
  readonly scientific: boolean;
  /** Whether digits may end where the number is told apart from its neighbours, between `least` and `most`. */
  readonly unique: boolean;
  /** The least and the most digits after the point. */
  readonly least: number;
  readonly most: number;
  readonly plus: boolean;
}

function formatFloats(values: readonly number[], format: FloatFormat, options: PrintOptions): string[] {
  const finite = values.filter(Number.isFinite);
  const plus = options.sign === "+";
  const scientific = needsExponents(finite, format, options.suppress);
  const unique = options.floatmode !== "fixed";
  const most = options.floatmode === "unique" ? Infinity : options.precision;
  const rule: Rule = { format, scientific, unique, least: unique ? 0 : most, most, plus };

  // First every number for itself, which gives the widths; then, where the column must have equally many digits, the
  // shorter ones again with more of their exact digits.
  const drafts = finite.map((x) => write(x, rule));
  const digits = longest(drafts.map(({ fraction }) => fraction));
  const exponentDigits = scientific ? longest(drafts.map(({ exponent }) => exponentText(exponent, 2))) - 1 : 0;
  let left = longest(drafts.map(({ whole }) => whole));
  if (finite.length > 0 && options.sign === " " && !drafts.some(({ whole }) => whole.startsWith("-"))) left++;
  const right = scientific ? digits + 2 + exponentDigits : digits;
  const special = (x: number): string => {
    const text = Number.isNaN(x) ? options.nanstr : options.infstr;
    return (x < 0 ? "-" : plus ? "+" : "") + text;
  };
  if (finite.length < values.length) {
    const roomForSign = options.sign !== "-" || values.includes(-Infinity) ? 1 : 0;
    left = Math.max(left, options.nanstr.length - right - 1, options.infstr.length + roomForSign - right - 1);
  }
  const equal = scientific || options.floatmode === "fixed" || options.floatmode === "maxprec_equal";
  const equalRule: Rule = { ...rule, least: digits, most: digits };

  let next = 0;
  return values.map((x) => {
    const draft = Number.isFinite(x) ? drafts[next++] : undefined;
    if (draft === undefined) return special(x).padStart(left + right + 1);
    const { whole, fraction, exponent } = equal && draft.fraction.length < digits ? write(x, equalRule) : draft;
    const text = `${whole.padStart(left)}.${fraction}`;
    return scientific ? `${text}e${exponentText(exponent, exponentDigits)}` : text.padEnd(left + right + 1);
  });
}

function needsExponents(finite: readonly number[], format: FloatFormat, suppress: boolean): boolean {
  let greatest = 0;
  let least = Infinity;
  for (const x of finite) {
    const size = Math.abs(x);
    if (size > greatest) greatest = size;
    if (size !== 0 && size < least) least = size;
  }
  if (greatest === 0) return false;
  if (greatest >= format.columnLimit) return true;
  return !suppress && (least < format.small || roundToFormat(greatest / least, format) > 1000);
}

function write(x: number, rule: Rule): Written {
  const size = Math.abs(x);
  const { digits, exponent } = chooseDigits(size, rule);
  const point = rule.scientific ? 1 : exponent + 1;
  const sign = x < 0 || Object.is(x, -0) ? "-" : rule.plus ? "+" : "";
  const [whole, fraction] = splitAt(digits, point);
  return { whole: sign + whole, fraction: fraction.padEnd(rule.least, "0"), exponent };
}

/** The shortest digits where `rule` lets them stand, else the exact number rounded to the nearest allowed length. */
function chooseDigits(size: number, rule: Rule): Decimal {
  const { scientific, least, most } = rule;
  let wanted = most;
  if (rule.unique) {
    const shortest = shortestDecimal(size, rule.format);
    const length = Math.max(0, shortest.digits.length - 1 - (scientific ? 0 : shortest.exponent));
    if (length >= least && length <= most) return shortest;
    if (length < least) wanted = least;
  }
  const exact = exactDecimal(size);
  return roundDecimal(exact, wanted + 1 + (scientific ? 0 : exact.exponent));
}

/** Digits before and after the decimal point, which stands after the first `point` digits (or before them all). */
function splitAt(digits: string, point: number): [whole: string, fraction: string] {
  if (point <= 0) return ["0", "0".repeat(-point) + digits];
  return [digits.slice(0, point).padEnd(point, "0"), digits.slice(point)];
}

function exponentText(exponent: number, digits: number): string {
  return (exponent < 0 ? "-" : "+") + String(Math.abs(exponent)).padStart(digits, "0");
}

function formatFloatScalar(x: number, format: FloatFormat, empty: ".0" | ""): string {
  if (!Number.isFinite(x)) return specialScalar(x);
  const size = Math.abs(x);
  const scientific = size !== 0 && (size < 1e-4 || size >= format.scalarLimit);
  const { digits, exponent } = shortestDecimal(size, format);
  return (x < 0 || Object.is(x, -0) ? "-" : "") + unpadded(digits, exponent, scientific, scientific ? "" : empty);
}

/** C's `%g`: six significant digits, zeros at the end dropped. */
function formatGeneral(x: number): string {
  if (!Number.isFinite(x)) return specialScalar(x);
  const { digits, exponent } = roundDecimal(exactDecimal(Math.abs(x)), 6);
  return (x < 0 || Object.is(x, -0) ? "-" : "") + unpadded(digits, exponent, exponent < -4 || exponent >= 6, "");
}

function specialScalar(x: number): string {
  return Number.isNaN(x) ? "nan" : x < 0 ? "-inf" : "inf";
}

function unpadded(digits: string, exponent: number, scientific: boolean, empty: string): string {
  const [whole, fraction] = splitAt(digits, scientific ? 1 : exponent + 1);
  const text = whole + (fraction === "" ? empty : `.${fraction}`);
  return scientific ? `${text}e${exponentText(exponent, 2)}` : text;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((length, text) => Math.max(length, text.length), 0);
}
