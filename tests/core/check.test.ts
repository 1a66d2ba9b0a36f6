/** The checker of jaxprs: it accepts what staging makes, and names what is wrong in what it does not. */
import { expect, test } from "vitest";
import { jitCall } from "../../src/control/jit.ts";
import { scanLoop } from "../../src/control/scan.ts";
import { checkJaxpr } from "../../src/core/check.ts";
import { config } from "../../src/core/config.ts";
import { type Equation, type Jaxpr, Literal, makeJaxprData, Var } from "../../src/core/jaxpr.ts";
import type { Primitive } from "../../src/core/primitive.ts";
import { bind } from "../../src/core/trace.ts";
import { JaxprTypeError } from "../../src/errors/index.ts";
import { add, mul } from "../../src/prims/arithmetic.ts";
import { sin } from "../../src/prims/trigonometric.ts";
import { stage, stageClosed } from "../../src/transforms/stage.ts";
import { makeAval } from "../../src/types/aval.ts";
import "../../src/runtime/install.ts";

const vector = makeAval([3], "float32");
const scalar = makeAval([], "float32");
const weak = makeAval([], "float32", true);

function equation(
  primitive: Equation["primitive"],
  inputs: Equation["inputs"],
  outputs: Equation["outputs"],
  params: unknown = null,
): Equation {
  return { primitive, inputs, params, outputs, effects: [], source: undefined };
}

const check = (inputs: readonly Var[], equations: readonly Equation[], outputs: Jaxpr["outputs"]): (() => void) => {
  return () => checkJaxpr(makeJaxprData([], inputs, equations, outputs));
};

test("what staging makes is well typed", () => {
  const { jaxpr } = stage(([x, y]) => [add(sin(x!), mul(y!, 2))], [vector, scalar], "a test");
  checkJaxpr(jaxpr);
});

test("variables are defined before they are read, and once", () => {
  const a = new Var(vector);
  const b = new Var(vector);
  const unknown = new Var(vector);
  expect(check([a], [equation(sin, [unknown], [b])], [b])).toThrow(/not defined before/);
  expect(check([a], [equation(sin, [a], [b]), equation(sin, [a], [b])], [b])).toThrow(/defined already/);
  expect(check([a, a], [], [a])).toThrow(/twice/);
  expect(check([a], [], [b])).toThrow(/the result is a variable/);
});

test("results have the types of the type rule, weak types included", () => {
  const a = new Var(weak);
  const strong = new Var(scalar);
  const wide = new Var(vector);
  expect(check([a], [equation(sin, [a], [strong])], [strong])).toThrow(/f32\[\], but its type rule gives f32\[\]~/);
  expect(check([a], [equation(sin, [a], [wide])], [wide])).toThrow(/f32\[3\], but/);
  expect(check([a], [equation(sin, [a], [])], [])).toThrow(/1 results, its equation has 0/);
});

test("the error shows the equation", () => {
  const a = new Var(vector);
  const b = new Var(scalar);
  expect(check([a], [equation(sin, [a], [b])], [b])).toThrow(/in the equation a:f32\[\] = sin b/);
  expect(check([a], [equation(sin, [a], [b])], [b])).toThrow(JaxprTypeError);
});

test("literals hold values of their types", () => {
  const literal = (
    value: number | bigint | boolean,
    dtype: "float32" | "int32" | "uint8" | "bool" | "int64",
    shape: number[] = [],
  ) => check([], [], [new Literal(value, makeAval(shape, dtype))]);
  for (const good of [literal(1.5, "float32"), literal(3, "int32"), literal(true, "bool"), literal(3n, "int64")])
    expect(good).not.toThrow();
  expect(literal(true, "float32")).toThrow(/literal true/);
  expect(literal(1.5, "int32")).toThrow(/literal 1.5/);
  expect(literal(300, "uint8")).toThrow(/out of range/);
  expect(literal(1, "bool")).toThrow(/literal 1/);
  expect(literal(1, "float32", [1])).toThrow(/rank 0/);
});

test("programs in parameters are closed, well typed, and take what they are given", () => {
  const body = stageClosed(([x]) => [sin(x!)], [vector], "a test");
  const a = new Var(vector);
  const s = new Var(scalar);
  const b = new Var(vector);
  checkJaxpr(makeJaxprData([], [a], [equation(jitCall, [a], [b], { name: "f", jaxpr: body })], [b]));
  expect(check([s], [equation(jitCall, [s], [b], { name: "f", jaxpr: body })], [b])).toThrow(
    /has types \(f32\[3\]\), but is given \(f32\[\]\)/,
  );
  const open: Jaxpr = { ...body, constants: [new Var(scalar)] };
  expect(check([a], [equation(jitCall, [a], [b], { name: "f", jaxpr: open })], [b])).toThrow(/constants/);
  const broken: Jaxpr = { ...body, outputs: [new Var(vector)] };
  expect(check([a], [equation(jitCall, [a], [b], { name: "f", jaxpr: broken })], [b])).toThrow(/not defined/);
});

test("loops run over rows of the right number, and carries keep their type", () => {
  const body = stageClosed(([c, x]) => [add(c!, x!)], [scalar, scalar], "a test");
  const params = { jaxpr: body, constants: 0, carries: 1, length: 4, reverse: false, unroll: 1 };
  const start = new Var(scalar);
  const rows = new Var(vector);
  const end = new Var(scalar);
  expect(check([start, rows], [equation(scanLoop, [start, rows], [end], params)], [end])).toThrow(/runs 4 times/);
  expect(
    check([start, rows], [equation(scanLoop, [start, rows], [end], { ...params, length: 3 })], [end]),
  ).not.toThrow();
});

test("staging checks when it is asked to", () => {
  // A type rule that changes its mind.
  let calls = 0;
  const lying: Primitive<null> = { ...sin, name: "lying", types: () => [calls++ === 0 ? vector : scalar] };
  const run = (): unknown => stage(([x]) => bind(lying, [x!], null), [vector], "a test");
  expect(run).not.toThrow();
  calls = 0;
  expect(() => config.using({ enableChecks: true }, run)).toThrow(JaxprTypeError);
});
