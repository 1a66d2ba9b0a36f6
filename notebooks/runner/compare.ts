// Compares what a cell printed with what is stored for it. Text must be the same; numbers may differ by a tolerance, which
// is measured on the number as it is printed. So `0.042` and `0.043` differ, and `1.5545294` and `1.5545292` do not.

/** How far two numbers may be apart: |fresh - stored| <= atol + rtol * |stored|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** What is used where nothing else is said: a few units in the last place of a float32. */
export const defaultTolerance: Tolerance = { rtol: 2e-5, atol: 1e-6 };

/** One line that differs. Lines are counted from one. */
export interface Difference {
  readonly line: number;
  /** The stored line; undefined if the fresh output has more lines. */
  readonly stored: string | undefined;
  /** The fresh line; undefined if the stored output has more lines. */
  readonly fresh: string | undefined;
  /** Why they differ, in words. */
  readonly reason: string;
}

/** The lines in which two outputs differ: none if they match. Spaces between words and brackets do not count. */
export function compareOutputs(fresh: string, stored: string, tolerance: Tolerance = defaultTolerance): Difference[] {
  const freshLines = linesOf(fresh);
  const storedLines = linesOf(stored);
  const differences: Difference[] = [];
  for (let i = 0; i < Math.max(freshLines.length, storedLines.length); i++) {
    const freshLine = freshLines[i];
    const storedLine = storedLines[i];
    const reason =
      freshLine === undefined
        ? "this line was not printed"
        : storedLine === undefined
          ? "this line is not stored"
          : compareLine(freshLine, storedLine, tolerance);
    if (reason !== undefined) differences.push({ line: i + 1, stored: storedLine, fresh: freshLine, reason });
  }
  return differences;
}

/** Differences as text for people: the stored line after `-`, the fresh one after `+`. */
export function formatDifferences(differences: readonly Difference[]): string {
  return differences
    .flatMap(({ line, stored, fresh, reason }) => [
      `line ${line}: ${reason}`,
      ...(stored === undefined ? [] : [`  - ${stored}`]),
      ...(fresh === undefined ? [] : [`  + ${fresh}`]),
    ])
    .join("\n");
}

function linesOf(text: string): string[] {
  const lines = text.replace(/\r\n/g, "\n").replace(/\s+$/, "").split("\n");
  return lines.length === 1 && lines[0] === "" ? [] : lines;
}

const number = /[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|\binf\b|\bnan\b|\bInfinity\b|\bNaN\b)/;
// A number that is part of a word (`float32`, `x1`, `0.10.2`) is text.
const token = new RegExp(`(?<![\\w.])${number.source}(?![\\w]|\\.\\d)|[\\w.]+|[^\\s\\w]`, "gi");

function compareLine(fresh: string, stored: string, tolerance: Tolerance): string | undefined {
  const freshTokens = fresh.match(token) ?? [];
  const storedTokens = stored.match(token) ?? [];
  for (let i = 0; i < Math.max(freshTokens.length, storedTokens.length); i++) {
    const reason = compareToken(freshTokens[i], storedTokens[i], tolerance);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function compareToken(fresh: string | undefined, stored: string | undefined, tolerance: Tolerance): string | undefined {
  if (fresh === stored) return undefined;
  if (fresh === undefined) return `${stored} is missing`;
  if (stored === undefined) return `${fresh} is not in the stored line`;
  const a = numberOf(fresh);
  const b = numberOf(stored);
  if (a === undefined || b === undefined) return `${fresh} is not ${stored}`;
  if (isInteger(fresh) !== isInteger(stored)) return `${fresh} is not ${stored}: one is an integer`;
  if (isInteger(fresh)) return `${fresh} is not ${stored}`;
  if (Object.is(a, b) || a === b) return undefined;
  const distance = Math.abs(a - b);
  if (!Number.isFinite(distance)) return `${fresh} is not ${stored}`;
  const allowed = tolerance.atol + tolerance.rtol * Math.abs(b);
  if (distance <= allowed) return undefined;
  return `${fresh} is not ${stored}: they differ by ${short(distance)}, and ${short(allowed)} is allowed`;
}

function numberOf(text: string): number | undefined {
  if (!new RegExp(`^${number.source}$`, "i").test(text)) return undefined;
  const special = /^([-+]?)(inf|nan|infinity)$/i.exec(text);
  if (!special) return Number(text);
  if (special[2]!.toLowerCase() === "nan") return Number.NaN;
  return special[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function isInteger(text: string): boolean {
  return /^[-+]?\d+$/.test(text);
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
