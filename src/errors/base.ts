/**
 * The shape of every error of this library: what happened, where (the user's lines), how to fix it, where to read more.
 * Each failure has a class of its own in this room; classes of JAX keep JAX's names.
 */
import { equationSource, userFrame } from "../util/source.ts";

/** The four parts of an error. `where` holds one line a value or call; `fix` is one sentence. */
export interface ErrorParts {
  readonly what: string;
  readonly where?: readonly string[] | undefined;
  readonly fix: string;
}

/** Where the pages of the documentation stand. */
const errorPage = "docs/errors.md";

/** The user's line that led here: of the equation at work, if a program is being transformed, else of the call. */
function callerLine(): string | undefined {
  const frame = userFrame(equationSource());
  return frame === undefined ? undefined : `at ${frame}`;
}

/**
 * The root of all errors that this library throws on purpose. `parts` holds the text in pieces, `message` all of it:
 * what happened, then indented the user's lines, the fix, and the anchor of the class in docs/errors.md.
 */
export class AdjointError extends Error {
  /** What happened, where, and how to fix it. The first line of `where` is the user's line that led to the error. */
  declare readonly parts: ErrorParts;

  constructor(parts: ErrorParts) {
    super();
    Object.defineProperty(this, "name", {
      value: new.target.name,
      configurable: true,
      writable: true,
      enumerable: false,
    });
    this.setParts(parts, callerLine());
  }

  /** @internal Adds lines about the values concerned, known further out than where the error was made. */
  addWhere(lines: readonly string[]): void {
    this.setParts({ ...this.parts, where: [...(this.parts.where ?? []), ...lines] }, undefined);
  }

  private setParts(parts: ErrorParts, line: string | undefined): void {
    const where = [...new Set([...(line === undefined ? [] : [line]), ...(parts.where ?? [])])];
    const whole = { ...parts, where };
    // Not enumerable, so that consoles print the message alone.
    Object.defineProperty(this, "parts", { value: whole, configurable: true, enumerable: false });
    this.message = [
      whole.what,
      ...where.map((text) => `  ${text}`),
      `  fix: ${whole.fix}`,
      `  more: ${errorPage}#${this.name.toLowerCase()}`,
    ].join("\n");
  }
}
