// Light colouring of TypeScript for a terminal. In goes code; out come its pieces, each with what it is. The pieces joined
// are the code.

/** What a piece of code is; `plain` is all that needs no colour. */
export type PieceKind = "keyword" | "string" | "number" | "comment" | "call" | "plain";

export interface Piece {
  readonly kind: PieceKind;
  readonly text: string;
}

const keywords = new Set(
  (
    "abstract as async await break case catch class const continue debugger default delete do else enum export extends " +
    "false finally for from function if implements import in instanceof interface let new null of return satisfies static " +
    "super switch this throw true try type typeof undefined var void while yield"
  ).split(" "),
);

const pattern =
  /(?<comment>\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))|(?<string>"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?|`(?:[^`\\]|\\[\s\S])*`?)|(?<number>\b(?:0[xXbBoO][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][-+]?\d+)?)n?)|(?<word>[\p{L}$_][\p{L}\p{N}$_]*)/gu;

/** Cuts code into pieces. Strings with `${}` in them are one piece, and regular expressions are plain. */
export function highlight(code: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const add = (kind: PieceKind, text: string): void => {
    if (text !== "") pieces.push({ kind, text });
  };
  for (const match of code.matchAll(pattern)) {
    add("plain", code.slice(end, match.index));
    const [text] = match;
    end = match.index + text.length;
    const { comment, string, number } = match.groups!;
    if (comment !== undefined) add("comment", text);
    else if (string !== undefined) add("string", text);
    else if (number !== undefined) add("number", text);
    // A keyword after a point is a member.
    else if (keywords.has(text) && code[match.index - 1] !== ".") add("keyword", text);
    else add(/^\s*\(/.test(code.slice(end, end + 8)) ? "call" : "plain", text);
  }
  add("plain", code.slice(end));
  return pieces;
}
