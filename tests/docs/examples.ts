/**
 * The examples of doc comments. In: the source of a file. Out: each `@example` with the line it starts on, and its code cut
 * into statements, each with the comment that says what it gives.
 */
import { type Comment, type Node, parse } from "acorn";
import { transform } from "sucrase";

/** An `@example` as it stands in a file. */
export interface Example {
  /** The line of the file, counted from one. */
  readonly line: number;
  readonly code: string;
}

/** A statement of an example. */
export interface Statement {
  readonly code: string;
  /** The expression whose value the comment tells; undefined for statements without one. */
  readonly value: string | undefined;
  /** The comment behind the statement, or the comments on the lines after it. */
  readonly comment: string | undefined;
}

const tags = "throws|example|param|returns|internal|deprecated|see";

/** The examples of a file's doc comments. */
export function examplesOf(source: string): Example[] {
  const found: Example[] = [];
  for (const match of source.matchAll(/\/\*\*([\s\S]*?)\*\//g)) {
    const start = match.index + 3;
    const pattern = new RegExp(`@example\\s+([\\s\\S]*?)(?=\\s+\\*?\\s*@(?:${tags})\\b|$)`, "g");
    for (const example of match[1]!.matchAll(pattern)) {
      const code = example[1]!
        .split("\n")
        .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
        .join("\n")
        .trim();
      found.push({ line: source.slice(0, start + example.index).split("\n").length, code });
    }
  }
  return found;
}

/** Cuts the code of an example into statements. @throws SyntaxError if it is no TypeScript. */
export function statementsOf(code: string): Statement[] {
  const script = transform(code, {
    transforms: ["typescript"],
    disableESTransforms: true,
    keepUnusedImports: true,
  }).code;
  const comments: Comment[] = [];
  const program = parse(script, {
    ecmaVersion: "latest",
    sourceType: "module",
    allowAwaitOutsideFunction: true,
    onComment: comments,
  });
  return program.body.map((node, i): Statement => {
    const next = program.body[i + 1]?.start ?? script.length;
    const behind = comments.filter((c) => c.type === "Line" && c.start >= node.end && c.start < next);
    return {
      code: script.slice(node.start, node.end),
      value: valueShownBy(node, script),
      comment: behind.length === 0 ? undefined : behind.map((c) => c.value.replace(/^ /, "")).join("\n"),
    };
  });
}

/** What a statement gives: the value of an expression, what `console.log` is called with, the names that are declared. */
function valueShownBy(statement: Node, script: string): string | undefined {
  const text = ({ start, end }: { start: number; end: number }): string => script.slice(start, end);
  const node = statement as Node & {
    expression: Node & { callee?: Node; arguments?: Node[] };
    declarations: { id: Node & { type: string; elements?: (Node | null)[] } }[];
  };
  if (node.type === "ExpressionStatement") {
    const { callee, arguments: given } = node.expression;
    if (callee !== undefined && text(callee) === "console.log") return `[${given!.map(text).join(", ")}]`;
    return `[${text(node.expression)}]`;
  }
  if (node.type !== "VariableDeclaration") return undefined;
  const names = node.declarations.flatMap(({ id }) =>
    id.type === "ArrayPattern"
      ? id.elements!.flatMap((element) => (element === null ? [] : [text(element)]))
      : [text(id)],
  );
  return `[${names.join(", ")}]`;
}
