// The data of a picture as a table, for those who do not see it and those who want the numbers. Large data are no table to read, and
// get none.

import type { Picture } from "../../notebooks/plot/picture.d.mts";
import { html } from "./svg.ts";

const most = 400;

const text = (value: number | null | undefined): string =>
  value === null || value === undefined ? "–" : String(Number(value.toPrecision(4)));

/** A closed details element with the table; undefined where the data are too large or say nothing in numbers. */
export function tableOf(picture: Picture): HTMLElement | undefined {
  const rows = rowsOf(picture);
  if (rows === undefined || rows.length < 2 || rows.length * (rows[0]?.length ?? 0) > most) return undefined;
  const [head, ...body] = rows;
  const table = html(
    "table",
    {},
    html(
      "thead",
      {},
      html("tr", {}, ...head!.map((name) => (name === "" ? html("td") : html("th", { scope: "col" }, name)))),
    ),
    html("tbody", {}, ...body.map((row) => html("tr", {}, ...row.map((value) => html("td", {}, value))))),
  );
  const scroll = html("div", { class: "picture-scroll", tabindex: 0, role: "group", "aria-label": "the data" }, table);
  return html("details", {}, html("summary", {}, "Data"), scroll);
}

function rowsOf(picture: Picture): string[][] | undefined {
  if (picture.kind === "bars") {
    const { labels, values, errors } = picture;
    const head = ["", picture.x ?? "value", ...(errors ? ["±"] : [])];
    return [head, ...labels.map((label, i) => [label, text(values[i]), ...(errors ? [text(errors[i])] : [])])];
  }
  if (picture.kind === "heatMap") {
    const columns = picture.columns ?? picture.values[0]?.map((_, i) => String(i)) ?? [];
    return [["", ...columns], ...picture.values.map((row, i) => [picture.rows?.[i] ?? String(i), ...row.map(text)])];
  }
  if (picture.kind === "figure") {
    return [["", "x", "y"], ...picture.handles.map((h, i) => [h.label ?? String(i + 1), text(h.x), text(h.y)])];
  }
  if (picture.kind !== "chart") return undefined;
  const rows: string[][] = [["", picture.x.label ?? "x", picture.y.label ?? "y"]];
  for (const layer of picture.layers) {
    if (layer.mark === "contour" || layer.mark === "arrows") continue;
    const name = layer.label ?? "";
    if (layer.mark === "band") {
      layer.x.forEach((x, i) => void rows.push([name, text(x), `${text(layer.low[i])} to ${text(layer.high[i])}`]));
    } else if (layer.mark === "boxes") {
      layer.low.forEach(
        (low, i) => void rows.push([name, `${text(low)} to ${text(layer.high[i])}`, text(layer.height[i])]),
      );
    } else layer.x.forEach((x, i) => void rows.push([name, text(x), text(layer.y[i])]));
  }
  return rows;
}
