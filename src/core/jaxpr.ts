/** Jaxprs: programs as plain data. Equations in order, each applying a primitive to variables and literals. */
import type { Aval } from "../types/aval.ts";
import type { ScalarValue } from "../types/dtype.ts";
import type { Primitive } from "./primitive.ts";
import type { SourceMark } from "./source.ts";

/** A variable, defined once: as a constant, an input, or a result of an equation. Compared by identity. */
export class Var {
  readonly aval: Aval;
  constructor(aval: Aval) {
    this.aval = aval;
  }
}

/** A known scalar inside a program. */
export class Literal {
  readonly value: ScalarValue;
  readonly aval: Aval;
  constructor(value: ScalarValue, aval: Aval) {
    this.value = value;
    this.aval = aval;
  }
}

export type Atom = Var | Literal;

/** What an equation does besides computing its results, such as "print": it is then never removed or reordered. */
export type Effect = string;

export interface Equation {
  // biome-ignore lint/suspicious/noExplicitAny: equations hold primitives of every parameter type
  readonly primitive: Primitive<any>;
  readonly inputs: readonly Atom[];
  readonly params: unknown;
  readonly outputs: readonly Var[];
  readonly effects: readonly Effect[];
  readonly source: SourceMark | undefined;
}

/**
 * A program. `constants` stand for arrays that the traced function closed over; a jaxpr in the parameters of an equation
 * has none (they are hoisted to leading inputs).
 */
export interface Jaxpr {
  readonly constants: readonly Var[];
  readonly inputs: readonly Var[];
  readonly equations: readonly Equation[];
  readonly outputs: readonly Atom[];
  readonly effects: ReadonlySet<Effect>;
}

/** Whether a value, such as a parameter of an equation, is a program. */
export function isJaxpr(value: unknown): value is Jaxpr {
  return typeof value === "object" && value !== null && "equations" in value && "outputs" in value;
}

/** Assembles a jaxpr; its effects are those of its equations. */
export function makeJaxprData(
  constants: readonly Var[],
  inputs: readonly Var[],
  equations: readonly Equation[],
  outputs: readonly Atom[],
): Jaxpr {
  const effects = new Set<Effect>();
  for (const equation of equations) for (const effect of equation.effects) effects.add(effect);
  return { constants, inputs, equations, outputs, effects };
}

/** Constants as leading inputs. */
export function hoistConstants(jaxpr: Jaxpr): Jaxpr {
  if (jaxpr.constants.length === 0) return jaxpr;
  return { ...jaxpr, constants: [], inputs: [...jaxpr.constants, ...jaxpr.inputs] };
}

/** Abstract values of the inputs. */
export function inputAvals(jaxpr: Jaxpr): Aval[] {
  return jaxpr.inputs.map((v) => v.aval);
}

/** Abstract values of the outputs. */
export function outputAvals(jaxpr: Jaxpr): Aval[] {
  return jaxpr.outputs.map((v) => v.aval);
}

const memos = new WeakMap<Jaxpr, Map<string, unknown>>();

/** Computes something from a jaxpr once: the results of transformations are found again by the jaxpr's identity. */
export function memoised<T>(jaxpr: Jaxpr, key: string, compute: () => T): T {
  let memo = memos.get(jaxpr);
  if (memo === undefined) {
    memo = new Map();
    memos.set(jaxpr, memo);
  }
  if (memo.has(key)) return memo.get(key) as T;
  const result = compute();
  memo.set(key, result);
  return result;
}
