/** How values are shown in consoles. */

/** Makes the console of Node and Deno show instances of a class by their `toString`. */
export function showAsText(type: { readonly prototype: object }): void {
  Object.defineProperty(type.prototype, Symbol.for("nodejs.util.inspect.custom"), {
    value(this: object): string {
      return String(this);
    },
  });
}
