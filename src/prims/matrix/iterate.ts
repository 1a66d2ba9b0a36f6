/** What the QR iterations share: they make the elements e beside a diagonal d small, from the end of each coupled block. */

/** A rotation of a pair of rows by (c, s), with a length: of (x, z), which it turns to (r, 0). */
export interface Turn {
  c: number;
  s: number;
  r: number;
}

/** Shorter vectors have squares that lose digits, which would make the rotation a stretching. */
const short = 2 ** -480;

/** Sets the rotation that turns (x, z) to (r, 0). */
export function turnTo(turn: Turn, x: number, z: number): void {
  let r = Math.sqrt(x * x + z * z);
  if (r < short) {
    const [long, high] = [x / short, z / short];
    r = Math.sqrt(long * long + high * high) * short;
  }
  turn.c = r === 0 ? 1 : x / r;
  turn.s = r === 0 ? 0 : z / r;
  turn.r = r;
}

/**
 * Calls `step(first, last)` for coupled blocks until nothing is coupled: until each element beside the diagonal is small
 * against its neighbours, or nothing against a matrix whose largest element is near 1. False if that takes too long; two
 * or three steps for each element are usual.
 */
export function decouple(
  d: Float64Array,
  e: Float64Array,
  epsilon: number,
  step: (first: number, last: number) => void,
): boolean {
  const isSmall = (i: number): boolean => {
    const size = Math.abs(e[i]!);
    return size <= epsilon * (Math.abs(d[i]!) + Math.abs(d[i + 1]!)) || size < epsilon * epsilon;
  };
  let steps = 1000 + 100 * d.length;
  for (let last = d.length - 1; last > 0; ) {
    if (isSmall(last - 1)) {
      e[last - 1] = 0;
      last--;
      continue;
    }
    if (steps-- === 0) return false;
    let first = last - 1;
    while (first > 0 && !isSmall(first - 1)) first--;
    step(first, last);
  }
  return true;
}
