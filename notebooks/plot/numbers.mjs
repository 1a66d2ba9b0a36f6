// Reads what a cell has into plain numbers. In: arrays of the library, typed arrays, nested lists, numbers; out: a shape and
// the numbers row by row; or an error that says what was expected. And the other way: numbers as a few characters.

/** @import { Numbers } from "./picture.d.mts" */

/** @typedef {{ readonly shape: readonly number[], readonly data: readonly number[] }} Grid */

/** @param {readonly number[]} shape */
export const shapeText = (shape) => (shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`);

/**
 * Whether a value is an array of the library. It may come from another copy of it, so its class says nothing.
 * @param {unknown} value
 * @returns {value is { readonly shape: readonly number[], readonly dtype: string, tolist(): unknown }}
 */
export function isArray(value) {
  return (
    typeof value === "object" && value !== null && "shape" in value && "tolist" in value && Array.isArray(value.shape)
  );
}

/**
 * @param {unknown} value
 * @param {string} what the value's name in errors
 * @returns {Grid}
 */
export function read(value, what) {
  if (typeof value === "number") return { shape: [], data: [value] };
  if (typeof value === "bigint" || typeof value === "boolean") return { shape: [], data: [Number(value)] };
  if (isArray(value)) {
    if (value.dtype.startsWith("complex"))
      throw new TypeError(`${what} is complex; draw its real part or its absolute value`);
    const list = value.tolist();
    const flat = Array.isArray(list) ? list.flat(Number.POSITIVE_INFINITY) : [list];
    return { shape: [...value.shape], data: flat.map(Number) };
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const data = Array.from(/** @type {ArrayLike<number | bigint>} */ (/** @type {unknown} */ (value)), Number);
    return { shape: [data.length], data };
  }
  if (!Array.isArray(value)) {
    const got = value === null ? "null" : typeof value === "object" ? "an object" : typeof value;
    throw new TypeError(
      `${what} must be numbers (an array, a typed array, nested lists or a number), and it is ${got}`,
    );
  }
  const parts = value.map((item) => read(item, what));
  const [first] = parts;
  if (first === undefined) return { shape: [0], data: [] };
  for (const part of parts) {
    if (part.shape.join() !== first.shape.join())
      throw new TypeError(
        `${what} has parts of different shapes, ${shapeText(first.shape)} and ${shapeText(part.shape)}`,
      );
  }
  return { shape: [parts.length, ...first.shape], data: parts.flatMap((part) => part.data) };
}

/**
 * Numbers with one dimension; a single number is a list of one.
 * @param {unknown} value
 * @param {string} what
 */
export function vector(value, what) {
  const { shape, data } = read(value, what);
  if (shape.length > 1) throw new TypeError(`${what} has the shape ${shapeText(shape)}; expected one dimension, (n,)`);
  return data;
}

/**
 * Numbers with two dimensions, as a list of rows.
 * @param {unknown} value
 * @param {string} what
 */
export function matrix(value, what) {
  const { shape, data } = read(value, what);
  if (shape.length === 1 && shape[0] === 0) return [];
  if (shape.length !== 2)
    throw new TypeError(`${what} has the shape ${shapeText(shape)}; expected two dimensions, (rows, columns)`);
  const [rows = 0, columns = 0] = shape;
  return Array.from({ length: rows }, (_, row) => data.slice(row * columns, (row + 1) * columns));
}

/**
 * Points of the plane, one a row.
 * @param {unknown} value
 * @param {string} what
 * @returns {{ x: readonly number[], y: readonly number[] }}
 */
export function places(value, what) {
  const { shape, data } = read(value, what);
  if (shape.length === 1 && shape[0] === 0) return { x: [], y: [] };
  if (shape.length !== 2 || shape[1] !== 2)
    throw new TypeError(`${what} has the shape ${shapeText(shape)}; expected points of the plane, (n, 2)`);
  return { x: data.filter((_, i) => i % 2 === 0), y: data.filter((_, i) => i % 2 === 1) };
}

/**
 * A range, from its lower to its upper end.
 * @param {unknown} value
 * @param {string} what
 * @returns {[number, number]}
 */
export function interval(value, what) {
  const { shape, data } = read(value, what);
  const [from = Number.NaN, to = Number.NaN] = data;
  if (shape.join() !== "2" || !(Number.isFinite(from) && Number.isFinite(to) && from < to))
    throw new TypeError(`${what} must be two numbers, [from, to] with from < to, and it is [${data.join(", ")}]`);
  return [from, to];
}

/**
 * The smallest and the largest of the finite numbers; undefined if there is none.
 * @param {Iterable<number | null>} values
 * @returns {[number, number] | undefined}
 */
export function extent(values) {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : undefined;
}

/**
 * Numbers for JSON: nine digits, and null for what is not finite.
 * @param {readonly number[]} values
 * @returns {Numbers}
 */
export const plain = (values) => values.map((value) => (Number.isFinite(value) ? Number(value.toPrecision(9)) : null));

/**
 * A number in three or four digits. What is nothing beside `scale` is 0, so that the noise of rounding is not read as news.
 * @param {number} value
 * @param {number} [scale]
 */
export function short(value, scale = 0) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const size = Math.abs(value);
  if (size === 0 || size < 1e-6 * scale) return "0";
  if (size >= 1e6 || size < 1e-3) return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
  return String(Number(value.toPrecision(size >= 100 ? 4 : 3)));
}

/**
 * @param {readonly [number, number]} range
 */
export function fromTo([low, high]) {
  const scale = Math.max(Math.abs(low), Math.abs(high));
  return `from ${short(low, scale)} to ${short(high, scale)}`;
}

/**
 * @param {number} count
 * @param {string} one
 */
export const counted = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

/**
 * What is said where values are missing; nothing if none is.
 * @param {Iterable<number | null>} values
 */
export function gaps(values) {
  let missing = 0;
  for (const value of values) if (value === null || !Number.isFinite(value)) missing += 1;
  if (missing === 0) return "";
  return missing === 1 ? "; 1 value is not finite and left out" : `; ${missing} values are not finite and left out`;
}

/**
 * A round number near `size / parts`: 1, 2 or 5 times a power of ten. Where it is in doubt, rounding must not decide.
 * @param {number} size
 * @param {number} parts
 */
export function niceStep(size, parts) {
  const raw = size / parts;
  const power = 10 ** Math.floor(Math.log10(raw) + 1e-4);
  const lead = raw / power;
  return power * (lead < 1.501 ? 1 : lead < 3.501 ? 2 : lead < 7.501 ? 5 : 10);
}

/**
 * Refuses options that nobody knows, so that a slip of the pen does not pass in silence.
 * @param {string} where
 * @param {object} options
 * @param {readonly string[]} known
 */
export function checkOptions(where, options, known) {
  if (typeof options !== "object" || options === null) throw new TypeError(`${where}: the options must be an object`);
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`${where} has no option ${name}; it has ${known.join(", ")}`);
  }
}
