/** Tracers that escape, functions that close over tracers, and what is cached. */
import { expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { vmap } from "../../src/api/vmap.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { UnexpectedTracerError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { array, expectClose } from "./arrays.ts";

const { add, mul, sin } = lax;

test("a tracer that escaped from jit", () => {
  let leaked: NDArray | undefined;
  jit((x: NDArray) => {
    leaked = x;
    return sin(x);
  })(1);
  expect(() => add(leaked!, 1)).toThrow(UnexpectedTracerError);
});

test("a tracer that escaped from grad, used in jit", () => {
  let leaked: NDArray | undefined;
  grad((x: NDArray) => {
    leaked = x;
    return sin(x);
  })(1);
  expect(() => jit((y: NDArray) => add(leaked!, y))(1)).toThrow(UnexpectedTracerError);
});

test("a tracer that escaped from vmap", () => {
  let leaked: NDArray | undefined;
  vmap((x: NDArray) => {
    leaked = x;
    return x;
  })(array([1, 2]));
  expect(() => sin(leaked!)).toThrow(UnexpectedTracerError);
});

test("a function traced while it closes over a tracer is traced again", () => {
  let traces = 0;
  const make = (x: NDArray): ((y: NDArray) => NDArray) =>
    jit((y: NDArray) => {
      traces++;
      return mul(x, y);
    });
  const outer = (x: NDArray): NDArray => {
    const inner = make(x);
    return add(inner(array([2], [])), inner(array([3], [])));
  };
  expectClose(grad(outer)(7), 5);
  expectClose(grad(outer)(8), 5);
  expect(traces).toBeGreaterThanOrEqual(2);
});

test("a function that closes over concrete arrays is traced once", () => {
  let traces = 0;
  const a = array([1, 2, 3]);
  const f = jit((y: NDArray) => {
    traces++;
    return mul(a, y);
  });
  expectClose(f(array([2], [])), [2, 4, 6]);
  expectClose(f(array([3], [])), [3, 6, 9]);
  expect(traces).toBe(1);
});

test("an error in a traced function leaves nothing behind", () => {
  expect(() =>
    grad((x: NDArray) => {
      sin(x);
      throw new Error("mine");
    })(1),
  ).toThrow("mine");
  expectClose(grad((x: NDArray) => mul(x, x))(3), 6);
  expect(() =>
    vmap((_x: NDArray): NDArray => {
      throw new Error("mine");
    })(array([1, 2])),
  ).toThrow("mine");
  expectClose(add(array([1], []), 1), 2);
});
