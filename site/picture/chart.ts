// Charts, heat maps and bars, drawn by Observable Plot.

import * as Plot from "@observablehq/plot";
import type { Axis, Bars, Chart, HeatMap, Layer } from "../../notebooks/plot/picture.d.mts";
import type { Drawing } from "./figure.ts";
import { colourOf } from "./style.ts";
import { html, svg } from "./svg.ts";

const look = { color: "currentColor", background: "none", fontSize: "12px", fontFamily: "inherit" };
const number = (value: number | null | undefined): number => value ?? Number.NaN;

export function drawChart(chart: Chart, available: number): Drawing {
  const width = Math.min(available, 704);
  const [left, right, top, bottom] = [
    52,
    14,
    chart.y.label === undefined ? 12 : 26,
    chart.x.label === undefined ? 28 : 42,
  ];
  const inner = width - left - right;
  const aspect = (chart.y.domain[1] - chart.y.domain[0]) / (chart.x.domain[1] - chart.x.domain[0]);
  const height =
    (chart.equal ? Math.min(inner * aspect, 560) : Math.max(Math.min(inner / 1.6, 380), 180)) + top + bottom;
  const scale = (axis: Chart["x"]) => ({
    type: axis.log ? ("log" as const) : ("linear" as const),
    domain: [...axis.domain],
    label: axis.label ?? null,
  });
  const drawn = { tickSize: 4, stroke: "var(--picture-soft)", fill: "currentColor", labelArrow: "none" as const };
  // Few ticks on a phone; a logarithmic axis thins its own.
  const ticks = (room: number, { log, domain }: Axis) =>
    log
      ? { ticks: logTicks(domain, room / 60), tickFormat: plainNumber }
      : { ticks: Math.max(2, Math.round(room / 70)) };
  const hasContour = chart.layers.some((layer) => layer.mark === "contour");
  const grid = { stroke: "var(--picture-faint)", strokeOpacity: 1 };
  const marginRight = chart.equal && inner * aspect > 560 ? right + inner - 560 / aspect : right;
  const plot = Plot.plot({
    width,
    height,
    marginLeft: left,
    marginRight,
    marginTop: top,
    marginBottom: bottom,
    style: look,
    x: scale(chart.x),
    y: scale(chart.y),
    marks: [
      ...(hasContour
        ? []
        : [
            Plot.gridY({ ...grid, ...ticks(height * 1.2, chart.y) }),
            Plot.gridX({ ...grid, ...ticks(width, chart.x) }),
          ]),
      ...chart.layers.flatMap((layer) => marksOf(layer, chart)),
      Plot.axisX({ ...ticks(width, chart.x), ...drawn, labelAnchor: "center" }),
      Plot.axisY({ ...ticks(height * 1.2, chart.y), ...drawn, labelAnchor: "top" }),
      ...(hasContour ? [Plot.frame({ stroke: "var(--picture-faint)" })] : []),
    ],
  });
  withoutLabels(plot);
  const [x, y] = [plot.scale("x")!, plot.scale("y")!];
  const inside = (value: number, [low, high]: readonly [number, number]) => Math.min(Math.max(value, low), high);
  const keys = keysOf(chart);
  return {
    element: html("div", {}, plot, ...(keys === undefined ? [] : [keys])),
    projection: {
      width,
      height,
      toPixels: (point) => [x.apply(point[0]) as number, y.apply(point[1]) as number],
      fromPixels: (pixels) => [
        inside(x.invert!(pixels[0]) as number, chart.x.domain),
        inside(y.invert!(pixels[1]) as number, chart.y.domain),
      ],
    },
  };
}

const plainNumber = (value: number): string =>
  value >= 1e6 || value < 1e-3 ? value.toExponential(0).replace("e+", "e") : String(Number(value.toPrecision(3)));

/** Powers of ten; if there are few of them, 2 and 5 times as much too; if there are many, not each. */
function logTicks([low, high]: Axis["domain"], most: number): number[] {
  const powers: number[] = [];
  for (let k = Math.floor(Math.log10(low)); k <= Math.ceil(Math.log10(high)); k++) powers.push(k);
  const leads = powers.length * 2 <= most && powers.length < 4 ? [1, 2, 5] : [1];
  const step = Math.max(1, Math.ceil(powers.length / most));
  const all = powers.filter((k) => k % step === 0).flatMap((k) => leads.map((lead) => Number(`${lead}e${k}`)));
  return all.filter((value) => value >= low && value <= high);
}

/** Kinds of points differ by shape, not by colour alone. */
const symbols = ["circle", "square", "triangle", "diamond"] as const;

function sampleOf(series: number): SVGElement {
  const fill = colourOf(series);
  const corners = ["", "7,1 15,1 15,9 7,9", "11,0 16,9 6,9", "11,0 15,5 11,10 7,5"][series % 4]!;
  return corners === "" ? svg("circle", { cx: 11, cy: 5, r: 4, fill }) : svg("polygon", { points: corners, fill });
}

function marksOf(layer: Layer, chart: Chart): Plot.Markish[] {
  if (layer.mark === "contour") return contourMarks(layer);
  const colour = colourOf(layer.series);
  switch (layer.mark) {
    case "band":
      return [
        Plot.areaY(layer.x, {
          x: layer.x.map(number),
          y1: layer.low.map(number),
          y2: layer.high.map(number),
          fill: colour,
          fillOpacity: 0.16,
          clip: true,
        }),
      ];
    case "line": {
      const style = {
        solid: { strokeWidth: 2 },
        dashed: { strokeWidth: 1.75, strokeDasharray: "5 4" },
        thin: { strokeWidth: 1, strokeOpacity: 0.55 },
      }[layer.style];
      const y = layer.y.map(number);
      return [Plot.line(layer.x, { x: layer.x.map(number), y, stroke: colour, clip: true, ...style })];
    }
    case "points": {
      const many = layer.x.length > 300;
      return [
        Plot.dot(layer.x, {
          x: layer.x.map(number),
          y: layer.y.map(number),
          r: layer.x.length > 2000 ? 1.2 : many ? 2 : layer.x.length < 20 ? 5 : 3.5,
          fill: colour,
          fillOpacity: many ? 0.45 : 0.85,
          ...(many ? {} : { stroke: "var(--picture-paper)", strokeWidth: 0.75 }),
          symbol: symbols[layer.series % 4]!,
          clip: true,
        }),
      ];
    }
    case "steps":
      return [
        Plot.line(layer.x, {
          x: layer.x.map(number),
          y: layer.y.map(number),
          stroke: colour,
          strokeWidth: 1.75,
          marker: layer.x.length > 80 ? "none" : "dot",
          clip: true,
        }),
        ...(layer.x.length === 0
          ? []
          : [
              Plot.dot([0], {
                x: [number(layer.x[0])],
                y: [number(layer.y[0])],
                r: 5,
                fill: "var(--picture-paper)",
                stroke: "var(--picture-ink)",
                strokeWidth: 2,
                clip: true,
              }),
            ]),
      ];
    case "boxes":
      return [
        Plot.rect(layer.low, {
          x1: layer.low.map(number),
          x2: layer.high.map(number),
          y1: layer.height.map(() => (chart.y.log ? chart.y.domain[0] : 0)),
          y2: layer.height.map(number),
          fill: colour,
          fillOpacity: 0.65,
          insetLeft: 0.5,
          insetRight: 0.5,
          clip: true,
        }),
      ];
    case "arrows": {
      const shown = layer.x.flatMap((_, i) =>
        layer.dx[i] === null || (layer.dx[i] === 0 && layer.dy[i] === 0) ? [] : [i],
      );
      const half = (from: readonly (number | null)[], by: readonly (number | null)[], side: number) =>
        shown.map((i) => number(from[i]) + (number(by[i]) * side) / 2);
      return [
        Plot.arrow(shown, {
          x1: half(layer.x, layer.dx, -1),
          y1: half(layer.y, layer.dy, -1),
          x2: half(layer.x, layer.dx, 1),
          y2: half(layer.y, layer.dy, 1),
          stroke: "var(--picture-soft)",
          strokeWidth: 1.2,
          headLength: 5,
          headAngle: 50,
          clip: true,
        }),
      ];
    }
  }
}

function contourMarks(layer: Extract<Layer, { mark: "contour" }>): Plot.Markish[] {
  const shared = {
    width: layer.columns,
    height: layer.rows,
    x1: layer.x[0],
    x2: layer.x[1],
    y1: layer.y[0],
    y2: layer.y[1],
    thresholds: layer.levels,
    clip: true as const,
  };
  const heights = layer.values.map(number);
  if (layer.levels.length === 0) return [];
  return [
    // Each level lies over those below it, so the colour deepens with the height.
    Plot.contour(heights, { ...shared, fill: "var(--picture-hill)", fillOpacity: 0.085, stroke: "none" }),
    Plot.contour(heights, {
      ...shared,
      fill: "none",
      stroke: "var(--picture-hill)",
      strokeOpacity: 0.4,
      strokeWidth: 0.8,
    }),
  ];
}

function keysOf(chart: Chart): HTMLElement | undefined {
  const named = chart.layers.flatMap((layer) =>
    layer.mark === "contour" || layer.mark === "arrows" || layer.label === undefined ? [] : [layer],
  );
  // A single line is named by the picture's title and axes.
  if (named.length === 0 || (named.length === 1 && chart.layers.length === 1)) return undefined;
  const items = named.map((layer) => {
    const stroke = colourOf(layer.series);
    const sample = svg("svg", { width: 22, height: 10, "aria-hidden": "true" });
    if (layer.mark === "points") sample.append(sampleOf(layer.series));
    else if (layer.mark === "boxes")
      sample.append(svg("rect", { x: 5, width: 12, height: 10, fill: stroke, "fill-opacity": 0.65 }));
    else {
      const dash = layer.mark === "line" && layer.style === "dashed" ? { "stroke-dasharray": "5 4" } : {};
      sample.append(svg("line", { x1: 1, x2: 21, y1: 5, y2: 5, stroke, "stroke-width": 2, ...dash }));
      if (layer.mark === "steps") sample.append(svg("circle", { cx: 11, cy: 5, r: 3, fill: stroke }));
    }
    return html("li", {}, sample, layer.label ?? "");
  });
  return html("ul", { class: "picture-keys" }, ...items);
}

/** The colour of a share between -1 and 1: deeper with its size, and of another hue where it is negative. */
function shade(share: number): string {
  const part = Math.round(Math.min(Math.abs(share), 1) * 1000) / 10;
  return `color-mix(in oklab, var(--picture-${share < 0 ? "down" : "up"}) ${part}%, var(--picture-paper))`;
}

export function drawHeatMap(picture: HeatMap, available: number): Drawing {
  const [rows, columns] = [picture.values.length, picture.values[0]?.length ?? 0];
  const [low, high] = picture.range;
  const share = (value: number) => (picture.colours === "diverging" ? value / high : (value - low) / (high - low));
  const name = (names: readonly string[] | undefined, count: number) =>
    names === undefined ? 0 : Math.min(Math.max(...names.map((text) => text.length)) * 7.5 + 12, count);
  const left =
    Math.max(name(picture.rows, 140), picture.rows === undefined && columns > 12 ? 36 : 4) +
    (picture.y === undefined ? 0 : 20);
  const top = (picture.columns === undefined && rows <= 12 ? 4 : 22) + (picture.x === undefined ? 0 : 20);
  const room = Math.min(available, 704) - left - 8;
  const side = Math.min(room / columns, picture.cells === undefined ? 20 : 64, 480 / Math.min(rows, 24));
  const tall = rows > 24 ? Math.min(480 / rows, side) : picture.cells === undefined ? side : Math.min(side, 44);
  const [width, height] = [left + side * columns + 8, top + tall * rows + 4];
  const drawing = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}` });
  if (rows * columns > 2500) drawing.append(bitmap(picture, share, left, top, side * columns, tall * rows));
  else
    picture.values.forEach((row, i) => {
      row.forEach((value, j) => {
        const place = { x: left + j * side, y: top + i * tall, width: side, height: tall };
        const gap =
          side > 8 ? { stroke: "var(--picture-paper)", "stroke-width": 1 } : { "shape-rendering": "crispEdges" };
        const fill = value === null ? "none" : shade(share(value));
        drawing.append(
          svg("rect", {
            ...place,
            fill,
            ...gap,
            ...(value === null ? { stroke: "var(--picture-faint)", "stroke-dasharray": "3 3" } : {}),
          }),
        );
        const text = picture.cells?.[i]?.[j];
        const size = Math.min(13, (side * 1.6) / Math.max(text?.length ?? 1, 2));
        if (text === undefined || size < 7) return;
        const deep = value !== null && Math.abs(share(value)) > 0.55;
        const middle = {
          x: place.x + side / 2,
          y: place.y + tall / 2,
          "text-anchor": "middle",
          "dominant-baseline": "central",
        };
        drawing.append(
          svg(
            "text",
            { ...middle, "font-size": size, fill: deep ? "var(--picture-paper)" : "var(--picture-ink)" },
            text,
          ),
        );
      });
    });
  const ticks = (names: readonly string[] | undefined, count: number, step: number) =>
    names?.map((text, i) => ({ text, i })) ??
    (count <= 12
      ? []
      : Array.from({ length: count }, (_, i) => ({ text: String(i), i })).filter(
          ({ i }) => i % roundStep(40 / step) === 0,
        ));
  for (const { text, i } of ticks(picture.columns, columns, side))
    drawing.append(
      svg("text", { x: left + (i + 0.5) * side, y: top - 7, "text-anchor": "middle", fill: "currentColor" }, text),
    );
  for (const { text, i } of ticks(picture.rows, rows, tall))
    drawing.append(
      svg(
        "text",
        {
          x: left - 7,
          y: top + (i + 0.5) * tall,
          "text-anchor": "end",
          "dominant-baseline": "central",
          fill: "currentColor",
        },
        text,
      ),
    );
  const label = { "text-anchor": "middle", fill: "var(--picture-soft)" };
  if (picture.x !== undefined)
    drawing.append(svg("text", { x: left + (side * columns) / 2, y: 12, ...label }, picture.x));
  if (picture.y !== undefined)
    drawing.append(
      svg("text", { transform: `translate(12,${top + (tall * rows) / 2}) rotate(-90)`, ...label }, picture.y),
    );
  return { element: picture.cells === undefined ? html("div", {}, drawing, legend(picture)) : drawing };
}

/** The least of 1, 2, 5, 10, 20, ... that is not smaller. */
function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((lead) => lead * power).find((step) => step >= least - 1e-9) ?? 10 * power;
}

/** Many cells are one bitmap, with one pixel for each. */
function bitmap(
  picture: HeatMap,
  share: (value: number) => number,
  x: number,
  y: number,
  width: number,
  height: number,
): SVGElement {
  const canvas = html("canvas", { width: picture.values[0]!.length, height: picture.values.length });
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(canvas.width, canvas.height);
  const [up, down] = [rgbOf("--picture-up"), rgbOf("--picture-down")];
  picture.values.forEach((row, i) => {
    row.forEach((value, j) => {
      if (value === null) return;
      const part = share(value);
      const at = (i * canvas.width + j) * 4;
      image.data.set(part < 0 ? down : up, at);
      image.data[at + 3] = Math.round(Math.min(Math.abs(part), 1) * 255);
    });
  });
  context.putImageData(image, 0, 0);
  const drawn = svg("image", { x, y, width, height, href: canvas.toDataURL(), preserveAspectRatio: "none" });
  drawn.style.imageRendering = "pixelated";
  return svg("g", {}, drawn, svg("rect", { x, y, width, height, fill: "none", stroke: "var(--picture-faint)" }));
}

function rgbOf(property: string): [number, number, number] {
  const probe = html("span");
  probe.style.color = `var(${property})`;
  document.body.append(probe);
  const context = html("canvas", { width: 1, height: 1 }).getContext("2d")!;
  context.fillStyle = getComputedStyle(probe).color;
  probe.remove();
  context.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

function legend({ range: [low, high], colours }: HeatMap): HTMLElement {
  const bar = html("span");
  const stops = colours === "diverging" ? [-1, -0.5, 0, 0.5, 1] : [0, 0.5, 1];
  bar.style.cssText = `display:inline-block;width:9rem;height:0.7rem;border-radius:2px;background:linear-gradient(to right in oklab,${stops.map(shade).join(",")})`;
  const text = (value: number) => String(Number(value.toPrecision(3)));
  return html("div", { class: "picture-keys" }, html("span", {}, text(low)), bar, html("span", {}, text(high)));
}

export function drawBars(picture: Bars, available: number): Drawing {
  const width = Math.min(available, 704);
  const left = Math.min(Math.max(20, ...picture.labels.map((label) => label.length * 7 + 14)), width * 0.4);
  const rows = picture.labels.map((label, i) => {
    const value = number(picture.values[i]);
    const error = picture.errors?.[i] ?? undefined;
    return { key: String(i), label, value, low: value - (error ?? 0), high: value + (error ?? 0), error };
  });
  const element = Plot.plot({
    width,
    height: rows.length * 30 + (picture.x === undefined ? 32 : 50),
    marginLeft: left,
    marginRight: 16,
    marginTop: 4,
    marginBottom: picture.x === undefined ? 28 : 44,
    style: look,
    x: { label: picture.x ?? null },
    y: {
      domain: rows.map((row) => row.key),
      tickFormat: (key: string) => picture.labels[Number(key)] ?? "",
      label: null,
      tickSize: 0,
    },
    marks: [
      Plot.gridX({ stroke: "var(--picture-faint)", strokeOpacity: 1, ticks: Math.max(2, Math.round(width / 90)) }),
      Plot.axisX({
        ticks: Math.max(2, Math.round(width / 90)),
        tickSize: 4,
        stroke: "var(--picture-soft)",
        fill: "currentColor",
        labelAnchor: "center",
        labelArrow: "none",
      }),
      Plot.barX(rows, {
        x: "value",
        y: "key",
        fill: "var(--picture-1)",
        fillOpacity: 0.75,
        insetTop: 3,
        insetBottom: 3,
      }),
      Plot.ruleY(
        rows.filter((row) => row.error !== undefined),
        { x1: "low", x2: "high", y: "key", stroke: "var(--picture-ink)", strokeWidth: 1.5 },
      ),
      Plot.ruleX([0], { stroke: "var(--picture-soft)" }),
    ],
  });
  withoutLabels(element);
  return { element };
}

/** Plot names its groups, which have no role that could bear a name; the picture as a whole has one. */
function withoutLabels(plot: Element): void {
  for (const element of plot.querySelectorAll("[aria-label]")) element.removeAttribute("aria-label");
}
