/** Names for variables in printed programs. */

/** a, b, ..., z, ba, bb, ...: numbers in base 26. */
export function letters(n: number): string {
  let name = "";
  do {
    name = String.fromCharCode(97 + (n % 26)) + name;
    n = Math.floor(n / 26);
  } while (n > 0);
  return name;
}
