/** Running primitives and programs on concrete arrays: compile once a signature, then dispatch. */
import type { Backend, Executable, Storage } from "../backends/backend.ts";
import { paramsKey } from "../compile/inline.ts";
import { lowerJaxpr, type OutputSource } from "../compile/lower.ts";
import { reusableInputs } from "../compile/reuse.ts";
import { enabledChecks } from "../core/checks.ts";
import { config, configKey } from "../core/config.ts";
import { evaluate, literalArray } from "../core/evaluate.ts";
import { type Jaxpr, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Primitive } from "../core/primitive.ts";
import { type Aval, avalNumber } from "../types/aval.ts";
import { dtypeBytes } from "../types/dtype.ts";
import { sizeOf } from "../types/shape.ts";
import { arrayOf, cellOf, fromTypedArray, peek, unsupported } from "./array.ts";
import { type Cell, hostCell, smallBytes } from "./cell.ts";
import { getBackend } from "./device.ts";
import { allocate, managedCell, restore, seize, shareCell, takeOffer, whilePinned } from "./memory.ts";

/** A program ready to run on arrays. */
export interface Compiled {
  readonly backend: Backend;
  readonly executable: Executable;
  /** Which operands the program reads. */
  readonly arguments: readonly number[];
  readonly outputs: readonly OutputSource[];
  /** Types of the program's own outputs. */
  readonly outputAvals: readonly Aval[];
  /** Types of all results. */
  readonly resultAvals: readonly Aval[];
  /** For each of the program's outputs, the operands whose memory it may take when they are donated; found when one is. */
  reusable: readonly (readonly number[])[] | undefined;
  /** Milliseconds that each stage took. */
  readonly times: { readonly lower: number; readonly generate: number };
}

/** Lowers a closed jaxpr and compiles it for the default backend. @throws BackendError for dtypes that it cannot store. */
function compileJaxpr(jaxpr: Jaxpr, name: string): Compiled {
  const backend = getBackend();
  const start = performance.now();
  const lowered = lowerJaxpr(jaxpr, name);
  const middle = performance.now();
  enabledChecks()?.program(lowered.program as never);
  for (const { dtype } of lowered.program.buffers) {
    if (!backend.supports(dtype)) throw unsupported(backend, { dtype, shape: [], weakType: false });
  }
  const outputAvals: Aval[] = [];
  lowered.outputs.forEach((source, i) => {
    if (source.kind === "output") outputAvals[source.index] = jaxpr.outputs[i]!.aval;
  });
  const executable = backend.compile(lowered.program);
  return {
    backend,
    executable,
    arguments: lowered.arguments,
    outputs: lowered.outputs,
    outputAvals,
    resultAvals: jaxpr.outputs.map((o) => o.aval),
    reusable: undefined,
    times: { lower: middle - start, generate: performance.now() - middle },
  };
}

/** Blocks of operands that the caller gives up, by the number of the output that takes each; undefined for none. */
function seizeBlocks(compiled: Compiled, operands: readonly NDArray[]): Map<number, Storage> | undefined {
  const offer = takeOffer();
  if (offer === undefined) return undefined;
  const blocks = new Map<number, Storage>();
  const { executable, backend } = compiled;
  compiled.reusable ??= reusableInputs(executable.program).map((inputs) => inputs.map((i) => compiled.arguments[i]!));
  const returned = new Set(compiled.outputs.flatMap((o) => (o.kind === "input" ? [o.index] : [])));
  for (const [output, candidates] of compiled.reusable.entries()) {
    for (const i of candidates) {
      const cell = operands[i]!.payload as Cell;
      const reason = offer.get(cell);
      // An operand that is there twice, or is a result itself, is read or returned when its block is written already.
      if (reason === undefined || returned.has(i) || operands.filter((x) => x.payload === cell).length > 1) continue;
      const block = seize(cell, backend, reason);
      if (block === undefined) continue;
      blocks.set(output, block);
      break;
    }
  }
  return blocks;
}

/** Runs a compiled program on concrete operands. */
export function callCompiled(compiled: Compiled, operands: readonly NDArray[]): NDArray[] {
  const { backend } = compiled;
  const temporary: Storage[] = [];
  const inputs: Storage[] = [];
  const outputs: Storage[] = [];
  let seized: ReadonlyMap<number, Storage> | undefined;
  try {
    for (const i of compiled.arguments) inputs.push(storageOf(operands[i]!, backend, operands, temporary));
    seized = seizeBlocks(compiled, operands);
    for (const aval of compiled.outputAvals) {
      outputs.push(seized?.get(outputs.length) ?? allocate(backend, aval.dtype, sizeOf(aval.shape), operands));
    }
    if (compiled.executable.program.functions === undefined) backend.run(compiled.executable, inputs, outputs);
    else whilePinned(operands, () => backend.run(compiled.executable, inputs, outputs));
  } catch (error) {
    for (const storage of new Set([...(seized?.values() ?? []), ...outputs])) backend.free(storage);
    throw error;
  } finally {
    for (const storage of temporary) backend.free(storage);
  }
  const cells = compiled.outputAvals.map((aval, i) => resultCell(aval, outputs[i]!, backend));
  return compiled.outputs.map((source, i) => {
    if (source.kind === "output") return arrayOf(compiled.resultAvals[i]!, cells[source.index]!);
    if (source.kind === "input") return withAval(operands[source.index]!, compiled.resultAvals[i]!);
    return literalArray(source.literal);
  });
}

/** An operand that is a result: its weak type is that of the result. */
function withAval(x: NDArray, aval: Aval): NDArray {
  return x.aval.weakType === aval.weakType ? x : arrayOf(aval, cellOf(x));
}

/** Where an operand lies in the backend's memory; small ones are copied there for the call. */
function storageOf(x: NDArray, backend: Backend, pinned: readonly NDArray[], temporary: Storage[]): Storage {
  const { place } = cellOf(x);
  if (place.storage !== null && place.backend === backend) return place.storage;
  const { dtype, elements } = place;
  const data = place.host ?? place.backend!.read!(place.storage!, dtype, elements);
  const storage = allocate(backend, dtype, elements, pinned);
  backend.write(storage, data);
  if (place.host !== null && place.id !== 0) restore(place, storage, backend);
  else temporary.push(storage);
  return storage;
}

function resultCell(aval: Aval, storage: Storage, backend: Backend): Cell {
  const elements = sizeOf(aval.shape);
  if (dtypeBytes(aval.dtype) * elements <= smallBytes && backend.read !== undefined) {
    const data = backend.read(storage, aval.dtype, elements);
    backend.free(storage);
    return hostCell(aval.dtype, elements, data);
  }
  return managedCell(aval.dtype, elements, storage, backend);
}

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
const programs = new WeakMap<Primitive<any>, Map<string, Compiled>>();
const paramTexts = new WeakMap<object, string>();

/** Programs kept for each primitive; the oldest go first. */
const mostPrograms = 4096;

function paramsText(params: unknown): string {
  if (params === null) return "";
  if (typeof params !== "object") return paramsKey(params);
  let text = paramTexts.get(params);
  if (text === undefined) {
    text = paramsKey(params);
    paramTexts.set(params, text);
  }
  return text;
}

/** Programs of calls, by the jaxpr that is called and the settings. */
const called = new WeakMap<Jaxpr, Map<string, Compiled>>();

/** The program that calls of a jaxpr run, compiled at the first need under the present settings. */
export function compileCall(jaxpr: Jaxpr, name: string): Compiled {
  let byConfig = called.get(jaxpr);
  if (byConfig === undefined) {
    byConfig = new Map();
    called.set(jaxpr, byConfig);
  }
  const key = configKey();
  let compiled = byConfig.get(key);
  if (compiled === undefined) {
    compiled = compileJaxpr(jaxpr, name);
    byConfig.set(key, compiled);
  }
  return compiled;
}

/** What calls of a jaxpr have been compiled to, under the present settings. */
export function compiledCall(jaxpr: Jaxpr): Compiled | undefined {
  return called.get(jaxpr)?.get(configKey());
}

/** Runs one primitive on concrete arrays. */
export function runPrimitive<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): NDArray[] {
  const lower = primitive.lower;
  if (lower.kind === "call") {
    const jaxpr = lower.jaxpr(params);
    return config.disableJit ? evaluate(jaxpr, operands) : callCompiled(compileCall(jaxpr, primitive.name), operands);
  }
  if (lower.kind === "reshape") {
    return [arrayOf(primitive.types([operands[0]!.aval], params)[0]!, shareCell(cellOf(operands[0]!)))];
  }
  if (lower.kind === "callback") {
    const avals = operands.map((x) => x.aval);
    const results = lower.host(params, avals, false)(operands.map((x) => peek(x).slice()));
    return primitive.types(avals, params).map((aval, i) => fromTypedArray(aval, results[i]!));
  }
  let cache = programs.get(primitive);
  if (cache === undefined) {
    cache = new Map();
    programs.set(primitive, cache);
  }
  let key = paramsText(params);
  for (const x of operands) key += ` ${avalNumber(x.aval)}`;
  key += config.defaultBackend;
  let compiled = cache.get(key);
  if (compiled === undefined) {
    compiled = compileJaxpr(jaxprOf(primitive, operands, params), primitive.name);
    if (cache.size >= mostPrograms) cache.delete(cache.keys().next().value!);
    cache.set(key, compiled);
  }
  return callCompiled(compiled, operands);
}

/** The program of a single equation. */
function jaxprOf<P>(primitive: Primitive<P>, operands: readonly NDArray[], params: P): Jaxpr {
  const inputs = operands.map((x) => new Var(x.aval));
  const outputs = primitive
    .types(
      inputs.map((v) => v.aval),
      params,
    )
    .map((aval) => new Var(aval));
  const effects = primitive.effects?.(params) ?? [];
  return makeJaxprData([], inputs, [{ primitive, inputs, params, outputs, effects, source: undefined }], outputs);
}
