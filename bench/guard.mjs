// Ratios that must not grow: of our time for a row to that of another library, or of a loop in JavaScript, in the same run.
// They stand in guard.json with some room for noise; a ratio is broken if it is above its limit in every one of a few runs.
import { readFileSync } from "node:fs";
import { title } from "./report.mjs";

/** @type {{ row: string, against: string, most: number }[]} `against`: a library, or the name of a machine's limit in us */
export const guards = JSON.parse(readFileSync(new URL("guard.json", import.meta.url), "utf8"));

/** Runs of what was above its limit, all in all. */
export const runs = 3;

/** The fastest sample, which other work on the machine disturbs the least. */
const time = (answer) => (answer?.wrong === undefined ? (answer?.fastest ?? answer?.median) : undefined);

/** Our time and the other one, in milliseconds; undefined where there is none. */
function times({ row, against }, results, limits) {
  const { answers } = results.find((r) => r.row.name === row);
  const [, own] = Object.entries(answers).find(([peer]) => peer.startsWith("adjoint"));
  const limit = limits[against];
  return { own: time(own), other: limit === undefined ? time(answers[against]) : limit.value / 1000, error: own.error };
}

/**
 * @returns one for each guard: its text, and whether it holds; undefined: the other library is not here
 */
export function verdicts(chosen, results, limits) {
  return chosen.map((guard) => {
    const { own, other, error } = times(guard, results, limits);
    const name = `${guard.row} / ${limits[guard.against] === undefined ? title(guard.against) : guard.against}`;
    if (own === undefined)
      return { guard, holds: false, text: `${name}: we give no right result${error ? `: ${error}` : ""}` };
    if (other === undefined) return { guard, holds: undefined, text: `${name}: nothing to compare with` };
    const ratio = own / other;
    const holds = ratio <= guard.most;
    return { guard, holds, text: `${name}: ${ratio.toPrecision(2)}, ${holds ? "within" : "above"} ${guard.most}` };
  });
}
