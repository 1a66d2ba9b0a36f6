// Where a compiled column was in the source. The compiler keeps lines and moves columns, twice (sucrase drops types, the
// rewriting inserts text), so a position needs its line's columns mapped back. In go source maps; out comes plain data.

/** A place in a cell's source: both counted from one, as editors and stack traces count them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** For each line, pairs (compiled column, source column), flat and ascending, counted from zero. */
export type ColumnMap = readonly (readonly number[])[];

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/**
 * Reads the `mappings` of a source map (base 64 variable-length quantities) that has one source and keeps lines.
 *
 * @example columnsOfMappings("AAAA,CAA0B") // [[0, 0, 1, 26]]
 */
export function columnsOfMappings(mappings: string): ColumnMap {
  let sourceLine = 0;
  let sourceColumn = 0;
  return mappings.split(";").map((line, index) => {
    const pairs: number[] = [];
    let column = 0;
    for (const segment of line.split(",")) {
      const [step = 0, , lineStep = 0, columnStep] = decodeQuantities(segment);
      column += step;
      if (columnStep === undefined) continue;
      sourceLine += lineStep;
      sourceColumn += columnStep;
      if (sourceLine === index) pairs.push(column, sourceColumn);
    }
    return pairs;
  });
}

function decodeQuantities(segment: string): number[] {
  const values: number[] = [];
  let value = 0;
  let shift = 0;
  for (const character of segment) {
    const digit = digits.indexOf(character);
    value += (digit & 31) << shift;
    if (digit & 32) {
      shift += 5;
      continue;
    }
    // The sign is the lowest bit.
    values.push(value & 1 ? -(value >> 1) : value >> 1);
    value = 0;
    shift = 0;
  }
  return values;
}

/** Reads decoded segments `[column, source, sourceLine, sourceColumn]`, leaving out what came from another line. */
export function columnsOfSegments(lines: readonly (readonly (readonly number[])[])[]): ColumnMap {
  return lines.map((segments, index) =>
    segments.flatMap(([column = 0, , line, sourceColumn]) =>
      line === index && sourceColumn !== undefined ? [column, sourceColumn] : [],
    ),
  );
}

/** The map that leads through `outer` (compiled to intermediate) and then `inner` (intermediate to source). */
export function composeColumns(outer: ColumnMap, inner: ColumnMap): ColumnMap {
  return outer.map((pairs, line) => {
    const composed: number[] = [];
    for (let i = 0; i < pairs.length; i += 2) composed.push(pairs[i]!, mapColumn(inner[line] ?? [], pairs[i + 1]!));
    return composed;
  });
}

/**
 * The source column of a compiled column, both counted from zero: an offset from the nearest pair before it, which stops
 * at the next pair, since text that the compiler inserted lies between the two.
 */
function mapColumn(pairs: readonly number[], column: number): number {
  let low = 0;
  let high = pairs.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pairs[2 * middle]! <= column) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return pairs[1] ?? column;
  const before = pairs[2 * low - 1]!;
  return Math.min(
    before + column - pairs[2 * low - 2]!,
    Math.max(before, pairs[2 * low + 1] ?? Number.POSITIVE_INFINITY),
  );
}

/** The source position of a compiled position. */
export function locate(columns: ColumnMap, { line, column }: Position): Position {
  return { line, column: mapColumn(columns[line - 1] ?? [], column - 1) + 1 };
}
