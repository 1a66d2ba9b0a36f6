/**
 * Laying out text: groups that are printed on one line if they fit, and with their breaks as new lines if not.
 * After P. Wadler, "A prettier printer" (2003).
 */

/** A document to lay out. */
export type Layout =
  | { readonly kind: "text"; readonly text: string }
  /** A space (or `flat`) on one line, a new line otherwise. */
  | { readonly kind: "break"; readonly flat: string }
  | { readonly kind: "concat"; readonly parts: readonly Layout[] }
  | { readonly kind: "nest"; readonly indent: number; readonly body: Layout }
  | { readonly kind: "group"; readonly body: Layout };

export const text = (s: string): Layout => ({ kind: "text", text: s });
export const lineBreak = (flat = " "): Layout => ({ kind: "break", flat });
export const concat = (...parts: readonly Layout[]): Layout => ({ kind: "concat", parts });
export const nest = (indent: number, body: Layout): Layout => ({ kind: "nest", indent, body });
export const group = (body: Layout): Layout => ({ kind: "group", body });

/** Documents with a separator between them. */
export function join(separator: Layout, parts: readonly Layout[]): Layout {
  return concat(...parts.flatMap((part, i) => (i === 0 ? [part] : [separator, part])));
}

function fits(layout: Layout, width: number): boolean {
  const stack = [layout];
  for (let room = width; room >= 0; ) {
    const top = stack.pop();
    if (top === undefined) return true;
    if (top.kind === "text") room -= top.text.length;
    else if (top.kind === "break") room -= top.flat.length;
    else if (top.kind === "concat") for (let i = top.parts.length - 1; i >= 0; i--) stack.push(top.parts[i]!);
    else stack.push(top.body);
  }
  return false;
}

/** The text of a document, at most `width` columns wide where its breaks allow. */
export function render(layout: Layout, width = 80): string {
  let output = "";
  let column = 0;
  const stack: { indent: number; flat: boolean; layout: Layout }[] = [{ indent: 0, flat: false, layout }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { indent, flat, layout: item } = top;
    switch (item.kind) {
      case "text":
        output += item.text;
        column += item.text.length;
        break;
      case "break":
        if (flat) {
          output += item.flat;
          column += item.flat.length;
        } else {
          output += `\n${" ".repeat(indent)}`;
          column = indent;
        }
        break;
      case "concat":
        for (let i = item.parts.length - 1; i >= 0; i--) stack.push({ indent, flat, layout: item.parts[i]! });
        break;
      case "nest":
        stack.push({ indent: indent + item.indent, flat, layout: item.body });
        break;
      case "group":
        stack.push({ indent, flat: flat || fits(item.body, width - column), layout: item.body });
        break;
    }
  }
  return output;
}
