// The reference backend's functions of floats against known digits and the special values of IEEE 754.
import { expect, test } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import type { Expr, ExprBuilder, UnaryOp } from "../../src/core/expr.ts";
import type { DType, TypedArray } from "../../src/types/dtype.ts";
import { compare, runCase } from "./cases.ts";
import { elementwise, filled } from "./sketch.ts";

const backend = createReferenceBackend();

async function apply(
  inputs: readonly (readonly [DType, readonly number[]])[],
  f: (b: ExprBuilder, ...xs: Expr[]) => Expr,
): Promise<TypedArray> {
  return (await runCase(backend, elementwise("functions", inputs, f)))[0]!;
}

/** Arguments and results to 17 digits. */
const known: {
  readonly [op in UnaryOp]?: readonly (readonly [number, number])[];
} = {
  sqrt: [
    [2, 1.4142135623730951],
    [0.09, 0.3],
    [2 ** -1074, 2 ** -537],
  ],
  exp: [
    [-20.5, 1.2501528663867426e-9],
    [0.3, 1.3498588075760032],
    [1, 2.718281828459045],
    [12.25, 208981.28886971297],
  ],
  exp2: [
    [-3.5, 0.08838834764831845],
    [0.1, 1.0717734625362931],
    [7.75, 215.2694823049509],
  ],
  expm1: [
    [-1e-9, -9.999999995e-10],
    [1e-5, 1.0000050000166668e-5],
    [0.7, 1.0137527074704764],
    [-5, -0.9932620530009145],
  ],
  log: [
    [1e-30, -69.07755278982137],
    [0.5, -0.6931471805599453],
    [3, 1.0986122886681098],
    [1e10, 23.025850929940457],
  ],
  log1p: [
    [1e-12, 9.999999999995e-13],
    [-0.5, -0.6931471805599453],
    [2.5, 1.252762968495368],
  ],
  sin: [
    [0.1, 0.09983341664682815],
    [3, 0.1411200080598672],
    [-10.5, 0.87969575997167],
    [1000, 0.8268795405320025],
  ],
  cos: [
    [0.1, 0.9950041652780258],
    [3, -0.9899924966004454],
    [-10.5, -0.4755369279959925],
    [1000, 0.5623790762907029],
  ],
  tan: [
    [0.1, 0.10033467208545055],
    [1.5, 14.101419947171719],
    [-10.5, -1.8498999934219273],
  ],
  asin: [
    [0.1, 0.1001674211615598],
    [-0.9, -1.1197695149986342],
  ],
  acos: [
    [0.1, 1.4706289056333368],
    [-0.9, 2.6905658417935308],
  ],
  atan: [
    [0.1, 0.09966865249116204],
    [-7.5, -1.4382447944982226],
    [1e6, 1.5707953267948966],
  ],
  sinh: [
    [0.1, 0.10016675001984403],
    [-3.5, -16.542627287634996],
    [20, 242582597.70489514],
  ],
  cosh: [
    [0.1, 1.0050041680558035],
    [-3.5, 16.572824671057315],
    [20, 242582597.70489514],
  ],
  tanh: [
    [0.1, 0.09966799462495582],
    [-1.5, -0.9051482536448664],
    [9, 0.999999969540041],
  ],
  asinh: [
    [0.01, 0.009999833340832888],
    [-3.5, -1.9657204716496515],
    [1e8, 19.11382792451231],
  ],
  acosh: [
    [1.125, 0.4949329230945269],
    [3.5, 1.9248473002384139],
    [1e8, 19.11382792451231],
  ],
  atanh: [
    [0.01, 0.010000333353334763],
    [-0.75, -0.9729550745276566],
  ],
  cbrt: [
    [27, 3],
    [-0.3, -0.6694329500821695],
    [1e-12, 1e-4],
  ],
};

test.each(Object.entries(known))("%s has the known digits", async (op, rows) => {
  const x = rows.map((row) => row[0]);
  const y = rows.map((row) => row[1]);
  const double = await apply([["float64", x]], (b, v) => b.unary(op as UnaryOp, v!));
  expect(compare(double, filled("float64", y), 2)).toBeUndefined();
  // In float32: where the argument is exact, the result is the known one, rounded.
  const exact = rows.filter((row) => Math.fround(row[0]) === row[0]);
  if (exact.length === 0) return;
  const single = await apply([["float32", exact.map((row) => row[0])]], (b, v) => b.unary(op as UnaryOp, v!));
  expect(
    compare(
      single,
      filled(
        "float32",
        exact.map((row) => row[1]),
      ),
      0,
    ),
  ).toBeUndefined();
});

test("powers and angles", async () => {
  const powers: readonly (readonly [number, number, number])[] = [
    [2.5, 3.5, 24.705294220065465],
    [0.1, -7.25, 17782794.10038922],
    [10, 0.3, 1.9952623149688795],
    [NaN, 0, 1],
    [1, NaN, 1],
    [1, Infinity, 1],
    [-1, Infinity, 1],
    [-1, -Infinity, 1],
    [-2, 3, -8],
    [-2, 0.5, NaN],
    [0, -1, Infinity],
    [-0, -1, -Infinity],
    [-0, 3, -0],
    [Infinity, -2, 0],
    [0.5, -Infinity, Infinity],
  ];
  const angles: readonly (readonly [number, number, number])[] = [
    [1, 2, 0.4636476090008061],
    [-3, -0.5, -1.7359450042095235],
    [2, -7, 2.8632929945846817],
    [0, -1, Math.PI],
    [-0, -1, -Math.PI],
    [-0, 1, -0],
    [Infinity, -Infinity, 0.75 * Math.PI],
  ];
  for (const [op, rows] of [
    ["pow", powers],
    ["atan2", angles],
  ] as const) {
    const [x, y, expected] = [0, 1, 2].map((i) => rows.map((row) => row[i]!));
    const actual = await apply(
      [
        ["float64", x!],
        ["float64", y!],
      ],
      (b, u, v) => b.binary(op, u!, v!),
    );
    expect(compare(actual, filled("float64", expected!), 2), op).toBeUndefined();
    actual.forEach((a, i) => {
      if (expected![i] === 0) expect(a).toBe(expected![i]);
    });
  }
});
