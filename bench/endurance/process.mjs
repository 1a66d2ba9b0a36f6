// One long loop in a Node process of its own: prints its times, and the size of the process after each tenth.
import { loops, runLoop } from "./loops.mjs";

const [name, steps, library] = process.argv.slice(2);
if (loops[name] === undefined) throw new Error(`there is no loop "${name}"`);
const megabytes = [];
const outcome = runLoop(await import(library), name, Number(steps), () =>
  megabytes.push(process.memoryUsage.rss() / 1e6),
);
console.log(JSON.stringify({ ...outcome, megabytes }));
