/**
 * Whether a jaxpr is well typed: variables are defined once and before they are read, every equation's results have the
 * types that its primitive gives for its operands, and programs inside programs are closed, well typed, and take what
 * they are given. Run after every pass when testing (`config.enableChecks`).
 */
import { JaxprTypeError } from "../errors/index.ts";
import { type Aval, sameType, withShape } from "../types/aval.ts";
import { dtypeKind, integerRange } from "../types/dtype.ts";
import { equalShapes } from "../types/shape.ts";
import { debugAval, debugEquation, debugText } from "./debugtext.ts";
import { type Atom, type Equation, inputAvals, isJaxpr, type Jaxpr, Literal, outputAvals, Var } from "./jaxpr.ts";
import { userFrame } from "./source.ts";

/** Jaxprs are never changed: one that was found well typed stays so. */
const checked = new WeakSet<Jaxpr>();

/**
 * Checks that a jaxpr is well typed.
 * @throws JaxprTypeError with the equation and the user's line.
 */
export function checkJaxpr(jaxpr: Jaxpr): void {
  if (checked.has(jaxpr)) return;
  const defined = new Set<Var>();
  for (const v of [...jaxpr.constants, ...jaxpr.inputs]) {
    if (!(v instanceof Var)) fail(undefined, "a constant or input that is not a variable");
    if (defined.has(v)) fail(undefined, `an input of type ${debugAval(v.aval)} stands in the list twice`);
    defined.add(v);
  }
  const effects = new Set<string>();
  for (const equation of jaxpr.equations) {
    checkEquation(equation, defined);
    for (const effect of equation.effects) effects.add(effect);
  }
  for (const atom of jaxpr.outputs) checkAtom(atom, defined, undefined, "the result");
  if (effects.size !== jaxpr.effects.size || [...effects].some((e) => !jaxpr.effects.has(e))) {
    fail(
      undefined,
      `the program says that its effects are {${[...jaxpr.effects].join(", ")}}, those of its equations are {${[...effects].join(", ")}}`,
    );
  }
  checked.add(jaxpr);
}

function fail(equation: Equation | undefined, what: string, ...details: readonly string[]): never {
  const where = [...details];
  if (equation !== undefined) {
    where.push(`in the equation ${debugEquation(equation).replaceAll("\n", "\n  ")}`);
    const line = equation.source && userFrame(equation.source);
    if (line !== undefined) where.push(`applied at ${line}`);
  }
  throw new JaxprTypeError({
    what: `ill-typed program: ${what}`,
    where,
    fix: "the rule that made this equation gives a wrong type or reads a variable from elsewhere",
  });
}

function checkAtom(atom: Atom, defined: ReadonlySet<Var>, equation: Equation | undefined, role: string): void {
  if (atom instanceof Literal) {
    const fault = literalFault(atom);
    if (fault !== undefined) fail(equation, `${role} is a literal ${fault}`);
  } else if (!defined.has(atom)) {
    fail(equation, `${role} is a variable of type ${debugAval(atom.aval)} that is not defined before`);
  }
}

function literalFault({ value, aval }: Literal): string | undefined {
  if (aval.shape.length !== 0) return `of type ${debugAval(aval)}: literals have rank 0`;
  const kind = dtypeKind(aval.dtype);
  const shown = `${typeof value === "bigint" ? `${value}n` : String(value)} of dtype ${aval.dtype}`;
  if (kind === "b") return typeof value === "boolean" ? undefined : shown;
  if (kind === "c") return typeof value === "number" || typeof value === "object" ? undefined : shown;
  if (typeof value === "object") return `with parts of dtype ${aval.dtype}`;
  if (kind === "f") return typeof value === "number" ? undefined : shown;
  if (aval.dtype === "float0") return shown;
  if (typeof value === "boolean" || (typeof value === "number" && !Number.isInteger(value))) return shown;
  const [lowest, highest] = integerRange(aval.dtype === "key<fry>" ? "uint64" : aval.dtype);
  return BigInt(value) < lowest || BigInt(value) > highest ? `${shown}, which is out of range` : undefined;
}

function sameAval(a: Aval, b: Aval): boolean {
  return sameType(a, b) && a.weakType === b.weakType;
}

function checkEquation(equation: Equation, defined: Set<Var>): void {
  const { primitive, inputs, params, outputs } = equation;
  inputs.forEach((atom, i) => void checkAtom(atom, defined, equation, `operand ${i} of ${primitive.name}`));
  checkInnerJaxprs(equation, params);
  checkOperandsOfPrograms(equation);
  const expected = primitive.types(
    inputs.map((a) => a.aval),
    params,
  );
  if (expected.length !== outputs.length) {
    fail(equation, `${primitive.name} has ${expected.length} results, its equation has ${outputs.length}`);
  }
  outputs.forEach((v, i) => {
    if (!sameAval(v.aval, expected[i]!)) {
      fail(
        equation,
        `result ${i} of ${primitive.name} has type ${debugAval(v.aval)}, but its type rule gives ${debugAval(expected[i]!)}`,
      );
    }
    if (defined.has(v)) fail(equation, `result ${i} of ${primitive.name} is a variable that is defined already`);
    defined.add(v);
  });
  const effects = primitive.effects?.(params) ?? [];
  if (effects.length !== equation.effects.length || effects.some((e) => !equation.effects.includes(e))) {
    fail(
      equation,
      `the equation says that its effects are {${equation.effects.join(", ")}}, its primitive's are {${effects.join(", ")}}`,
    );
  }
}

/** Programs anywhere in the parameters. */
function checkInnerJaxprs(equation: Equation, value: unknown): void {
  if (isJaxpr(value)) {
    if (value.constants.length > 0) {
      fail(equation, "a program in the parameters has constants: they must be operands", debugText(value));
    }
    checkJaxpr(value);
  } else if (typeof value === "object" && value !== null && (Array.isArray(value) || isPlain(value))) {
    for (const entry of Object.values(value)) checkInnerJaxprs(equation, entry);
  }
}

function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype;
}

/** The programs that an equation runs must take the operands that they are given. */
function checkOperandsOfPrograms(equation: Equation): void {
  const { primitive, inputs, params } = equation;
  const operands = inputs.map((a) => a.aval);
  const { lower } = primitive;
  switch (lower.kind) {
    case "call":
      expectTypes(equation, "the program", inputAvals(lower.jaxpr(params)), operands);
      break;
    case "branch":
      lower.branches(params).forEach((branch, i) => {
        expectTypes(equation, `branch ${i}`, inputAvals(branch), operands.slice(1));
        expectTypes(
          equation,
          `the result of branch ${i}`,
          outputAvals(branch),
          outputAvals(lower.branches(params)[0]!),
        );
      });
      break;
    case "loop": {
      const { jaxpr, constants, carries, length } = lower.loop(params);
      const given = operands.map((aval, i) => {
        if (i < constants + carries) return aval;
        if (aval.shape[0] !== length) {
          fail(equation, `the loop runs ${length} times, but operand ${i} has type ${debugAval(aval)}`);
        }
        return withShape(aval, aval.shape.slice(1));
      });
      expectTypes(equation, "the loop", inputAvals(jaxpr), given);
      const carried = operands.slice(constants, constants + carries);
      expectTypes(equation, "the next carry", outputAvals(jaxpr).slice(0, carries), carried);
      break;
    }
    case "while": {
      const { condition, conditionConstants, body, bodyConstants } = lower.while(params);
      const carried = operands.slice(conditionConstants + bodyConstants);
      const before = operands.slice(conditionConstants, conditionConstants + bodyConstants);
      expectTypes(equation, "the condition", inputAvals(condition), [
        ...operands.slice(0, conditionConstants),
        ...carried,
      ]);
      expectTypes(equation, "the body", inputAvals(body), [...before, ...carried]);
      expectTypes(equation, "the next carry", outputAvals(body), carried);
      const [go] = outputAvals(condition);
      if (condition.outputs.length !== 1 || go!.dtype !== "bool" || !equalShapes(go!.shape, [])) {
        fail(equation, "the condition of a loop must give one boolean scalar");
      }
      break;
    }
  }
}

/** Shapes and dtypes; weak types give way at the border of a program. */
function expectTypes(equation: Equation, role: string, wanted: readonly Aval[], given: readonly Aval[]): void {
  const fits = wanted.length === given.length && wanted.every((aval, i) => sameType(aval, given[i]!));
  if (fits) return;
  fail(
    equation,
    `${role} has types (${wanted.map(debugAval).join(", ")}), but is given (${given.map(debugAval).join(", ")})`,
  );
}
