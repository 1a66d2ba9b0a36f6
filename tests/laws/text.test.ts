/** Law 7: programs in the debug format parse back to themselves and compute the same; JAX's format prints all of them. */
import { jitCall } from "../../src/control/jit.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { hoistConstants, type Jaxpr } from "../../src/core/jaxpr.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { ClosedJaxpr, formatJaxpr } from "../../src/core/print.ts";
import { parseJaxpr } from "../../src/debug/parse.ts";
import { formatClosedJaxpr } from "../../src/debug/text.ts";
import { TransformError } from "../../src/errors/index.ts";
import { registry } from "../../src/registry.ts";
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { linearizeFlat } from "../../src/transforms/linearize.ts";
import { stage } from "../../src/transforms/stage.ts";
import { vmapFlat } from "../../src/transforms/vmap.ts";
import { withShape } from "../../src/types/aval.ts";
import { expectClose } from "./compare.ts";
import { drawTangents, type FlatFunction, functionOf } from "./derive.ts";
import { arraysOf, avalsOf, type Example, inexactOperands, law } from "./examples.ts";

function roundTrip(closed: ClosedJaxpr, args: readonly NDArray[] | undefined, what: string): void {
  const text = formatClosedJaxpr(closed);
  formatJaxpr(closed.jaxpr);
  const parsed = parseJaxpr(text, registry);
  const again = formatClosedJaxpr(parsed);
  if (again !== text) throw new Error(`${what}: printed\n${text}\nparsed and printed again\n${again}`);
  if (args === undefined) return;
  const expected = evaluate(closed.jaxpr, [...closed.constants, ...args]);
  const actual = evaluate(parsed.jaxpr, [...parsed.constants, ...args]);
  expectClose(actual, expected, { ulp: 0 }, `${what}, the parsed program`);
}

/** Custom rules are functions, which have no text. */
const hasText = (example: Example): boolean =>
  Object.values((example.params ?? {}) as object).every((value) => typeof value !== "function");

law(
  "programs parse back to themselves",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    const avals = avalsOf(example);
    const { jaxpr, constants } = stage(f, avals, "a test", "keep dead equations");
    roundTrip(new ClosedJaxpr(jaxpr, constants), xs, "the program");
    // The operands as constants: their values are in the text.
    const closed = stage(() => f(xs), [], "a test");
    roundTrip(new ClosedJaxpr(closed.jaxpr, closed.constants), [], "the program of constants");
    const inner: Jaxpr = hoistConstants(jaxpr);
    const called = stage((ys) => jitCall(ys, { name: "f", jaxpr: inner }), avals, "a test");
    roundTrip(new ClosedJaxpr(called.jaxpr, called.constants), xs, "the program in jit");
    const batched: FlatFunction = (ys) =>
      vmapFlat(
        f,
        ys,
        ys.map(() => 0),
        { size: 2, name: undefined },
      )[0];
    const batchedAvals = avals.map((a) => withShape(a, [2, ...a.shape]));
    if (avals.length > 0) {
      const v = stage(batched, batchedAvals, "a test");
      roundTrip(new ClosedJaxpr(v.jaxpr, v.constants), undefined, "its vmap");
    }
    const varying = inexactOperands(example);
    if (varying.length === 0) return;
    try {
      const tangents = drawTangents(example, varying, "text");
      const forward = stage(
        (ys) => {
          const [results, dys] = jvpFlat(f, ys, tangents);
          return [...results, ...dys.filter((d) => d !== null)];
        },
        avals,
        "a test",
      );
      roundTrip(new ClosedJaxpr(forward.jaxpr, forward.constants), xs, "its jvp");
      const { linear } = linearizeFlat(
        f,
        xs,
        tangents.map((t) => t !== null),
      );
      roundTrip(new ClosedJaxpr(linear, []), undefined, "its linear part");
    } catch (error) {
      if (!(error instanceof TransformError)) throw error;
    }
  },
  hasText,
);
