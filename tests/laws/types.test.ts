/** Law 1: the shape, dtype and weak type of real results are those that the primitive's type rule promises. */

import { debugAval } from "../../src/core/debugtext.ts";
import { bind } from "../../src/core/trace.ts";
import { TransformError } from "../../src/errors/index.ts";
import { peek } from "../../src/runtime/array.ts";
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { stage } from "../../src/transforms/stage.ts";
import { type Aval, tangentAval } from "../../src/types/aval.ts";
import { isInexact, newTypedArray } from "../../src/types/dtype.ts";
import { sizeOf } from "../../src/types/shape.ts";
import { arraysOf, avalsOf, type Example, law } from "./examples.ts";

function expectAval(actual: Aval, expected: Aval, what: string): void {
  if (debugAval(actual) !== debugAval(expected)) {
    throw new Error(`${what} has type ${debugAval(actual)}, expected ${debugAval(expected)}`);
  }
}

/** The example with weakly typed operands. */
function weakened(example: Example, isWeak: (i: number) => boolean): Example {
  const operands = example.operands.map((x, i) => ({ ...x, aval: { ...x.aval, weakType: isWeak(i) } }));
  return { ...example, operands };
}

law("results have the types of the type rule", (example) => {
  const variants = [() => false, () => true, (i: number) => i === 0, (i: number) => i === 1];
  for (const isWeak of variants) {
    const varied = weakened(example, isWeak);
    const { primitive, params } = varied;
    const types = primitive.types(avalsOf(varied), params);
    const results = bind(primitive, arraysOf(varied), params);
    if (results.length !== types.length) throw new Error(`${results.length} results, expected ${types.length}`);
    results.forEach((y, i) => {
      expectAval(y.aval, types[i]!, `result ${i}`);
      const data = peek(y);
      const expected = newTypedArray(y.aval.dtype, sizeOf(y.aval.shape));
      if (data.constructor !== expected.constructor || data.length !== expected.length) {
        throw new Error(`result ${i} holds a ${data.constructor.name} of ${data.length} elements`);
      }
      if (y.aval.dtype === "bool" && (data as Uint8Array).some((b) => b > 1))
        throw new Error("a boolean is neither 0 nor 1");
    });
  }
});

law("tangents have the types of results", (example) => {
  for (const isWeak of [() => false, () => true]) {
    const { primitive, params, operands } = weakened(example, isWeak);
    const avals = operands.map((x) => x.aval);
    const varying = avals.map((aval) => isInexact(aval.dtype));
    if (!varying.includes(true)) return;
    try {
      const { jaxpr } = stage(
        (args) => {
          const primals = args.slice(0, avals.length);
          let next = avals.length;
          const tangents = varying.map((b) => (b ? args[next++]! : null));
          const [results, resultTangents] = jvpFlat((xs) => bind(primitive, xs, params), primals, tangents);
          resultTangents.forEach((t, i) => {
            if (t === null) return;
            const { shape, dtype } = tangentAval(results[i]!.aval);
            if (t.aval.dtype !== dtype || String(t.aval.shape) !== String(shape)) {
              throw new Error(`tangent ${i} has type ${debugAval(t.aval)}, its result ${debugAval(results[i]!.aval)}`);
            }
          });
          return [...results, ...resultTangents.filter((t) => t !== null)];
        },
        [...avals, ...avals.filter((_, i) => varying[i])],
        "jvp",
        "keep dead equations",
      );
      if (jaxpr.outputs.length === 0) throw new Error("no results");
    } catch (error) {
      if (!(error instanceof TransformError)) throw error;
    }
  }
});
