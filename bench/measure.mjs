// How a call is timed. A call that returns a promise is awaited; all others run back to back, with no turn of the event
// loop inside a sample.

/**
 * What is spent on one row in one process, in milliseconds: `total`, but more for the fewest samples, up to `longest`; one
 * sample is taken in any case.
 */
export const budgets = {
  full: { warmUp: 300, sample: 2, total: 1500, longest: 20_000, fewest: 10, most: 200 },
  quick: { warmUp: 250, sample: 1, total: 120, longest: 500, fewest: 3, most: 50 },
};

/**
 * @param {number[]} times
 * @returns {{ median: number, fastest: number, spread: number, samples: number }} spread: half the distance of the quartiles,
 * as a part of the median
 */
export function summary(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (part) => {
    const place = part * (sorted.length - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, sorted.length - 1);
    return sorted[low] + (sorted[high] - sorted[low]) * (place - low);
  };
  const median = at(0.5);
  return { median, fastest: sorted[0], spread: (at(0.75) - at(0.25)) / 2 / median, samples: times.length };
}

async function timed(call, repetitions) {
  const start = performance.now();
  for (let i = 0; i < repetitions; i++) {
    const pending = call();
    if (pending !== undefined) await pending;
  }
  return performance.now() - start;
}

/**
 * Warms up, finds how many calls make one sample long enough for the clock, and takes samples until the time is spent.
 * @param {() => undefined | Promise<unknown>} call one complete call: its result is there, and freed, when it is over
 * @param {typeof budgets.full} budget
 */
export async function measure(call, budget) {
  let repetitions = 1;
  let last = 0;
  const start = performance.now();
  do {
    last = await timed(call, repetitions);
    if (last < budget.sample) repetitions = Math.min(repetitions * 2, Math.ceil((repetitions * budget.sample) / last));
  } while (performance.now() - start < budget.warmUp || last < budget.sample / 2);

  // So slow a call is not repeated.
  if (last > budget.longest) return summary([last]);

  const times = [];
  const begin = performance.now();
  const goesOn = (elapsed) =>
    times.length === 0 ||
    (elapsed < budget.longest && times.length < budget.fewest) ||
    (elapsed < budget.total && times.length < budget.most);
  while (goesOn(performance.now() - begin)) {
    times.push((await timed(call, repetitions)) / repetitions);
    // Finalizers run only when the event loop turns, as it does between a program's steps.
    await new Promise((done) => setImmediate(done));
  }
  return summary(times);
}

/**
 * Runs a loop of steps with no turn of the event loop, and compares its last quarter with its first.
 * @param {{ state: unknown, step: (state: unknown) => unknown, finish?: (state: unknown) => void }} loop
 * @param {number} steps
 */
export function measureLoop({ state, step, finish }, steps) {
  const quarter = Math.ceil(steps / 4);
  const times = [];
  for (let q = 0; q < 4; q++) {
    const start = performance.now();
    for (let i = 0; i < quarter; i++) state = step(state);
    finish?.(state);
    times.push((performance.now() - start) / quarter);
  }
  return {
    state,
    steps: 4 * quarter,
    median: (times[0] + times[1] + times[2] + times[3]) / 4,
    growth: times[3] / times[0],
    megabytes: process.resourceUsage().maxRSS / 1024,
  };
}
