/** Printing and callbacks: what is printed, how often and in which order, under every transformation, on both backends. */
import { grad, jit, numpy as jnp, jvp, lax, type NDArray, remat, vmap } from "adjoint";
import { describe, expect, test, vi } from "vitest";
import { config } from "../../src/core/config.ts";
import * as debug from "../../src/debug/index.ts";

/** The lines that `body` prints. */
function printed(body: () => unknown): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "log").mockImplementation((text: string) => void lines.push(text));
  try {
    body();
  } finally {
    spy.mockRestore();
  }
  return lines;
}

const p = debug.print;

/** Prints values and gives what comes after. */
function shown<T>(format: string, values: readonly unknown[], result: T): T {
  p(format, ...values);
  return result;
}
const arange = (n: number): NDArray => jnp.arange(n, { dtype: "float32" });

// The expected lines are JAX's own, but where a comment says otherwise.
for (const backend of ["wasm", "reference"]) {
  const lines = (body: () => unknown): string[] => config.using({ defaultBackend: backend }, () => printed(body));

  describe(`on ${backend}`, () => {
    test("eager, and nested vmap: the axis that is mapped first is outermost", () => {
      expect(lines(() => p("{}", jnp.arange(3)))).toEqual(["[0 1 2]"]);
      const nested = (): unknown => vmap(vmap((x: NDArray) => shown("{}", [x], x)))(arange(6).reshape(2, 3));
      expect(lines(nested)).toEqual(["0.0", "3.0", "1.0", "4.0", "2.0", "5.0"]);
      expect(lines(() => jit(vmap(vmap((x: NDArray) => shown("{}", [x], x))))(arange(6).reshape(2, 3)))).toEqual([
        "0.0",
        "3.0",
        "1.0",
        "4.0",
        "2.0",
        "5.0",
      ]);
    });

    test("vmap prints once for each example; what is not batched prints once", () => {
      const f = (x: NDArray): NDArray => {
        p("u {}", 3);
        p("w {} {}", x, jnp.ones(2));
        return x;
      };
      const expected = ["u 3", "w 0.0 [1. 1.]", "w 1.0 [1. 1.]", "w 2.0 [1. 1.]"];
      expect(lines(() => vmap(f)(arange(3)))).toEqual(expected);
      expect(lines(() => jit(vmap(f))(arange(3)))).toEqual(expected);
      expect(lines(() => vmap((x: NDArray) => shown("{}", [x, { ordered: true }], x))(arange(3)))).toEqual([
        "0.0",
        "1.0",
        "2.0",
      ]);
    });

    test("jit keeps all prints, in order, also equal ones and those of programs without results", () => {
      const f = jit((x: NDArray) => {
        p("a {}", x);
        p("a {}", x);
        p("b {}", jnp.sin(x).mul(0));
      });
      const expected = ["a 2.0", "a 2.0", "b 0.0"];
      expect(lines(() => f(2))).toEqual(expected);
      expect(lines(() => f(2))).toEqual(expected);
      const outer = jit((x: NDArray) => {
        f(x);
        return x.mul(2);
      });
      expect(lines(() => outer(2))).toEqual(expected);
    });

    test("derivatives print once, checkpoint twice", () => {
      const f = (x: NDArray): NDArray => shown("g {}", [x], jnp.sin(jnp.sin(x)));
      expect(lines(() => grad(f)(3))).toEqual(["g 3.0"]);
      expect(lines(() => jit(grad(f))(3))).toEqual(["g 3.0"]);
      expect(lines(() => grad(jit(f))(3))).toEqual(["g 3.0"]);
      expect(lines(() => jvp(f, [3], [1]))).toEqual(["g 3.0"]);
      expect(lines(() => grad(remat(f))(3))).toEqual(["g 3.0", "g 3.0"]);
      expect(lines(() => vmap(grad(f))(arange(2)))).toEqual(["g 0.0", "g 1.0"]);
    });

    test("scan and its gradient", () => {
      const body = (c: NDArray, x: NDArray): [NDArray, NDArray] => shown("s {} {}", [c, x], [c.add(x), c.mul(x)]);
      const expected = ["s 0.0 0.0", "s 0.0 1.0", "s 1.0 2.0"];
      expect(lines(() => lax.scan(body, jnp.zeros([]), arange(3)))).toEqual(expected);
      expect(lines(() => jit((xs: NDArray) => lax.scan(body, jnp.zeros([]), xs))(arange(3)))).toEqual(expected);
      const loss = (w: NDArray): NDArray =>
        lax.scan(
          (c: NDArray, x: NDArray) => shown("s {} {}", [c, x], [c.mul(w).add(x), jnp.exp(w)] as [NDArray, NDArray]),
          w,
          arange(3),
        )[0];
      const gradient = ["s 2.0 0.0", "s 4.0 1.0", "s 9.0 2.0"];
      expect(lines(() => expect(grad(loss)(2).item()).toBe(33))).toEqual(gradient);
      expect(lines(() => jit(grad(loss))(2))).toEqual(gradient);
      // The invariant exp(w) is hoisted out of the loop; the print stays inside (JAX prints it once).
      const stacked = (w: NDArray): NDArray =>
        lax.scan(
          (c: NDArray, x: NDArray) => shown("t {}", [w], [c.mul(jnp.exp(w)).add(x), c] as [NDArray, NDArray]),
          w,
          arange(3),
        )[0];
      expect(lines(() => jit(grad(stacked))(0))).toEqual(["t 0.0", "t 0.0", "t 0.0"]);
    });

    test("gradients of scans over checkpointed bodies with prints", () => {
      const body = remat((c: NDArray, x: NDArray) => shown("{} {}", [c, x], jnp.sin(c.mul(x))));
      const loss = (w: NDArray): NDArray =>
        lax.scan((c: NDArray, x: NDArray) => [body(c, x), c] as [NDArray, NDArray], w, arange(2).add(1))[0];
      const forward = ["1.0 1.0", "0.84147096 2.0"];
      expect(lines(() => jit(grad(loss))(1))).toEqual([...forward, ...forward.toReversed()]);
    });

    test("cond", () => {
      const f = (i: NDArray): NDArray =>
        lax.cond(
          i.greater(0),
          (x: NDArray) => shown("T {}", [x], x),
          (x: NDArray) => shown("F {}", [x], x.neg()),
          i,
        );
      expect(lines(() => jit(f)(1))).toEqual(["T 1.0"]);
      expect(lines(() => f(jnp.array(-1)))).toEqual(["F -1.0"]);
      // All branches run for all examples where the predicate is batched.
      expect(lines(() => vmap(f)(jnp.array([-1, 2], { dtype: "int32" })))).toEqual(["F -1", "F 2", "T -1", "T 2"]);
    });

    test("while", () => {
      const count = (n: NDArray): NDArray =>
        lax.whileLoop(
          (i: NDArray) => i.less(n),
          (i: NDArray) => shown("w {}", [i], i.add(1)),
          jnp.array(0, { dtype: "int32" }),
        );
      const int = (x: number | number[]): NDArray => jnp.array(x, { dtype: "int32" });
      expect(lines(() => count(int(3)))).toEqual(["w 0", "w 1", "w 2"]);
      expect(lines(() => jit(count)(int(3)))).toEqual(["w 0", "w 1", "w 2"]);
      expect(lines(() => vmap(count)(int([1, 3])))).toEqual(["w 0", "w 0", "w 1", "w 1", "w 1", "w 2"]);
      const doubled = (x: NDArray): NDArray =>
        lax.whileLoop(
          ([i]: [NDArray, NDArray]) => i.less(2),
          ([i, y]: [NDArray, NDArray]) => shown("w {} {}", [i, y], [i.add(1), y.mul(2)] as [NDArray, NDArray]),
          [int(0), x] as [NDArray, NDArray],
        )[1];
      expect(lines(() => jvp(doubled, [1], [1]))).toEqual(["w 0 1.0", "w 1 2.0"]);
    });
  });
}

test("formats", () => {
  const f32 = (x: number): NDArray => jnp.array(x, { dtype: "float32" });
  const i32 = (x: number): NDArray => jnp.array(x, { dtype: "int32" });
  const line = printed(() =>
    p(
      "[{:>8.3f}] [{:<6d}] [{:+d}] [{:08.2f}] [{:e}] [{:.3g}] [{:%}] [{:x}] [{:,}] [{:^7}] [{!r}] {{}}",
      f32(1.5),
      i32(3),
      i32(4),
      f32(-2.5),
      f32(12345.678),
      f32(0.00001234),
      f32(0.25),
      i32(255),
      i32(1234567),
      i32(5),
      arange(2),
    ),
  );
  expect(line).toEqual([
    "[   1.500] [3     ] [+4] [-0002.50] [1.234568e+04] [1.23e-05] [25.000000%] [ff] [1,234,567] [   5   ] [Array([0., 1.], dtype=float32)] {}",
  ]);
  expect(printed(() => p("{:.0f} {:.0f} {:.2f} {:.1e} {:g} {:.3f}", 0.5, 1.5, 0.125, 2.25, 1e20, 0))).toEqual([
    "0 2 0.12 2.2e+00 1e+20 0.000",
  ]);
  expect(
    printed(() =>
      p("{} {t} {:.2f}", jnp.arange(3), f32(1.23456), { t: { a: jnp.ones(2), b: [i32(1), "s", null, true] } }),
    ),
  ).toEqual(["[0 1 2] {'a': Array([1., 1.], dtype=float32), 'b': [Array(1, dtype=int32), 's', None, True]} 1.23"]);
  expect(printed(() => p("{x} {1} {0}", 1, 2, { x: 3, ordered: true }))).toEqual(["3 2 1"]);
  expect(printed(() => p("{}", { a: 1 }))).toEqual(["{'a': 1}"]);
  expect(() => p("{:.2f}", arange(3))).toThrow("unsupported format string");
  expect(() => p("{} {}", 1)).toThrow("has no value");
  expect(() => p("{}", 1, 2)).toThrow("Unused positional arguments");
  expect(() => p("{y}", { x: 1 })).toThrow("has no value");
  expect(() => p("{", 1)).toThrow("Single '{'");
});
