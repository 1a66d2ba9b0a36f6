/** Loading this file makes arrays usable: it puts the methods onto NDArray and makes concrete arrays computable. */
import "../runtime/install.ts";
import "./methods.ts";
import { NDArray } from "../core/ndarray.ts";
import { copy } from "../prims/copy.ts";
import * as a from "./arithmetic.ts";
import * as c from "./comparison.ts";
import { dot, matmul } from "./contraction.ts";
import type { ArrayArg } from "./convert.ts";
import { get } from "./indexing.ts";
import type { Index } from "./indices.ts";
import { blockUntilReady, deleteArray, isDeleted } from "./memory.ts";
import { iterate, toPrimitive } from "./operators.ts";
import { item, tolist, toTypedArray } from "./read.ts";
import * as r from "./reduction.ts";
import { argmax, argmin, cumsum } from "./running.ts";
import * as s from "./shape.ts";
import { display, inspect, str } from "./show.ts";
import { mean, std, var_ } from "./statistics.ts";
import { at, Updater } from "./update.ts";

/** A function of an array as a method. */
function method<A extends readonly unknown[], R>(f: (x: NDArray, ...args: A) => R): (this: NDArray, ...args: A) => R {
  return function (...args) {
    return f(this, ...args);
  };
}

/** A list of numbers, given as one argument or as several. */
const spread = (args: readonly unknown[]): readonly number[] =>
  (args.length === 1 && Array.isArray(args[0]) ? args[0] : args) as readonly number[];

const methods: { readonly [name: string]: (this: NDArray, ...args: never[]) => unknown } = {
  add: method(a.add),
  sub: method(a.subtract),
  mul: method(a.multiply),
  div: method(a.divide),
  mod: method(a.remainder),
  floorDivide: method(a.floorDivide),
  pow: method(a.power),
  neg: method((x) => a.negative(x)),
  abs: method((x) => a.absolute(x)),
  exp: method((x) => a.exp(x)),
  log: method((x) => a.log(x)),
  sqrt: method((x) => a.sqrt(x)),
  tanh: method((x) => a.tanh(x)),
  equal: method(c.equal),
  notEqual: method(c.notEqual),
  less: method(c.less),
  lessEqual: method(c.lessEqual),
  greater: method(c.greater),
  greaterEqual: method(c.greaterEqual),
  and: method(c.bitwiseAnd),
  or: method(c.bitwiseOr),
  xor: method(c.bitwiseXor),
  not: method((x) => c.bitwiseNot(x)),
  sum: method(r.sum),
  prod: method(r.prod),
  mean: method(mean),
  var: method(var_),
  std: method(std),
  max: method(r.max),
  min: method(r.min),
  argmax: method(argmax),
  argmin: method(argmin),
  any: method(r.any),
  all: method(r.all),
  cumsum: method(cumsum),
  reshape: method((x, ...shape: readonly unknown[]) => s.reshape(x, spread(shape))),
  ravel: method((x) => s.ravel(x)),
  flatten: method((x) => s.ravel(x)),
  transpose: method((x, ...axes: readonly unknown[]) =>
    s.transpose(
      x,
      axes.length === 0 || (axes.length === 1 && (axes[0] === null || axes[0] === undefined)) ? null : spread(axes),
    ),
  ),
  squeeze: method(s.squeeze),
  swapaxes: method(s.swapaxes),
  astype: method(s.astype),
  clip: method((x, min?: ArrayArg | null, max?: ArrayArg | null) => a.clip(x, min, max)),
  round: method((x, decimals?: number) => a.round(x, decimals)),
  dot: method(dot),
  matmul: method(matmul),
  get: method((x, ...index: readonly Index[]) => get(x, ...index)),
  at: method((x, ...index: readonly Index[]) => at(x, ...index)),
  item: method(item),
  tolist: method((x) => tolist(x)),
  toTypedArray: method((x) => toTypedArray(x)),
  toString: method((x) => str(x)),
  toJSON: method((x) => tolist(x)),
  copy: method((x) => copy(x)),
  delete: method((x) => deleteArray(x)),
  isDeleted: method((x) => isDeleted(x)),
  blockUntilReady: method((x) => blockUntilReady(x)),
};

function define(target: object, key: string | symbol, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, configurable: true, enumerable: false });
}

const inspectHook = Symbol.for("nodejs.util.inspect.custom");

for (const [name, value] of Object.entries(methods)) {
  Object.defineProperty(value, "name", { value: name });
  define(NDArray.prototype, name, value);
}
define(NDArray.prototype, Symbol.iterator, method(iterate));
define(NDArray.prototype, Symbol.toPrimitive, method(toPrimitive));
define(NDArray.prototype, inspectHook, method(inspect));
define(
  NDArray.prototype,
  Symbol.for("Jupyter.display"),
  method((x) => display(x)),
);
// Engines without explicit resource management have no such symbol.
if (Symbol.dispose !== undefined)
  define(
    NDArray.prototype,
    Symbol.dispose,
    method((x) => deleteArray(x)),
  );
Object.defineProperties(NDArray.prototype, {
  T: { get: method((x) => s.transpose(x)), configurable: true },
  mT: { get: method((x) => s.matrixTranspose(x)), configurable: true },
});
define(Updater.prototype, inspectHook, function (this: Updater): string {
  return "Updater: read with x.get(...), update with x.at(...).set(values)";
});
