// Draws pictures in characters, for terminals and for the text of a notebook. Two engines may differ in a number's last bits, and
// the same text must come out: places are rounded with a bias that no such difference crosses where numbers are round.

/** @import { Chart, Figure, Axis, ContourLayer, Layer } from "./picture.d.mts" */
import { short } from "./numbers.mjs";

const signs = ["*", "o", "+", "x", "#", "%", "&", "@"];
const shades = " .:-+*#%@";
/** Heights of a contour: none of them is the sign of a series. */
const heights = " .,:;~-=";
const bias = 2e-3;

/** @param {number} series */
export const signOf = (series) => signs[series % signs.length] ?? "*";

/** @param {number} place */
const cell = (place) => Math.floor(place + 0.5 + bias);

/** A board of characters. */
class Board {
  /**
   * @param {number} columns
   * @param {number} rows
   */
  constructor(columns, rows) {
    this.columns = columns;
    this.rows = rows;
    /** @type {string[][]} */
    this.cells = Array.from({ length: rows }, () => Array.from({ length: columns }, () => " "));
  }

  /**
   * @param {number} column
   * @param {number} row
   * @param {string} sign
   */
  put(column, row, sign) {
    const line = this.cells[row];
    if (line !== undefined && column >= 0 && column < this.columns) line[column] = sign;
  }

  /**
   * @param {readonly [number, number]} from
   * @param {readonly [number, number]} to
   * @param {string} sign
   */
  line([x0, y0], [x1, y1], sign) {
    const steps = Math.min(Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)), 500);
    for (let i = 0; i <= steps; i++) {
      const t = i / steps;
      this.put(cell(x0 + (x1 - x0) * t), cell(y0 + (y1 - y0) * t), sign);
    }
  }

  lines() {
    return this.cells.map((line) => line.join("").trimEnd());
  }
}

/**
 * Where a value stands on an axis, 0 at its lower end and 1 at its upper.
 * @param {Axis} axis
 * @param {number | null | undefined} value
 */
function share({ log, domain: [from, to] }, value) {
  if (value === null || value === undefined || (log && value <= 0)) return undefined;
  return log ? (Math.log(value) - Math.log(from)) / (Math.log(to) - Math.log(from)) : (value - from) / (to - from);
}

/**
 * @param {Chart} chart
 * @param {number} [columns]
 * @param {number} [rows]
 */
export function drawChart(chart, columns = 60, rows = 13) {
  const board = new Board(columns, rows);
  /**
   * @param {number | null | undefined} x
   * @param {number | null | undefined} y
   * @returns {[number, number] | undefined}
   */
  const place = (x, y) => {
    const [across, up] = [share(chart.x, x), share(chart.y, y)];
    return across === undefined || up === undefined ? undefined : [across * (columns - 1), (1 - up) * (rows - 1)];
  };
  for (const layer of chart.layers) if (!isBackground(layer, chart.layers)) drawLayer(board, chart, layer, place);
  chart.handles.forEach(({ x, y, label }, i) => {
    const at = place(x, y);
    if (at !== undefined) board.put(cell(at[0]), cell(at[1]), label?.[0] ?? String((i + 1) % 10));
  });
  const scale = (/** @type {Axis} */ { domain }) => Math.max(...domain.map(Math.abs));
  const [low, high] = chart.y.domain.map((v) => short(v, scale(chart.y)));
  const [left, right] = chart.x.domain.map((v) => short(v, scale(chart.x)));
  const width = Math.max(low?.length ?? 0, high?.length ?? 0);
  const lines = board.lines().map((line, row) => {
    const mark = row === 0 ? high : row === rows - 1 ? low : "";
    return `${(mark ?? "").padStart(width)} |${line}`;
  });
  const name = [chart.x.label, chart.x.log ? "(log)" : undefined].filter((part) => part !== undefined).join(" ");
  const middle = name === "" ? "" : ` ${name} `;
  const gap = Math.max(columns - (left?.length ?? 0) - (right?.length ?? 0) - middle.length, 1);
  const before = Math.floor(gap / 2);
  lines.push(`${" ".repeat(width + 2)}${left}${" ".repeat(before)}${middle}${" ".repeat(gap - before)}${right}`);
  const keys = keysOf(chart.layers);
  if (keys.length > 0) lines.push(`${" ".repeat(width + 2)}${keys.join("   ")}`);
  return lines.join("\n");
}

/**
 * Thin lines, and a cloud of points over a contour, would cover what is to be seen.
 * @param {Layer} layer
 * @param {readonly Layer[]} layers
 */
function isBackground(layer, layers) {
  if (layer.mark === "line") return layer.style === "thin";
  return layer.mark === "points" && layer.x.length > 200 && layers.some(({ mark }) => mark === "contour");
}

/** @param {readonly Layer[]} layers */
function keysOf(layers) {
  /** @type {string[]} */
  const keys = [];
  for (const layer of layers) {
    if (layer.mark === "contour" || layer.label === undefined || isBackground(layer, layers)) continue;
    keys.push(`${layer.mark === "band" ? "-" : signOf(layer.series)} ${layer.label}`);
  }
  return keys;
}

/**
 * @param {Board} board
 * @param {Chart} chart
 * @param {Layer} layer
 * @param {(x: number | null | undefined, y: number | null | undefined) => [number, number] | undefined} place
 */
function drawLayer(board, chart, layer, place) {
  if (layer.mark === "contour") return drawContour(board, chart, layer);
  // Arrows have no room between characters.
  if (layer.mark === "arrows") return;
  const sign = signOf(layer.series);
  if (layer.mark === "points") {
    layer.x.forEach((x, i) => {
      const at = place(x, layer.y[i]);
      if (at !== undefined) board.put(cell(at[0]), cell(at[1]), sign);
    });
  } else if (layer.mark === "boxes") {
    layer.height.forEach((height, i) => {
      if (!height) return;
      const [low, high, top] = [place(layer.low[i], height), place(layer.high[i], height), place(layer.low[i], 0)];
      if (low === undefined || high === undefined || top === undefined) return;
      for (let column = cell(low[0]); column < Math.max(cell(high[0]), cell(low[0]) + 1); column++)
        board.line([column, low[1]], [column, top[1]], sign);
    });
  } else if (layer.mark === "band") {
    for (let i = 0; i + 1 < layer.x.length; i++) {
      const [a, b] = [place(layer.x[i], layer.low[i]), place(layer.x[i], layer.high[i])];
      const [c, d] = [place(layer.x[i + 1], layer.low[i + 1]), place(layer.x[i + 1], layer.high[i + 1])];
      if (a === undefined || b === undefined || c === undefined || d === undefined) continue;
      for (let column = cell(a[0]); column <= cell(c[0]); column++) {
        const t = c[0] === a[0] ? 0 : (column - a[0]) / (c[0] - a[0]);
        board.line([column, a[1] + (c[1] - a[1]) * t], [column, b[1] + (d[1] - b[1]) * t], "-");
      }
    }
  } else {
    /** @type {[number, number] | undefined} */
    let before;
    layer.x.forEach((x, i) => {
      const at = place(x, layer.y[i]);
      // A way of steps is its points; a line between them would hide which are far apart.
      if (at !== undefined) board.line(layer.mark === "steps" ? at : (before ?? at), at, sign);
      before = at;
    });
  }
}

/**
 * @param {Board} board
 * @param {Chart} chart
 * @param {ContourLayer} layer
 */
function drawContour(board, chart, layer) {
  const spread = layer.levels.map((level, i) => level - (layer.levels[i - 1] ?? 0));
  const [xs, ys] = [layer.x[1] - layer.x[0], layer.y[1] - layer.y[0]];
  for (let row = 0; row < board.rows; row++) {
    const y = chart.y.domain[1] - ((chart.y.domain[1] - chart.y.domain[0]) * row) / (board.rows - 1);
    const line = cell(((y - layer.y[0]) / ys) * (layer.rows - 1));
    for (let column = 0; column < board.columns; column++) {
      const x = chart.x.domain[0] + ((chart.x.domain[1] - chart.x.domain[0]) * column) / (board.columns - 1);
      const at = cell(((x - layer.x[0]) / xs) * (layer.columns - 1));
      if (line < 0 || line >= layer.rows || at < 0 || at >= layer.columns) continue;
      const value = layer.values[line * layer.columns + at];
      if (value === null || value === undefined) continue;
      const above = layer.levels.filter((level, i) => value > level + 1e-4 * Math.abs(spread[i] ?? 0)).length;
      const shade = Math.round((above / layer.levels.length) * (heights.length - 1));
      board.put(column, row, heights[shade] ?? " ");
    }
  }
}

/**
 * @param {Figure} figure
 * @param {number} [rows]
 */
export function drawFigure(figure, rows = 17) {
  const [width, height] = [figure.x[1] - figure.x[0], figure.y[1] - figure.y[0]];
  // A character is about twice as high as it is wide.
  const columns = Math.min(Math.max(Math.round((rows * 2 * width) / height), 8), 76);
  const board = new Board(columns, rows);
  /**
   * @param {readonly [number, number]} point
   * @returns {[number, number]}
   */
  const place = ([x, y]) => [
    ((x - figure.x[0]) / width) * (columns - 1),
    (1 - (y - figure.y[0]) / height) * (rows - 1),
  ];
  for (const shape of figure.shapes) {
    if (shape.shape === "dot") {
      const at = place(shape.at);
      board.put(cell(at[0]), cell(at[1]), shape.label?.[0] ?? "o");
    } else if (shape.shape === "circle") {
      for (let i = 0; i < 120; i++) {
        const angle = (i / 120) * 2 * Math.PI;
        const [x, y] = shape.centre;
        const at = place([x + shape.radius * Math.cos(angle), y + shape.radius * Math.sin(angle)]);
        board.put(cell(at[0]), cell(at[1]), ".");
      }
    } else {
      const all = shape.closed ? [...shape.points, ...shape.points.slice(0, 1)] : shape.points;
      all.slice(1).forEach((to, i) => {
        board.line(
          place(all[i] ?? to),
          place(to),
          shape.style === "solid" || shape.style === "thick" ? signOf(shape.series) : ".",
        );
      });
    }
  }
  figure.handles.forEach(({ x, y, label }, i) => {
    const at = place([x, y]);
    board.put(cell(at[0]), cell(at[1]), label?.[0] ?? String((i + 1) % 10));
  });
  return board.lines().join("\n");
}

/**
 * A table of texts, right-aligned, with names before the rows and above the columns.
 * @param {readonly (readonly string[])[]} cells
 * @param {readonly string[]} [rows]
 * @param {readonly string[]} [columns]
 */
export function drawTable(cells, rows, columns) {
  const body = columns === undefined ? cells : [columns, ...cells];
  const names = rows === undefined ? [] : columns === undefined ? rows : ["", ...rows];
  const widths = (body[0] ?? []).map((_, i) => Math.max(...body.map((row) => row[i]?.length ?? 0)));
  const first = Math.max(0, ...names.map((name) => name.length));
  return body
    .map((row, r) => {
      const line = row.map((text, i) => text.padStart(widths[i] ?? 0)).join("  ");
      return (rows === undefined ? line : `${(names[r] ?? "").padEnd(first)}  ${line}`).trimEnd();
    })
    .join("\n");
}

/**
 * A matrix in shades, two characters a cell: by size, and what is negative by other signs than what is positive.
 * @param {readonly (readonly (number | null)[])[]} values
 * @param {readonly [number, number]} range
 * @param {"diverging" | "sequential"} colours
 */
export function drawShades(values, [low, high], colours) {
  const up = colours === "diverging" ? " .+*#" : shades;
  const down = " .-=~";
  return values
    .map((row) =>
      row
        .map((value) => {
          if (value === null) return "? ";
          const part = colours === "diverging" ? Math.abs(value) / high : (value - low) / (high - low);
          const scale = colours === "diverging" && value < 0 ? down : up;
          const shade = scale[Math.min(Math.max(cell(part * (scale.length - 1)), 0), scale.length - 1)] ?? " ";
          return colours === "diverging" ? `${shade} ` : shade.repeat(2);
        })
        .join("")
        .trimEnd(),
    )
    .join("\n");
}
