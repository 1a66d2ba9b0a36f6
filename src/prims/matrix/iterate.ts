/** What the QR iterations share: they make the elements e beside a diagonal d small, from the end of each coupled block. */

/** A rotation of a pair of rows by (c, s), with a length: of (x, z), which it turns to (r, 0). */
export interface Turn {
  c: number;
  s: number;
  r: number;
}

/** Sets the rotation that turns (x, z) to (r, 0). */
export function turnTo(turn: Turn, x: number, z: number): void {
  const r = Math.sqrt(x * x + z * z);
  turn.c = r === 0 ? 1 : x / r;
  turn.s = r === 0 ? 0 : z / r;
  turn.r = r;
}

/**
 * Calls `step(first, last)` for coupled blocks until nothing is coupled. False if an element beside the diagonal is still
 * there after `mostSteps` steps; two or three are usual.
 */
export function decouple(
  d: Float64Array,
  e: Float64Array,
  epsilon: number,
  mostSteps: number,
  step: (first: number, last: number) => void,
): boolean {
  const isSmall = (i: number): boolean => {
    const size = Math.abs(e[i]!);
    return size <= epsilon * (Math.abs(d[i]!) + Math.abs(d[i + 1]!)) || size < 2 ** -1020;
  };
  let steps = 0;
  for (let last = d.length - 1; last > 0; ) {
    if (isSmall(last - 1)) {
      e[last - 1] = 0;
      last--;
      steps = 0;
      continue;
    }
    if (steps++ > mostSteps) return false;
    let first = last - 1;
    while (first > 0 && !isSmall(first - 1)) first--;
    step(first, last);
  }
  return true;
}
