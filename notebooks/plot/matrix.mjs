// Pictures of matrices: heat maps, and images in shades of ink.

/** @import { HeatMap, Images, Numbers } from "./picture.d.mts" */
import { drawShades, drawTable } from "./characters.mjs";
import { DisplayedPicture } from "./display.mjs";
import {
  checkOptions,
  counted,
  extent,
  fromTo,
  gaps,
  interval,
  isArray,
  matrix,
  plain,
  read,
  shapeText,
  short,
} from "./numbers.mjs";

/** Up to this many rows and columns the numbers stand in the cells. */
const legible = 12;

/**
 * @param {unknown} given
 * @param {number} count
 * @param {string} what
 */
function names(given, count, what) {
  if (given === undefined) return undefined;
  const isList = typeof given === "string" || (typeof given === "object" && given !== null && Symbol.iterator in given);
  const list = isList ? Array.from(/** @type {Iterable<unknown>} */ (given), String) : [];
  if (list.length !== count)
    throw new TypeError(`${what} has ${counted(list.length, "name")}; expected ${count}, one for each`);
  return list;
}

/**
 * @param {unknown} title
 * @param {string} what
 */
function titled(title, what) {
  if (title === undefined) return {};
  if (typeof title !== "string") throw new TypeError(`${what}: the title must be a string`);
  return { title };
}

/**
 * A matrix in colours.
 * @param {unknown} given
 * @param {Record<string, unknown>} [options]
 */
export function heatMap(given, options = {}) {
  checkOptions("heatMap", options, ["title", "rows", "columns", "x", "y", "colours", "range", "digits", "numbers"]);
  const raw = matrix(given, "heatMap: the matrix");
  /** @type {Numbers[]} */
  const values = raw.map(plain);
  const [height, width] = [values.length, values[0]?.length ?? 0];
  const title = titled(options.title, "heatMap");
  const rows = names(options.rows, height, "heatMap: rows");
  const columns = names(options.columns, width, "heatMap: columns");
  const seen = extent(values.flat());
  const wide = options.range === undefined ? (seen ?? [0, 1]) : interval(options.range, "heatMap: range");
  const { colours = wide[0] < 0 ? "diverging" : "sequential", digits } = options;
  if (colours !== "diverging" && colours !== "sequential")
    throw new TypeError('heatMap: colours must be "diverging" or "sequential"');
  if (digits !== undefined && !(Number.isInteger(digits) && Number(digits) >= 0 && Number(digits) <= 20))
    throw new TypeError("heatMap: digits must be a whole number from 0 to 20");
  const most = Math.max(Math.abs(wide[0]), Math.abs(wide[1])) || 1;
  /** @type {[number, number]} */
  const range =
    colours === "diverging"
      ? [-most, most]
      : [
          Math.min(wide[0], wide[0] > 0 && options.range === undefined ? 0 : wide[0]),
          wide[1] > wide[0] ? wide[1] : wide[0] + most,
        ];
  const show = (/** @type {number | null} */ value, /** @type {number} */ i, /** @type {number} */ j) =>
    value === null
      ? short(raw[i]?.[j] ?? Number.NaN)
      : digits === undefined
        ? short(value, most)
        : value.toFixed(Number(digits)).replace(/^-(0(\.0*)?)$/, "$1");
  const cells =
    (options.numbers ?? (height <= legible && width <= legible))
      ? values.map((row, i) => row.map((value, j) => show(value, i, j)))
      : undefined;
  const size =
    height === 0 || width === 0
      ? "an empty matrix"
      : `${/^(8|11$|18$)/.test(String(height)) ? "an" : "a"} ${height} by ${width} matrix`;
  const text = `heat map of ${size}${title.title === undefined ? "" : ` "${title.title}"`}${seen === undefined ? "" : `: ${fromTo(seen)}`}${gaps(raw.flat())}`;
  /** @type {HeatMap} */
  const picture = {
    kind: "heatMap",
    text,
    ...title,
    values,
    ...(rows === undefined ? {} : { rows }),
    ...(columns === undefined ? {} : { columns }),
    ...(options.x === undefined ? {} : { x: String(options.x) }),
    ...(options.y === undefined ? {} : { y: String(options.y) }),
    colours,
    range,
    ...(cells === undefined ? {} : { cells }),
  };
  const characters = () =>
    height === 0 || width === 0
      ? ""
      : cells !== undefined
        ? drawTable(cells, rows, columns)
        : height <= 40 && width <= 40
          ? drawShades(values, range, colours)
          : "";
  return new DisplayedPicture(picture, characters);
}

/**
 * One image: a matrix from paper to ink.
 * @param {unknown} given
 * @param {Record<string, unknown>} [options]
 */
export function image(given, options = {}) {
  checkOptions("image", options, ["title", "range"]);
  const { shape } = read(given, "image");
  if (shape.length !== 2)
    throw new TypeError(`image has the shape ${shapeText(shape)}; expected two dimensions, (height, width)`);
  return draw([given], options, "image");
}

/**
 * Images side by side.
 * @param {unknown} given
 * @param {Record<string, unknown>} [options]
 */
export function images(given, options = {}) {
  checkOptions("images", options, ["title", "labels", "columns", "range"]);
  if (isArray(given)) {
    if (given.shape.length !== 3)
      throw new TypeError(
        `images has the shape ${shapeText(given.shape)}; expected three dimensions, (count, height, width)`,
      );
    return draw(/** @type {unknown[]} */ (given.tolist()), options, "images");
  }
  if (!Array.isArray(given))
    throw new TypeError("images: expected a list of matrices, or an array of the shape (count, height, width)");
  return draw(given, options, "images");
}

/**
 * @param {unknown[]} list
 * @param {Record<string, unknown>} options
 * @param {string} what
 */
function draw(list, options, what) {
  const all = list.map((one, i) => matrix(one, what === "image" ? what : `images[${i}]`));
  const flat = all.map((rows) => rows.flat());
  const seen = extent(flat.flat());
  const [low, high] = options.range === undefined ? (seen ?? [0, 1]) : interval(options.range, `${what}: range`);
  const labels = names(options.labels, all.length, `${what}: labels`);
  const title = titled(options.title, what);
  const columns = options.columns ?? Math.min(Math.max(all.length, 1), 10);
  if (!(Number.isInteger(columns) && Number(columns) > 0))
    throw new TypeError(`${what}: columns must be a whole number above 0`);
  const ink = (/** @type {number} */ value) =>
    high === low ? 0 : Math.min(Math.max((value - low) / (high - low), 0), 1);
  const [height, width] = [all[0]?.length ?? 0, all[0]?.[0]?.length ?? 0];
  const same = all.every((rows) => rows.length === height && (rows[0]?.length ?? 0) === width);
  const subject = what === "image" ? "image" : counted(all.length, "image");
  const size = all.length === 0 ? "" : same ? ` of ${height} by ${width}` : " of several sizes";
  const named = labels === undefined ? "" : `: ${labels.slice(0, 20).join(", ")}${labels.length > 20 ? ", ..." : ""}`;
  const text = `${subject}${title.title === undefined ? "" : ` "${title.title}"`}${size}${named}${gaps(flat.flat())}`;
  /** @type {Images} */
  const picture = {
    kind: "images",
    text,
    ...title,
    columns: Number(columns),
    images: all.map((rows, i) => ({
      width: rows[0]?.length ?? 0,
      height: rows.length,
      ink: plain(rows.flat().map((value) => (Number.isFinite(value) ? ink(value) : Number.NaN))),
      ...(labels === undefined ? {} : { label: labels[i] ?? "" }),
    })),
  };
  return new DisplayedPicture(picture, () => characters(picture, Number(columns), same, width));
}

/**
 * @param {Images} picture
 * @param {number} columns
 * @param {boolean} same
 * @param {number} width
 */
function characters({ images }, columns, same, width) {
  if (images.length === 0 || !same || width > 38 || width === 0) return "";
  // A first row of images says what they are like.
  const shown = images.slice(0, Math.max(1, Math.min(columns, Math.floor(78 / (2 * width + 2)))));
  const blocks = shown.map(({ ink, width, height }) =>
    Array.from({ length: height }, (_, row) =>
      drawShades([ink.slice(row * width, (row + 1) * width)], [0, 1], "sequential").padEnd(2 * width),
    ),
  );
  return (blocks[0] ?? []).map((_, row) => `|${blocks.map((lines) => lines[row]).join("|")}|`).join("\n");
}
