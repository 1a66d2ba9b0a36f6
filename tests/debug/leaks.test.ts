/** Tracers that outlive their transformation are found when it ends. */
import { debug, errors, grad, jit, numpy as jnp, jvp, lax, type NDArray, remat, vmap } from "adjoint";
import { expect, test } from "vitest";

const { checkingLeaks } = debug;

test("what does not leak passes", () => {
  const f = (x: NDArray): NDArray => {
    const y = lax.scan((c: NDArray, r: NDArray) => [jnp.sin(c).mul(r), c] as [NDArray, NDArray], x, jnp.ones(3))[0];
    return lax
      .cond(
        y.greater(0),
        (z: NDArray) => z.mul(2),
        (z: NDArray) => jnp.exp(z),
        y,
      )
      .add(jnp.tanh(x));
  };
  checkingLeaks(() => {
    const slope = jit(grad(f))(0.5).item();
    expect(grad(f)(0.5).item()).toBeCloseTo(slope as number, 5);
    expect(grad(remat((x: NDArray) => jnp.sin(jnp.sin(x))))(0.5).shape).toEqual([]);
    expect(vmap(grad(f))(jnp.ones(2)).shape).toEqual([2]);
    expect(jvp(f, [1], [1])[1].shape).toEqual([]);
  });
});

for (const [name, transform] of [
  ["jit", jit],
  ["grad", grad],
  ["vmap", vmap],
  ["jvp", (f: (x: NDArray) => NDArray) => (x: NDArray) => jvp(f, [x], [x])],
] as const) {
  test(`a tracer stored outside of ${name} is found, with its line`, () => {
    const kept: NDArray[] = [];
    const f = (x: NDArray): NDArray => {
      const y = jnp.sin(x);
      kept.push(y);
      return y.mul(2).sum();
    };
    const x = name === "vmap" ? jnp.ones([2, 3]) : name === "grad" ? jnp.array(1) : jnp.ones(3);
    const run = (): unknown => (transform as (g: typeof f) => (x: NDArray) => unknown)(f)(x);
    let error: unknown;
    try {
      checkingLeaks(run);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(errors.UnexpectedTracerError);
    expect((error as Error).message).toContain(`Leaked trace ${name}`);
    expect((error as Error).message).toMatch(/float32(\[3\]|\[\]) was made at leaks\.test\.ts:\d+/);
    expect(kept.length).toBe(1);
    // Without the setting a leak is found when it is used.
    expect(() => run()).not.toThrow();
  });
}
