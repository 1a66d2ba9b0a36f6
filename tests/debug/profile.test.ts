/** Profiles: every kernel is counted as often as it runs, and the result is the function's. */
import { debug, errors, jit, numpy as jnp, lax, type NDArray } from "adjoint";
import { describe, expect, test } from "vitest";
import { config } from "../../src/core/config.ts";

function model(x: NDArray): NDArray {
  const y = lax.scan((c: NDArray, r: NDArray) => [jnp.sin(c).add(r), null] as never, x.get(0), x)[0] as NDArray;
  return lax
    .cond(
      y.sum().greater(0),
      (z: NDArray) => jnp.sort(z),
      (z: NDArray) => z.neg(),
      y,
    )
    .sum();
}

for (const backend of ["wasm", "reference"]) {
  describe(`on ${backend}`, () => {
    const on = (name: string, body: () => void): void =>
      test(name, () => config.using({ defaultBackend: backend }, body));

    on("kernels, runs, table and trace", () => {
      const x = jnp.ones([5, 4]);
      const profile = debug.profile(model)(x);
      expect(profile.result.item()).toBeCloseTo(jit(model)(x).item() as number, 5);
      const inLoop = profile.kernels.filter((k) => k.inside.includes("loop of 5"));
      expect(inLoop.length).toBeGreaterThan(0);
      for (const kernel of inLoop) expect(kernel.runs).toBe(5);
      const sort = profile.kernels.find((k) => k.kind === "sort")!;
      expect([sort.runs, sort.inside, sort.label, sort.resultBytes]).toEqual([1, ["branch 1"], "sort 1 rows of 4", 16]);
      // The other branch did not run.
      for (const kernel of profile.kernels.filter((k) => k.inside.includes("branch 0"))) expect(kernel.runs).toBe(0);
      const sum = profile.kernels.reduce((total, k) => total + k.time, 0);
      expect(sum).toBeLessThanOrEqual(profile.time + 1e-6);
      const lines = profile.table().split("\n");
      expect(lines.length).toBe(2 + profile.kernels.length);
      expect(lines[0]).toMatch(/^model: \d+\.\d+ ms, \d+ bytes of workspace$/);
      const { traceEvents } = JSON.parse(profile.trace()) as {
        traceEvents: { name: string; ph: string; dur: number }[];
      };
      expect(traceEvents.length).toBe(profile.kernels.reduce((n, k) => n + k.runs, 0));
      expect(traceEvents.every((e) => e.ph === "X" && e.dur >= 0)).toBe(true);
    });

    on("a program that calls the host is run once", () => {
      let calls = 0;
      const f = (x: NDArray): NDArray => {
        debug.callback(() => void calls++);
        return x.mul(2);
      };
      const x = jnp.ones(3);
      const profile = jit(f).lower(x).compile().profile(x);
      expect(calls).toBe(1);
      expect(profile.result.tolist()).toEqual([2, 2, 2]);
      expect(profile.kernels.map((k) => k.kind)).toEqual(["callback", "map"]);
      expect(() => jit(f).lower(x).compile().profile(jnp.ones(4))).toThrow(errors.TreeError);
    });
  });
}
