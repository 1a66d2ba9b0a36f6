import { config, grad, jit, numpy as jnp, lax, makeJaxpr, vmap } from "adjoint";
import { test } from "vitest";

test("a", () => {
  for (const backend of ["wasm", "reference"]) {
    config.update("defaultBackend", backend as never);
    const c = jnp.array([
      { re: 1, im: 2 },
      { re: 3, im: -1 },
    ]);
    const show = (f: () => unknown) => {
      try {
        console.log(String(f()));
      } catch (e) {
        console.log(String((e as Error).stack).slice(0, 600));
      }
    };
    show(() => c);
    show(() => c.mul(c));
    show(() => c.div({ re: 0, im: 1 }));
    show(() => jnp.exp(c));
    show(() => c.add(1));
    show(() => jnp.abs(c));
    show(() => jit((x: typeof c) => x.mul(x).add(jnp.sin(x)).sum())(c));
    show(() => jnp.dot(c.reshape(1, 2), c.reshape(2, 1)));
    show(() => makeJaxpr((x: typeof c) => x.mul({ re: 1, im: 2 }).add(2))(c));
    show(() => grad((x: typeof c) => jnp.abs(x).sum())(c));
    show(() => grad((x: typeof c) => x.mul(x).sum(), { holomorphic: true })(c));
    show(() => c.prod());
    show(() => jnp.cumprod(c));
    show(() => c.get(1));
    show(() => c.at(0).set({ re: 5, im: 6 }));
    show(() => jnp.sort(c));
    show(() => c.pow(3));
    show(() => c.pow(0.5));
    show(() => c.astype("float32"));
    show(() => lax.scan((s: typeof c, x: typeof c) => [s.mul(x), s.add(x)], c.get(0), c));
    show(() => vmap((x: typeof c) => x.mul(x))(c));
    show(() => jnp.arange(3, { dtype: "complex64" }));
    show(() => jnp.zeros(2, { dtype: "complex64" }));
    show(() => jnp.full(2, { re: 1, im: 1 }));
    show(() =>
      lax.whileLoop(
        (x) => jnp.abs(x).sum().less(100),
        (x) => x.mul(x),
        c,
      ),
    );
    show(() =>
      lax.cond(
        jnp.array(true),
        (x) => x.mul(x),
        (x) => x,
        c,
      ),
    );
    show(() => JSON.stringify(c.tolist()) + JSON.stringify(c.get(0).item()) + c.toTypedArray());
    show(() => jnp.maximum(c, c));
    show(() => jit((x: typeof c) => [x, x.T, lax.neg(x), 3, jnp.array({ re: 1, im: 2 })])(c));
  }
});
