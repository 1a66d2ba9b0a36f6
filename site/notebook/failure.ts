// What an error says, in its parts. In goes the message of an error of the library; out come what happened, where, how to
// fix it, and the page that says more.

/** The parts of a message; those that it lacks are empty. */
export interface MessageParts {
  readonly what: string;
  readonly where: readonly string[];
  readonly fix: string;
  /** The anchor in docs/errors.md. */
  readonly anchor: string;
}

/** Takes a message apart. One that is not the library's is all `what`. */
export function messageParts(message: string): MessageParts {
  const lines = message.split("\n");
  const fix = lines.findIndex((line) => line.startsWith("  fix: "));
  if (fix < 0) return { what: message, where: [], fix: "", anchor: "" };
  const more = lines.findIndex((line) => line.startsWith("  more: "));
  const end = more < 0 ? lines.length : more;
  // What happened may have lines of its own that are indented, such as a jaxpr; places stand right before the fix.
  let begin = fix;
  while (begin > 1 && /^ {2}\S/.test(lines[begin - 1]!)) begin -= 1;
  return {
    what: lines.slice(0, begin).join("\n"),
    where: lines.slice(begin, fix).map((line) => line.trim()),
    fix: lines.slice(fix, end).join("\n").replace("  fix: ", ""),
    anchor: more < 0 ? "" : (/#([\w-]+)/.exec(lines[more]!)?.[1] ?? ""),
  };
}
