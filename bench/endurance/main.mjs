// Long loops: ten thousand steps without a turn of the event loop, on every engine that is here. Prints for each tenth the
// time of a step and the size of the process. Both must be flat: `npm run bench:endurance`.
import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs, promisify } from "node:util";
import { chromium, runInBrowser } from "./browser.mjs";
import { loops } from "./loops.mjs";

const help = `npm run bench:endurance -- [options]

  --steps N       steps of each loop; default 10000
  --only NAME     ${Object.keys(loops).join(" or ")}; default both
  --engines A,B   of node, current, chromium; default all that are here
  --json FILE     write the figures
  --help

The current Node is installed by: npm ci --prefix tools/node-current`;

const { values: options } = parseArgs({
  options: {
    steps: { type: "string", default: "10000" },
    only: { type: "string" },
    engines: { type: "string" },
    json: { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const root = fileURLToPath(new URL("../..", import.meta.url));
const current = join(root, "tools/node-current/node_modules/.bin/node");
const library = pathToFileURL(join(root, "dist/node/index.js")).href;

/** Runs a loop in a new process of a Node. */
async function runInNode(node, name, steps) {
  const script = join(root, "bench/endurance/process.mjs");
  const run = promisify(execFile);
  const { stdout } = await run(node, [script, name, String(steps), library], { maxBuffer: 1 << 24 });
  const { stdout: version } = await run(node, ["--version"]);
  return { ...JSON.parse(stdout), version: version.trim() };
}

const engines = {
  node: { here: true, run: (name, steps) => runInNode(process.execPath, name, steps) },
  current: { here: existsSync(current), run: (name, steps) => runInNode(current, name, steps) },
  chromium: { here: chromium !== undefined, run: runInBrowser },
};

async function main() {
  if (options.help) return void console.log(help);
  const steps = Number(options.steps);
  if (!Number.isInteger(steps) || steps < 10) throw new Error(`--steps ${options.steps}: a whole number from 10`);
  const chosen = options.engines?.split(",") ?? Object.keys(engines).filter((name) => engines[name].here);
  for (const engine of chosen) {
    if (!engines[engine]?.here) throw new Error(`the engine "${engine}" is not here; see --help`);
  }
  if (options.only !== undefined && loops[options.only] === undefined)
    throw new Error(`there is no loop "${options.only}"; there are ${Object.keys(loops).join(" and ")}`);
  const figures = [];
  for (const [name, title] of Object.entries(loops)) {
    if (options.only !== undefined && options.only !== name) continue;
    console.log(`${title}, ${steps} steps`);
    for (const engine of chosen) {
      const outcome = await engines[engine].run(name, steps);
      figures.push({ loop: name, engine, ...outcome });
      const { milliseconds, megabytes, version, right, result } = outcome;
      const label = `${engine} ${version}`.padEnd(24);
      console.log(`  ${label} ms a step ${milliseconds.map((t) => t.toFixed(3).padStart(7)).join("")}`);
      console.log(`  ${"".padEnd(24)} megabytes ${megabytes.map((m) => m.toFixed(0).padStart(7)).join("")}`);
      if (!right) {
        console.log(`  ${"".padEnd(24)} WRONG: the loop arrived at ${result}`);
        process.exitCode = 1;
      }
    }
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(figures, undefined, 1)}\n`);
}

await main();
