// What a cell gives for a picture: an object that a page asks for data and a terminal for text; and pictures that move or can be
// touched. Whoever shows them (a page's worker) leaves two functions in the global object; without them these do nothing.

/** @import { Picture, PictureEvent } from "./picture.d.mts" */

/** @type {import("./picture.d.mts").PictureMime} */
export const pictureMime = "application/vnd.adjoint.picture+json";
const displayHook = Symbol.for("Jupyter.display");
const showHook = Symbol.for("adjoint.show");
const listenHook = Symbol.for("adjoint.listen");

/** A picture, ready to be shown. */
export class DisplayedPicture {
  /** @type {Picture} */
  picture;
  #draw;
  /** @type {string | undefined} */
  #text;

  /**
   * @param {Picture} picture
   * @param {() => string} draw draws it in characters, which are shown under the sentence; a picture that moves is spared that
   */
  constructor(picture, draw) {
    this.picture = Object.freeze(picture);
    this.#draw = draw;
    Object.freeze(this);
  }

  toString() {
    if (this.#text === undefined) {
      const characters = this.#draw();
      this.#text = characters === "" ? this.picture.text : `${this.picture.text}\n${characters}`;
    }
    return this.#text;
  }

  [displayHook]() {
    return { "text/plain": this.toString(), [pictureMime]: this.picture };
  }

  [Symbol.for("nodejs.util.inspect.custom")]() {
    return this.toString();
  }
}

/**
 * Shows a value at once, while the cell still runs. The same id again replaces what it showed before.
 * @param {unknown} value
 * @param {string} [id]
 */
export function show(value, id) {
  if (id !== undefined && typeof id !== "string") throw new TypeError("show: the id must be a string");
  const hook = Reflect.get(globalThis, showHook);
  if (typeof hook === "function") hook(bundleOf(value), id);
}

/** @param {unknown} value */
function bundleOf(value) {
  if (value instanceof DisplayedPicture) return { "text/plain": value.picture.text, [pictureMime]: value.picture };
  if (typeof value === "object" && value !== null) {
    const own = Reflect.get(value, displayHook);
    if (typeof own === "function") return own.call(value);
  }
  return { "text/plain": String(value) };
}

/** @type {Map<string, (event: PictureEvent) => void>} */
const listeners = new Map();

/**
 * Calls `callback` when a point of the picture with this drag id is moved.
 * @param {string} id
 * @param {(event: PictureEvent) => void} callback
 */
export function onDrag(id, callback) {
  if (typeof id !== "string") throw new TypeError("onDrag: the id must be a string");
  if (typeof callback !== "function") throw new TypeError("onDrag: the callback must be a function");
  listeners.set(id, callback);
  const hook = Reflect.get(globalThis, listenHook);
  if (typeof hook === "function") hook(id, callback);
}

/**
 * Moves a point by program: what happens when a reader drags it.
 * @param {string} id
 * @param {number} index
 * @param {readonly [number, number]} point
 */
export function dragTo(id, index, point) {
  const listener = listeners.get(id);
  if (listener === undefined) throw new Error(`dragTo: nobody listens to "${id}"; call onDrag("${id}", ...) first`);
  return listener({ kind: "drag", id, index, point: [point[0], point[1]] });
}
