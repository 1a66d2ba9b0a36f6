/** The user's source lines: where an equation was written, where an error was thrown. */

/** A place that has been noted and not yet looked at: V8 formats a stack only when it is read. */
export interface SourceMark {
  readonly stack?: string | undefined;
}

/** The folder of the built library: frames below it are ours. A module without a folder (a data: URL) is all that is ours. */
function findRoot(url: string): string {
  const slash = url.startsWith("data:") ? -1 : url.lastIndexOf("/", url.lastIndexOf("/") - 1);
  return (slash < 0 ? url : url.slice(0, slash + 1)).replace(/^file:\/\//, "");
}
const libraryRoot = /* @__PURE__ */ findRoot(import.meta.url);

/** Notes where we are. About 3 us: done once an equation while tracing, and when an error is thrown, never per eager operation. */
export function markSource(): SourceMark {
  const mark: { stack?: string } = {};
  const stackError = Error as { captureStackTrace?: (target: object) => void; stackTraceLimit?: number };
  if (stackError.captureStackTrace === undefined) return new Error();
  const limit = stackError.stackTraceLimit;
  stackError.stackTraceLimit = 50;
  stackError.captureStackTrace(mark);
  if (limit !== undefined) stackError.stackTraceLimit = limit;
  return mark;
}

const frame = /^\s*at (?:(?:async )?(.*?) \()?(.*?):(\d+):(\d+)\)?$/;

/** The first frame of a stack that is not the library's own: `loss  model.ts:14:7`, or undefined. */
export function userFrame(mark: SourceMark): string | undefined {
  for (const line of mark.stack?.split("\n") ?? []) {
    const match = frame.exec(line);
    if (match === null) continue;
    const [, name, file, row, column] = match;
    const path = file!.replace(/^file:\/\//, "");
    if (path.startsWith(libraryRoot) || path.startsWith("node:") || file === "<anonymous>") continue;
    const place = `${path.slice(path.lastIndexOf("/") + 1)}:${row}:${column}`;
    if (name === undefined || name.includes("<anonymous>")) return place;
    return `${place} (${name.replace(/^Object\./, "")})`;
  }
  return undefined;
}

/** The user's line that led here, for the `where` of an error. */
export function userLine(): string | undefined {
  return userFrame(markSource());
}

let inherited: SourceMark | undefined;

/** The source of the equation that is being evaluated, if any. */
export function inheritedSource(): SourceMark | undefined {
  return inherited;
}

/** The source of an equation being made: that of the equation it derives from, else the user's line now. */
export function equationSource(): SourceMark {
  return inherited ?? markSource();
}

/** Equations made from now on derive from one with this source; returns what was set before, to be restored. */
export function inheritSource(source: SourceMark | undefined): SourceMark | undefined {
  const previous = inherited;
  inherited = source;
  return previous;
}
