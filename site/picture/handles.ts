// Points that can be dragged, by pointer or by arrow keys, above a drawing. They outlive what is drawn under them, so that a drag goes
// on while each of its events changes the picture.

import type { Handle, PictureEvent } from "../../notebooks/plot/picture.d.mts";
import { svg } from "./svg.ts";

/** From the numbers of the picture to pixels and back. */
export interface Projection {
  readonly width: number;
  readonly height: number;
  toPixels(point: readonly [number, number]): readonly [number, number];
  fromPixels(pixels: readonly [number, number]): readonly [number, number];
}

interface Held {
  readonly element: SVGGElement;
  readonly label: SVGTextElement;
  at: readonly [number, number];
}

export class Handles {
  readonly element: SVGSVGElement = svg("svg", { class: "picture-handles" });
  readonly #send: (event: PictureEvent) => void;
  readonly #held: Held[] = [];
  #handles: readonly Handle[] = [];
  #projection: Projection | undefined;
  #id: string | undefined;
  #dragged: number | undefined;
  #waiting: PictureEvent | undefined;
  #frame = 0;

  constructor(send: (event: PictureEvent) => void) {
    this.#send = send;
  }

  update(handles: readonly Handle[], id: string | undefined, projection: Projection): void {
    this.#handles = handles;
    this.#projection = projection;
    this.#id = id;
    const { width, height } = projection;
    for (const [key, value] of Object.entries({ width, height, viewBox: `0 0 ${width} ${height}` }))
      this.element.setAttribute(key, String(value));
    while (this.#held.length > handles.length) this.#held.pop()!.element.remove();
    handles.forEach((handle, index) => {
      const held = this.#held[index] ?? this.#add(index);
      // A point under the reader's finger stays there; what the cell made of it is seen in the rest of the picture.
      if (this.#dragged !== index) this.#place(held, [handle.x, handle.y]);
      held.label.textContent = handle.label ?? "";
      const name = handle.label ?? `point ${index + 1}`;
      const where = held.at.map((value) => String(Number(value.toPrecision(3)))).join(", ");
      held.element.setAttribute(
        "aria-label",
        id === undefined ? `${name} at ${where}` : `${name} at ${where}; arrow keys move it`,
      );
      if (id === undefined) held.element.removeAttribute("tabindex");
      else held.element.setAttribute("tabindex", "0");
      held.element.style.cursor = id === undefined ? "default" : "";
    });
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame);
    this.element.remove();
  }

  #place(held: Held, at: readonly [number, number]): void {
    held.at = at;
    const [x, y] = this.#projection!.toPixels(at);
    held.element.setAttribute("transform", `translate(${x.toFixed(2)},${y.toFixed(2)})`);
  }

  #add(index: number): Held {
    const label = svg("text", { x: 12, y: -10 });
    const element = svg(
      "g",
      { class: "picture-handle", role: "button" },
      svg("circle", { class: "halo", r: 20 }),
      svg("circle", { class: "dot", r: 6.5 }),
      label,
    );
    const held: Held = { element, label, at: [0, 0] };
    this.#held.push(held);
    this.element.append(element);
    element.addEventListener("pointerdown", (event) => {
      if (this.#id === undefined || event.button !== 0) return;
      element.setPointerCapture(event.pointerId);
      this.#dragged = index;
      event.preventDefault();
      element.focus({ preventScroll: true });
    });
    element.addEventListener("pointermove", (event) => {
      if (this.#dragged !== index || !element.hasPointerCapture(event.pointerId)) return;
      const box = this.element.getBoundingClientRect();
      const { width, height } = this.#projection!;
      // The picture may be shown smaller than it was drawn.
      const scale = width / box.width;
      const inside = (value: number, most: number) => Math.min(Math.max(value, 0), most);
      this.#move(held, index, [
        inside((event.clientX - box.left) * scale, width),
        inside((event.clientY - box.top) * scale, height),
      ]);
    });
    const release = () => {
      if (this.#dragged !== index) return;
      this.#dragged = undefined;
      // Where the cell has put it may not be where the reader let go.
      const handle = this.#handles[index];
      if (handle !== undefined) this.#place(held, [handle.x, handle.y]);
    };
    element.addEventListener("pointerup", release);
    element.addEventListener("pointercancel", release);
    element.addEventListener("lostpointercapture", release);
    element.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 1 : 6;
      const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
      if (way === undefined || this.#id === undefined) return;
      event.preventDefault();
      const [x, y] = this.#projection!.toPixels(held.at);
      this.#move(held, index, [x + way[0]! * step, y + way[1]! * step]);
    });
    return held;
  }

  #move(held: Held, index: number, pixels: readonly [number, number]): void {
    const point = this.#projection!.fromPixels(pixels);
    this.#place(held, point);
    this.#waiting = { kind: "drag", id: this.#id!, index, point: [point[0], point[1]] };
    // A pointer may report more often than the screen is drawn; the last place of a frame is the one that counts.
    if (this.#frame !== 0) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#waiting !== undefined) this.#send(this.#waiting);
      this.#waiting = undefined;
    });
  }
}
