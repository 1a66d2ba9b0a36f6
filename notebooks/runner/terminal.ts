// A notebook for a terminal. In go its parts (Markdown, code, output, an error); out comes text of a given width, with
// colours if they are wanted. It writes nowhere and knows no terminal, so that it can be tested.

import { type Difference, formatDifferences } from "./compare.ts";
import type { CellError } from "./execute.ts";
import { highlight, type PieceKind } from "./highlight.ts";
import { renderInlineTex, renderTex, textWidth } from "./tex.ts";

/** Settings of {@link makeTerminal}. */
export interface TerminalOptions {
  /** How many columns there are to write in. */
  readonly width: number;
  readonly colour: boolean;
}

/** Turns the parts of a notebook into text, each ending in a line break. */
export interface Terminal {
  markdown(text: string): string;
  /** The code of a cell, with its number before it. */
  code(code: string, number: number): string;
  output(text: string): string;
  error(error: CellError): string;
  differences(differences: readonly Difference[]): string;
  /** The last line. */
  summary(text: string, isGood: boolean): string;
}

/** How wide to write for a terminal of so many columns: long lines are hard to read. */
export function widthFor(columns: number | undefined): number {
  return Math.max(40, Math.min(columns ?? 80, 100));
}

/**
 * Whether to write colours: if FORCE_COLOR is set and not 0, or else if NO_COLOR is not set and the text goes to a terminal
 * that knows colours.
 */
export function wantsColour(isTerminal: boolean, environment: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR: force, NO_COLOR: never, TERM: kind } = environment;
  if (force !== undefined && force !== "") return force !== "0" && force !== "false";
  if (never !== undefined && never !== "") return false;
  return isTerminal && kind !== "dumb";
}

const codes = {
  bold: [1, 22],
  dim: [2, 22],
  italic: [3, 23],
  underline: [4, 24],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
} as const;

type Style = keyof typeof codes;
type Paint = (text: string, ...styles: Style[]) => string;

const pieceStyles: Readonly<Record<PieceKind, readonly Style[]>> = {
  keyword: ["magenta"],
  string: ["green"],
  number: ["yellow"],
  comment: ["dim"],
  call: ["blue"],
  plain: [],
};

/** Makes a renderer. */
export function makeTerminal({ width, colour }: TerminalOptions): Terminal {
  const paint: Paint = (text, ...styles) => {
    if (!colour || text === "") return text;
    return styles.reduce((inner, style) => `\u001b[${codes[style][0]}m${inner}\u001b[${codes[style][1]}m`, text);
  };
  return {
    markdown: (text) => renderMarkdown(text, width, paint),
    code(code, number) {
      const label = `[${number}]`.padStart(4);
      return paintCode(code, paint)
        .map(
          (line, index) =>
            `${index === 0 ? paint(label, "cyan") : " ".repeat(label.length)} ${paint("│", "dim")} ${line}`,
        )
        .map((line) => `${line.trimEnd()}\n`)
        .join("");
    },
    output: (text) => indent(text, "       ", (line) => paint(line, "bold")),
    error({ name, message, place, frame, trace }) {
      const where = place === undefined ? "" : paint(` at ${place.cell}.ts:${place.line}:${place.column}`, "dim");
      const [first = "", ...more] = message.split("\n");
      const head = `${paint(`${name}:`, "red", "bold")} ${paint(first, "red")}${where}`;
      const callers = trace
        .slice(1)
        .map(({ cell, line, column }) => paint(`called at ${cell}.ts:${line}:${column}`, "dim"));
      const lines = [head, ...more, ...(frame === "" ? [] : ["", ...frame.split("\n"), ""]), ...callers];
      return indent(lines.join("\n").replace(/\n+$/, ""), "     ", (line) => line);
    },
    differences(differences) {
      const text = `${paint("the output is not what is stored", "red", "bold")}\n${formatDifferences(differences)}`;
      return indent(text, "     ", (line) =>
        line.startsWith("  - ") ? paint(line, "red") : line.startsWith("  + ") ? paint(line, "green") : line,
      );
    },
    summary: (text, isGood) => `${paint(text, isGood ? "green" : "red", "bold")}\n`,
  };
}

function indent(text: string, space: string, style: (line: string) => string): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? "\n" : `${space}${style(line)}\n`))
    .join("");
}

function paintCode(code: string, paint: Paint): string[] {
  return highlight(code)
    .map(({ kind, text }) =>
      text
        .split("\n")
        .map((part) => paint(part, ...pieceStyles[kind]))
        .join("\n"),
    )
    .join("")
    .split("\n");
}

/** A block of Markdown, of which the kinds that notebooks use are known. */
function renderMarkdown(source: string, width: number, paint: Paint): string {
  const lines = source
    .replace(/\r\n/g, "\n")
    .replace(/<!--[\s\S]*?-->/g, "")
    .split("\n");
  const out: string[] = [];
  let paragraph: string[] = [];
  let at = 0;

  const flush = (): void => {
    if (paragraph.length > 0) out.push(...wrap(inline(paragraph.join(" "), paint), width, "", ""));
    paragraph = [];
  };
  /** Takes lines up to the one that ends them, which is dropped. */
  const takeUntil = (isEnd: (line: string) => boolean): string[] => {
    const taken: string[] = [];
    while (at < lines.length && !isEnd(lines[at]!)) taken.push(lines[at++]!);
    at += 1;
    return taken;
  };

  while (at < lines.length) {
    const line = lines[at++]!;
    const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line);
    const item = /^(\s*)([-*+]|\d+[.)])\s+(.*)$/.exec(line);
    if (line.trim() === "") {
      flush();
      out.push("");
    } else if (heading) {
      flush();
      out.push(...renderHeading(heading[1]!.length, inline(heading[2]!, paint), width, paint));
    } else if (fence) {
      flush();
      for (const code of takeUntil((other) => other.trim().startsWith(fence[1]!))) out.push(`    ${code}`);
    } else if (line.trim().startsWith("$$")) {
      flush();
      const formula = line.trim().slice(2);
      const isWhole = formula.endsWith("$$") && formula.length > 1;
      const rest = isWhole ? [] : takeUntil((other) => other.trim().endsWith("$$"));
      // What stands before the closing dollars on their line belongs to the formula.
      const last = isWhole ? "" : (lines[at - 1]?.trim().replace(/\$\$$/, "") ?? "");
      const tex = [formula.replace(/\$\$$/, ""), ...rest, last].join("\n");
      for (const row of renderTex(tex)) out.push(`    ${paint(row, "cyan")}`);
    } else if (/^(\*\s*){3,}$|^(-\s*){3,}$|^(_\s*){3,}$/.test(line.trim())) {
      flush();
      out.push(paint("─".repeat(width), "dim"));
    } else if (line.trimStart().startsWith("|")) {
      flush();
      out.push(inline(line, paint));
    } else if (item) {
      flush();
      const text = [item[3]!];
      while (at < lines.length && /^\s+\S/.test(lines[at]!) && !/^\s*([-*+]|\d+[.)])\s/.test(lines[at]!))
        text.push(lines[at++]!.trim());
      const mark = `${item[1]}${/\d/.test(item[2]!) ? item[2] : "•"} `;
      out.push(...wrap(inline(text.join(" "), paint), width, `  ${mark}`, `  ${" ".repeat(mark.length)}`));
    } else if (line.startsWith(">")) {
      flush();
      const text = [line, ...takeQuote()].map((quoted) => quoted.replace(/^>\s?/, ""));
      const bar = `${paint("│", "dim")} `;
      out.push(...wrap(inline(text.join(" "), paint), width - 2, "", "").map((quoted) => bar + quoted));
    } else {
      paragraph.push(line.trim());
    }
  }
  flush();

  function takeQuote(): string[] {
    const taken: string[] = [];
    while (at < lines.length && lines[at]!.startsWith(">")) taken.push(lines[at++]!);
    return taken;
  }

  const text = out
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .replace(/^\n+|\n+$/g, "");
  return text === "" ? "" : `${text}\n`;
}

function renderHeading(level: number, text: string, width: number, paint: Paint): string[] {
  if (level === 1) return [paint(text, "bold"), paint("═".repeat(Math.min(width, visibleWidth(text))), "dim")];
  if (level > 2) return [paint(text, "bold")];
  const rule = "─".repeat(Math.max(2, width - visibleWidth(text) - 4));
  return [`${paint("──", "dim")} ${paint(text, "bold")} ${paint(rule, "dim")}`];
}

// A space within a formula or a piece of code does not break the line.
const firmSpace = "\u00a0";

/** Emphasis, code, links and formulas within a line. */
function inline(text: string, paint: Paint): string {
  const firm = (part: string, ...styles: Style[]): string => paint(part.replace(/ /g, firmSpace), ...styles);
  const pattern =
    /(`+)(?<code>.+?)\1(?!`)|\$(?<tex>(?:[^$\\]|\\.)+?)\$|!?\[(?<label>[^\]]*)\]\((?<target>[^)\s]*)[^)]*\)|\*\*(?<strong>.+?)\*\*|(?<![\w*])[*_](?<emphasis>[^*_\s](?:[^*_]*[^*_\s])?)[*_](?![\w*])|\\(?<escaped>[\\`*_{}[\]()#+.!$-])/g;
  return text.replace(pattern, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    if (groups.code !== undefined) return firm(groups.code.trim(), "cyan");
    if (groups.tex !== undefined) return firm(renderInlineTex(groups.tex), "cyan");
    if (groups.strong !== undefined) return paint(inline(groups.strong, paint), "bold");
    if (groups.emphasis !== undefined) return paint(inline(groups.emphasis, paint), "italic");
    if (groups.escaped !== undefined) return groups.escaped;
    if (groups.label === undefined) return whole;
    const label = paint(inline(groups.label, paint), "underline");
    return groups.target === groups.label || groups.target?.startsWith("#")
      ? label
      : `${label} ${paint(`(${groups.target})`, "dim")}`;
  });
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const escapes = /\u001b\[\d+m/g;

function visibleWidth(text: string): number {
  return textWidth(text.replace(escapes, ""));
}

/** Breaks a text into lines of at most `width` columns, words that are longer excepted. */
function wrap(text: string, width: number, first: string, rest: string): string[] {
  const lines: string[] = [];
  let line = "";
  let prefix = first;
  for (const word of text.split(/[ \n]+/)) {
    if (line !== "" && visibleWidth(prefix) + visibleWidth(line) + 1 + visibleWidth(word) > width) {
      lines.push(prefix + line);
      prefix = rest;
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  if (line !== "") lines.push(prefix + line);
  return lines.map((each) => each.replaceAll(firmSpace, " "));
}
