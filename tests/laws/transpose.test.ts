/** Law 4: reverse derivatives are the transposes of forward ones: <ct, J v> = <J^T ct, v>. */
import { evaluate } from "../../src/core/evaluate.ts";
import { makeJaxprData, Var } from "../../src/core/jaxpr.ts";
import { Linear, type Tangent } from "../../src/core/primitive.ts";
import { TransformError } from "../../src/errors/index.ts";
import { peek } from "../../src/runtime/array.ts";
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { linearizeFlat } from "../../src/transforms/linearize.ts";
import { backward } from "../../src/transforms/transpose.ts";
import { expectClose, expectNear } from "./compare.ts";
import {
  differentiableSubsets,
  drawCotangents,
  drawTangents,
  functionOf,
  inner,
  moved,
  tangentNumbers,
} from "./derive.ts";
import { arraysOf, avalsOf, type Example, inexactOperands, isDouble, law, subsets } from "./examples.ts";

/** Tolerance where the derivative itself rounds, as that of a conversion to fewer bits. */
const rounded = 1e-2;

const present = (tangents: readonly Tangent[]) => tangents.filter((t) => t !== null);

law(
  "reverse is the transpose of forward",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    for (const varying of differentiableSubsets(example, xs)) {
      const what = `with respect to operands ${varying}`;
      const tangents = drawTangents(example, varying, "transpose");
      const nonzero = tangents.map((t) => t !== null);
      const { results, nonzeroOut, linear, residuals } = linearizeFlat(f, xs, nonzero);
      const [expected, forward] = jvpFlat(f, xs, tangents);
      expectClose(results, expected, { ulp: 1 }, `${what}, values under linearize`);
      const outputs = evaluate(linear, [...residuals, ...present(tangents)]);
      let next = 0;
      const outTangents = nonzeroOut.map((b) => (b ? outputs[next++]! : null));
      tangentNumbers(results, outTangents).forEach((t, i) => {
        expectNear(t, tangentNumbers(results, forward)[i]!, 1e-12, `${what}, linearize against jvp`);
      });
      const cotangents = drawCotangents(example, results, "cotangents");
      const marks = [...residuals, ...present(tangents).map((t) => new Linear(t.aval))];
      const given = cotangents.filter((_, i) => nonzeroOut[i]);
      let back: Tangent[];
      try {
        back = backward(linear, marks, given).slice(residuals.length);
      } catch (error) {
        // The trips of a while loop are not known, so that it has no reverse mode.
        if (error instanceof TransformError && example.primitive.lower.kind === "while") continue;
        throw error;
      }
      back.forEach((ct, i) => {
        if (ct !== null) expectAlike(ct, present(tangents)[i]!, what);
      });
      const tolerance = example.smooth ? 1e-10 : rounded;
      expectNear([inner(back, present(tangents))], [inner(cotangents, outTangents)], tolerance, `${what}, <J^T ct, v>`);
    }
  },
  isDouble,
);

function expectAlike(ct: NonNullable<Tangent>, like: NonNullable<Tangent>, what: string): void {
  if (ct.aval.dtype !== like.aval.dtype || String(ct.aval.shape) !== String(like.aval.shape)) {
    throw new Error(
      `${what}: a cotangent of ${ct.aval.dtype}[${ct.aval.shape}] for an operand of ${like.aval.dtype}[${like.aval.shape}]`,
    );
  }
}

/** Whether the primitive is affine in these operands together: f(x + 2 v) - f(x) is twice f(x + v) - f(x). */
function isAffine(example: Example, varying: readonly number[]): boolean {
  const f = functionOf(example);
  const xs = arraysOf(example);
  for (const label of ["affine 1", "affine 2"]) {
    const v = drawTangents(example, varying, label);
    const [base, once, twice] = [0, 1, 2].map((s) =>
      f(moved(xs, v, s)).flatMap((y) => Array.from(peek(y) as Float64Array, Number)),
    );
    const scale = 1 + Math.max(0, ...twice!.map(Math.abs));
    if (base!.some((b, k) => Math.abs(twice![k]! - 2 * once![k]! + b) > 1e-9 * scale)) return false;
  }
  return true;
}

law(
  "transposes of linear operands, the others known",
  (example) => {
    const { primitive, params } = example;
    const f = functionOf(example);
    const xs = arraysOf(example);
    const inputs = avalsOf(example).map((aval) => new Var(aval));
    const outputs = primitive.types(avalsOf(example), params).map((aval) => new Var(aval));
    const equation = { primitive, inputs, params, outputs, effects: [], source: undefined };
    const jaxpr = makeJaxprData([], inputs, [equation], outputs);
    for (const varying of subsets(inexactOperands(example))) {
      const what = `linear in operands ${varying}`;
      const tangents = drawTangents(example, varying, "linear");
      const zeros = drawTangents(example, varying, "linear").map((t, i) =>
        t === null ? xs[i]! : moved([t], [t], -1)[0]!,
      );
      const results = f(tangents.map((t, i) => t ?? xs[i]!));
      const atZero = f(zeros);
      const cotangents = drawCotangents(example, results, "cotangents of linear");
      let back: Tangent[];
      try {
        back = backward(
          jaxpr,
          xs.map((x, i) => (varying.includes(i) ? new Linear(x.aval) : x)),
          cotangents,
        );
      } catch (error) {
        if (!(error instanceof TransformError)) throw error;
        // A rule may refuse operands in which the primitive is not linear, or that no derivative makes linear together.
        continue;
      }
      if (!isAffine(example, varying))
        throw new Error(`${what}: it is not linear in them, but its transpose rule says nothing`);
      back.forEach((ct, i) => {
        if (ct !== null) expectAlike(ct, xs[i]!, what);
      });
      expectNear(
        [inner(back, tangents)],
        [inner(cotangents, results) - inner(cotangents, atZero)],
        1e-10,
        `${what}, <J^T ct, v>`,
      );
    }
  },
  (example) =>
    isDouble(example) &&
    example.primitive.transpose !== "nonlinear" &&
    example.primitive.jvp !== "zero" &&
    example.smooth,
);
