// Pictures of how much: histograms of numbers, and a bar for each name.

/** @import { Bars, Layer } from "./picture.d.mts" */
import { signOf } from "./characters.mjs";
import { axesOptions, build } from "./chart.mjs";
import { DisplayedPicture } from "./display.mjs";
import {
  checkOptions,
  counted,
  extent,
  fromTo,
  gaps,
  interval,
  isArray,
  niceStep,
  plain,
  read,
  short,
  vector,
} from "./numbers.mjs";

/** A part of an interval that rounding cannot reach and nobody sees. */
const bias = 1e-4;

/**
 * How many numbers fall into each interval.
 * @param {unknown} given numbers of any shape, or a list of `{ values, label }`
 * @param {Record<string, unknown>} [options]
 */
export function histogram(given, options = {}) {
  checkOptions("histogram", options, [...axesOptions, "bins", "range"]);
  const isNamed = (/** @type {unknown} */ item) =>
    typeof item === "object" &&
    item !== null &&
    !isArray(item) &&
    !ArrayBuffer.isView(item) &&
    "values" in item &&
    !Array.isArray(item);
  const list = isNamed(given) ? [given] : Array.isArray(given) && given.some(isNamed) ? given : [{ values: given }];
  const kinds = list.map((item, i) => {
    const what = list.length === 1 ? "histogram" : `histogram[${i}]`;
    if (!isNamed(item) && list.length > 1) throw new TypeError(`${what}: expected { values, label }`);
    checkOptions(what, item, ["values", "label"]);
    return {
      label: item.label === undefined ? undefined : String(item.label),
      data: read(item.values, `${what}: the values`).data,
    };
  });
  const { bins = 20 } = options;
  if (!(Number.isInteger(bins) && Number(bins) > 0 && Number(bins) <= 1000))
    throw new TypeError("histogram: bins must be a whole number from 1 to 1000");
  const range =
    options.range === undefined
      ? extent(kinds.flatMap(({ data }) => data))
      : interval(options.range, "histogram: range");
  const edges = range === undefined ? [] : edgesOf(range, Number(bins), options.range !== undefined);
  let outside = 0;
  /** @type {Layer[]} */
  const layers = kinds.map(({ label, data }, series) => {
    const height = edges.slice(1).map(() => 0);
    const [first = 0, last = 0] = [edges[0], edges.at(-1)];
    for (const value of data) {
      if (!Number.isFinite(value)) continue;
      const place = ((value - first) / (last - first)) * height.length;
      // What lies on an edge, but for rounding, belongs to the interval above it; the last one holds its upper end too.
      if (place < -bias || place > height.length + bias) outside += 1;
      else {
        const bin = Math.min(Math.max(Math.floor(place + bias), 0), height.length - 1);
        height[bin] = (height[bin] ?? 0) + 1;
      }
    }
    return {
      mark: "boxes",
      series,
      ...(label === undefined ? {} : { label }),
      low: plain(edges.slice(0, -1)),
      high: plain(edges.slice(1)),
      height,
    };
  });
  const all = kinds.flatMap(({ data }) => data);
  const detail = `, ${counted(all.filter(Number.isFinite).length, "value")}${outside > 0 ? `, ${outside} of them outside` : ""}${gaps(all)}`;
  const { bins: _bins, range: _range, ...axes } = options;
  const y = axes.y ?? "count";
  return build({ what: "histogram", subject: "histogram", detail, layers, tightX: true, zero: true }, { ...axes, y });
}

/**
 * @param {readonly [number, number]} range
 * @param {number} bins
 * @param {boolean} exact the ends are those that the caller gave
 */
function edgesOf([low, high], bins, exact) {
  if (low === high) return [low - 0.5, low + 0.5];
  if (exact) return Array.from({ length: bins + 1 }, (_, i) => low + ((high - low) * i) / bins);
  const step = niceStep(high - low, bins);
  const first = Math.floor(low / step + bias);
  const count = Math.max(Math.ceil(high / step - bias) - first, 1);
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * step).toPrecision(9)));
}

/**
 * A bar for each name.
 * @param {unknown} given numbers, or an object of numbers by their names
 * @param {Record<string, unknown>} [options]
 */
export function bars(given, options = {}) {
  checkOptions("bars", options, ["title", "labels", "errors", "x"]);
  const isNamed =
    typeof given === "object" &&
    given !== null &&
    !Array.isArray(given) &&
    !ArrayBuffer.isView(given) &&
    !isArray(given);
  const raw = isNamed
    ? Object.values(given).map((value) => vector(value, "bars: a value")[0] ?? Number.NaN)
    : vector(given, "bars: the values");
  const labels =
    options.labels === undefined
      ? isNamed
        ? Object.keys(given)
        : raw.map((_, i) => String(i))
      : Array.from(/** @type {Iterable<unknown>} */ (options.labels), String);
  if (labels.length !== raw.length)
    throw new TypeError(
      `bars: ${counted(labels.length, "label")} for ${counted(raw.length, "value")}; expected as many`,
    );
  const errors = options.errors === undefined ? undefined : vector(options.errors, "bars: errors");
  if (errors !== undefined && errors.length !== raw.length)
    throw new TypeError(
      `bars: ${counted(errors.length, "error")} for ${counted(raw.length, "value")}; expected as many`,
    );
  if (options.title !== undefined && typeof options.title !== "string")
    throw new TypeError("bars: the title must be a string");
  const title = options.title === undefined ? {} : { title: options.title };
  const values = plain(raw);
  const seen = extent(values);
  const text = `${counted(raw.length, "bar")}${title.title === undefined ? "" : ` "${title.title}"`}${seen === undefined ? "" : `: ${fromTo(seen)}`}${gaps(raw)}`;
  /** @type {Bars} */
  const picture = {
    kind: "bars",
    text,
    ...title,
    labels,
    values,
    ...(errors === undefined ? {} : { errors: plain(errors) }),
    ...(options.x === undefined ? {} : { x: String(options.x) }),
  };
  return new DisplayedPicture(picture, () => characters(picture));
}

/** @param {Bars} picture */
function characters({ labels, values, errors }) {
  const room = 36;
  const name = Math.max(0, ...labels.map((label) => label.length));
  const [low, high] = extent([0, ...values]) ?? [0, 0];
  const scale = high - low || 1;
  const place = (/** @type {number} */ value) => Math.floor(((value - low) / scale) * room + 0.5 + 2e-3);
  const numbers = values.map((value, i) => {
    const error = errors?.[i];
    return value === null
      ? "not finite"
      : `${short(value, scale)}${error === undefined || error === null ? "" : ` ± ${short(error, scale)}`}`;
  });
  const width = Math.max(0, ...numbers.map((text) => text.length));
  return labels
    .map((label, i) => {
      const value = values[i] ?? 0;
      const [from, to] = [Math.min(place(0), place(value)), Math.max(place(0), place(value))];
      return `${label.padEnd(name)}  ${(numbers[i] ?? "").padStart(width)} |${" ".repeat(from)}${signOf(4).repeat(to - from)}`.trimEnd();
    })
    .join("\n");
}
