/** `fwdAndBwd`: reverse mode in two functions, against `vjp`. */
import { describe, expect, test } from "vitest";
import { errors, fwdAndBwd, jit, numpy as jnp, type NDArray, vjp, vmap } from "../../src/index.ts";
import { array, expectClose, values } from "../transforms/arrays.ts";

const f = (w: NDArray, x: NDArray): NDArray => jnp.sin(jnp.dot(w, x));
const w = array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6], [2, 3]);
const x = array([1, -1, 2]);
const ct = array([1, 3]);

describe("fwdAndBwd", () => {
  test("gives what vjp gives, compiled or not, here and inside of other programs", () => {
    const [expected, pull] = vjp(f, w, x);
    const [dw, dx] = pull(ct) as [NDArray, NDArray];
    for (const jitted of [true, false]) {
      const [fwd, bwd] = fwdAndBwd(f, { argnums: [1, 0], jitted });
      const [y, residuals] = fwd(w, x);
      expectClose(y, values(expected));
      const [gx, gw] = bwd(residuals, ct) as [NDArray, NDArray];
      expectClose(gx, values(dx));
      expectClose(gw, values(dw));
      const both = jit((w: NDArray, x: NDArray) => bwd(fwd(w, x)[1], ct)[0]);
      expectClose(both(w, x), values(dx));
      const many = vmap((x: NDArray) => bwd(fwd(w, x)[1], ct)[0])(jnp.stack([x, x.mul(2)])) as NDArray;
      expectClose(many.get(0), values(dx));
    }
  });
  test("both are traced once", () => {
    let traces = 0;
    const [fwd, bwd] = fwdAndBwd((x: NDArray) => {
      traces++;
      return x.mul(x);
    });
    for (const v of [1, 2, 3]) {
      const [, residuals] = fwd(array([v], []));
      expectClose(bwd(residuals, array([1], []))[0], [2 * v]);
    }
    expect(traces).toBe(1);
  });
  test("auxiliary data, trees, and what does not fit", () => {
    const g = (p: { a: NDArray; b: NDArray }) => [{ y: p.a.mul(p.b) }, p.a.add(1)] as const;
    const [fwd, bwd] = fwdAndBwd(g, { hasAux: true });
    const [out, residuals, aux] = fwd({ a: array([2], []), b: array([5], []) } as never);
    expectClose((out as unknown as { y: NDArray }).y, 10);
    expectClose(aux, 3);
    const [dp] = bwd(residuals, { y: array([1], []) } as never) as unknown as [{ a: NDArray; b: NDArray }];
    expectClose(dp.a, 5);
    expectClose(dp.b, 2);
    expect(() => bwd(residuals, array([1], []) as never)).toThrow(errors.TreeError);
    expect(() => bwd(residuals, { y: ct } as never)).toThrow(errors.ShapeError);
    expect(() => fwdAndBwd((x: NDArray) => x)[0](jnp.array(1, { dtype: "int32" }))).toThrow(errors.DTypeError);
  });
});
