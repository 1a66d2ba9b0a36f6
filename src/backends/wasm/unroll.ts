/**
 * How many vectors a round of a loop computes in lockstep, so that the processor overlaps their chains of dependent
 * instructions: as many as the loop fills, as registers hold (what spills a little still hides latency), and as the code may
 * grow.
 */
import type { Plan } from "./plan.ts";

/** Long functions that are written in place, those of all vectors of a round together. */
const mostInline = 12;
/** Plain instructions of a round; fewer where the kernel is short, and its code costs more than its runs. */
const longestRound = { large: 1200, small: 96 };
const largeKernel = 16384;
/** Values of all vectors that are alive at one time. */
const mostAlive = 32;

export function chooseUnroll(plan: Plan): { readonly unroll: number; readonly inline: boolean } {
  const { plain, long } = plan.work();
  const extent = plan.vectorLoop < 0 ? 0 : plan.loops[plan.vectorLoop]!.extent;
  const elements = plan.loops.reduce((n, loop) => n * loop.extent, 1);
  const longest = elements >= largeKernel ? longestRound.large : longestRound.small;
  const fits = (width: number): boolean =>
    extent >= 8 * width &&
    long * width <= mostInline &&
    plain * width <= longest &&
    plan.pressure() * width <= mostAlive;
  const unroll = fits(4) ? 4 : fits(2) ? 2 : 1;
  return { unroll, inline: long * unroll <= mostInline };
}
