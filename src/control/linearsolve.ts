/**
 * `custom_linear_solve` as a primitive: the solution x of A x = b by programs of the user's. The derivative needs no
 * derivative of the solver: A dx = db - dA x is another solution with the same A, and the transpose is a solution with
 * the transposed A.
 */
import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, isLinear, type ManyOperation, type Tangent } from "../core/primitive.ts";
import { TransformError } from "../errors/index.ts";
import { neg } from "../prims/arithmetic.ts";
import { instantiate } from "../prims/fill.ts";
import { batchFirst, moveaxis } from "../prims/movement.ts";
import { jvpFlat } from "../transforms/jvp.ts";
import { addTangents } from "../transforms/tangent.ts";
import { batchJaxpr } from "../transforms/vmap.ts";
import { splitList } from "../util/list.ts";

/** A closed program with the number of its leading inputs that are constants. */
export interface ProgramWithConstants {
  readonly jaxpr: Jaxpr;
  readonly constants: number;
}

/** A matrix and how to solve with it. */
export interface LinearSolver {
  /** (constants, x) to A x. */
  readonly matvec: ProgramWithConstants;
  /** (constants, b) to the solution x, then auxiliary results, if any. */
  readonly solve: ProgramWithConstants;
}

/** The operands are the constants of the four programs, in the order of their names here, and the right-hand side. */
export interface LinearSolveParams extends LinearSolver {
  /** The transposed matrix; null where nobody told how to solve with it. */
  readonly transposed: LinearSolver | null;
}

interface Operands<T> {
  readonly matvec: readonly T[];
  readonly solve: readonly T[];
  readonly transposedMatvec: readonly T[];
  readonly transposedSolve: readonly T[];
  readonly b: readonly T[];
}

function separate<T>(values: readonly T[], p: LinearSolveParams): Operands<T> {
  const [matvec, solve, transposedMatvec, transposedSolve, b] = splitList(
    values,
    p.matvec.constants,
    p.solve.constants,
    p.transposed?.matvec.constants ?? 0,
    p.transposed?.solve.constants ?? 0,
  );
  return {
    matvec: matvec!,
    solve: solve!,
    transposedMatvec: transposedMatvec!,
    transposedSolve: transposedSolve!,
    b: b!,
  };
}

export const linearSolve: ManyOperation<LinearSolveParams> = /* @__PURE__ */ defineManyPrimitive<LinearSolveParams>({
  name: "custom_linear_solve",
  types: (_avals, { solve }) => outputAvals(solve.jaxpr),

  // Only the matrix and the right-hand side have derivatives; what the solvers close over says how, not what.
  jvp: (primals, tangents, p) => {
    const outputs = linearSolve(primals, p);
    const { matvec: constants, b } = separate(primals, p);
    const moving = separate<Tangent>(tangents, p);
    const x = outputs.slice(0, b.length);
    const auxiliary = outputs.slice(b.length).map(() => null);
    const [, dAx] = jvpFlat(
      (args) => evaluate(p.matvec.jaxpr, args),
      [...constants, ...x],
      [...moving.matvec, ...x.map(() => null)],
    );
    const rhs = moving.b.map((db, i) => addTangents(db, dAx[i] === null ? null : neg(dAx[i]!)));
    if (rhs.every((t) => t === null)) return [outputs, outputs.map(() => null)];
    const given = rhs.map((t, i) => instantiate(t, b[i]!.aval));
    const dx = linearSolve([...primals.slice(0, primals.length - b.length), ...given], p);
    return [outputs, [...dx.slice(0, b.length), ...auxiliary]];
  },

  transpose: (cotangents, operands, p) => {
    if (p.transposed === null) {
      throw new TransformError({
        what: "transpose_solve required for backwards mode automatic differentiation of custom_linear_solve",
        fix: "give customLinearSolve a transposeSolve, or { symmetric: true } where the matrix is",
      });
    }
    const { matvec, solve, transposedMatvec, transposedSolve, b } = separate(operands, p);
    const constants = [...transposedMatvec, ...transposedSolve, ...matvec, ...solve];
    if (constants.some(isLinear)) {
      throw new TransformError({
        what: "custom_linear_solve is linear in its right-hand side only: the matrix must be known when it is transposed",
        fix: "linearTranspose takes linear functions only; vjp takes any",
      });
    }
    const given = b.map((x, i) => instantiate(cotangents[i]!, x.aval));
    const swapped: LinearSolveParams = { ...p.transposed, transposed: { matvec: p.matvec, solve: p.solve } };
    const outputs = linearSolve([...(constants as readonly NDArray[]), ...given], swapped);
    return [...constants.map(() => null), ...outputs.slice(0, b.length)];
  },

  // If anything differs among examples, so do all solutions.
  batch: (axis, operands, dims, p) => {
    const batched = separate(
      dims.map((d) => d !== null),
      p,
    );
    const over = ({ jaxpr, constants }: ProgramWithConstants, marks: readonly boolean[]): ProgramWithConstants => ({
      jaxpr: batchJaxpr(
        jaxpr,
        axis,
        [...marks, ...batched.b.map(() => true)],
        jaxpr.outputs.map(() => true),
      ).jaxpr,
      constants,
    });
    const params: LinearSolveParams = {
      matvec: over(p.matvec, batched.matvec),
      solve: over(p.solve, batched.solve),
      transposed:
        p.transposed === null
          ? null
          : {
              matvec: over(p.transposed.matvec, batched.transposedMatvec),
              solve: over(p.transposed.solve, batched.transposedSolve),
            },
    };
    const first = operands.length - batched.b.length;
    const front = operands.map((x, i) =>
      i >= first ? batchFirst(x, dims[i]!, axis.size) : dims[i] === null ? x : moveaxis(x, dims[i]!, 0),
    );
    const outputs = linearSolve(front, params);
    return [outputs, outputs.map(() => 0)];
  },

  effects: ({ matvec, solve, transposed }) => [
    ...new Set(
      [matvec, solve, ...(transposed === null ? [] : [transposed.matvec, transposed.solve])].flatMap(({ jaxpr }) => [
        ...jaxpr.effects,
      ]),
    ),
  ],
  lower: {
    kind: "expand",
    expand: (operands, p) => {
      const { solve, b } = separate(operands, p);
      return evaluate(p.solve.jaxpr, [...solve, ...b]);
    },
  },
  show: ({ matvec, solve, transposed }) => [
    ["matvec", matvec.jaxpr],
    ["solve", solve.jaxpr],
    ["transpose_solve", transposed === null ? null : transposed.solve.jaxpr],
    ["vecmat", transposed === null ? null : transposed.matvec.jaxpr],
  ],
  laws: {},
});
