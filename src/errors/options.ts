/** Options objects: a misspelt option is an error with a suggestion, never ignored. */
import { suggest } from "../util/suggest.ts";
import { OptionError } from "./usage.ts";

/**
 * Checks the names of an options object.
 * @throws OptionError for a name that is not in `allowed`.
 * @example errors.checkOptions("sum", { axis: 0 }, ["axis", "keepdims"])
 */
export function checkOptions(caller: string, options: object | undefined, allowed: readonly string[]): void {
  if (options === undefined) return;
  if (options === null || typeof options !== "object" || Array.isArray(options)) {
    throw new OptionError({
      what: `${caller} takes its options as one object, but got ${options === null ? "null" : Array.isArray(options) ? "a list" : `a ${typeof options}`}`,
      fix: `write ${caller}(..., { ${allowed[0] ?? ""}: ... })`,
    });
  }
  for (const name of Object.keys(options)) {
    if (allowed.includes(name)) continue;
    const guess = suggest(name, allowed);
    throw new OptionError({
      what: `${caller} has no option "${name}"`,
      fix: guess !== undefined ? `did you mean "${guess}"?` : `its options are ${allowed.join(", ")}`,
    });
  }
}
