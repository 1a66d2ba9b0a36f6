/**
 * Flattening: programs inside programs (`jit`) and primitives that are written in terms of others are replaced by their
 * equations, and equal equations are merged. What remains has only lowerings that a kernel or a step knows.
 */
import { type Atom, type Equation, type Jaxpr, Literal, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import { stage } from "../transforms/stage.ts";
import { staticKey } from "../tree/structure.ts";
import { partsOf } from "../types/dtype.ts";
import { isComplexEquation, splitComplex } from "./planes.ts";

type Expansion = (operands: readonly NDArray[], params: unknown) => readonly NDArray[];
type Environment = Map<Var, Atom>;

const resolve = (environment: Environment, atom: Atom): Atom =>
  atom instanceof Var ? (environment.get(atom) ?? atom) : atom;

const numberKey = (x: unknown): string => (Object.is(x, -0) ? "-0" : String(x));

class Flattener {
  readonly equations: Equation[] = [];
  private known = new Map<string, readonly Var[]>();
  private readonly numbers = new Map<Var, number>();

  private atomKey(atom: Atom): string {
    if (atom instanceof Literal) {
      const { value } = atom;
      const shown = typeof value === "object" ? partsOf(value).map(numberKey).join() : numberKey(value);
      return `${shown}:${atom.aval.dtype}${atom.aval.weakType ? "~" : ""}`;
    }
    let n = this.numbers.get(atom);
    if (n === undefined) {
      n = this.numbers.size;
      this.numbers.set(atom, n);
    }
    return `%${n}`;
  }

  /** The results of an equal equation seen before. */
  private emit(equation: Equation): readonly Var[] {
    if (equation.effects.length > 0) {
      this.equations.push(equation);
      return equation.outputs;
    }
    const key = `${staticKey(equation.primitive)} ${paramsKey(equation.params)} ${equation.inputs.map((a) => this.atomKey(a)).join(" ")}`;
    const found = this.known.get(key);
    if (found !== undefined) return found;
    this.known.set(key, equation.outputs);
    this.equations.push(equation);
    return equation.outputs;
  }

  /** Appends a program's equations; returns its outputs. */
  append(jaxpr: Jaxpr, environment: Environment): Atom[] {
    for (const equation of jaxpr.equations) {
      const inputs = equation.inputs.map((a) => resolve(environment, a));
      const lower = equation.primitive.lower;
      const expand = lower.kind === "expand" ? lower.expand : complexExpansion(equation);
      let results: readonly Atom[];
      if (lower.kind === "call") {
        const outside = this.known;
        if (lower.isolated?.(equation.params)) this.known = new Map();
        results = this.call(lower.jaxpr(equation.params), inputs);
        this.known = outside;
      } else if (expand !== undefined) {
        const staged = stage(
          (args) => expand(args, equation.params),
          inputs.map((a) => a.aval),
          equation.primitive.name,
        );
        results = this.call(staged.jaxpr, inputs);
      } else {
        // A program may be inlined more than once: its variables are renamed each time.
        const outputs = equation.outputs.map((v) => new Var(v.aval));
        results = this.emit({ ...equation, inputs, outputs });
      }
      equation.outputs.forEach((v, i) => void environment.set(v, results[i]!));
    }
    return jaxpr.outputs.map((a) => resolve(environment, a));
  }

  private call(jaxpr: Jaxpr, inputs: readonly Atom[]): Atom[] {
    const inner: Environment = new Map();
    jaxpr.inputs.forEach((v, i) => void inner.set(v, inputs[i]!));
    return this.append(jaxpr, inner);
  }
}

/** How a primitive acts on complex numbers in terms of others, where it has such numbers and says so. */
function complexExpansion(equation: Equation): Expansion | undefined {
  const { complex } = equation.primitive;
  return typeof complex === "object" && "expand" in complex && isComplexEquation(equation) ? complex.expand : undefined;
}

/** Parameters as text: equal for equal plain data; programs and functions by identity. */
export function paramsKey(params: unknown): string {
  if (params === null || typeof params !== "object")
    return typeof params === "function" ? staticKey(params) : `${typeof params} ${String(params)}`;
  if (Array.isArray(params)) return `[${params.map(paramsKey).join()}]`;
  const prototype = Object.getPrototypeOf(params) as unknown;
  if (prototype !== Object.prototype || "equations" in params) return staticKey(params);
  return `{${Object.entries(params)
    .map(([k, v]) => `${k}:${paramsKey(v)}`)
    .join()}}`;
}

/** Equations whose results are used, or that do something besides. */
function withoutDead(equations: readonly Equation[], outputs: readonly Atom[]): Equation[] {
  const used = new Set<Atom>(outputs);
  const kept: Equation[] = [];
  for (let i = equations.length - 1; i >= 0; i--) {
    const equation = equations[i]!;
    if (equation.effects.length === 0 && !equation.outputs.some((v) => used.has(v))) continue;
    for (const atom of equation.inputs) used.add(atom);
    kept.push(equation);
  }
  return kept.reverse();
}

/**
 * The same program without calls and complex numbers, and with equal equations merged. Its inputs are the constants, then
 * the inputs; each complex one is two, the real parts and the imaginary parts, and so for the outputs.
 */
export function flattenCalls(jaxpr: Jaxpr): Jaxpr {
  const flattener = new Flattener();
  const outputs = flattener.append(jaxpr, new Map());
  const equations = withoutDead(flattener.equations, outputs);
  const flat = makeJaxprData([], [...jaxpr.constants, ...jaxpr.inputs], equations, outputs);
  const real = splitComplex(flat);
  // Often only one plane of a value is used.
  return real === flat ? flat : { ...real, equations: withoutDead(real.equations, real.outputs) };
}
