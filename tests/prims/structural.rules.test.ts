/** The rules of the structural primitives against each other and against differences, over the examples of their laws. */
import { beforeAll, describe, expect, test } from "vitest";
import { Linear, type Tangent } from "../../src/core/primitive.ts";
import { installExecutor } from "../../src/core/trace.ts";
import { TransformError } from "../../src/errors/index.ts";
import { type DType, dtypeKind, isInexact } from "../../src/types/dtype.ts";
import { formatShape, sizeOf } from "../../src/types/shape.ts";
import { array, indices, linear, type Plain, plain, plainExecutor, run, unwrap } from "./arrays.ts";
import { type Any, expectClose, jvp, primitives } from "./harness.ts";

beforeAll(() => installExecutor(plainExecutor));

let seed = 1;
const random = (): number => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

function draw(shape: readonly number[], dtype: DType): Plain {
  const kind = dtypeKind(dtype);
  const value = (): number => {
    const u = random();
    return kind === "b" ? Number(u < 0.5) : kind === "f" ? 4 * u - 2 : Math.floor(u * 11) - (kind === "i" ? 5 : 0);
  };
  return plain(Array.from({ length: sizeOf(shape) }, value), shape, dtype);
}

/** A law's operands; floats in double precision, so that differences say something. */
function examples(primitive: Any): { operands: Plain[]; params: unknown; name: string }[] {
  const { laws } = primitive;
  return (laws.cases ?? []).flatMap((c) =>
    (laws.dtypes ?? ["float32"]).map((dtype) => ({
      operands: c.operands.map((o) => {
        const named = o.dtype ?? dtype;
        const used = named === "float32" ? "float64" : named;
        return o.values === undefined ? draw(o.shape, used) : plain(o.values, o.shape, used);
      }),
      params: c.params as unknown,
      name: `${c.operands.map((o) => formatShape(o.shape)).join(" ")} ${dtype} ${JSON.stringify(c.params)}`,
    })),
  );
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const plus = (x: Plain, t: Plain | null, h: number): Plain =>
  t === null ? x : { aval: x.aval, data: x.data.map((v, i) => v + h * t.data[i]!) };
const floats = (operands: readonly Plain[]): number[] =>
  operands.flatMap((x, i) => (isInexact(x.aval.dtype) ? [i] : []));

/** All subsets but the empty one. */
function subsets(list: readonly number[]): number[][] {
  const all: number[][] = [[]];
  for (const item of list) all.push(...all.map((subset) => [...subset, item]));
  return all.slice(1);
}

/** One array out of examples, along a new axis. */
function stack(xs: readonly Plain[], axis: number): Plain {
  const { shape, dtype } = xs[0]!.aval;
  const stacked = [...shape.slice(0, axis), xs.length, ...shape.slice(axis)];
  const data = indices(stacked).map((index) => {
    const inner = index.filter((_, d) => d !== axis);
    return xs[index[axis]!]!.data[linear(shape, inner)]!;
  });
  return plain(data, stacked, dtype);
}

describe.each(Object.entries(primitives))("rules of %s", (name, primitive) => {
  const all = examples(primitive);

  test("has examples", () => {
    expect(all.length).toBeGreaterThan(0);
  });

  test("jvp equals finite differences, for every choice of tangents", () => {
    for (const { operands, params, name: title } of all) {
      for (const chosen of subsets(floats(operands))) {
        const tangents = operands.map((x, i) => (chosen.includes(i) ? draw(x.aval.shape, x.aval.dtype) : null));
        const given = tangents.map((t) => (t === null ? null : array(t)));
        const apply = (h: number): Plain[] =>
          run(
            primitive,
            operands.map((x, i) => plus(x, tangents[i]!, h)),
            params,
          );
        const [ys, ts] = jvp(primitive, operands.map(array), given, params);
        const [up, down] = [apply(1e-5), apply(-1e-5)];
        const expected = apply(0);
        ys.forEach((y, i) => {
          expect(unwrap(y).data, title).toEqual(expected[i]!.data);
          if (!isInexact(y.dtype)) return;
          const difference = up[i]!.data.map((v, k) => (v - down[i]!.data[k]!) / 2e-5);
          const tangent = ts[i] === null ? difference.map(() => 0) : unwrap(ts[i]!).data;
          const smooth = !difference.some((d) => !Number.isFinite(d) || Math.abs(d) > 1e3);
          if (smooth) expectClose(tangent, difference, 1e-6);
        });
      }
    }
  });

  test("transposes: <ct, L t> equals <L' ct, t>", () => {
    const rule = primitive.transpose;
    if (rule === "nonlinear") return;
    let checked = 0;
    for (const { operands, params, name: title } of all) {
      for (const chosen of subsets(floats(operands))) {
        const t = operands.map((x, i) => (chosen.includes(i) ? draw(x.aval.shape, x.aval.dtype) : null));
        const at = (h: number): Plain =>
          run(
            primitive,
            operands.map((x, i) => (t[i] === null ? x : { ...x, data: t[i]!.data.map((v) => h * v) })),
            params,
          )[0]!;
        const [zero, one] = [at(0), at(1)];
        const ct = draw(one.aval.shape, one.aval.dtype);
        const inputs = operands.map((x, i) => (chosen.includes(i) ? new Linear(x.aval) : array(x)));
        let cotangents: readonly Tangent[];
        try {
          cotangents = rule([array(ct)], inputs, params);
        } catch (error) {
          if (error instanceof TransformError) continue;
          throw error;
        }
        checked++;
        expect(cotangents.length).toBe(operands.length);
        const forward = dot(
          ct.data,
          one.data.map((v, i) => v - zero.data[i]!),
        );
        let backward = 0;
        cotangents.forEach((c, i) => {
          if (!chosen.includes(i)) {
            expect(c, title).toBeNull();
            return;
          }
          expect(c!.shape, title).toEqual(operands[i]!.aval.shape);
          expect(c!.dtype, title).toBe(operands[i]!.aval.dtype);
          backward += dot(unwrap(c!).data, t[i]!.data);
        });
        expect(backward, title).toBeCloseTo(forward, 8);
      }
    }
    expect(checked).toBeGreaterThan(0);
  });

  test("batching equals a loop, for every choice of operands and axes", () => {
    const rule = primitive.batch;
    expect(rule).not.toBe("elementwise");
    if (rule === "elementwise") return;
    const size = 3;
    for (const { operands, params, name: title } of all) {
      for (const chosen of subsets(operands.map((_, i) => i))) {
        for (const last of [false, true]) {
          const dims = operands.map((x, i) => (chosen.includes(i) ? (last ? x.aval.shape.length : 0) : null));
          const rows = Array.from({ length: size }, (_, k) =>
            operands.map((x, i): Plain => {
              if (dims[i] === null || k === 0) return x;
              // Other examples: other numbers; indices turned around, so that the promises about them hold.
              if (isInexact(x.aval.dtype)) return draw(x.aval.shape, x.aval.dtype);
              return {
                ...x,
                data: k === 1 ? [...x.data].reverse() : x.data.map((v) => (x.aval.dtype === "bool" ? 1 - v : v + 1)),
              };
            }),
          );
          const stacked = operands.map((x, i) =>
            array(
              dims[i] === null
                ? x
                : stack(
                    rows.map((r) => r[i]!),
                    dims[i]!,
                  ),
            ),
          );
          const [ys, outDims] = rule({ size, name: undefined }, stacked, dims, params);
          const expected = rows.map((r) => run(primitive, r, params));
          ys.forEach((y, i) => {
            const outDim = outDims[i]!;
            expect(outDim, title).not.toBeNull();
            const whole = stack(
              expected.map((e) => e[i]!),
              outDim!,
            );
            expect([y.dtype, ...y.shape], `${name} ${title} ${dims}`).toEqual([whole.aval.dtype, ...whole.aval.shape]);
            expect(
              unwrap(y).data.map((v) => v + 0),
              `${name} ${title} ${dims}`,
            ).toEqual(whole.data.map((v) => v + 0));
          });
        }
      }
    }
  });
});
