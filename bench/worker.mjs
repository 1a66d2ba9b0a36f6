// One row for one JavaScript library, in a process of its own: reads the request from standard input, checks the result
// against plain JavaScript, times the call, and writes the answer as one line of JSON.
import { readFileSync } from "node:fs";
import { fault, flatten } from "./check.mjs";
import { budgets, measure, measureLoop } from "./measure.mjs";
import { rows } from "./rows/index.mjs";

const { row: name, peer, threads, quick } = JSON.parse(readFileSync(0, "utf8"));
const row = rows.find((r) => r.name === name);
const { load, place, finish, read } = await import(`./peers/${peer}.mjs`);

async function run() {
  const start = performance.now();
  const library = await load();
  if (row.kind === "import") return { median: performance.now() - start };
  if (peer === "adjoint") library.config.update("threads", threads);

  for (const path of (peer === "adjoint" && row.needs) || []) {
    if (path.split(".").reduce((at, key) => at?.[key], library) === undefined) return { skipped: `has no ${path}` };
  }
  const inputs = row.inputs();
  const placed = Object.fromEntries(Object.entries(inputs).map(([key, value]) => [key, place(library, value)]));
  const prepared = row[peer](library, placed);

  if (row.kind === "loop") {
    const steps = quick ? Math.ceil(row.steps / 10) : row.steps;
    const { state, ...times } = measureLoop(prepared, steps);
    return { ...times, wrong: fault(row, inputs, flatten(read, state), times.steps) };
  }
  if (row.kind === "cold") {
    const begin = performance.now();
    const result = prepared();
    if (peer === "jaxjs") await Promise.all([result].flat(9).map((x) => x.blockUntilReady()));
    const median = performance.now() - begin;
    return { median, wrong: fault(row, inputs, flatten(read, result)) };
  }
  const first = prepared();
  const wrong = fault(row, inputs, flatten(read, prepared.view?.(first) ?? first));
  const call = () => finish(prepared());
  return { wrong, ...(await measure(call, quick ? budgets.quick : budgets.full)) };
}

let answer;
try {
  answer = await run();
} catch (error) {
  answer = {
    error: String(error?.message ?? error)
      .split("\n")[0]
      .slice(0, 200),
  };
}
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
