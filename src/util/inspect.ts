/** The key under which Node and Deno look for a value's own way of being shown. */
export const inspectSymbol: unique symbol = Symbol.for("nodejs.util.inspect.custom") as never;
