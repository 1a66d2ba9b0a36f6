// A drawing without axes, whose points can be dragged.

import { drawFigure } from "./characters.mjs";
/** @import { Figure, Shape } from "./picture.d.mts" */
import { handlesOf } from "./chart.mjs";
import { DisplayedPicture } from "./display.mjs";
import { checkOptions, counted, extent, interval, places, read, shapeText, short } from "./numbers.mjs";

/**
 * @param {unknown} given
 * @param {string} what
 * @param {(item: any) => boolean} isOne
 * @returns {any[]}
 */
const listOf = (given, what, isOne) => {
  if (given === undefined) return [];
  const list = Array.isArray(given) && !isOne(given) ? given : [given];
  for (const item of list)
    if (typeof item !== "object" || item === null) throw new TypeError(`${what}: expected an object or a list of them`);
  return list;
};

/**
 * A pair of finite coordinates.
 * @param {unknown} given
 * @param {string} what
 * @returns {[number, number]}
 */
function pair(given, what) {
  const { shape, data } = read(given, what);
  if (shape.join() !== "2")
    throw new TypeError(`${what} has the shape ${shapeText(shape)}; expected a point of the plane, (2,)`);
  const [x = 0, y = 0] = data;
  if (!Number.isFinite(x) || !Number.isFinite(y)) throw new TypeError(`${what} is not finite: [${x}, ${y}]`);
  return [Number(x.toPrecision(9)), Number(y.toPrecision(9))];
}

/**
 * @param {unknown} style
 * @param {string} what
 */
function styled(style, what) {
  if (style === undefined) return "solid";
  if (style === "solid" || style === "dashed" || style === "thin" || style === "thick") return style;
  throw new TypeError(`${what}: style must be "solid", "dashed", "thin" or "thick"`);
}

/**
 * @param {unknown} series
 * @param {number} otherwise
 */
const numbered = (series, otherwise) => (Number.isInteger(series) && Number(series) >= 0 ? Number(series) : otherwise);

/**
 * Points that can be dragged, among lines, circles and dots.
 * @param {unknown} given
 * @param {Record<string, unknown>} [options]
 */
export function points(given, options = {}) {
  checkOptions("points", options, ["title", "labels", "lines", "circles", "dots", "x", "y", "drag"]);
  const handles = handlesOf(given, options.labels, "points");
  /** @type {Shape[]} */
  const shapes = [];
  let left = 0;
  listOf(options.circles, "points: circles", (item) => !Array.isArray(item)).forEach((circle, i) => {
    const what = `points: circles[${i}]`;
    checkOptions(what, circle, ["centre", "radius", "series", "style"]);
    const radius = read(circle.radius, `${what}.radius`).data[0] ?? Number.NaN;
    if (!(radius >= 0 && Number.isFinite(radius)))
      throw new TypeError(`${what}.radius must be a number that is not negative`);
    const style = styled(circle.style, what);
    shapes.push({
      shape: "circle",
      centre: pair(circle.centre, `${what}.centre`),
      radius,
      series: numbered(circle.series, 1),
      style: style === "thick" ? "solid" : style,
    });
  });
  listOf(options.lines, "points: lines", (item) => !Array.isArray(item)).forEach((line, i) => {
    const what = `points: lines[${i}]`;
    checkOptions(what, line, ["points", "closed", "series", "style"]);
    const { x, y } = places(line.points, `${what}.points`);
    /** @type {[number, number][]} */
    const kept = [];
    x.forEach((across, k) => {
      const up = y[k] ?? Number.NaN;
      if (Number.isFinite(across) && Number.isFinite(up))
        kept.push([Number(across.toPrecision(9)), Number(up.toPrecision(9))]);
      else left += 1;
    });
    shapes.push({
      shape: "line",
      points: kept,
      closed: Boolean(line.closed),
      series: numbered(line.series, 0),
      style: styled(line.style, what),
    });
  });
  listOf(options.dots, "points: dots", (item) => !Array.isArray(item)).forEach((dot, i) => {
    checkOptions(`points: dots[${i}]`, dot, ["at", "label", "series"]);
    shapes.push({
      shape: "dot",
      at: pair(dot.at, `points: dots[${i}].at`),
      series: numbered(dot.series, 0),
      ...(dot.label === undefined ? {} : { label: String(dot.label) }),
    });
  });
  const { title, drag } = options;
  if (title !== undefined && typeof title !== "string") throw new TypeError("points: the title must be a string");
  const id =
    typeof drag === "string" ? drag : typeof drag === "object" && drag !== null ? Reflect.get(drag, "id") : undefined;
  if (drag !== undefined && typeof id !== "string")
    throw new TypeError("points: drag must be an id, a string, or { id }");
  const around = (/** @type {0 | 1} */ axis, /** @type {unknown} */ range) => {
    if (range !== undefined) return interval(range, `points: ${axis === 0 ? "x" : "y"}`);
    const [low, high] = extent([
      ...handles.map((h) => (axis === 0 ? h.x : h.y)),
      ...shapes.flatMap((shape) => reach(shape, axis)),
    ]) ?? [0, 1];
    const room = (high - low) * 0.1 || 0.5;
    return /** @type {[number, number]} */ ([low - room, high + room]);
  };
  const [x, y] = [around(0, options.x), around(1, options.y)];
  const scale = Math.max(...x.map(Math.abs), ...y.map(Math.abs));
  const list = handles
    .slice(0, 8)
    .map((h, i) => `${h.label ?? i + 1} at (${short(h.x, 1e3 * scale)}, ${short(h.y, 1e3 * scale)})`);
  const text = [
    `figure${title === undefined ? "" : ` "${title}"`} of ${counted(handles.length, "point")}${id === undefined ? "" : " to drag"}`,
    list.length === 0 ? "" : `: ${list.join(", ")}${handles.length > 8 ? ", ..." : ""}`,
    left === 0 ? "" : `; ${counted(left, "point")} of lines not finite and left out`,
  ].join("");
  /** @type {Figure} */
  const picture = {
    kind: "figure",
    text,
    ...(title === undefined ? {} : { title }),
    x,
    y,
    shapes,
    handles,
    ...(id === undefined ? {} : { drag: { id } }),
  };
  return new DisplayedPicture(picture, () => (handles.length + shapes.length === 0 ? "" : drawFigure(picture)));
}

/**
 * @param {Shape} shape
 * @param {0 | 1} axis
 */
function reach(shape, axis) {
  if (shape.shape === "dot") return [shape.at[axis]];
  if (shape.shape === "circle") return [shape.centre[axis] - shape.radius, shape.centre[axis] + shape.radius];
  return shape.points.map((point) => point[axis]);
}
