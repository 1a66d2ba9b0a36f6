// How values look when a cell prints them: as on Node's console, so that a page prints what the terminal prints.

import { formatWithOptions } from "node-inspect-extracted";
import { hasOwnText } from "../../notebooks/runner/execute.ts";

/** The text of the arguments of `console.log`. What brings its own text, as arrays do, shows it. */
export function formatLikeNode(values: readonly unknown[]): string {
  return formatWithOptions({ colors: false }, ...values.map((value) => (hasOwnText(value) ? String(value) : value)));
}
