/**
 * `scan` as a primitive: a program run `length` times. Operands are constants, carries, and arrays whose rows the trips
 * read; results are the last carries and the stacked rows that the trips return.
 */
import { evaluate } from "../core/evaluate.ts";
import { type Jaxpr, memoised, outputAvals } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { defineManyPrimitive, isLinear, type Linear, type ManyOperation, type Tangent } from "../core/primitive.ts";
import { addAny } from "../prims/arithmetic.ts";
import { instantiate, zeros } from "../prims/fill.ts";
import { moveaxis } from "../prims/movement.ts";
import { restrictOutputs } from "../transforms/dce.ts";
import { jvpJaxpr } from "../transforms/jvp.ts";
import { joinResiduals, linearizeJaxpr } from "../transforms/linearize.ts";
import { divideJaxpr } from "../transforms/remat.ts";
import { stageClosed } from "../transforms/stage.ts";
import { reachableOutputs, transposeJaxpr } from "../transforms/transpose.ts";
import { batchAt, batchJaxpr } from "../transforms/vmap.ts";
import { type Aval, planesOf, withShape } from "../types/aval.ts";
import { bits, splitList } from "../util/list.ts";

export interface ScanParams {
  /** (constants, carries, rows) to (carries, rows), closed. */
  readonly jaxpr: Jaxpr;
  readonly constants: number;
  readonly carries: number;
  readonly length: number;
  readonly reverse: boolean;
  readonly unroll: number;
}

const rowAval = (aval: Aval): Aval => withShape(aval, aval.shape.slice(1));
const avalOf = (x: NDArray): Aval => x.aval;
const rowAvalOf = (x: NDArray): Aval => rowAval(x.aval);
const present = (tangents: readonly Tangent[]): NDArray[] => tangents.filter((t) => t !== null);
const falses = (count: number): boolean[] => new Array<boolean>(count).fill(false);

/** Grows the marks of the carries until the body maps marked carries to marked carries. */
function fixpoint<T>(
  carries: readonly boolean[],
  step: (carries: readonly boolean[]) => readonly [T, readonly boolean[]],
): readonly [T, readonly boolean[]] {
  for (let marks = carries; ; ) {
    const [result, out] = step(marks);
    const next = marks.map((b, i) => b || out[i]!);
    if (bits(next) === bits(marks)) return [result, marks];
    marks = next;
  }
}

export const scanLoop: ManyOperation<ScanParams> = /* @__PURE__ */ defineManyPrimitive<ScanParams>({
  name: "scan",
  types: (_avals, s) =>
    outputAvals(s.jaxpr).map((aval, i) => (i < s.carries ? aval : withShape(aval, [s.length, ...aval.shape]))),

  jvp: (primals, tangents, s) => {
    const { constants: c, carries: m } = s;
    const nonzero = tangents.map((t) => t !== null);
    const stacked = s.jaxpr.outputs.length - m;
    const [forward, carryMarks] = fixpoint(nonzero.slice(c, c + m), (marks) => {
      const result = jvpJaxpr(
        s.jaxpr,
        [...nonzero.slice(0, c), ...marks, ...nonzero.slice(c + m)],
        [...marks, ...falses(stacked)],
      );
      return [result, result.nonzeroOut.slice(0, m)];
    });
    const all = tangents.map((t, i) =>
      i >= c && i < c + m && carryMarks[i - c] ? instantiate(t, primals[i]!.aval) : t,
    );
    const dConstants = present(all.slice(0, c));
    const dCarries = present(all.slice(c, c + m));
    const dRows = present(all.slice(c + m));
    const rows = primals.length - c - m;
    // The body takes (constants, carries, rows, their tangents); a scan wants constants, carries and rows together.
    const body = memoised(forward.jaxpr, `scan ${c} ${m}`, () =>
      stageClosed(
        (args) => {
          const [k, dk, v, dv, x, dx] = splitList(args, c, dConstants.length, m, dCarries.length, rows);
          const [vs, ys, dvs, dys] = splitList(
            evaluate(forward.jaxpr, [...k!, ...v!, ...x!, ...dk!, ...dv!, ...dx!]),
            m,
            stacked,
            dCarries.length,
          );
          return [...vs!, ...dvs!, ...ys!, ...dys!];
        },
        [
          ...[...primals.slice(0, c), ...dConstants, ...primals.slice(c, c + m), ...dCarries].map(avalOf),
          ...[...primals.slice(c + m), ...dRows].map(rowAvalOf),
        ],
        "jvp of scan",
      ),
    );
    const outputs = scanLoop(
      [
        ...primals.slice(0, c),
        ...dConstants,
        ...primals.slice(c, c + m),
        ...dCarries,
        ...primals.slice(c + m),
        ...dRows,
      ],
      { ...s, jaxpr: body, constants: c + dConstants.length, carries: m + dCarries.length },
    );
    const [vs, dvs, ys, dys] = splitList(outputs, m, dCarries.length, stacked);
    let i = 0;
    let k = 0;
    return [[...vs!, ...ys!], forward.nonzeroOut.map((b, o) => (!b ? null : o < m ? dvs![i++]! : dys![k++]!))];
  },

  linearize: (primals, nonzero, s) => {
    const { constants: c, carries: m } = s;
    const stacked = s.jaxpr.outputs.length - m;
    const [parts, carryMarks] = fixpoint(nonzero.slice(c, c + m), (marks) => {
      const result = linearizeJaxpr(
        s.jaxpr,
        [...nonzero.slice(0, c), ...marks, ...nonzero.slice(c + m)],
        [...marks, ...falses(stacked)],
        (i) => i < c || i >= c + m,
      );
      return [result, result.nonzeroOut.slice(0, m)];
    });
    const { body: forwardBody, outside, invariant } = hoistInvariantResiduals(parts.forward, c, m + stacked);
    const outputs = scanLoop(primals, { ...s, jaxpr: forwardBody });
    const hoisted = outside === null ? [] : evaluate(outside, primals.slice(0, c));
    // A residual that is a constant stays one, a row of an operand is read from it again, all others were stacked: what
    // the body computes and the incoming carries. Those that depend on constants alone were computed once, outside.
    let nextHoisted = 0;
    let next = m + stacked;
    const extra = invariant.map((b) => (b ? hoisted[nextHoisted++]! : outputs[next++]!));
    const residuals = joinResiduals(parts, primals, extra);
    let seen = 0;
    const fixed = parts.sources.map((source) => (source === null ? invariant[seen++]! : source < c));
    return [
      outputs.slice(0, m + stacked),
      (given) => {
        const marks = [...nonzero.slice(0, c), ...carryMarks, ...nonzero.slice(c + m)];
        let i = 0;
        const all = marks.map((b, a) => (!b ? null : nonzero[a] ? given[i++]! : zeros(primals[a]!.aval)));
        const tConstants = present(all.slice(0, c));
        const tCarries = present(all.slice(c, c + m));
        const tRows = present(all.slice(c + m));
        const fixedResiduals = residuals.filter((_, r) => fixed[r]);
        const rowResiduals = residuals.filter((_, r) => !fixed[r]);
        const body = memoised(parts.linear, `scan ${bits(fixed)} ${tConstants.length} ${tCarries.length}`, () =>
          stageClosed(
            (args) => {
              const [f, tk, tv, tx, r] = splitList(
                args,
                fixedResiduals.length,
                tConstants.length,
                tCarries.length,
                tRows.length,
              );
              let p = 0;
              let q = 0;
              const joined = fixed.map((b) => (b ? f![p++]! : r![q++]!));
              return evaluate(parts.linear, [...joined, ...tk!, ...tv!, ...tx!]);
            },
            [
              ...[...fixedResiduals, ...tConstants, ...tCarries].map(avalOf),
              ...[...tRows, ...rowResiduals].map(rowAvalOf),
            ],
            "linearize of scan",
          ),
        );
        const out = scanLoop([...fixedResiduals, ...tConstants, ...tCarries, ...tRows, ...rowResiduals], {
          ...s,
          jaxpr: body,
          constants: fixedResiduals.length + tConstants.length,
          carries: tCarries.length,
        });
        let o = 0;
        return parts.nonzeroOut.map((b) => (b ? out[o++]! : null));
      },
    ];
  },

  transpose: (cotangents, operands, s) => transposeScan(cotangents, operands, s),

  batch: (axis, operands, dims, s) => {
    const { constants: c, carries: m } = s;
    const batched = dims.map((d) => d !== null);
    const stacked = s.jaxpr.outputs.length - m;
    const [result, carryMarks] = fixpoint(batched.slice(c, c + m), (marks) => {
      const r = batchJaxpr(
        s.jaxpr,
        axis,
        [...batched.slice(0, c), ...marks, ...batched.slice(c + m)],
        [...marks, ...falses(stacked)],
      );
      return [r, r.batchedOut.slice(0, m)];
    });
    const prepared = operands.map((x, i) => {
      const dim = dims[i]!;
      if (dim === null) return i >= c && i < c + m && carryMarks[i - c] ? batchAt(x, axis.size, 0) : x;
      return moveaxis(x, dim, i < c + m ? 0 : 1);
    });
    return [
      scanLoop(prepared, { ...s, jaxpr: result.jaxpr }),
      result.batchedOut.map((b, i) => (!b ? null : i < m ? 0 : 1)),
    ];
  },

  dce: (used, s) => {
    const { constants: c, carries: m } = s;
    // A carry is needed if its result is, or if what is needed reads it.
    let needed = used.slice(0, m);
    for (;;) {
      const outputs = [...needed, ...used.slice(m)];
      const { jaxpr, usedInputs } = restrictOutputs(s.jaxpr, outputs, (i) => i >= c && i < c + m && needed[i - c]!);
      const next = needed.map((b, i) => b || usedInputs[c + i]!);
      if (bits(next) === bits(needed)) {
        const constants = usedInputs.slice(0, c).filter(Boolean).length;
        const carries = needed.filter(Boolean).length;
        return { inputs: usedInputs, outputs, params: { ...s, jaxpr, constants, carries } };
      }
      needed = next;
    }
  },
  // What the trips save is stacked; the second loop reads it as rows.
  save: (s, saveable) => {
    const { first, second, saved } = divideJaxpr(s.jaxpr, saveable);
    if (saved.length === 0) return undefined;
    return {
      first: { ...s, jaxpr: first },
      second: { ...s, jaxpr: second },
      saved: saved.map((aval) => withShape(aval, [s.length, ...aval.shape])),
    };
  },
  effects: ({ jaxpr }) => [...jaxpr.effects],
  lower: {
    kind: "loop",
    loop: ({ jaxpr, constants, carries, length, reverse }) => ({ jaxpr, constants, carries, length, reverse }),
  },
  complex: {
    lower: (s, operands) => {
      const constants = planesOf(operands.slice(0, s.constants));
      const carries = planesOf(operands.slice(s.constants, s.constants + s.carries));
      return { kind: "loop", loop: () => ({ ...s, constants, carries }) };
    },
  },
  show: (s) => [
    ["jaxpr", s.jaxpr],
    ["length", s.length],
    ["num_carry", s.carries],
    ["num_consts", s.constants],
    ["reverse", s.reverse],
    ["unroll", s.unroll],
  ],
  laws: {},
});

interface Hoisted {
  /** The scan's body without the invariant results. */
  readonly body: Jaxpr;
  /** The invariant results from the scan's constants; null if there are none. */
  readonly outside: Jaxpr | null;
  /** For each result from `first` on: whether it is invariant. */
  readonly invariant: readonly boolean[];
}

/**
 * Residuals (the results of `forward` from number `first` on) that depend on the scan's constants alone are the same in
 * every trip: they are computed once, before it, instead of being stacked `length` times.
 */
function hoistInvariantResiduals(forward: Jaxpr, constants: number, first: number): Hoisted {
  return memoised(forward, `hoist ${constants} ${first}`, () => {
    const varying = reachableOutputs(
      forward,
      forward.inputs.map((_, i) => i >= constants),
      true,
    );
    const marks = varying.map((v, i) => i >= first && !v);
    const invariant = marks.slice(first);
    if (!invariant.includes(true)) return { body: forward, outside: null, invariant };
    const body = restrictOutputs(
      forward,
      marks.map((b) => !b),
      () => true,
    ).jaxpr;
    const outside = restrictOutputs(forward, marks, (i) => i < constants, "drop effects").jaxpr;
    return { body, outside, invariant };
  });
}

/** Cotangents of constants are carries that sum, those of carries run backwards, those of rows are stacked. */
function transposeScan(
  cotangents: readonly Tangent[],
  operands: readonly (NDArray | Linear)[],
  s: ScanParams,
): readonly Tangent[] {
  const { constants: c, carries: m } = s;
  const given = operands.map(isLinear);
  // A known initial carry (an instantiated zero) becomes linear if the body adds linear values to it; a carry that
  // stays known throughout is computed again on the way.
  const [, carryMarks] = fixpoint(given.slice(c, c + m), (marks) => [
    null,
    reachableOutputs(s.jaxpr, [...given.slice(0, c), ...marks, ...given.slice(c + m)]).slice(0, m),
  ]);
  if (carryMarks.includes(false)) return transposeWithKnownCarries(cotangents, operands, s, carryMarks);
  const linear = given.map((b, i) => b || (i >= c && i < c + m));
  const known = (from: number, to?: number): NDArray[] =>
    operands.slice(from, to).filter((x): x is NDArray => !isLinear(x));
  const knownConstants = known(0, c);
  const knownRows = known(c + m);
  const linearConstants = operands.slice(0, c).filter(isLinear);
  const nonzeroRows = cotangents.slice(m).map((ct) => ct !== null);
  const back = transposeJaxpr(s.jaxpr, linear, [...new Array<boolean>(m).fill(true), ...nonzeroRows]);
  const ctRows = present(cotangents.slice(m));
  const ctCarries = cotangents.slice(0, m).map((ct, i) => instantiate(ct, operands[c + i]!.aval));
  const body = memoised(back, `scan ${knownConstants.length} ${linearConstants.length} ${m}`, () =>
    stageClosed(
      (args) => {
        const [k, sums, ctv, cty, x] = splitList(args, knownConstants.length, linearConstants.length, m, ctRows.length);
        const out = evaluate(back, [...k!, ...x!, ...ctv!, ...cty!]);
        return [...sums!.map((sum, i) => addAny(sum, out[i]!)), ...out.slice(linearConstants.length)];
      },
      [
        ...[...knownConstants, ...linearConstants, ...ctCarries].map((x) => x.aval),
        ...[...ctRows, ...knownRows].map(rowAvalOf),
      ],
      "transpose of scan",
    ),
  );
  const outputs = scanLoop(
    [...knownConstants, ...linearConstants.map((x) => zeros(x.aval)), ...ctCarries, ...ctRows, ...knownRows],
    { ...s, jaxpr: body, constants: knownConstants.length, carries: linearConstants.length + m, reverse: !s.reverse },
  );
  let next = 0;
  return linear.map((b, i) => {
    const ct = b ? outputs[next++]! : null;
    return given[i] ? ct : null;
  });
}

/**
 * The transpose of a scan in which some carries do not depend on linear operands. Those run first, in a scan of their own
 * that stacks what each trip found; the linear rest reads them as rows.
 */
function transposeWithKnownCarries(
  cotangents: readonly Tangent[],
  operands: readonly (NDArray | Linear)[],
  s: ScanParams,
  linearCarries: readonly boolean[],
): readonly Tangent[] {
  const { constants: c, carries: m } = s;
  const given = operands.map(isLinear);
  const isCarry = (i: number): boolean => i >= c && i < c + m;
  const { knownBody, knownInputs, rest } = memoised(s.jaxpr, `known ${bits(given)} ${bits(linearCarries)}`, () => {
    const { inputs, outputs } = s.jaxpr;
    const isKnown = inputs.map((_, i) => (isCarry(i) ? !linearCarries[i - c]! : !given[i]));
    const knownInputs = inputs.map((_, i) => i).filter((i) => isKnown[i]);
    const known = inputs.filter((_, i) => isCarry(i) && isKnown[i]);
    const used = outputs.map((_, i) => i < m && !linearCarries[i]!);
    const carriesOnly = restrictOutputs(s.jaxpr, used, (i) => isKnown[i]!, "drop effects").jaxpr;
    const knownBody: Jaxpr = {
      ...carriesOnly,
      inputs: knownInputs.map((i) => inputs[i]!),
      outputs: [...carriesOnly.outputs, ...known],
    };
    const rest: Jaxpr = {
      ...s.jaxpr,
      inputs: [...inputs.filter((_, i) => !isCarry(i) || linearCarries[i - c]), ...known],
      outputs: outputs.filter((_, i) => i >= m || linearCarries[i]),
    };
    return { knownBody, knownInputs, rest };
  });
  const knownCarries = linearCarries.filter((b) => !b).length;
  const trips = scanLoop(
    knownInputs.map((i) => operands[i] as NDArray),
    { ...s, jaxpr: knownBody, constants: knownInputs.filter((i) => i < c).length, carries: knownCarries },
  );
  const restOperands = [
    ...operands.filter((_, i) => !isCarry(i) || linearCarries[i - c]),
    ...trips.slice(knownCarries),
  ];
  const result = transposeScan(
    cotangents.filter((_, i) => i >= m || linearCarries[i]),
    restOperands,
    { ...s, jaxpr: rest, carries: m - knownCarries },
  );
  let next = 0;
  return operands.map((_, i) => (isCarry(i) && !linearCarries[i - c] ? null : result[next++]!));
}
