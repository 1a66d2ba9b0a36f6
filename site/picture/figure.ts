// A figure without axes: lines, circles and dots in the units of the figure.

import type { Figure, Shape } from "../../notebooks/plot/picture.d.mts";
import type { Projection } from "./handles.ts";
import { colourOf } from "./style.ts";
import { svg } from "./svg.ts";

/** What is drawn, and how its numbers lie on it. */
export interface Drawing {
  readonly element: Element;
  readonly projection?: Projection;
}

export function drawFigure(figure: Figure, available: number): Drawing {
  const [across, up] = [figure.x[1] - figure.x[0], figure.y[1] - figure.y[0]];
  const scale = Math.min(available / across, 420 / up);
  const [width, height] = [across * scale, up * scale];
  const projection: Projection = {
    width,
    height,
    toPixels: ([x, y]) => [(x - figure.x[0]) * scale, (figure.y[1] - y) * scale],
    fromPixels: ([x, y]) => [figure.x[0] + x / scale, figure.y[1] - y / scale],
  };
  const element = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  element.style.overflow = "hidden";
  element.append(svg("rect", { width, height, rx: 4, fill: "var(--picture-faint)", "fill-opacity": 0.25 }));
  for (const shape of figure.shapes) element.append(drawShape(shape, projection, scale));
  return { element, projection };
}

const strokes = {
  solid: { "stroke-width": 2 },
  thick: { "stroke-width": 6 },
  thin: { "stroke-width": 1, "stroke-opacity": 0.7 },
  dashed: { "stroke-width": 1.5, "stroke-dasharray": "5 4" },
};

function drawShape(shape: Shape, { toPixels }: Projection, scale: number): SVGElement {
  const colour = colourOf(shape.series);
  if (shape.shape === "circle") {
    const [cx, cy] = toPixels(shape.centre);
    return svg("circle", { cx, cy, r: shape.radius * scale, fill: "none", stroke: colour, ...strokes[shape.style] });
  }
  if (shape.shape === "dot") {
    const [x, y] = toPixels(shape.at);
    const dot = svg("circle", { cx: x, cy: y, r: 4, fill: colour });
    if (shape.label === undefined) return dot;
    return svg("g", {}, dot, svg("text", { x: x + 9, y: y - 7, fill: "currentColor" }, shape.label));
  }
  const points = shape.points
    .map((point) =>
      toPixels(point)
        .map((value) => value.toFixed(2))
        .join(","),
    )
    .join(" ");
  const look = {
    points,
    fill: "none",
    stroke: colour,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
    ...strokes[shape.style],
  };
  return svg(shape.closed ? "polygon" : "polyline", look);
}
