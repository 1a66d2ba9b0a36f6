// Pictures of functions: a curve with its tangents, a contour with gradients and the ways of optimisers. In: a function of the
// library's arrays, which is mapped over all places at once, or one of plain numbers.

/** @import { Layer } from "./picture.d.mts" */
import { grad, numpy as jnp, vmap } from "adjoint";
import { axesOptions, build } from "./chart.mjs";
import {
  checkOptions,
  counted,
  extent,
  interval,
  isArray,
  niceStep,
  places,
  plain,
  read,
  shapeText,
  short,
  vector,
} from "./numbers.mjs";

/** @typedef {(...args: any[]) => any} AnyFunction */

/**
 * Values of a function at many places: one row for each, all of the wanted size.
 * @param {AnyFunction} f
 * @param {readonly (readonly number[])[]} columns one list of numbers for each coordinate
 * @param {"numbers" | "point"} call whether f takes the coordinates one by one or as one vector
 * @param {number} size how many numbers f gives at each place
 * @param {string} what
 * @returns {{ rows: number[][], isPlain: boolean }}
 */
function evaluate(f, columns, call, size, what) {
  if (typeof f !== "function") throw new TypeError(`${what} must be a function, and it is ${typeof f}`);
  const count = columns[0]?.length ?? 0;
  if (count === 0) return { rows: [], isPlain: false };
  /** @type {unknown} */
  let values;
  /** @type {unknown} */
  let failure;
  const arrays = columns.map((column) => jnp.array(Array.from(column)));
  try {
    values = vmap(/** @type {any} */ (f))(...(call === "point" ? [jnp.stack(arrays, { axis: 1 })] : arrays));
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) {
    const parts =
      Array.isArray(values) && values.some(isArray) ? values.map((part) => read(part, what)) : [read(values, what)];
    const [first] = parts;
    // A pair of derivatives has come as two arrays.
    const rows =
      parts.length > 1
        ? Array.from({ length: count }, (_, i) => parts.map((p) => p.data[i] ?? Number.NaN))
        : rowsOf(first, count);
    if (rows.some((row) => row.length !== size)) {
      const shape = parts.length > 1 ? [parts.length] : (first?.shape.slice(1) ?? []);
      throw new TypeError(
        `${what} gives the shape ${shapeText(shape)} at each place; expected ${size === 1 ? "one number, ()" : `(${size},)`}`,
      );
    }
    return { rows, isPlain: false };
  }
  // A function of plain numbers cannot be mapped. If it does not work with numbers either, the first error is the one that tells.
  /** @type {number[][]} */
  const rows = [];
  for (let i = 0; i < count; i++) {
    const place = columns.map((column) => column[i] ?? Number.NaN);
    let value;
    try {
      value = call === "point" ? f(place) : f(...place);
    } catch {
      throw failure;
    }
    const row = typeof value === "number" ? [value] : Array.isArray(value) ? value.map(Number) : undefined;
    if (row === undefined || row.length !== size) throw failure;
    rows.push(row);
  }
  return { rows, isPlain: true };
}

/**
 * @param {import("./numbers.mjs").Grid | undefined} grid
 * @param {number} count
 */
function rowsOf(grid, count) {
  const data = grid?.data ?? [];
  const size = data.length / count;
  return Array.from({ length: count }, (_, i) => data.slice(i * size, (i + 1) * size));
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} count
 */
const spaced = (from, to, count) => Array.from({ length: count }, (_, i) => from + ((to - from) * i) / (count - 1));

/**
 * A function of one number, and its tangents.
 * @param {AnyFunction | Record<string, AnyFunction>} f
 * @param {readonly [number, number]} range
 * @param {Record<string, unknown>} [options]
 */
export function curve(f, range, options = {}) {
  checkOptions("curve", options, [...axesOptions, "tangentAt", "derivative", "samples", "label"]);
  const [from, to] = interval(range, "curve: the range");
  const { samples = 201, tangentAt, label } = options;
  const count = Number(samples);
  if (!(Number.isInteger(count) && count >= 2))
    throw new TypeError("curve: samples must be a whole number, at least 2");
  const functions =
    typeof f === "function" ? [[/** @type {string | undefined} */ (label), f]] : Object.entries(f ?? {});
  if (functions.length === 0)
    throw new TypeError("curve: expected a function, or an object of functions by their labels");
  const xs = spaced(from, to, count);
  /** @type {Layer[]} */
  const layers = [];
  let isPlain = false;
  functions.forEach(([name, one], series) => {
    const values = evaluate(
      /** @type {AnyFunction} */ (one),
      [xs],
      "numbers",
      1,
      name === undefined ? "the function" : String(name),
    );
    isPlain ||= values.isPlain;
    const y = plain(values.rows.map((row) => row[0] ?? Number.NaN));
    layers.push({
      mark: "line",
      style: "solid",
      series,
      ...(name === undefined ? {} : { label: String(name) }),
      x: plain(xs),
      y,
    });
  });
  const height = extent(layers.flatMap((layer) => (layer.mark === "line" ? layer.y : [])));
  let detail = "";
  if (tangentAt !== undefined) {
    const first = /** @type {AnyFunction} */ (functions[0]?.[1]);
    const at = vector(tangentAt, "curve: tangentAt");
    if (options.derivative === undefined && isPlain)
      throw new TypeError(
        "curve: a function of plain numbers cannot be differentiated; give its derivative, { derivative }",
      );
    const slope = /** @type {AnyFunction} */ (options.derivative ?? grad(/** @type {any} */ (first)));
    const heights = evaluate(first, [at], "numbers", 1, "the function").rows;
    const slopes = evaluate(slope, [at], "numbers", 1, "the derivative").rows;
    at.forEach((x, i) => {
      const [y, m] = [heights[i]?.[0] ?? Number.NaN, slopes[i]?.[0] ?? Number.NaN];
      detail += `; the tangent at ${short(x)} has the slope ${short(m, 1e-3)}`;
      // As long as a third of the picture, and no higher than a third of it.
      const reach = Math.min(
        (to - from) / 6,
        m === 0 || height === undefined ? Number.POSITIVE_INFINITY : (height[1] - height[0] || 1) / 3 / Math.abs(m),
      );
      const ends = [x - reach, x + reach];
      layers.push({
        mark: "line",
        style: "dashed",
        series: functions.length,
        x: plain(ends),
        y: plain(ends.map((e) => y + m * (e - x))),
      });
      layers.push({ mark: "points", series: functions.length, x: plain([x]), y: plain([y]) });
    });
  }
  const subject = functions.length === 1 ? "curve" : "curves";
  return build({ what: "curve", subject, detail, layers, tightX: true }, options);
}

/** Far more than rounding, far less than can be seen: what is round but for the last bits is taken for round. */
const bias = 1e-4;

/**
 * Heights at which a contour has lines: round numbers, evenly spaced or, where most of the hill is low, powers of two.
 * @param {unknown} given
 * @param {boolean} log
 * @param {readonly (number | null)[]} values
 */
function levelsOf(given, log, values) {
  if (given !== undefined && typeof given !== "number")
    return [...vector(given, "contour: levels")].sort((a, b) => a - b);
  const parts = given ?? 10;
  if (!(Number.isInteger(parts) && parts > 0))
    throw new TypeError("contour: levels must be heights, or how many of them");
  const range = extent(values);
  if (range === undefined || range[0] === range[1]) return [];
  const [low, high] = range;
  if (log) {
    const top = Math.floor(Math.log2(high) - bias);
    if (!Number.isFinite(top)) return [];
    return Array.from({ length: parts }, (_, i) => 2 ** (top - parts + 1 + i));
  }
  const step = niceStep(high - low, parts);
  /** @type {number[]} */
  const levels = [];
  for (let k = Math.ceil(low / step + bias); k * step < high - bias * step; k++)
    levels.push(Number((k * step).toPrecision(9)));
  return levels;
}

/**
 * The ways given to a contour: points, or a list of `{ points, label }`.
 * @param {unknown} given
 * @returns {{ label?: string, x: readonly number[], y: readonly number[] }[]}
 */
function pathsOf(given) {
  if (given === undefined) return [];
  const isNamed = (/** @type {unknown} */ item) => typeof item === "object" && item !== null && "points" in item;
  const list = isNamed(given) ? [given] : Array.isArray(given) && given.some(isNamed) ? given : [{ points: given }];
  return list.map((item, i) => {
    const what = list.length === 1 ? "contour: path" : `contour: path[${i}]`;
    if (!isNamed(item)) throw new TypeError(`${what}: expected { points, label }`);
    checkOptions(what, item, ["points", "label"]);
    return {
      ...places(item.points, `${what}.points`),
      ...labelled(Reflect.get(item, "label")),
    };
  });
}

/**
 * A function of the plane by lines of equal height.
 * @param {AnyFunction} f
 * @param {Record<string, unknown>} options
 */
export function contour(f, options) {
  checkOptions("contour", options ?? {}, [...axesOptions, "gradient", "path", "levels", "log", "samples"]);
  const { gradient, samples = 61, log = false } = options;
  const count = Number(samples);
  if (!(Number.isInteger(count) && count >= 2 && count <= 500))
    throw new TypeError("contour: samples must be a whole number from 2 to 500");
  const range = (/** @type {unknown} */ given, /** @type {string} */ what) =>
    typeof given === "object" && given !== null && "from" in given && "to" in given
      ? interval([given.from, given.to], what)
      : interval(given ?? [], what);
  const [x, y] = [range(options.x, "contour: x"), range(options.y, "contour: y")];
  // Two declared parameters are two numbers; one is a point.
  const call = typeof f === "function" && f.length === 2 ? "numbers" : "point";
  const [xs, ys] = [spaced(...x, count), spaced(...y, count)];
  const grid = [ys.flatMap(() => xs), ys.flatMap((v) => xs.map(() => v))];
  const { rows } = evaluate(f, grid, call, 1, "the function");
  const values = plain(rows.map((row) => row[0] ?? Number.NaN));
  const levels = levelsOf(options.levels, Boolean(log), values);
  /** @type {Layer[]} */
  const layers = [{ mark: "contour", columns: count, rows: count, x, y, values, levels }];
  const heights = extent(values);
  let detail =
    heights === undefined
      ? ", no finite height"
      : `, heights from ${short(heights[0], heights[1])} to ${short(heights[1])}`;
  if (gradient !== undefined && gradient !== false) {
    layers.push(arrows(gradient === true ? gradientOf(f, call) : /** @type {AnyFunction} */ (gradient), call, x, y));
    detail += ", with arrows along the gradient";
  }
  const paths = pathsOf(options.path);
  paths.forEach((path, series) => {
    layers.push({
      mark: "steps",
      series,
      ...(path.label === undefined ? {} : { label: path.label }),
      x: plain(path.x),
      y: plain(path.y),
    });
  });
  if (paths.length > 0)
    detail += `, with ${paths.map((path) => `${counted(Math.max(path.x.length - 1, 0), "step")}${path.label === undefined ? "" : ` of ${path.label}`}`).join(", ")}`;
  const { title, lines, points, equal, drag } = options;
  const kept = Object.fromEntries(
    Object.entries({ title, lines, points, equal, drag, x: labelOnly(options.x), y: labelOnly(options.y) }).filter(
      ([, value]) => value !== undefined,
    ),
  );
  return build(
    {
      what: "contour",
      subject: "contour",
      detail,
      layers,
      tightX: true,
      tightY: true,
      xDomain: [...x],
      yDomain: [...y],
    },
    kept,
  );
}

/** @param {unknown} label */
const labelled = (label) => (label === undefined ? {} : { label: String(label) });

/** @param {unknown} given */
function labelOnly(given) {
  if (typeof given !== "object" || given === null || !("label" in given)) return undefined;
  return { label: given.label };
}

/**
 * @param {AnyFunction} f
 * @param {"numbers" | "point"} call
 * @returns {AnyFunction}
 */
function gradientOf(f, call) {
  if (call === "point") return grad(/** @type {any} */ (f));
  const both = grad(/** @type {any} */ (f), { argnums: [0, 1] });
  return (a, b) => jnp.stack([.../** @type {any} */ (both)(a, b)]);
}

/**
 * @param {AnyFunction} gradient
 * @param {"numbers" | "point"} call
 * @param {readonly [number, number]} x
 * @param {readonly [number, number]} y
 * @returns {Layer}
 */
function arrows(gradient, call, x, y) {
  const [across, up] = [14, 9];
  const middle = (/** @type {readonly [number, number]} */ [from, to], /** @type {number} */ n) =>
    Array.from({ length: n }, (_, i) => from + ((to - from) * (i + 0.5)) / n);
  const [xs, ys] = [middle(x, across), middle(y, up)];
  const [px, py] = [ys.flatMap(() => xs), ys.flatMap((v) => xs.map(() => v))];
  const { rows } = evaluate(gradient, [px, py], call, 2, "the gradient");
  // On the page the picture is about 1.6 times as wide as high: a direction is that of the drawn hill, and lengths are compressed, or
  // only the steepest slope would be seen.
  const [width, height] = [x[1] - x[0], y[1] - y[0]];
  const drawn = rows.map(([gx = Number.NaN, gy = Number.NaN]) => Math.hypot(gx / width, gy / height / 1.6));
  const most = extent(drawn)?.[1] ?? 1;
  const factors = drawn.map((size) => (size > 0 ? ((0.85 / across) * Math.sqrt(size / most)) / size : 0));
  return {
    mark: "arrows",
    series: 0,
    x: plain(px),
    y: plain(py),
    dx: plain(rows.map(([gx = Number.NaN], i) => gx * (factors[i] ?? 0))),
    dy: plain(rows.map(([, gy = Number.NaN], i) => gy * (factors[i] ?? 0))),
  };
}
