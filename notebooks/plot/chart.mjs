// Charts: layers between two axes. In: curves, points and bands as a cell has them; out: a display object. `build` is shared by all
// that have axes: it finds the domains, the sentence and the drawing in characters.

/** @import { Axis, Chart, Layer, Handle } from "./picture.d.mts" */
import { drawChart } from "./characters.mjs";
import { DisplayedPicture } from "./display.mjs";
import {
  checkOptions,
  counted,
  extent,
  fromTo,
  gaps,
  interval,
  isArray,
  places,
  plain,
  read,
  shapeText,
  vector,
} from "./numbers.mjs";

/** Options of everything that has axes. */
export const axesOptions = ["title", "x", "y", "lines", "points", "equal", "drag"];

/** @typedef {{ readonly label?: string, readonly log?: boolean, readonly from?: number, readonly to?: number }} AxisSettings */

/**
 * @param {unknown} given
 * @param {string} what
 * @returns {AxisSettings}
 */
function axisSettings(given, what) {
  if (given === undefined) return {};
  if (typeof given === "string") return { label: given };
  if (Array.isArray(given)) {
    const [from, to] = interval(given, what);
    return { from, to };
  }
  if (typeof given !== "object" || given === null)
    throw new TypeError(`${what} must be a label, [from, to], or an object`);
  checkOptions(what, given, ["label", "log", "from", "to"]);
  for (const end of /** @type {const} */ (["from", "to"])) {
    const value = Reflect.get(given, end);
    if (value !== undefined && !Number.isFinite(value)) throw new TypeError(`${what}.${end} must be a finite number`);
  }
  return given;
}

/**
 * @param {AxisSettings} settings
 * @param {Iterable<number | null>} values
 * @param {string} what
 * @param {boolean} tight
 * @returns {Axis}
 */
function axis({ label, log = false, from, to }, values, what, tight) {
  const seen = [];
  for (const value of values) if (value !== null && (!log || value > 0)) seen.push(value);
  let [low, high] = extent(seen) ?? (log ? [1, 10] : [0, 1]);
  if (log && ((from !== undefined && from <= 0) || (to !== undefined && to <= 0)))
    throw new TypeError(`${what}: a logarithmic axis has no place for numbers that are not positive`);
  if (low === high) {
    const room = log ? 0 : Math.max(Math.abs(low) * 0.5, 0.5);
    [low, high] = log ? [low / 2, high * 2] : [low - room, high + room];
  } else if (!tight) {
    // A little air, so that nothing lies on the frame.
    const room = 0.04;
    if (log) [low, high] = [low * (low / high) ** room, high * (high / low) ** room];
    else [low, high] = [low - (high - low) * room, high + (high - low) * room];
  }
  const domain = /** @type {const} */ ([Number((from ?? low).toPrecision(9)), Number((to ?? high).toPrecision(9))]);
  if (!(domain[0] < domain[1]))
    throw new TypeError(`${what} must go from a smaller to a larger number, and it goes ${fromTo(domain)}`);
  return label === undefined ? { log, domain } : { label, log, domain };
}

/** @param {readonly Layer[]} layers */
function* xsOf(layers) {
  for (const layer of layers) {
    if (layer.mark === "contour") yield* layer.x;
    else if (layer.mark === "boxes") yield* [...layer.low, ...layer.high];
    else if (layer.mark !== "arrows") yield* layer.x;
  }
}

/** @param {readonly Layer[]} layers */
function* ysOf(layers) {
  for (const layer of layers) {
    if (layer.mark === "contour") yield* layer.y;
    else if (layer.mark === "boxes") yield* [0, ...layer.height];
    else if (layer.mark === "band") yield* [...layer.low, ...layer.high];
    else if (layer.mark !== "arrows") yield* layer.y;
  }
}

/** @param {readonly Layer[]} layers */
function* allOf(layers) {
  for (const layer of layers) {
    if (layer.mark === "contour") yield* layer.values;
    else if (layer.mark === "band") yield* [...layer.low, ...layer.high];
    else if (layer.mark === "boxes") yield* layer.height;
    else {
      const { y } = layer;
      yield* layer.x.map((x, i) => (x === null || y[i] === null ? null : 0));
    }
  }
}

/**
 * @typedef {object} Building
 * @property {string} what the name of the helper, for errors
 * @property {string} subject what the sentence begins with, such as "contour"
 * @property {string} [detail] what the sentence adds
 * @property {Layer[]} layers
 * @property {boolean} [tightX] no air at the ends of the x axis
 * @property {boolean} [tightY]
 * @property {unknown} [xDomain] the axis as the helper needs it, if the caller says nothing
 * @property {unknown} [yDomain]
 * @property {boolean} [zero] the y axis begins at 0
 */

/**
 * @param {Building} building
 * @param {Record<string, unknown>} options
 */
export function build(
  { what, subject, detail = "", layers, tightX = false, tightY = false, xDomain, yDomain, zero = false },
  options,
) {
  const { title, equal = false, drag } = options;
  if (title !== undefined && typeof title !== "string") throw new TypeError(`${what}: the title must be a string`);
  const all = [...layers];
  let series = layers.reduce((most, layer) => Math.max(most, layer.mark === "contour" ? 0 : layer.series + 1), 0);
  for (const one of seriesOf(options.lines, `${what}: lines`)) {
    all.push(...lineLayers(one, series, `${what}: lines`));
    series += 1;
  }
  for (const one of seriesOf(options.points, `${what}: points`)) {
    all.push(pointLayer(one, series, `${what}: points`));
    series += 1;
  }
  /** @type {Handle[]} */
  const handles = [];
  if (drag !== undefined) {
    if (typeof drag !== "object" || drag === null || typeof Reflect.get(drag, "id") !== "string")
      throw new TypeError(`${what}: drag must be { id, points, labels? }`);
    checkOptions(`${what}: drag`, drag, ["id", "points", "labels"]);
    handles.push(...handlesOf(Reflect.get(drag, "points"), Reflect.get(drag, "labels"), `${what}: drag.points`));
  }
  // Where the helper knows the domain, the caller's labels are still welcome.
  const [xs, ys] = [axisSettings(options.x, `${what}: x`), axisSettings(options.y, `${what}: y`)];
  const xSettings = { ...axisSettings(xDomain, what), ...xs };
  const x = axis(xSettings, xsOf(all), `${what}: x`, tightX);
  const ySettings = { ...axisSettings(yDomain, what), ...(zero && !ys.log ? { from: 0 } : {}), ...ys };
  const y = axis(ySettings, ysOf(all), `${what}: y`, tightY);
  const hidden = (/** @type {Axis} */ a, /** @type {Iterable<number | null>} */ values) => {
    if (!a.log) return "";
    let count = 0;
    for (const value of values) if (value !== null && value <= 0) count += 1;
    return count === 0 ? "" : `; ${counted(count, "value")} not positive and left out of the logarithmic axis`;
  };
  const named = all.flatMap((layer) => (layer.mark === "contour" || layer.label === undefined ? [] : [layer.label]));
  const isEmpty = all.every(
    (layer) => layer.mark !== "contour" && (layer.mark === "boxes" ? layer.height : layer.x).length === 0,
  );
  // A range that was asked for is the one to tell; thin lines are a background, and say nothing here unless they are all there is.
  const main = all.filter((layer) => layer.mark !== "line" || layer.style !== "thin");
  const told = main.length === 0 ? all : main;
  const shown = (
    /** @type {Axis} */ { log, domain },
    /** @type {AxisSettings} */ { from, to },
    /** @type {(layers: readonly Layer[]) => Iterable<number | null>} */ valuesOf,
  ) => {
    if (from !== undefined && to !== undefined) return domain;
    const values = [...valuesOf(told)];
    return extent(log ? values.filter((value) => value !== null && value > 0) : values);
  };
  const seen = [shown(x, xSettings, xsOf), shown(y, ySettings, ysOf)];
  const ranges =
    isEmpty || seen[0] === undefined || seen[1] === undefined
      ? ", no data"
      : `: ${x.label ?? "x"} ${fromTo(seen[0])}, ${y.label ?? "y"} ${fromTo(seen[1])}${y.log ? " (log)" : ""}`;
  const thin = all.length - main.length;
  const text = [
    subject,
    title === undefined ? "" : ` "${title}"`,
    named.length === 0 ? "" : ` of ${named.join(", ")}`,
    ranges,
    detail,
    thin === 0 ? "" : `, ${main.length === 0 ? "" : "with "}${counted(thin, "thin line")}`,
    gaps(allOf(all)),
    hidden(x, xsOf(all)),
    hidden(y, ysOf(all)),
  ].join("");
  /** @type {Chart} */
  const chart = {
    kind: "chart",
    text,
    ...(title === undefined ? {} : { title }),
    x,
    y,
    layers: all,
    equal: Boolean(equal),
    handles,
    ...(drag === undefined ? {} : { drag: { id: Reflect.get(/** @type {object} */ (drag), "id") } }),
  };
  // Thin lines alone have nothing that could be drawn in characters.
  const isDrawn = !isEmpty && (main.length > 0 || handles.length > 0);
  return new DisplayedPicture(chart, () => (isDrawn ? drawChart(chart) : ""));
}

/**
 * @param {unknown} points
 * @param {unknown} labels
 * @param {string} what
 * @returns {Handle[]}
 */
export function handlesOf(points, labels, what) {
  const { x, y } = places(points, what);
  if (labels !== undefined && (!Array.isArray(labels) || labels.length !== x.length))
    throw new TypeError(`${what}: expected a label for each of the ${x.length} points`);
  return x.map((across, i) => {
    const [px = 0, py = 0] = plain([across, y[i] ?? Number.NaN]);
    if (px === null || py === null) throw new TypeError(`${what}: point ${i} is not finite`);
    return labels === undefined ? { x: px, y: py } : { x: px, y: py, label: String(labels[i]) };
  });
}

/**
 * One series or several: an object, numbers, or a list of objects.
 * @param {unknown} given
 * @param {string} what
 * @returns {unknown[]}
 */
export function seriesOf(given, what) {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return [given];
  if (given.some((item) => isSeries(item))) {
    if (!given.every((item) => isSeries(item) || typeof item === "object"))
      throw new TypeError(`${what}: some are series and others are numbers`);
    return given;
  }
  return given.length === 0 ? [] : [given];
}

/**
 * @param {unknown} item
 */
function isSeries(item) {
  return (
    typeof item === "object" && item !== null && !Array.isArray(item) && !ArrayBuffer.isView(item) && !isArray(item)
  );
}

const seriesOptions = ["x", "y", "label", "low", "high", "dashed", "thin"];

/**
 * @param {unknown} one
 * @param {string} what
 */
function coordinates(one, what) {
  if (!isSeries(one)) {
    // Points of the plane are a series as well as heights over 0, 1, 2, ...
    const grid = read(one, what);
    if (grid.shape.length === 2) {
      if (grid.shape[1] !== 2)
        throw new TypeError(
          `${what} has the shape ${shapeText(grid.shape)}; expected (n,), or points of the plane, (n, 2)`,
        );
      return { ...places(one, what), settings: {} };
    }
    const y = vector(one, what);
    return { x: y.map((_, i) => i), y, settings: {} };
  }
  const settings = /** @type {Record<string, unknown>} */ (one);
  checkOptions(what, settings, seriesOptions);
  if (settings.y === undefined) throw new TypeError(`${what}: y is missing; expected { y } or { x, y }`);
  const y = vector(settings.y, `${what}.y`);
  const x = settings.x === undefined ? y.map((_, i) => i) : vector(settings.x, `${what}.x`);
  if (x.length !== y.length)
    throw new TypeError(`${what}: x has ${x.length} numbers and y has ${y.length}; expected as many`);
  if (settings.label !== undefined && typeof settings.label !== "string")
    throw new TypeError(`${what}: the label must be a string`);
  return { x, y, settings };
}

/**
 * @param {Record<string, unknown>} settings
 * @param {number} series
 */
const named = (settings, series) =>
  settings.label === undefined ? { series } : { series, label: /** @type {string} */ (settings.label) };

/**
 * @param {unknown} one
 * @param {number} series
 * @param {string} what
 * @returns {Layer[]}
 */
export function lineLayers(one, series, what) {
  const { x, y, settings } = coordinates(one, what);
  /** @type {Layer[]} */
  const layers = [];
  if (settings.low !== undefined || settings.high !== undefined) {
    const [low, high] = [vector(settings.low, `${what}.low`), vector(settings.high, `${what}.high`)];
    if (low.length !== x.length || high.length !== x.length)
      throw new TypeError(
        `${what}: low has ${low.length} numbers, high ${high.length}, and y ${y.length}; expected as many`,
      );
    layers.push({ mark: "band", series, x: plain(x), low: plain(low), high: plain(high) });
  }
  const style = settings.dashed ? "dashed" : settings.thin ? "thin" : "solid";
  layers.push({ mark: "line", style, ...named(settings, series), x: plain(x), y: plain(y) });
  return layers;
}

/**
 * @param {unknown} one
 * @param {number} series
 * @param {string} what
 * @returns {Layer}
 */
export function pointLayer(one, series, what) {
  const { x, y, settings } = coordinates(one, what);
  return { mark: "points", ...named(settings, series), x: plain(x), y: plain(y) };
}

/**
 * Lines through points.
 * @param {unknown} series
 * @param {Record<string, unknown>} [options]
 */
export function lines(series, options = {}) {
  checkOptions(
    "lines",
    options,
    axesOptions.filter((name) => name !== "lines"),
  );
  const all = seriesOf(series, "lines");
  const layers = all.flatMap((one, i) => lineLayers(one, i, all.length === 1 ? "lines" : `lines[${i}]`));
  return build({ what: "lines", subject: all.length === 1 ? "line" : "lines", layers, tightX: true }, options);
}

/**
 * Points, by kinds.
 * @param {unknown} series
 * @param {Record<string, unknown>} [options]
 */
export function scatter(series, options = {}) {
  checkOptions(
    "scatter",
    options,
    axesOptions.filter((name) => name !== "points"),
  );
  const all = seriesOf(series, "scatter");
  const layers = all.map((one, i) => pointLayer(one, i, all.length === 1 ? "scatter" : `scatter[${i}]`));
  const count = layers.reduce((sum, layer) => sum + (layer.mark === "points" ? layer.x.length : 0), 0);
  return build({ what: "scatter", subject: counted(count, "point"), layers }, options);
}
