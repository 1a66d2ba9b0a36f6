/** Functions of the host inside programs: results, errors, transformations, running programs again, and memory. */
import {
  customJvp,
  errors,
  grad,
  jit,
  numpy as jnp,
  jvp,
  lax,
  makeJaxpr,
  type NDArray,
  ShapeDtypeStruct,
  vmap,
} from "adjoint";
import { describe, expect, test } from "vitest";
import { config } from "../../src/core/config.ts";
import * as debug from "../../src/debug/index.ts";
import { getBackend } from "../../src/runtime/device.ts";
import { sweep } from "../../src/runtime/memory.ts";

const scalar = new ShapeDtypeStruct([], "float32");
const arange = (n: number): NDArray => jnp.arange(n, { dtype: "float32" });

for (const backend of ["wasm", "reference"]) {
  const on = (name: string, body: () => void): void =>
    test(name, () => config.using({ defaultBackend: backend }, body));

  describe(`on ${backend}`, () => {
    on("pureCallback gives results of several types, eagerly, in jit and in scan", () => {
      const shapes = { total: scalar, parts: [new ShapeDtypeStruct([2], "int32"), new ShapeDtypeStruct([], "bool")] };
      const f = (x: NDArray) =>
        lax.pureCallback(
          (t: { x: NDArray }) => ({
            total: jnp.sum(t.x),
            parts: [Int32Array.of(t.x.size, 7), t.x.get(0).greater(0)],
          }),
          shapes,
          { x },
        );
      for (const g of [f, jit(f)]) {
        const { total, parts } = g(arange(4).add(1));
        expect([total.item(), parts[0]!.tolist(), parts[1]!.item()]).toEqual([10, [4, 7], true]);
      }
      const running = jit((xs: NDArray) =>
        lax.scan(
          (c: NDArray, x: NDArray) => {
            const y = lax.pureCallback(
              (a: NDArray, b: NDArray) => (a.item() as number) * 2 + (b.item() as number),
              scalar,
              c,
              x,
            );
            return [y, y.add(1)] as [NDArray, NDArray];
          },
          jnp.ones([]),
          xs,
        ),
      );
      const [last, rows] = running(arange(3));
      expect([last.item(), rows.tolist()]).toEqual([12, [3, 6, 13]]);
      const matrix = jit((x: NDArray) =>
        lax.pureCallback((r: NDArray) => r.mul(10), new ShapeDtypeStruct([2], "float32"), x.get(1).add(1)).add(1),
      );
      expect(matrix(arange(6).reshape(3, 2)).tolist()).toEqual([31, 41]);
    });

    on("rows of a scan's input are passed as they are", () => {
      const seen: unknown[] = [];
      const f = jit((xs: NDArray) =>
        lax.scan(
          (c: NDArray, x: NDArray) => {
            debug.callback((r: NDArray) => seen.push(r.tolist()), x);
            return [c, null];
          },
          jnp.zeros([]),
          xs,
        ),
      );
      f(arange(6).reshape(3, 2));
      expect(seen).toEqual([
        [0, 1],
        [2, 3],
        [4, 5],
      ]);
    });

    on("vmap methods: how often the function is called, and with which shapes", () => {
      for (const wrap of [<F>(f: F): F => f, jit as unknown as <F>(f: F) => F]) {
        const seen: string[] = [];
        const times = (x: NDArray, y: NDArray): NDArray => {
          seen.push(`${JSON.stringify(x.shape)} ${JSON.stringify(y.shape)}`);
          return x.mul(y);
        };
        const run = (vmapMethod: lax.VmapMethod): string[] => {
          seen.length = 0;
          const f = vmap((x: NDArray) => lax.pureCallback(times, scalar, x, 2, { vmapMethod }));
          expect(wrap(f)(arange(3)).tolist()).toEqual([0, 2, 4]);
          return [...seen];
        };
        expect(run("sequential")).toEqual(["[] []", "[] []", "[] []"]);
        expect(run("sequentialUnrolled")).toEqual(["[] []", "[] []", "[] []"]);
        expect(run("expandDims")).toEqual(["[3] [1]"]);
        expect(run("broadcastAll")).toEqual(["[3] [3]"]);
        const nested = vmap(
          vmap(
            (x: NDArray, y: NDArray) => lax.pureCallback(times, scalar, x, y, { vmapMethod: "sequential" }),
            [0, null],
          ),
        );
        expect(wrap(nested)(arange(6).reshape(2, 3), arange(2)).tolist()).toEqual([
          [0, 0, 0],
          [3, 4, 5],
        ]);
      }
    });

    on("what is not allowed says so", () => {
      const f = (x: NDArray): NDArray => lax.pureCallback((y: NDArray) => y, scalar, x);
      expect(() => vmap(f)(arange(2))).toThrow(/vmap is only supported for the pure_callback primitive/);
      expect(() => jvp(f, [1], [1])).toThrow("Pure callbacks do not support JVP. Please use `customJvp`");
      expect(() => grad(f)(1)).toThrow(errors.TransformError);
      const io = (x: NDArray, ordered = false): NDArray => lax.ioCallback((y: NDArray) => y, scalar, x, { ordered });
      expect(() => jvp((x: NDArray) => io(x), [1], [1])).toThrow("IO callbacks do not support JVP.");
      expect(() => vmap((x: NDArray) => io(x, true))(arange(2))).toThrow("Cannot `vmap` ordered IO callback.");
      expect(() =>
        vmap((x: NDArray) =>
          lax.cond(
            x.greater(0),
            (y: NDArray) => io(y),
            (y: NDArray) => y,
            x,
          ),
        )(arange(2)),
      ).toThrow("IO effect not supported in vmap-of-cond.");
      for (const wrap of [<F>(g: F): F => g, jit as unknown as <F>(g: F) => F]) {
        const returning = (value: unknown): (() => NDArray) => wrap(() => lax.pureCallback(() => value, scalar));
        expect(returning(jnp.ones(2))).toThrow(errors.ShapeError);
        expect(returning(jnp.array(1, { dtype: "int32" }))).toThrow(errors.DTypeError);
        expect(returning([1, 2])).toThrow(errors.TreeError);
        expect(returning(Promise.resolve(1))).toThrow(errors.AsyncFunctionError);
        expect(() => wrap(() => lax.pureCallback(() => 1.5, new ShapeDtypeStruct([], "int32")))()).toThrow(
          errors.DTypeError,
        );
        expect(wrap(() => lax.pureCallback(() => 16777217, new ShapeDtypeStruct([], "int32")))().item()).toBe(16777217);
      }
      expect(() => lax.pureCallback(() => 1, scalar, { vmapMethod: "bad" as never })).toThrow(errors.OptionError);
    });

    on("a custom rule differentiates a callback", () => {
      const host = (x: NDArray): NDArray => lax.pureCallback((y: NDArray) => Math.sin(y.item() as number), scalar, x);
      const f = customJvp(host);
      f.defjvp(([x]: [NDArray], [dx]: [NDArray]) => [f(x), jnp.cos(x).mul(dx)]);
      expect(jit(grad((x: NDArray) => f(x).mul(2)))(0).item()).toBe(2);
    });

    on("ioCallback is called as often as it is written; a pure one whose result nobody needs is not", () => {
      let calls = 0;
      const next = (): number => ++calls;
      const f = jit(() => {
        lax.ioCallback(next, scalar);
        return lax.ioCallback(next, scalar).sub(lax.ioCallback(next, scalar));
      });
      expect(f().item()).toBe(-1);
      expect(calls).toBe(3);
      const inLoop = jit((w: NDArray) =>
        lax.scan((c: NDArray) => [c.mul(jnp.exp(w)), lax.ioCallback(next, scalar)] as [NDArray, NDArray], w, null, {
          length: 3,
        }),
      );
      expect(inLoop(jnp.array(0, { dtype: "float32" }))[1].tolist()).toEqual([4, 5, 6]);
      calls = 0;
      const hoisted = grad((w: NDArray) =>
        jnp.sum(
          lax.scan(
            (c: NDArray) => {
              const n = lax.ioCallback(next, scalar, { ordered: true });
              return [c.mul(jnp.exp(w)).mul(n), c] as [NDArray, NDArray];
            },
            w,
            null,
            { length: 3 },
          )[0],
        ),
      );
      expect(hoisted(jnp.array(1, { dtype: "float32" })).item()).toBeCloseTo(6 * Math.exp(3) * 4, 2);
      expect(calls).toBe(3);
      calls = 0;
      const unused = jit((x: NDArray) => {
        lax.pureCallback(next, scalar);
        return x;
      });
      unused(1);
      expect(calls).toBe(0);
      expect(
        vmap((x: NDArray) => lax.ioCallback((y: NDArray) => y.add(next()), scalar, x))(arange(3)).tolist(),
      ).toEqual([1, 3, 5]);
    });

    on("a callback may run programs, the one that called it included, while memory grows", () => {
      const factorial = jit(
        (n: NDArray): NDArray =>
          n.mul(
            lax.pureCallback(
              (m: NDArray) => {
                const value = m.item() as number;
                return value <= 1 ? 1 : factorial(value - 1);
              },
              scalar,
              n.add(0),
            ),
          ),
      );
      expect(factorial(6).item()).toBe(720);
      const big = 300_000;
      const kept: NDArray[] = [];
      const grow = jit((x: NDArray) => {
        const before = jnp.sin(x).add(1);
        const y = lax.pureCallback(
          (a: NDArray) => {
            for (let i = 0; i < 20; i++) kept.push(jnp.full([big], i).add(1));
            return a.mul(2);
          },
          new ShapeDtypeStruct([big], "float32"),
          x,
        );
        return jnp.sum(y.sub(x).sub(before.mul(0))).add(jnp.max(before));
      });
      expect(grow(jnp.zeros(big).add(1)).item()).toBeCloseTo(big + 1 + Math.sin(1), 0);
      expect(kept[3]!.get(big - 1).item()).toBe(4);
    });

    on("loops keep their counters when their program is run again inside", () => {
      let depth = 0;
      const f = jit(
        (xs: NDArray): NDArray =>
          lax.scan(
            (c: NDArray, x: NDArray) => {
              const extra = lax.ioCallback(
                (v: NDArray) => {
                  if (depth > 0) return 0;
                  depth++;
                  const inner = f(arange(3)).get(2);
                  depth--;
                  return inner.mul(0).add(v);
                },
                scalar,
                x,
              );
              return [c, x.mul(10).add(extra.mul(depth === 0 ? 1 : 1))] as [NDArray, NDArray];
            },
            jnp.zeros([]),
            xs,
          )[1],
      );
      expect(f(arange(3)).tolist()).toEqual([0, 11, 22]);
    });

    on("what the function throws comes out of the call, and no memory is lost", () => {
      const failing = jit((x: NDArray) => {
        const y = lax.pureCallback(
          () => {
            throw new RangeError("no value today");
          },
          new ShapeDtypeStruct([5000], "float32"),
          x,
        );
        return [y.add(1), jnp.sin(x)];
      });
      const x = arange(5000);
      expect(() => failing(x)).toThrow(new RangeError("no value today"));
      sweep(true);
      const { used } = getBackend(backend).memory();
      for (let i = 0; i < 20; i++) expect(() => failing(x)).toThrow("no value today");
      sweep(true);
      expect(getBackend(backend).memory().used).toBe(used);
      expect(jnp.sum(x).item()).toBe(12497500);
    });

    on("arguments that are deleted while their program runs stay readable by it", () => {
      const x = arange(5000);
      const f = jit((y: NDArray) => {
        debug.callback(() => {
          x.delete();
          jnp.full([5000], 7).add(1);
        });
        return jnp.sum(y);
      });
      expect(f(x).item()).toBe(12497500);
    });
  });
}

test("callbacks get their arguments as they were given: trees, numbers and texts", () => {
  const seen: unknown[] = [];
  jit((x: NDArray) => {
    debug.callback((...args: unknown[]) => seen.push(args), { x, name: "a" }, 3, true, null);
  })(2);
  const [first, ...rest] = seen[0] as [{ x: NDArray; name: string }, ...unknown[]];
  expect([first.x.item(), first.name, rest]).toEqual([2, "a", [3, true, null]]);
});

test("jaxprs show callbacks", () => {
  const f = (x: NDArray): NDArray => {
    debug.print("{}", x);
    return x;
  };
  expect(String(makeJaxpr(f)(jnp.ones(2)))).toContain("debug_callback");
});
