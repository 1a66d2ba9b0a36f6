/** Law 3: forward derivatives equal central finite differences, in float64, for every choice of varying operands. */
import { jvpFlat } from "../../src/transforms/jvp.ts";
import { expectClose, expectNear } from "./compare.ts";
import { differentiableSubsets, drawTangents, finiteDifferences, functionOf, tangentNumbers } from "./derive.ts";
import { arraysOf, isDouble, law } from "./examples.ts";

law(
  "jvp equals finite differences",
  (example) => {
    const f = functionOf(example);
    const xs = arraysOf(example);
    for (const varying of differentiableSubsets(example, xs)) {
      const what = `with respect to operands ${varying}`;
      const tangents = drawTangents(example, varying, "jvp");
      const [results, resultTangents] = jvpFlat(f, xs, tangents);
      expectClose(results, f(xs), { ulp: 1 }, `${what}, values under jvp`);
      if (!example.smooth) continue;
      const expected = finiteDifferences(f, xs, tangents);
      tangentNumbers(results, resultTangents).forEach((t, i) => void expectNear(t, expected[i]!, 1e-7, what));
    }
  },
  isDouble,
);
