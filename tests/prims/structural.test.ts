/** The structural primitives against JAX's own values, jaxpr texts and tangents. */
import { beforeAll, describe, expect, test } from "vitest";
import type { NDArray } from "../../src/core/ndarray.ts";
import type { ShownParam } from "../../src/core/primitive.ts";
import { installExecutor } from "../../src/core/trace.ts";
import { AxisError, ShapeError } from "../../src/errors/index.ts";
import * as movement from "../../src/prims/movement.ts";
import type { Aval } from "../../src/types/aval.ts";
import type { DType } from "../../src/types/dtype.ts";
import { decodeArray, type EncodedArray, loadGolden } from "../golden/load.ts";
import { array, type Plain, plain, plainExecutor, run, unwrap } from "./arrays.ts";
import { type Any, expectClose, jvp, primitives } from "./harness.ts";

beforeAll(() => installExecutor(plainExecutor));

function showParam(p: ShownParam): string {
  if (p === null) return "None";
  if (typeof p === "boolean") return p ? "True" : "False";
  if (Array.isArray(p)) return p.length === 1 ? `(${showParam(p[0])},)` : `(${p.map(showParam).join(", ")})`;
  if (typeof p === "object" && "text" in p) return p.text;
  if (typeof p === "object" && "equations" in p) {
    // Names are the printer's: two inputs, one equation.
    return `{ ${p.inputs.length} . ${p.equations.map((e) => e.primitive.name).join(" ")} }`;
  }
  return String(p);
}

const show = (primitive: Any, params: unknown, avals: readonly Aval[]): string =>
  (primitive.show?.(params, avals) ?? []).map(([name, value]) => `${name}=${showParam(value)}`).join(" ");

interface Case {
  readonly primitive: string;
  readonly params: unknown;
  readonly inputs: readonly EncodedArray[];
  readonly outputs: readonly EncodedArray[];
  readonly shown?: string;
  readonly tangents?: readonly (EncodedArray | null)[];
  readonly tangentsOut?: readonly (EncodedArray | null)[];
}

const read = (encoded: EncodedArray): Plain => {
  const { shape, dtype, data } = decodeArray(encoded);
  return plain(data, shape, dtype as DType);
};

describe("values, texts and tangents of JAX", () => {
  const { cases } = loadGolden<Case>("structural");
  const byPrimitive = new Map<string, Case[]>();
  for (const c of cases) byPrimitive.set(c.primitive, [...(byPrimitive.get(c.primitive) ?? []), c]);

  test("every primitive has cases", () => {
    expect([...byPrimitive.keys()].sort()).toEqual(Object.keys(primitives).sort());
  });

  for (const [name, list] of byPrimitive) {
    const primitive = primitives[name]!;
    test(`${name}: ${list.length} cases`, () => {
      for (const c of list) {
        const inputs = c.inputs.map(read);
        const outputs = c.outputs.map(read);
        const results = run(primitive, inputs, c.params);
        expect(results.map((r) => r.aval)).toEqual(outputs.map((o) => o.aval));
        const rounding = ["reduceSum", "reduceProd", "cumsum", "cumprod", "cumlogsumexp", "dotGeneral"].includes(name)
          ? 1e-6
          : 0;
        results.forEach((r, i) => {
          expectClose(r.data, outputs[i]!.data, rounding);
        });
        if (c.shown !== undefined) {
          const text = c.shown.replace(/\{ lambda ; a?:?.*= ([a-z]+) .*\}/, "{ 2 . $1 }");
          expect(
            show(
              primitive,
              c.params,
              inputs.map((x) => x.aval),
            ),
          ).toBe(text);
        }
        if (c.tangents === undefined) continue;
        const tangents = c.tangents.map((t) => (t === null ? null : array(read(t))));
        const [, out] = jvp(primitive, inputs.map(array), tangents, c.params);
        c.tangentsOut!.forEach((t, i) => {
          if (t === null) expect(out[i]).toBeNull();
          else expectClose(unwrap(out[i]!).data, decodeArray(t).data, 2e-6);
        });
      }
    });
  }
});

describe("helpers", () => {
  const x = (): NDArray => array(plain([1, 2, 3, 4, 5, 6], [2, 3]));

  test("change nothing where nothing is to be changed", () => {
    const a = x();
    expect(movement.moveaxis(a, 1, 1)).toBe(a);
    expect(movement.broadcastTo(a, [2, 3])).toBe(a);
    expect(movement.expandDims(a, [])).toBe(a);
    expect(movement.permuted(a, [0, 1])).toBe(a);
  });

  test("moveaxis, broadcastTo, expandDims", () => {
    expect(unwrap(movement.moveaxis(x(), 0, 1)).data).toEqual([1, 4, 2, 5, 3, 6]);
    expect(movement.broadcastTo(x(), [4, 2, 3]).shape).toEqual([4, 2, 3]);
    expect(movement.expandDims(x(), [0, 2]).shape).toEqual([1, 2, 1, 3]);
    expect(() => movement.broadcastTo(x(), [2, 2])).toThrow(/Incompatible shapes for broadcasting: \(2, 3\)/);
    expect(() => movement.broadcastTo(x(), [3])).toThrow(ShapeError);
    expect(() => movement.expandDims(x(), [0, 0])).toThrow(AxisError);
  });
});
