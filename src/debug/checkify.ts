/**
 * Errors as values: `check(predicate, message)` inside a function, and `checkify(f)`, which returns the error beside the
 * result. A program is run, or staged, with an error state that is carried through `jit`, `cond`, loops and `checkpoint`:
 * the number of the first message whose check failed, and what each message shows.
 */
import { hostArguments } from "../api/callback.ts";
import { checkFunction, flatFunction, flattenToArrays, functionName, named, type UserFunction } from "../api/flat.ts";
import { item } from "../array/read.ts";
import { checkpointCall } from "../control/checkpoint.ts";
import { condBranches } from "../control/cond.ts";
import { jitCall } from "../control/jit.ts";
import { scanLoop } from "../control/scan.ts";
import { whileLoop } from "../control/while.ts";
import { scalar } from "../core/constant.ts";
import { literalArray } from "../core/evaluate.ts";
import { type Equation, hoistConstants, inputAvals, isJaxpr, type Jaxpr, Literal, type Var } from "../core/jaxpr.ts";
import { isNDArray, type NDArray } from "../core/ndarray.ts";
import type { Primitive } from "../core/primitive.ts";
import { inheritSource } from "../core/source.ts";
import { bind, isConcrete } from "../core/trace.ts";
import { ArgumentError, CheckError, checkOptions, OptionError, TransformError } from "../errors/index.ts";
import { dynamicIndexInDim } from "../lax/shape.ts";
import { and, not } from "../prims/bitwise.ts";
import { convertElementType } from "../prims/cast.ts";
import { check as checkPrimitive } from "../prims/check.ts";
import { eq, ne } from "../prims/compare.ts";
import { zeros } from "../prims/fill.ts";
import { reshape } from "../prims/movement.ts";
import { argmax, reduceOr } from "../prims/reduce.ts";
import { selectN } from "../prims/select.ts";
import { fromTypedArray, peek } from "../runtime/array.ts";
import { stage, stageClosed } from "../transforms/stage.ts";
import { flatten, isPlainObject, unflatten } from "../tree/flatten.ts";
import { registerPytreeNode } from "../tree/registry.ts";
import { staticKey } from "../tree/structure.ts";
import type { Args, Traced } from "../tree/types.ts";
import { type Aval, formatAval } from "../types/aval.ts";
import { isFloating, isTypedArray, sliceElements, type TypedArray } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { range, splitList } from "../util/list.ts";
import { checkFields, fieldNames, formatFields, parseFormat } from "./format.ts";

/** What is checked: the function's own `check`s, NaN in results of operations, division by zero. */
export type ErrorCategory = "user" | "nan" | "div";

/** The function's own checks. */
export const userChecks: readonly ErrorCategory[] = ["user"];
/** Operations whose result holds a NaN. */
export const nanChecks: readonly ErrorCategory[] = ["nan"];
/** Divisions by zero. */
export const divChecks: readonly ErrorCategory[] = ["div"];
/** NaN and division by zero. */
export const floatChecks: readonly ErrorCategory[] = ["nan", "div"];
/** All of them. */
export const allChecks: readonly ErrorCategory[] = ["user", "nan", "div"];

/** A message, and the types of what it shows. */
interface Site {
  readonly avals: readonly Aval[];
  readonly text: (payload: readonly NDArray[]) => string;
}

/** Messages by number, from 1; equal ones are one. */
const sites: Site[] = [{ avals: [], text: () => "" }];
const numbers = new Map<string, number>();

function siteNumber(key: string, site: Site): number {
  let number = numbers.get(key);
  if (number === undefined) {
    number = sites.push(site) - 1;
    numbers.set(key, number);
  }
  return number;
}

/**
 * Checks that a predicate holds. In a function given to `checkify` a failure becomes part of its result; elsewhere it is
 * thrown at once.
 *
 * `message` is a format string as that of `debug.print`; its values must be arrays, numbers or trees of them.
 * @throws CheckError if it fails outside of `checkify`; ArgumentError if the predicate is not a boolean scalar;
 * TransformError in a compiled program that was not given to `checkify`.
 * @example debug.checkify.check(x.sum().greater(0), "the sum must be positive, got {}", x);
 */
export function check(predicate: NDArray | boolean, message: string, ...values: readonly unknown[]): void {
  const isScalar = isNDArray(predicate)
    ? predicate.ndim === 0 && predicate.dtype === "bool"
    : typeof predicate === "boolean";
  if (!isScalar) {
    throw new ArgumentError({
      what: `check takes a scalar pred as argument, got ${isNDArray(predicate) ? formatAval(predicate.aval) : String(predicate)}`,
      fix: "compare first, and reduce with .all(): check(x.greater(0).all(), ...)",
    });
  }
  const parts = parseFormat("check", message);
  const names = fieldNames(parts);
  const last = values[values.length - 1];
  const isNamed = isPlainObject(last) && !isNDArray(last) && names.some((name) => Object.hasOwn(last, name));
  const positional = isNamed ? values.slice(0, -1) : values;
  const byName = isNamed ? (last as Record<string, unknown>) : {};
  checkFields("check", parts, positional, byName);
  const given = hostArguments([positional, byName]);
  const avals = given.arrays.map(({ aval }) => ({ ...aval, weakType: false }));
  const text = (payload: readonly NDArray[]): string => {
    const [list, object] = given.rebuild(payload) as [unknown[], Record<string, unknown>];
    return `${formatFields(parts, list, object)} (\`check\` failed)`;
  };
  const [leaves, structure] = flatten([positional, byName]);
  const shown = leaves.map((leaf) => (isNDArray(leaf) || isTypedArray(leaf) ? "*" : staticKey(leaf))).join();
  const key = `user ${JSON.stringify(message)} ${structure.key} ${avals.map(formatAval).join()} ${shown}`;
  const site = siteNumber(key, { avals, text });
  const holds = isNDArray(predicate) ? predicate : scalar(predicate, "bool");
  const failure = (payload: readonly TypedArray[], types: readonly Aval[]): Error =>
    checkError(text(payload.map((data, i) => fromTypedArray({ ...types[i]!, weakType: false }, data))));
  checkPrimitive([holds, ...given.arrays], { site, failure });
}

function checkError(text: string): CheckError {
  return new CheckError({ what: text, fix: "look at the values that the message shows, and at the line of the check" });
}

/** The error that a function given to `checkify` returned: perhaps none. A tree, so that it passes through transformations. */
export class CheckedError {
  /** The number of the message whose check failed first; 0: none did. Under vmap one for each example. */
  private readonly code: NDArray;
  private readonly sites: readonly number[];
  private readonly payload: readonly NDArray[];

  /** @internal */
  constructor(code: NDArray, numbers: readonly number[], payload: readonly NDArray[]) {
    this.code = code;
    this.sites = numbers;
    this.payload = payload;
  }

  /**
   * The message of the first check that failed, or null; for a batch one line for each example that failed.
   * @throws ConcretizationTypeError while it is traced.
   * @example const [error, y] = checkify(f)(x); if (error.get() !== null) console.log(error.get());
   */
  get(): string | null {
    const { shape } = this.code;
    if (shape.length === 0) return this.message(Number(item(this.code)), 0);
    if (!isConcrete(this.code)) item(this.code);
    const lines: string[] = [];
    for (const [i, code] of (peek(this.code) as Int32Array).entries()) {
      const message = this.message(code, i);
      if (message === null) continue;
      const index: number[] = [];
      for (let d = shape.length - 1, rest = i; d >= 0; rest = Math.floor(rest / shape[d]!), d--)
        index[d] = rest % shape[d]!;
      lines.push(`at mapped index ${index.join(", ")}: ${message}`);
    }
    return lines.length === 0 ? null : lines.join("\n");
  }

  /** Throws the error, if there is one. @throws CheckError */
  throw(): void {
    const message = this.get();
    if (message !== null) throw checkError(message);
  }

  private message(code: number, example: number): string | null {
    if (code === 0) return null;
    const { avals, text } = sites[code]!;
    const before = this.sites.filter((site) => site < code).reduce((sum, site) => sum + sites[site]!.avals.length, 0);
    return text(
      avals.map((aval, i) => {
        const size = sizeOf(aval.shape);
        const data = peek(this.payload[before + i]!);
        // What does not depend on a mapped axis stands once, or once for each example.
        const at = this.payload[before + i]!.size === size ? 0 : example * size;
        return fromTypedArray(aval, sliceElements(data, aval.dtype, at, at + size));
      }),
    );
  }

  static {
    registerPytreeNode(
      CheckedError,
      (e: CheckedError) => ({ children: [e.code, ...e.payload], aux: e.sites.join() }),
      (aux, [code, ...payload]) =>
        new CheckedError(code as NDArray, aux === "" ? [] : String(aux).split(",").map(Number), payload as NDArray[]),
    );
  }
}

/** What is carried through a program. */
interface State {
  code: NDArray;
  payload: ReadonlyMap<number, readonly NDArray[]>;
}

/** How one program is made to check. */
class Checker {
  private readonly errors: ReadonlySet<ErrorCategory>;
  /** Numbers of the messages that show values, in order. */
  readonly shown: readonly number[];

  constructor(jaxpr: Jaxpr, errors: ReadonlySet<ErrorCategory>) {
    this.errors = errors;
    const found = new Set<number>();
    if (errors.has("user")) collectSites(jaxpr, found);
    this.shown = [...found].filter((site) => sites[site]!.avals.length > 0).sort((a, b) => a - b);
  }

  start(): State {
    return {
      code: scalar(0, "int32"),
      payload: new Map(this.shown.map((site) => [site, sites[site]!.avals.map((aval) => zeros(aval))])),
    };
  }

  flat({ code, payload }: State): NDArray[] {
    return [code, ...this.shown.flatMap((site) => payload.get(site)!)];
  }

  private get count(): number {
    return 1 + this.shown.reduce((sum, site) => sum + sites[site]!.avals.length, 0);
  }

  private unflat([code, ...rest]: readonly NDArray[]): State {
    let next = 0;
    const take = (site: number): [number, NDArray[]] => [site, sites[site]!.avals.map(() => rest[next++]!)];
    return { code: code!, payload: new Map(this.shown.map(take)) };
  }

  private stateAvals(): Aval[] {
    return [scalar(0, "int32").aval, ...this.shown.flatMap((site) => sites[site]!.avals)];
  }

  /** Whether a program may fail. */
  private mayFail(jaxpr: Jaxpr): boolean {
    return jaxpr.effects.has("check") || this.errors.has("nan") || this.errors.has("div");
  }

  /** Runs a program under the current trace; its checks go to the state. */
  evaluate(jaxpr: Jaxpr, args: readonly NDArray[], state: State): NDArray[] {
    const environment = new Map<Var, NDArray>();
    jaxpr.inputs.forEach((v, i) => void environment.set(v, args[i]!));
    const saved = inheritSource(undefined);
    try {
      for (const equation of jaxpr.equations) {
        inheritSource(equation.source);
        const operands = equation.inputs.map((a) => (a instanceof Literal ? literalArray(a) : environment.get(a)!));
        const results = this.apply(equation, operands, state);
        results.forEach((y, i) => void environment.set(equation.outputs[i]!, y));
      }
    } finally {
      inheritSource(saved);
    }
    return jaxpr.outputs.map((a) => (a instanceof Literal ? literalArray(a) : environment.get(a)!));
  }

  private apply(equation: Equation, operands: readonly NDArray[], state: State): readonly NDArray[] {
    const { primitive, params } = equation;
    if (primitive === checkPrimitive) {
      if (this.errors.has("user")) this.userCheck((params as { readonly site: number }).site, operands, state);
      return [];
    }
    const rule = rules.get(primitive);
    if (rule !== undefined && programsIn(params).some((jaxpr) => this.mayFail(jaxpr))) {
      return rule(this, operands, params as never, state);
    }
    if (equation.effects.includes("check")) {
      throw new TransformError({
        what: `checkify does not reach a check inside of ${primitive.name}`,
        fix: "call check outside of the function with custom derivatives",
      });
    }
    if (this.errors.has("div") && primitive.name === "div") {
      const site = siteNumber("div", { avals: [], text: () => "division by zero" });
      this.fail(anyOf(eq(operands[1]!, zeros({ ...operands[1]!.aval, shape: [] }))), site, [], state);
    }
    const results = bind(primitive, operands, params);
    if (this.errors.has("nan") && nanPrimitives.has(primitive.name)) {
      const text = `nan generated by primitive: ${primitive.name}.`;
      const site = siteNumber(text, { avals: [], text: () => text });
      for (const y of results) if (isFloating(y.dtype)) this.fail(anyOf(ne(y, y)), site, [], state);
    }
    return results;
  }

  private userCheck(site: number, [holds, ...values]: readonly NDArray[], state: State): void {
    const failed = not(holds!);
    const axes = failed.ndim;
    if (axes === 0) {
      this.fail(failed, site, values, state);
      return;
    }
    // Examples of a batch: the message is about the first that failed.
    const total = failed.size;
    if (total === 0) return;
    const first = argmax(reshape(failed, { newSizes: [total] }), { axes: [0], indexDtype: "int32" });
    const rows = values.map((x) =>
      dynamicIndexInDim(reshape(x, { newSizes: [total, ...x.shape.slice(axes)] }), first, 0, false),
    );
    this.fail(anyOf(failed), site, rows, state);
  }

  /** Keeps the first failure. */
  private fail(failed: NDArray, site: number, values: readonly NDArray[], state: State): void {
    const isFirst = and(failed, eq(state.code, 0));
    state.code = selectN([isFirst, state.code, scalar(site, "int32")]);
    if (values.length === 0) return;
    const old = state.payload.get(site)!;
    const payload = new Map(state.payload);
    payload.set(
      site,
      old.map((x, i) => selectN([isFirst, x, strong(values[i]!)])),
    );
    state.payload = payload;
  }

  /** A program from (state, inputs) to (state, outputs). */
  private closed(jaxpr: Jaxpr): Jaxpr {
    return this.staged([...this.stateAvals(), ...inputAvals(jaxpr)], (args) => {
      const state = this.unflat(args.slice(0, this.count));
      const outputs = this.evaluate(jaxpr, args.slice(this.count), state);
      return [...this.flat(state), ...outputs];
    });
  }

  private staged(avals: readonly Aval[], f: (args: readonly NDArray[]) => readonly NDArray[]): Jaxpr {
    return stageClosed(f, avals, "checkify");
  }

  /** Takes the state out of the results. */
  private update(state: State, results: readonly NDArray[]): readonly NDArray[] {
    Object.assign(state, this.unflat(results.slice(0, this.count)));
    return results.slice(this.count);
  }

  call<P extends { readonly jaxpr: Jaxpr }>(
    primitive: (operands: readonly NDArray[], params: P) => NDArray[],
    operands: readonly NDArray[],
    params: P,
    state: State,
  ): readonly NDArray[] {
    const results = primitive([...this.flat(state), ...operands], { ...params, jaxpr: this.closed(params.jaxpr) });
    return this.update(state, results);
  }

  cond([index, ...operands]: readonly NDArray[], branches: readonly Jaxpr[], state: State): readonly NDArray[] {
    const checked = branches.map((branch) => this.closed(branch));
    return this.update(state, condBranches([index!, ...this.flat(state), ...operands], { branches: checked }));
  }

  scan(operands: readonly NDArray[], params: Parameters<typeof scanLoop>[1], state: State): readonly NDArray[] {
    const { constants, carries, jaxpr } = params;
    const avals = inputAvals(jaxpr);
    const body = this.staged(
      [...avals.slice(0, constants), ...this.stateAvals(), ...avals.slice(constants)],
      (args) => {
        const [before, carried, rest] = splitList(args, constants, this.count, args.length - constants - this.count);
        const inner = this.unflat(carried!);
        const outputs = this.evaluate(jaxpr, [...before!, ...rest!], inner);
        return [...this.flat(inner), ...outputs];
      },
    );
    const given = [...operands.slice(0, constants), ...this.flat(state), ...operands.slice(constants)];
    return this.update(state, scanLoop(given, { ...params, jaxpr: body, carries: carries + this.count }));
  }

  /** The condition's checks belong to the state too: it is asked once before the loop and after each trip. */
  while(operands: readonly NDArray[], params: Parameters<typeof whileLoop>[1], state: State): readonly NDArray[] {
    const { condition, conditionConstants: p, body, bodyConstants: q } = params;
    const carries = operands.length - p - q;
    const asked = (constants: readonly NDArray[], values: readonly NDArray[], to: State): NDArray =>
      this.evaluate(condition, [...constants, ...values], to)[0]!;
    const avals = operands.map((x) => x.aval);
    const bodyAvals = inputAvals(body);
    const conditionAvals = inputAvals(condition);
    const checkedCondition = this.staged(
      [...conditionAvals.slice(0, p), ...this.stateAvals(), ...conditionAvals.slice(p)],
      (args) => [asked(args.slice(0, p), args.slice(p + this.count), this.start())],
    );
    const checkedBody = this.staged(
      [...avals.slice(0, p), ...bodyAvals.slice(0, q), ...this.stateAvals(), ...bodyAvals.slice(q)],
      (args) => {
        const [before, constants, carried, values] = splitList(args, p, q, this.count, carries);
        const inner = this.unflat(carried!);
        const next = this.evaluate(body, [...constants!, ...values!], inner);
        asked(before!, next, inner);
        return [...this.flat(inner), ...next];
      },
    );
    const conditionConstants = operands.slice(0, p);
    asked(conditionConstants, operands.slice(p + q), state);
    const results = whileLoop(
      [
        ...conditionConstants,
        ...conditionConstants,
        ...operands.slice(p, p + q),
        ...this.flat(state),
        ...operands.slice(p + q),
      ],
      { condition: checkedCondition, conditionConstants: p, body: checkedBody, bodyConstants: p + q },
    );
    return this.update(state, results);
  }
}

type Rule = (checker: Checker, operands: readonly NDArray[], params: never, state: State) => readonly NDArray[];

/** How the state goes through primitives that carry programs. */
// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
const rules: ReadonlyMap<Primitive<any>, Rule> = new Map<Primitive<any>, Rule>([
  [jitCall, (c, operands, params, state) => c.call(jitCall, operands, params, state)],
  [checkpointCall, (c, operands, params, state) => c.call(checkpointCall, operands, params, state)],
  [
    condBranches,
    (c, operands, { branches }: { branches: readonly Jaxpr[] }, state) => c.cond(operands, branches, state),
  ],
  [scanLoop, (c, operands, params, state) => c.scan(operands, params, state)],
  [whileLoop, (c, operands, params, state) => c.while(operands, params, state)],
]);

/** The operations whose results are looked at: those that compute, not those that move elements. JAX's list. */
const nanPrimitives: ReadonlySet<string> = new Set(
  (
    "acos acosh add asin asinh atan atan2 atanh cbrt conv_general_dilated cos cosh cumlogsumexp cummax cummin cumprod cumsum " +
    "custom_jvp_call custom_vjp_call digamma div dot_general erf erf_inv erfc exp exp2 expm1 integer_pow lgamma log log1p " +
    "logaddexp logaddexp2 logistic mul pad polygamma pow reduce_prod reduce_sum rem rsqrt sin sinh sqrt square sub tan tanh zeta"
  ).split(" "),
);

const strong = (x: NDArray): NDArray =>
  x.weakType ? convertElementType(x, { newDtype: x.dtype, weakType: false }) : x;

const anyOf = (x: NDArray): NDArray => (x.ndim === 0 ? x : reduceOr(x, { axes: range(x.ndim) }));

/** The programs in the parameters of an equation. */
function programsIn(params: unknown): Jaxpr[] {
  if (isJaxpr(params)) return [params];
  if (typeof params !== "object" || params === null) return [];
  return Object.values(params).flatMap((value) => (Array.isArray(value) || isJaxpr(value) ? programsIn(value) : []));
}

function collectSites(jaxpr: Jaxpr, into: Set<number>): void {
  for (const { primitive, params, effects } of jaxpr.equations) {
    if (primitive === checkPrimitive) into.add((params as { readonly site: number }).site);
    else if (effects.includes("check")) for (const inner of programsIn(params)) collectSites(inner, into);
  }
}

/** Options of `checkify`. */
export interface CheckifyOptions {
  /** What is checked: `userChecks` (the default), `nanChecks`, `divChecks`, or lists of them joined: `[...userChecks, ...nanChecks]`. */
  readonly errors?: readonly ErrorCategory[];
}

/**
 * A function that returns an error beside the result of `f`, instead of throwing: what its `check`s found, and NaN and
 * divisions by zero if asked for. It can be transformed and compiled like any other: `jit(checkify(f))`, `vmap(checkify(f))`,
 * `checkify(vmap(grad(f)))`.
 *
 * @throws OptionError for unknown errors; TransformError for a check inside of a function with custom derivatives.
 * @example
 * const [error, y] = jit(checkify(f, { errors: [...userChecks, ...nanChecks] }))(x);
 * error.throw();
 */
export function checkify<A extends readonly NDArray[], O>(
  f: (...args: A) => O,
  options?: CheckifyOptions,
): (...args: Args<A>) => [CheckedError, Traced<O>];
export function checkify<A extends readonly unknown[], O>(
  f: (...args: A) => O,
  options?: CheckifyOptions,
): (...args: Args<A>) => [CheckedError, Traced<O>];
export function checkify(f: UserFunction, options: CheckifyOptions = {}): UserFunction {
  checkFunction("checkify", f);
  checkOptions("checkify", options, ["errors"]);
  const { errors = userChecks } = options;
  for (const category of errors) {
    if (allChecks.includes(category)) continue;
    throw new OptionError({
      what: `checkify has no errors ${JSON.stringify(category)}`,
      fix: `they are ${allChecks.map((c) => JSON.stringify(c)).join(", ")}`,
    });
  }
  return named((...args: unknown[]) => {
    const { leaves, structure } = flattenToArrays(args);
    const flat = flatFunction("checkify", f, structure);
    const { jaxpr, constants } = stage(
      flat.call,
      leaves.map((x) => x.aval),
      `checkify of ${functionName(f)}`,
    );
    const program = hoistConstants(jaxpr);
    const checker = new Checker(program, new Set(errors));
    const state = checker.start();
    const results = checker.evaluate(program, [...constants, ...leaves], state);
    const [code, ...payload] = checker.flat(state);
    return [new CheckedError(code!, checker.shown, payload), unflatten(flat.structure(), results)];
  }, f);
}
