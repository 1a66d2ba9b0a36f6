/** Cases for primitives that carry programs: their parameters are staged here, for each dtype. */
import type { NDArray } from "../../src/core/ndarray.ts";
import type { Laws } from "../../src/core/primitive.ts";
import { add, mul } from "../../src/prims/arithmetic.ts";
import { convertElementType } from "../../src/prims/cast.ts";
import { exp } from "../../src/prims/exponential.ts";
import { reduceSum } from "../../src/prims/reduce.ts";
import { sin } from "../../src/prims/trigonometric.ts";
import { stageClosed } from "../../src/transforms/stage.ts";
import { makeAval } from "../../src/types/aval.ts";
import type { DType } from "../../src/types/dtype.ts";
import type { ScanParams } from "../../src/control/scan.ts";

type Cases = NonNullable<Laws<unknown>["cases"]>;

function jitCases(dtype: DType): Cases {
  const vector = makeAval([3], dtype);
  const scalar = makeAval([], dtype);
  const body = stageClosed(([x, y]) => [mul(sin(x!), y!), add(x!, 1), y!], [vector, scalar], "a test");
  const nested = stageClosed(([x]) => [reduceSum(mul(x!, exp(x!)), { axes: [0] })], [vector], "a test");
  return [
    { operands: [{ shape: [3] }, { shape: [] }], params: { name: "f", jaxpr: body } },
    { operands: [{ shape: [3] }], params: { name: "g", jaxpr: nested } },
  ];
}

function scanCases(dtype: DType): Cases {
  const vector = makeAval([2], dtype);
  const counter = makeAval([], "int32");
  // Constants w; carries h and a counter; rows x. Stacked: h * x, and the counter.
  const body = stageClosed(
    ([w, h, n, x]) => {
      const scaled = mul(x!, convertElementType(n!, { newDtype: dtype, weakType: false }));
      const next: NDArray = sin(add(mul(exp(w!), h!), scaled));
      return [next, add(n!, 1), mul(h!, x!), n!];
    },
    [vector, vector, counter, vector],
    "a test",
  );
  const operands = (length: number): Cases[number]["operands"] => [
    { shape: [2] },
    { shape: [2] },
    { shape: [], dtype: "int32", values: [1] },
    { shape: [length, 2] },
  ];
  const params: ScanParams = { jaxpr: body, constants: 1, carries: 2, length: 3, reverse: false, unroll: 1 };
  return [
    { operands: operands(3), params },
    { operands: operands(3), params: { ...params, reverse: true } },
    { operands: operands(0), params: { ...params, length: 0 } },
  ];
}

/** By name of the primitive. */
export const programCases: Readonly<Record<string, (dtype: DType) => Cases>> = { jit: jitCases, scan: scanCases };
