/**
 * Python's format strings: the text comes apart into pieces and fields, and fields are filled with values. Known are
 * `{}`, `{0}`, `{name}`, the conversions `!r` and `!s`, and the format specification of numbers and texts.
 */
import { exactDecimal, roundDecimal } from "../array/decimal.ts";
import { item } from "../array/read.ts";
import { repr, str } from "../array/show.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import { ArgumentError } from "../errors/index.ts";
import { formatShape } from "../types/shape.ts";

/** `[[fill]align][sign][0][width][,][.precision][type]` */
interface Spec {
  readonly fill: string;
  readonly align: "<" | ">" | "^" | "=" | "";
  readonly sign: "+" | "-" | " ";
  readonly width: number;
  readonly grouping: "," | "_" | "";
  readonly precision: number | undefined;
  readonly type: string;
}

/** A value's place in the text. */
export interface Field {
  readonly key: number | string;
  readonly conversion: "r" | "s" | "";
  /** Undefined: the value as it is. */
  readonly spec: Spec | undefined;
  /** As it was written, for errors. */
  readonly source: string;
}

export type FormatParts = readonly (string | Field)[];

function bad(caller: string, what: string, fix: string): ArgumentError {
  return new ArgumentError({ what: `${caller}: ${what}`, fix });
}

const specPattern = /^(?:(.)?([<>^=]))?([+\- ])?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/su;
const types = "bcdeEfFgGosxX%";

function parseSpec(caller: string, text: string, source: string): Spec {
  const match = specPattern.exec(text);
  const type = match?.[8] ?? "";
  if (match === null || (type !== "" && !types.includes(type))) {
    throw bad(
      caller,
      `the field ${source} has a format that is not known`,
      "use Python's, such as {:.3f}, {:>8} or {:d}",
    );
  }
  const [, fill, align, sign, zero, width, grouping, precision] = match;
  return {
    fill: fill ?? (zero !== undefined ? "0" : " "),
    align: (align ?? (zero !== undefined ? "=" : "")) as Spec["align"],
    sign: (sign ?? "-") as Spec["sign"],
    width: Number(width ?? 0),
    grouping: (grouping ?? "") as Spec["grouping"],
    precision: precision === undefined ? undefined : Number(precision),
    type,
  };
}

/** Takes a format string apart. @throws ArgumentError if it is not well formed. */
export function parseFormat(caller: string, format: string): FormatParts {
  const parts: (string | Field)[] = [];
  let text = "";
  let automatic = 0;
  let numbered = false;
  for (let i = 0; i < format.length; i++) {
    const c = format[i]!;
    if ((c === "{" || c === "}") && format[i + 1] === c) {
      text += c;
      i++;
      continue;
    }
    if (c === "}") throw bad(caller, "Single '}' encountered in format string", "write }} for a brace");
    if (c !== "{") {
      text += c;
      continue;
    }
    const end = format.indexOf("}", i);
    if (end < 0) throw bad(caller, "Single '{' encountered in format string", "write {{ for a brace");
    const source = format.slice(i, end + 1);
    const match = /^\{([^!:{]*)(?:!([rs]))?(?::([^{]*))?\}$/su.exec(source);
    const name = match?.[1] ?? "";
    if (match === null || !/^[\w$]*$/u.test(name)) {
      throw bad(
        caller,
        `the field ${source} is not known`,
        "a field is {}, {0} or {name}, with a format behind a colon",
      );
    }
    const isNumber = /^\d*$/.test(name);
    if (isNumber && name !== "") numbered = true;
    const key = !isNumber ? name : name === "" ? automatic++ : Number(name);
    if (numbered && automatic > 0) {
      throw bad(caller, "cannot switch between automatic and manual field numbering", "number all fields, or none");
    }
    if (text !== "") parts.push(text);
    text = "";
    const spec = match[3] === undefined || match[3] === "" ? undefined : parseSpec(caller, match[3], source);
    parts.push({ key, conversion: (match[2] ?? "") as Field["conversion"], spec, source });
    i = end;
  }
  if (text !== "") parts.push(text);
  return parts;
}

const isField = (part: string | Field): part is Field => typeof part !== "string";

/** The names that a format asks for. */
export function fieldNames(parts: FormatParts): string[] {
  return parts.filter(isField).flatMap(({ key }) => (typeof key === "string" ? [key] : []));
}

/** Checks that every field has a value that it can show, and every value a field. @throws ArgumentError if not. */
export function checkFields(
  caller: string,
  parts: FormatParts,
  values: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): void {
  const used = new Set<number | string>();
  for (const { key, conversion, spec, source } of parts.filter(isField)) {
    used.add(key);
    if (typeof key === "string" ? !Object.hasOwn(named, key) : key >= values.length) {
      throw bad(
        caller,
        `the field ${source} has no value`,
        typeof key === "string" ? `give it by name: { ${key}: ... }` : "give as many values as there are fields",
      );
    }
    const value = typeof key === "string" ? named[key] : values[key];
    if (spec === undefined || conversion !== "") continue;
    const scalar = isNDArray(value)
      ? value.ndim === 0
      : ["number", "bigint", "string", "boolean"].includes(typeof value);
    if (!scalar) {
      const what = isNDArray(value) ? `an array of shape ${formatShape(value.shape)}` : "a tree";
      throw bad(caller, `unsupported format string passed to ${what} in the field ${source}`, "use {} for arrays");
    }
  }
  const spare = values.flatMap((_, i) => (used.has(i) ? [] : [`number ${i}`]));
  const spareNames = Object.keys(named).filter((name) => !used.has(name));
  if (spare.length + spareNames.length > 0) {
    throw bad(
      caller,
      `Unused ${spare.length > 0 ? "positional" : "keyword"} arguments: ${[...spare, ...spareNames].join(", ")}`,
      "add a {} for each value",
    );
  }
}

/** Fills the fields. Arrays must be concrete. */
export function formatFields(
  parts: FormatParts,
  values: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): string {
  const texts = parts.map((part) => {
    if (!isField(part)) return part;
    const value = typeof part.key === "string" ? named[part.key] : values[part.key];
    if (part.conversion !== "") return padText(part.conversion === "r" ? literal(value) : plain(value), part.spec);
    return part.spec === undefined ? plain(value) : formatValue(value, part.spec);
  });
  return texts.join("");
}

const names: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  [null, "None"],
  [undefined, "None"],
  [true, "True"],
  [false, "False"],
]);

/** Python's str of a value. */
function plain(value: unknown): string {
  if (isNDArray(value)) return str(value);
  return typeof value === "string" ? value : literal(value);
}

/** Python's repr of a value: lists are lists, objects dictionaries. */
function literal(value: unknown): string {
  if (isNDArray(value)) return repr(value);
  const known = names.get(value);
  if (known !== undefined) return known;
  if (typeof value === "string")
    return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("\n", "\\n")}'`;
  if (typeof value === "function") return `<function ${value.name}>`;
  if (typeof value !== "object") return String(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return `{${Object.entries(value as object)
    .map(([key, entry]) => `'${key}': ${literal(entry)}`)
    .join(", ")}}`;
}

function scalarOf(value: unknown): number | bigint | string | boolean {
  const scalar = isNDArray(value) ? item(value as NDArray) : (value as number | bigint | string | boolean);
  return typeof scalar === "object" ? `${scalar.re}+${scalar.im}j` : scalar;
}

function formatValue(value: unknown, spec: Spec): string {
  const scalar = scalarOf(value);
  if (typeof scalar === "string" || (typeof scalar === "boolean" && (spec.type === "" || spec.type === "s"))) {
    return padText(typeof scalar === "string" ? scalar : plain(scalar), spec);
  }
  const isFloat = isNDArray(value) ? value.dtype.startsWith("float") : !Number.isInteger(Number(scalar));
  return formatNumber(typeof scalar === "boolean" ? Number(scalar) : scalar, isFloat, spec);
}

function padText(text: string, spec: Spec | undefined): string {
  if (spec === undefined) return text;
  return pad("", spec.precision === undefined ? text : text.slice(0, spec.precision), spec, "<");
}

function pad(sign: string, digits: string, spec: Spec, usual: "<" | ">"): string {
  const room = Math.max(0, spec.width - sign.length - digits.length);
  const fill = (n: number): string => spec.fill.repeat(n);
  switch (spec.align === "" ? usual : spec.align) {
    case "<":
      return sign + digits + fill(room);
    case "^":
      return fill(room >> 1) + sign + digits + fill(room - (room >> 1));
    case "=":
      return sign + fill(room) + digits;
    default:
      return fill(room) + sign + digits;
  }
}

const group = (digits: string, separator: string): string =>
  separator === "" ? digits : digits.replace(/\B(?=(\d{3})+(?!\d))/g, separator);

function formatNumber(value: number | bigint, isFloat: boolean, spec: Spec): string {
  const negative = value < 0 || Object.is(value, -0);
  const sign = negative ? "-" : spec.sign === "-" ? "" : spec.sign;
  const { type } = spec;
  if (typeof value === "number" && !Number.isFinite(value)) {
    const text = Number.isNaN(value) ? "nan" : "inf";
    return pad(
      Number.isNaN(value) && spec.sign === "-" ? "" : sign,
      /[EFG]/.test(type) ? text.toUpperCase() : text,
      spec,
      ">",
    );
  }
  const radix = { b: 2, o: 8, x: 16, X: 16 }[type];
  if (
    radix !== undefined ||
    type === "d" ||
    type === "c" ||
    (type === "" && !isFloat && spec.precision === undefined)
  ) {
    if (isFloat && !Number.isInteger(Number(value))) {
      throw bad("format", `unknown format code '${type}' for a number that is not an integer`, "use {:.0f} or {:g}");
    }
    const whole = BigInt(value);
    if (type === "c") return pad("", String.fromCodePoint(Number(whole)), spec, "<");
    const digits = (whole < 0n ? -whole : whole).toString(radix ?? 10);
    return pad(sign, group(type === "X" ? digits.toUpperCase() : digits, spec.grouping), spec, ">");
  }
  const digits = floatDigits(Math.abs(Number(value)), spec);
  const [whole, ...rest] = digits.split(/(?=[.eE%])/);
  const text = group(whole!, spec.grouping) + rest.join("");
  return pad(sign, /[EG]/.test(type) ? text.toUpperCase() : text, spec, ">");
}

/** The digits of a number that is not negative. Ties go to the even digit, as in C. */
function floatDigits(x: number, { type, precision }: Spec): string {
  switch (type.toLowerCase()) {
    case "f":
      return fixed(x, precision ?? 6);
    case "%":
      return `${fixed(100 * x, precision ?? 6)}%`;
    case "e":
      return scientific(x, precision ?? 6);
    case "g":
      return general(x, Math.max(1, precision ?? 6));
    default:
      return precision === undefined
        ? Number.isInteger(x) && x < 1e16
          ? `${x}.0`
          : String(x)
        : general(x, Math.max(1, precision));
  }
}

function fixed(x: number, places: number): string {
  const { digits, exponent } = roundAt(x, (e) => e + 1 + places);
  // The digits as an integer number of units of the last place.
  const shift = exponent + 1 + places;
  const all = (shift <= 0 ? "" : digits.padEnd(shift, "0").slice(0, shift)).padStart(places + 1, "0");
  return places === 0 ? all : `${all.slice(0, -places)}.${all.slice(-places)}`;
}

function scientific(x: number, places: number): string {
  const { digits, exponent } = roundAt(x, () => places + 1);
  const all = digits.padEnd(places + 1, "0");
  const power = `e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  return `${all[0]}${places === 0 ? "" : `.${all.slice(1)}`}${power}`;
}

function general(x: number, precision: number): string {
  const { exponent } = roundAt(x, () => precision);
  const isFixed = exponent >= -4 && exponent < precision;
  const text = isFixed ? fixed(x, precision - 1 - exponent) : scientific(x, precision - 1);
  const [digits, power] = text.split("e");
  const short = digits!.includes(".") ? digits!.replace(/\.?0+$/, "") : digits!;
  return power === undefined ? short : `${short}e${power}`;
}

function roundAt(
  x: number,
  count: (exponent: number) => number,
): { readonly digits: string; readonly exponent: number } {
  const exact = exactDecimal(x);
  return roundDecimal(exact, count(exact.exponent));
}
