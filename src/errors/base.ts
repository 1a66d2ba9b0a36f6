/**
 * The shape of every error of this library: what happened, where (the user's lines), how to fix it, where to read more.
 * Each failure has a class of its own in this room; classes of JAX keep JAX's names.
 */

/** The four parts of an error. `where` holds one line a value or call; `fix` is one sentence. */
export interface ErrorParts {
  readonly what: string;
  readonly where?: readonly string[] | undefined;
  readonly fix?: string | undefined;
}

/** Where the pages of the documentation stand. */
const errorPage = "docs/errors.md";

/**
 * The root of all errors that this library throws on purpose. `parts` holds the text in pieces, `message` all of it:
 * what happened, then indented the user's lines, the fix, and the anchor of the class in docs/errors.md.
 */
export class AdjointError extends Error {
  readonly parts: ErrorParts;

  constructor(parts: ErrorParts | string) {
    super();
    this.parts = typeof parts === "string" ? { what: parts } : parts;
    const name = new.target.name;
    Object.defineProperty(this, "name", { value: name, configurable: true, writable: true, enumerable: false });
    const lines = [this.parts.what];
    for (const line of this.parts.where ?? []) lines.push(`  ${line}`);
    if (this.parts.fix !== undefined) lines.push(`  fix: ${this.parts.fix}`);
    lines.push(`  more: ${errorPage}#${name.toLowerCase()}`);
    this.message = lines.join("\n");
  }
}
