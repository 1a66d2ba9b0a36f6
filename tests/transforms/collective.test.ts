/** Operations along named axes, alone and under every transformation, against JAX's numbers and against plain operations. */
import { describe, expect, test } from "vitest";
import { grad } from "../../src/api/grad.ts";
import { jacfwd, jacrev } from "../../src/api/jacobian.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp, vjp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { UnboundAxisError } from "../../src/errors/index.ts";
import * as lax from "../../src/lax/index.ts";
import { arange, array as create, zeros } from "../../src/numpy/index.ts";
import { range } from "../../src/util/list.ts";
import { array, expectClose, values } from "./arrays.ts";

type F = (x: NDArray) => NDArray;
const i = { axisName: "i" } as const;
const xs = array([1, 2, 3]);
const nine = array(range(9), [3, 3]);
const sum = (x: NDArray): NDArray => lax.reduceSum(x, range(x.ndim));
const over = (f: F, x: NDArray): unknown => vmap(f, i)(x).tolist();

describe("values, as JAX gives them", () => {
  const cases: [string, F, NDArray, unknown][] = [
    ["psum", (x) => lax.psum(x, "i"), xs, [6, 6, 6]],
    ["psum of booleans", (x) => lax.psum(x.greater(1), "i"), xs, [2, 2, 2]],
    ["pmean", (x) => lax.pmean(x, "i"), xs, [2, 2, 2]],
    ["pmean of integers", (x) => lax.pmean(x, "i"), arange(3), [1, 1, 1]],
    ["pmax", (x) => lax.pmax(x, "i"), xs, [3, 3, 3]],
    [
      "pmin",
      (x) => lax.pmin(x, "i"),
      nine,
      [
        [0, 1, 2],
        [0, 1, 2],
        [0, 1, 2],
      ],
    ],
    [
      "allGather",
      (x) => lax.allGather(x, "i"),
      xs,
      [
        [1, 2, 3],
        [1, 2, 3],
        [1, 2, 3],
      ],
    ],
    [
      "allGather at an axis",
      (x) => lax.allGather(x, "i", { axis: 1 }).get(2),
      nine,
      [
        [2, 5, 8],
        [2, 5, 8],
        [2, 5, 8],
      ],
    ],
    ["allGather tiled", (x) => lax.allGather(x, "i", { tiled: true }), nine, [range(9), range(9), range(9)]],
    ["psumScatter", (x) => lax.psumScatter(x, "i"), nine, [9, 12, 15]],
    ["psumScatter tiled", (x) => lax.psumScatter(x, "i", { tiled: true }), nine, [[9], [12], [15]]],
    [
      "allToAll",
      (x) => lax.allToAll(x, "i", 0, 0),
      nine,
      [
        [0, 3, 6],
        [1, 4, 7],
        [2, 5, 8],
      ],
    ],
    [
      "allToAll tiled",
      (x) => lax.allToAll(x, "i", 0, 0, { tiled: true }),
      nine,
      [
        [0, 3, 6],
        [1, 4, 7],
        [2, 5, 8],
      ],
    ],
    [
      "ppermute",
      (x) =>
        lax.ppermute(x, "i", [
          [0, 1],
          [2, 0],
        ]),
      nine,
      [
        [6, 7, 8],
        [0, 1, 2],
        [0, 0, 0],
      ],
    ],
    [
      "pshuffle",
      (x) => lax.pshuffle(x, "i", [2, 0, 1]),
      nine,
      [
        [6, 7, 8],
        [0, 1, 2],
        [3, 4, 5],
      ],
    ],
    ["axisIndex", (x) => x.mul(lax.axisIndex("i")), xs, [0, 2, 6]],
    [
      "axisSize is a number",
      (x) => zeros([lax.axisSize("i")]).add(x),
      xs,
      [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
      ],
    ],
    [
      "psum of a number is one",
      (x) => zeros([lax.psum(1, "i")]).add(x),
      xs,
      [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
      ],
    ],
  ];
  for (const [name, f, x, expected] of cases) {
    test(name, () => expect(over(f, x)).toEqual(expected));
    test(`${name}, compiled inside and outside`, () => {
      expect(over(jit(f), x)).toEqual(expected);
      expect(jit(vmap(f, i))(x).tolist()).toEqual(expected);
    });
  }
  test("tiled along other axes", () => {
    const c = array(range(36), [3, 6, 2]);
    const exchanged = vmap((x: NDArray) => lax.allToAll(x, "i", 0, 1, { tiled: true }), i)(c);
    expect(exchanged.shape).toEqual([3, 2, 6]);
    expect(exchanged.get(0).tolist()).toEqual([
      [0, 1, 12, 13, 24, 25],
      [2, 3, 14, 15, 26, 27],
    ]);
    const gathered = vmap((x: NDArray) => lax.allGather(x, "i", { axis: 1, tiled: true }), i)(c);
    expect(gathered.get(1, 0).tolist()).toEqual([0, 1, 12, 13, 24, 25]);
  });
  test("trees", () => {
    const f = (p: { a: NDArray; b: [NDArray] }) => lax.psum(p, "i");
    const { a, b } = vmap(f, i)({ a: xs, b: [nine] });
    expect(a.tolist()).toEqual([6, 6, 6]);
    expect(b[0].get(0).tolist()).toEqual([9, 12, 15]);
  });
  test("operands that are not batched", () => {
    const one = array([1, 2, 3]);
    const run = (f: F): unknown => vmap(() => f(one), { ...i, axisSize: 3 })().tolist();
    expect(run((x) => lax.psum(x, "i"))).toEqual([
      [3, 6, 9],
      [3, 6, 9],
      [3, 6, 9],
    ]);
    expect(run((x) => lax.pmax(x, "i"))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(run((x) => lax.allGather(x, "i").get(2))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(run((x) => lax.psumScatter(x, "i"))).toEqual([3, 6, 9]);
    expect(run((x) => lax.allToAll(x, "i", 0, 0))).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);
    expect(run((x) => lax.ppermute(x, "i", [[0, 1]]))).toEqual([
      [0, 0, 0],
      [1, 2, 3],
      [0, 0, 0],
    ]);
    expect(run(jit((x: NDArray) => lax.psum(x, "i")))).toEqual([
      [3, 6, 9],
      [3, 6, 9],
      [3, 6, 9],
    ]);
  });
});

describe("derivatives", () => {
  test("inside of the vmap, as JAX gives them", () => {
    const inside = (f: F): unknown => vmap(grad(f), i)(xs).tolist();
    expect(inside((x) => lax.psum(x.mul(x), "i"))).toEqual([6, 12, 18]);
    expect(inside((x) => lax.pmean(x.mul(x), "i"))).toEqual([2, 4, 6]);
    expect(inside((x) => sum(lax.allGather(x, "i").mul(array([0, 1, 2]))))).toEqual([0, 3, 6]);
  });

  const weights = array([0.3, -0.2, 0.5, 0.1, 0.7, -0.4, 0.2, 0.6, -0.1], [3, 3]);
  const mix = (x: NDArray): NDArray => lax.sin(x.mul(lax.axisIndex("i").add(1)));
  const linear: Record<string, F> = {
    psum: (x) => lax.psum(x, "i"),
    pmean: (x) => lax.pmean(x, "i"),
    allGather: (x) => lax.allGather(x, "i", { axis: 1 }),
    "allGather tiled": (x) => lax.allGather(x, "i", { tiled: true }),
    psumScatter: (x) => lax.psumScatter(x, "i"),
    "psumScatter tiled": (x) => lax.psumScatter(x, "i", { tiled: true }),
    allToAll: (x) => lax.allToAll(x, "i", 0, 0),
    ppermute: (x) =>
      lax.ppermute(x, "i", [
        [0, 1],
        [2, 0],
      ]),
    pshuffle: (x) => lax.pshuffle(x, "i", [1, 2, 0]),
    pmax: (x) => lax.pmax(x, "i"),
    pmin: (x) => lax.pmin(x, "i"),
  };
  for (const [name, f] of Object.entries(linear)) {
    test(`${name}: forward, reverse and transposed agree, of the whole`, () => {
      const whole = (x: NDArray): NDArray => vmap((row: NDArray) => f(mix(row)), i)(x);
      expectClose(jacfwd(whole)(weights), jacrev(whole)(weights), 1e-12);
      const [y, dy] = jvp(whole, [weights], [nine]);
      const h = 1e-6;
      const moved = (s: number): number[] => values(whole(weights.add(nine.mul(s))));
      const ahead = moved(h);
      const back = moved(-h);
      expectClose(
        dy,
        ahead.map((v, k) => (v - back[k]!) / (2 * h)),
        1e-6,
      );
      const ct = lax.cos(y.mul(3));
      const [dx] = vjp(whole, weights)[1](ct);
      expectClose([values(sum(ct.mul(dy)))[0]!], [values(sum(dx.mul(nine)))[0]!], 1e-10);
    });
    test(`${name}: inside of the vmap, <ct, J v> = <J^T ct, v> summed over examples`, () => {
      const cotangent = (y: NDArray): NDArray => lax.cos(y.mul(lax.axisIndex("i").add(2)));
      const [dys, cts] = vmap((x: NDArray, t: NDArray): [NDArray, NDArray] => {
        const [y, dy] = jvp((v: NDArray) => f(mix(v)), [x], [t]);
        return [dy, cotangent(y)];
      }, i)(weights, nine);
      const dxs = vmap((x: NDArray) => {
        const [y, pull] = vjp((v: NDArray) => f(mix(v)), x);
        return pull(cotangent(y))[0];
      }, i)(weights);
      expectClose([values(sum(dys.mul(cts)))[0]!], [values(sum(dxs.mul(nine)))[0]!], 1e-10);
    });
    test(`${name} passes other axes on`, () => {
      const stacked = array(
        range(27).map((k) => Math.sin(k)),
        [3, 3, 3],
      );
      const both = vmap(vmap(f, i))(stacked);
      const loop = range(3).map((k) => values(vmap(f, i)(stacked.get(k))));
      expectClose(both, loop.flat(), 1e-12);
      const inner = vmap((x: NDArray) => vmap(f)(x), { axisName: "i", inAxes: 1 })(stacked);
      const swapped = vmap(vmap(f, i), { outAxes: 1 })(stacked);
      expectClose(inner, values(swapped), 1e-12);
    });
    test(`${name} inside of scan and cond`, () => {
      const g = (x: NDArray): NDArray =>
        lax.scan((c: NDArray, k: NDArray) => [c.add(sum(f(c.mul(k)))), c], x, array([0.5, 0.25]))[0];
      const unrolled = (x: NDArray): NDArray => {
        const once = x.add(sum(f(x.mul(0.5))));
        return once.add(sum(f(once.mul(0.25))));
      };
      expectClose(vmap(g, i)(weights), vmap(unrolled, i)(weights), 1e-12);
      const total =
        (h: F) =>
        (x: NDArray): NDArray =>
          sum(vmap(h, i)(x));
      expectClose(grad(total(g))(weights), grad(total(unrolled))(weights), 1e-10);
      const chosen = (x: NDArray): NDArray =>
        lax.cond(
          x.get(0).greater(0),
          (v: NDArray) => sum(f(v)),
          (v: NDArray) => sum(v),
          x,
        );
      const plain = vmap((x: NDArray) => lax.select(x.get(0).greater(0), sum(f(x)), sum(x)), i)(weights);
      expectClose(vmap(chosen, i)(weights), values(plain), 1e-12);
    });
  }
});

describe("several names", () => {
  const b = array(
    range(6).map((k) => k * 4),
    [2, 3],
  );
  test("sums, numbers and gathers over both", () => {
    const [index, total, gathered] = vmap(
      vmap(
        (x: NDArray): [NDArray, NDArray, NDArray] => [
          lax.axisIndex(["i", "j"]),
          lax.psum(x, ["i", "j"]),
          lax.allGather(x, ["i", "j"]),
        ],
        { axisName: "j" },
      ),
      { axisName: "i" },
    )(b);
    expect(index.tolist()).toEqual([
      [0, 1, 2],
      [3, 4, 5],
    ]);
    expect(total.tolist()).toEqual([
      [60, 60, 60],
      [60, 60, 60],
    ]);
    expect(gathered.get(1, 2).tolist()).toEqual([0, 4, 8, 12, 16, 20]);
  });
  test("the inner one hides an outer one of the same name", () => {
    const f = (x: NDArray): NDArray => lax.psum(x, "i").add(lax.axisSize("i"));
    expect(vmap(vmap(f, i), i)(b).tolist()).toEqual([
      [15, 15, 15],
      [51, 51, 51],
    ]);
  });
  test("each of two", () => {
    const f = (x: NDArray): NDArray => lax.psum(x, "i").sub(lax.pmax(x, "j"));
    expect(vmap(vmap(f, { axisName: "j" }), i)(b).tolist()).toEqual([
      [4, 12, 20],
      [-8, 0, 8],
    ]);
  });
});

describe("names", () => {
  test("must be bound", () => {
    for (const f of [
      () => lax.psum(xs, "i"),
      () => lax.axisIndex("i"),
      () => lax.axisSize("i"),
      () => vmap((x: NDArray) => lax.pmax(x, "j"), i)(xs),
      () => jit((x: NDArray) => lax.psum(x, "i"))(xs),
    ]) {
      expect(f).toThrow(UnboundAxisError);
      expect(f).toThrow(/Found an unbound axis name: [ij]\./);
    }
  });
  test("a function compiled for one axis is traced again for another", () => {
    const f = jit((x: NDArray) => x.mul(lax.axisSize("i")));
    expect(vmap(f, i)(xs).tolist()).toEqual([3, 6, 9]);
    expect(vmap(f, i)(array([1, 2])).tolist()).toEqual([2, 4]);
    expect(() => f(xs)).toThrow(UnboundAxisError);
  });
  test("results that nobody reads are dropped", () => {
    const text = String(
      makeJaxpr((x: NDArray) => jit((v: NDArray) => [lax.psum(v, "i"), v.mul(2)])(x)[1]!, { axisEnv: [["i", 3]] })(xs),
    );
    expect(text).toContain("mul");
    const [, twice] = [0, grad((x: NDArray) => x.mul(x))(3)];
    expect(twice!.item()).toBe(6);
  });
  test("programs print as JAX prints them", () => {
    const text = (f: F, x: NDArray | number): string =>
      config.using({ enableX64: false }, () => String(makeJaxpr(f, { axisEnv: [["i", 3]] })(x)));
    expect(text((x) => lax.psum(x, "i"), 1)).toBe(
      "{ lambda ; a:f32[]. let\n    b:f32[] = psum[axes=('i',) axis_index_groups=None] a\n  in (b,) }",
    );
    expect(text((x) => lax.ppermute(x, "i", [[0, 1]]), 1)).toBe(
      "{ lambda ; a:f32[]. let\n    b:f32[] = ppermute[axis_name=('i',) perm=((0, 1),)] a\n  in (b,) }",
    );
    expect(text(() => lax.axisIndex("i"), 1)).toBe(
      "{ lambda ; a:f32[]. let b:i32[] = axis_index[axis_name=i]  in (b,) }",
    );
    const three = config.using({ enableX64: false }, () => create([1, 2, 3]));
    expect(text((x) => lax.allToAll(x, "i", 0, 0), three)).toBe(
      `{ lambda ; a:f32[3]. let
    b:f32[3] = all_to_all[
      axis_index_groups=None
      axis_name=i
      concat_axis=0
      split_axis=0
      tiled=False
    ] a
  in (b,) }`,
    );
    expect(text((x) => lax.allGather(x, "i"), 1)).toContain(
      "all_gather[\n      all_gather_dimension=0\n      axis_index_groups=None\n      axis_name=('i',)\n      axis_size=3\n      tiled=False\n    ] a",
    );
  });
  test("wrong sizes and numbers", () => {
    expect(() => over((x) => lax.psumScatter(x, "i"), array(range(12), [3, 4]))).toThrow("must match the axis size 3");
    expect(() => over((x) => lax.allToAll(x, "i", 0, 0), array(range(12), [3, 4]))).toThrow(
      "they are 3 and 4 respectively",
    );
    expect(() =>
      over(
        (x) =>
          lax.ppermute(x, "i", [
            [0, 1],
            [0, 2],
          ]),
        xs,
      ),
    ).toThrow("must be unique");
    expect(() => over((x) => lax.pshuffle(x, "i", [0]), xs)).toThrow("was given 1 sources");
  });
});

test("pswapaxes exchanges the batch with an axis", () => {
  expect(over((x) => lax.pswapaxes(x, "i", 0), nine)).toEqual(nine.T.tolist());
  expect(() => over((x) => lax.pswapaxes(x, "i", 0), array(range(6), [3, 2]))).toThrow(/all_to_all requires/);
});

describe("within groups", () => {
  const eight = array(range(8));
  const axisIndexGroups = [
    [0, 2, 4, 6],
    [1, 3, 5, 7],
  ];
  const groups = { axisIndexGroups };
  const alternating = (even: number, odd: number): number[] => range(8).map((n) => (n % 2 === 0 ? even : odd));
  test("sums, means and extremes of the example's own group", () => {
    expect(over((x) => lax.psum(x, "i", groups), eight)).toEqual(alternating(12, 16));
    expect(over((x) => lax.pmean(x, "i", groups), eight)).toEqual(alternating(3, 4));
    expect(over((x) => lax.pmax(x, "i", groups), eight)).toEqual(alternating(6, 7));
    expect(over((x) => lax.pmin(x, "i", groups), eight)).toEqual(alternating(0, 1));
    expect(over((x) => lax.psum(x, "i", { axisIndexGroups: [[3], [0, 1, 2, 4, 5, 6, 7]] }), eight)).toEqual(
      range(8).map((n) => (n === 3 ? 3 : 25)),
    );
    expect(vmap((x: NDArray) => lax.allGather(x, "i", groups), i)(eight).tolist()).toEqual(
      range(8).map((n) => [0, 2, 4, 6].map((m) => m + (n % 2))),
    );
  });
  test("derivatives, and another vmap around", () => {
    const f = (x: NDArray): NDArray => sum(vmap((v: NDArray) => lax.psum(v, "i", groups).mul(v), i)(x));
    expectClose(grad(f)(eight), alternating(24, 32));
    const rows = array(range(16), [2, 8]);
    const both = vmap((r: NDArray) => vmap((v: NDArray) => lax.psum(v, "i", groups), i)(r))(rows);
    expect(both.tolist()).toEqual([alternating(12, 16), alternating(44, 48)]);
    expectClose(jit(grad(f))(eight), alternating(24, 32));
  });
  test("groups that do not fit", () => {
    expect(() => over((x) => lax.psum(x, "i", { axisIndexGroups: [[0, 1]] }), eight)).toThrow(
      /must cover all indices exactly once/,
    );
    expect(() => over((x) => lax.allGather(x, "i", { axisIndexGroups: [[0], [1, 2, 3, 4, 5, 6, 7]] }), eight)).toThrow(
      /same size/,
    );
    expect(() =>
      vmap(
        vmap((x: NDArray) => lax.psum(x, ["i", "j"], groups), { axisName: "j" }),
        i,
      )(array(range(8), [2, 4])),
    ).toThrow(/about one axis/);
  });
});
