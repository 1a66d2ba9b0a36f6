// Draws the pictures of cells. In: a place in the page and a picture as plain data; out: something that can be given the next picture.
// However often that happens, the page is drawn once a frame, with the latest.

import type { Picture, PictureEvent } from "../../notebooks/plot/picture.d.mts";
import { type Drawing, drawFigure } from "./figure.ts";
import { Handles } from "./handles.ts";
import { drawImages } from "./images.ts";
import { installStyle } from "./style.ts";
import { html } from "./svg.ts";
import { tableOf } from "./table.ts";

/** A picture in the page. */
export interface Drawn {
  /** Replaces what is shown by another picture, with the next frame. */
  update(picture: Picture): void;
  destroy(): void;
}

/** Settings of {@link drawPicture}. */
export interface DrawOptions {
  /** Told when the reader drags a point. */
  readonly send?: (event: PictureEvent) => void;
  /** A picture to go on with, in its place: it is updated and returned, and the parent keeps it. */
  readonly previous?: Drawn;
}

type Charts = typeof import("./chart.ts");
let charts: Charts | undefined;
let loading: Promise<Charts> | undefined;

/** Observable Plot is large: it comes with the first picture that needs it. */
function loadCharts(): Promise<Charts> {
  loading ??= import("./chart.ts").then((module) => {
    charts = module;
    return module;
  });
  return loading;
}

/** Draws a picture at the end of `parent`. */
export function drawPicture(parent: HTMLElement, picture: Picture, options: DrawOptions = {}): Drawn {
  installStyle();
  if (options.previous instanceof PictureInPage && options.previous.element.parentElement === parent) {
    options.previous.update(picture);
    return options.previous;
  }
  options.previous?.destroy();
  return new PictureInPage(parent, picture, options.send ?? (() => {}));
}

class PictureInPage implements Drawn {
  readonly element: HTMLElement = html("figure", { class: "picture" });
  readonly #caption = html("figcaption");
  readonly #frameOf = html("div", { class: "picture-drawing" });
  readonly #canvas = html("div", { role: "img" });
  readonly #handles: Handles;
  readonly #observers: { disconnect(): void }[] = [];
  #picture: Picture;
  #table: HTMLElement | undefined;
  #tableFor: Picture | undefined;
  #frame = 0;
  #width = 0;

  constructor(parent: HTMLElement, picture: Picture, send: (event: PictureEvent) => void) {
    this.#picture = picture;
    this.#handles = new Handles(send);
    this.#frameOf.append(this.#canvas, this.#handles.element);
    this.element.append(this.#caption, this.#frameOf);
    parent.append(this.element);
    this.#width = this.element.clientWidth;
    this.#draw();
    const size = new ResizeObserver(() => {
      const width = this.element.clientWidth;
      if (width === this.#width || width === 0) return;
      this.#width = width;
      this.#schedule();
    });
    size.observe(this.element);
    this.#observers.push(size);
    // Bitmaps hold colours, not their names: another theme draws them anew.
    const theme = new MutationObserver(() => this.#schedule());
    theme.observe(document.documentElement, { attributes: true });
    const query = matchMedia("(prefers-color-scheme: dark)");
    const changed = () => this.#schedule();
    query.addEventListener("change", changed);
    this.#observers.push(theme, { disconnect: () => query.removeEventListener("change", changed) });
  }

  update(picture: Picture): void {
    this.#picture = picture;
    this.#schedule();
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    for (const observer of this.#observers) observer.disconnect();
    this.#handles.destroy();
    this.element.remove();
  }

  #schedule(): void {
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw(): void {
    const picture = this.#picture;
    this.#caption.textContent = picture.title ?? "";
    this.#caption.hidden = picture.title === undefined;
    this.#canvas.setAttribute("aria-label", picture.text);
    const drawing = this.#drawing(Math.max(this.#width, 200));
    if (drawing !== undefined) {
      // The old drawing goes when the new one is there, in one step.
      this.#canvas.style.minHeight = "";
      this.#canvas.replaceChildren(drawing.element);
      const handles = picture.kind === "figure" || picture.kind === "chart" ? picture.handles : [];
      const id = picture.kind === "figure" || picture.kind === "chart" ? picture.drag?.id : undefined;
      this.#handles.element.style.display = handles.length === 0 ? "none" : "";
      if (drawing.projection !== undefined) this.#handles.update(handles, id, drawing.projection);
    }
    this.#updateTable(picture);
  }

  /** Undefined while the code for it is under way: it draws again when that has come. */
  #drawing(width: number): Drawing | undefined {
    const picture = this.#picture;
    if (isEmpty(picture)) return { element: html("div", { class: "picture-empty" }, "no data") };
    if (picture.kind === "figure") return drawFigure(picture, Math.min(width, 704));
    if (picture.kind === "images") return { element: drawImages(picture, width) };
    if (charts === undefined) {
      if (this.#canvas.childElementCount === 0) this.#canvas.style.minHeight = "16rem";
      loadCharts().then(
        () => this.#schedule(),
        () => this.#canvas.replaceChildren(html("div", { class: "picture-empty" }, picture.text)),
      );
      return undefined;
    }
    if (picture.kind === "chart") return charts.drawChart(picture, width);
    if (picture.kind === "heatMap") return charts.drawHeatMap(picture, width);
    return charts.drawBars(picture, width);
  }

  /** The table is made anew when it is open or the first; a closed one waits until it is opened. */
  #updateTable(picture: Picture): void {
    if (this.#tableFor === picture) return;
    this.#tableFor = picture;
    const isOpen = this.#table instanceof HTMLDetailsElement && this.#table.open;
    const next = tableOf(picture);
    if (next instanceof HTMLDetailsElement) next.open = isOpen;
    if (this.#table !== undefined && next !== undefined && this.#table.contains(document.activeElement)) {
      // Whoever reads in it keeps the focus; only the numbers change.
      this.#table.querySelector("table")?.replaceWith(next.querySelector("table")!);
      return;
    }
    this.#table?.remove();
    this.#table = next;
    if (next !== undefined) this.element.append(next);
  }
}

function isEmpty(picture: Picture): boolean {
  if (picture.kind === "heatMap") return picture.values.length === 0 || picture.values[0]?.length === 0;
  if (picture.kind === "images") return picture.images.length === 0;
  if (picture.kind === "bars") return picture.values.length === 0;
  if (picture.kind === "figure") return false;
  return (
    picture.handles.length === 0 &&
    picture.layers.every((layer) =>
      layer.mark === "contour" ? false : (layer.mark === "boxes" ? layer.low : layer.x).length === 0,
    )
  );
}
