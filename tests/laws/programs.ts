/** Cases for primitives that carry programs: their parameters are staged here, for each dtype. */
import type { CheckpointParams } from "../../src/control/checkpoint.ts";
import type { CondParams } from "../../src/control/cond.ts";
import type { CustomJvpParams } from "../../src/control/customjvp.ts";
import type { CustomVjpParams } from "../../src/control/customvjp.ts";
import type { ScanParams } from "../../src/control/scan.ts";
import type { WhileParams } from "../../src/control/while.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import type { LawOperand, Laws } from "../../src/core/primitive.ts";
import { add, addAny, mul, neg } from "../../src/prims/arithmetic.ts";
import { convertElementType } from "../../src/prims/cast.ts";
import { lt } from "../../src/prims/compare.ts";
import { exp } from "../../src/prims/exponential.ts";
import { reduceSum } from "../../src/prims/reduce.ts";
import { cos, sin } from "../../src/prims/trigonometric.ts";
import { stageClosed } from "../../src/transforms/stage.ts";
import { makeAval } from "../../src/types/aval.ts";
import type { DType } from "../../src/types/dtype.ts";

type Cases = NonNullable<Laws<unknown>["cases"]>;
type Arrays = readonly NDArray[];

const integer = (value: number): LawOperand => ({ shape: [], dtype: "int32", values: [value] });

function staged(f: (args: Arrays) => Arrays, dtype: DType, ...shapes: readonly (readonly number[])[]) {
  return stageClosed(
    f,
    shapes.map((shape) => makeAval(shape, dtype)),
    "a test",
  );
}

function jitCases(dtype: DType): Cases {
  const body = staged(([x, y]) => [mul(sin(x!), y!), add(x!, 1), y!], dtype, [3], []);
  const sum = staged(([x]) => [reduceSum(mul(x!, exp(x!)), { axes: [0] })], dtype, [3]);
  return [
    { operands: [{ shape: [3] }, { shape: [] }], params: { name: "f", jaxpr: body } },
    { operands: [{ shape: [3] }], params: { name: "g", jaxpr: sum } },
  ];
}

function scanCases(dtype: DType): Cases {
  const vector = makeAval([2], dtype);
  const counter = makeAval([], "int32");
  // Constants w; carries h and a counter; rows x. Stacked: h * x, and the counter.
  const body = stageClosed(
    ([w, h, n, x]) => {
      const scaled = mul(x!, convertElementType(n!, { newDtype: dtype, weakType: false }));
      const next = sin(add(mul(sin(w!), h!), scaled));
      return [next, add(n!, 1), mul(h!, x!), n!];
    },
    [vector, vector, counter, vector],
    "a test",
  );
  const operands = (length: number): readonly LawOperand[] => [
    { shape: [2] },
    { shape: [2] },
    integer(1),
    { shape: [length, 2] },
  ];
  const params: ScanParams = { jaxpr: body, constants: 1, carries: 2, length: 3, reverse: false, unroll: 1 };
  return [
    { operands: operands(3), params },
    { operands: operands(3), params: { ...params, reverse: true } },
    { operands: operands(0), params: { ...params, length: 0 } },
  ];
}

function condCases(dtype: DType): Cases {
  const branches = [
    staged(([x, y]) => [mul(sin(x!), y!), x!], dtype, [3], []),
    staged(([x, y]) => [add(x!, y!), x!], dtype, [3], []),
    staged(([x]) => [exp(x!), mul(x!, x!)], dtype, [3], []),
  ];
  const params: CondParams = { branches };
  // Numbers out of range belong to the first and the last branch.
  return [0, 1, 2, -4, 9].map((i) => ({ operands: [integer(i), { shape: [3] }, { shape: [] }], params }));
}

function whileCases(dtype: DType): Cases {
  const counter = makeAval([], "int32");
  const vector = makeAval([2], dtype);
  const condition = stageClosed(([limit, n]) => [lt(n!, limit!)], [counter, counter, vector], "a test");
  const body = stageClosed(([w, n, x]) => [add(n!, 1), sin(mul(w!, x!))], [vector, counter, vector], "a test");
  const params: WhileParams = { condition, conditionConstants: 1, body, bodyConstants: 1 };
  return [3, 0].map((limit) => ({
    operands: [integer(limit), { shape: [2] }, integer(0), { shape: [2] }],
    params,
  }));
}

function checkpointCases(dtype: DType): Cases {
  const jaxpr = staged(([x, y]) => [mul(sin(mul(x!, x!)), y!), exp(x!)], dtype, [3], []);
  const params: CheckpointParams = { name: "f", jaxpr, policy: null, preventCse: true, differentiated: false };
  return [{ operands: [{ shape: [3] }, { shape: [] }], params }];
}

function customJvpCases(dtype: DType): Cases {
  const f = ([x, y]: Arrays): Arrays => [mul(sin(x!), y!)];
  const params: CustomJvpParams = {
    name: "f",
    jaxpr: staged(f, dtype, [3], [3]),
    rule: ([x, y], [dx, dy]) => {
      const first = dx == null ? null : mul(mul(cos(x!), dx), y!);
      const second = dy == null ? null : mul(sin(x!), dy);
      return [f([x!, y!]), [first === null ? second : second === null ? first : addAny(first, second)]];
    },
  };
  return [{ operands: [{ shape: [3] }, { shape: [3] }], params }];
}

function customVjpCases(dtype: DType): Cases {
  const f = ([x, y]: Arrays): Arrays => [mul(sin(x!), neg(y!))];
  const params: CustomVjpParams = {
    name: "f",
    jaxpr: staged(f, dtype, [3], [3]),
    forward: (xs) => ({ results: f(xs), residuals: xs }),
    backward: ([x, y], [ct]) => [mul(mul(cos(x!), neg(y!)), ct!), neg(mul(sin(x!), ct!))],
  };
  return [{ operands: [{ shape: [3] }, { shape: [3] }], params }];
}

/** By name of the primitive. */
export const programCases: Readonly<Record<string, (dtype: DType) => Cases>> = {
  jit: jitCases,
  scan: scanCases,
  cond: condCases,
  while: whileCases,
  remat2: checkpointCases,
  custom_jvp_call: customJvpCases,
  custom_vjp_call: customVjpCases,
  // Its batches are the user's, and the residuals of linear_call cannot be differentiated: tests/transforms/rules.test.ts.
  custom_vmap_call: () => [],
  linear_call: () => [],
  // Has a transpose and nothing else: it is tried as the derivative of custom_vjp_call, in tests/transforms.
  custom_lin: () => [],
  // Its operands depend on one another (the solver knows the matrix): see tests/transforms/implicit.test.ts.
  custom_linear_solve: () => [],
};
