/** The debug format: what it shows, that it reads back, and where errors are. */
import { describe, expect, test } from "vitest";
import { jitCall } from "../../src/control/jit.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { ClosedJaxpr } from "../../src/core/print.ts";
import { parseJaxpr } from "../../src/debug/parse.ts";
import { formatClosedJaxpr } from "../../src/debug/text.ts";
import { JaxprSyntaxError, JaxprTypeError } from "../../src/errors/index.ts";
import { add, mul } from "../../src/prims/arithmetic.ts";
import { sin } from "../../src/prims/trigonometric.ts";
import { registry } from "../../src/registry.ts";
import { fromTypedArray, peek } from "../../src/runtime/array.ts";
import { stage, stageClosed } from "../../src/transforms/stage.ts";
import { makeAval } from "../../src/types/aval.ts";
import { type DType, newTypedArray } from "../../src/types/dtype.ts";
import "../../src/runtime/install.ts";

const vector = makeAval([2], "float32");

test("weak types, parameters, constants and inner programs are shown", () => {
  const a = fromTypedArray(vector, Float32Array.of(1, -0));
  const body = stageClosed(([x]) => [sin(x!)], [vector], "a test");
  const { jaxpr, constants } = stage(
    ([x]) => jitCall([mul(add(x!, 2), a)], { name: "f", jaxpr: body }),
    [vector],
    "a test",
  );
  expect(formatClosedJaxpr(new ClosedJaxpr(jaxpr, constants))).toBe(
    [
      "{ lambda a:f32[2] = [1.0, -0.0]; b:f32[2] . let",
      "    c:f32[2] = add b 2.0:f32[]~;",
      "    d:f32[2] = mul c a;",
      '    e:f32[2] = jit[name="f", jaxpr={ lambda ; f:f32[2] . let g:f32[2] = sin f in (g,) }] d',
      "  in (e,) }",
    ].join("\n"),
  );
});

test("a text by hand", () => {
  const { jaxpr } = parseJaxpr("{lambda;x:f32[2] y:f32[]~.let z:f32[2]=mul x y;w:f32[2]=sin z in(w,z)}", { mul, sin });
  const x = fromTypedArray(vector, Float32Array.of(1, 2));
  const y = fromTypedArray(makeAval([], "float32", true), Float32Array.of(0.5));
  expect(evaluate(jaxpr, [x, y]).map((r) => Array.from(peek(r) as Float32Array))).toEqual([
    [Math.fround(Math.sin(0.5)), Math.fround(Math.sin(1))],
    [0.5, 1],
  ]);
});

describe("constants of every dtype", () => {
  const values: [DType, (number | bigint)[]][] = [
    ["bool", [1, 0, 1]],
    ["int8", [-128, 0, 127]],
    ["uint16", [0, 1, 65535]],
    ["int64", [-(2n ** 63n), 0n, 2n ** 63n - 1n]],
    ["uint64", [2n ** 64n - 1n, 0n, 1n]],
    ["float16", [0, 15360, 64512]],
    ["float32", [Number.NaN, -Infinity, -0]],
    ["float64", [1e-310, 0.1, Infinity]],
    ["key<fry>", [1n, 2n, 2n ** 64n - 1n]],
  ];
  for (const [dtype, list] of values) {
    test(dtype, () => {
      const data = newTypedArray(dtype, 3);
      list.forEach((v, i) => {
        (data as unknown as (number | bigint)[])[i] = v;
      });
      const { jaxpr } = stage(([x]) => [x!], [makeAval([3], dtype)], "a test");
      const array = fromTypedArray(makeAval([3], dtype), data.slice());
      const full = formatClosedJaxpr(new ClosedJaxpr({ ...jaxpr, constants: jaxpr.inputs, inputs: [] }, [array]));
      const parsed = parseJaxpr(full, {});
      expect(peek(parsed.constants[0]!)).toEqual(data);
      expect(formatClosedJaxpr(parsed)).toBe(full);
    });
  }
});

describe("errors say where", () => {
  const cases: [string, string, RegExp][] = [
    [
      "an unknown primitive",
      "{ lambda ; a:f32[2] . let\n    b:f32[2] = dot_genral a\n  in (b,) }",
      /line 2, column 16: expected the name of a primitive, but found "dot_genral"[\s\S]*did you mean "dot_general"/,
    ],
    [
      "an unknown variable",
      "{ lambda ; a:f32[2] . let\n    b:f32[2] = sin c\n  in (b,) }",
      /line 2, column 20: expected a variable that is defined before, but found "c"/,
    ],
    [
      "a variable defined twice",
      "{ lambda ; a:f32[2] a:f32[2] . let in (a,) }",
      /column 21: a variable is defined once/,
    ],
    ["an unknown type", "{ lambda ; a:f33[2] . let in (a,) }", /column 14: expected a type[\s\S]*did you mean "f32"/],
    ["a character that has no meaning", "{ lambda ; a:f32[2] # . let in (a,) }", /column 21: unexpected "#/],
    ["a text that ends", "{ lambda ; a:f32[2] . let", /column 26: expected .*but the text ends/],
    ["text behind the end", "{ lambda ; . let in () } x", /expected the end of the text, but found "x"/],
    [
      "a wrong number of elements",
      "{ lambda a:f32[2] = [1.0]; . let in (a,) }",
      /column 21: a constant of this type has 2 elements, this one 1/,
    ],
    ["a constant without a value", "{ lambda a:f32[2]; . let in (a,) }", /leaves out the value/],
    [
      "a literal of the wrong kind",
      "{ lambda ; . let in (1.5:i32[],) }",
      /column 22: expected an integer, but found "1.5"/,
    ],
    ["a function among the parameters", "{ lambda ; . let a:f32[] = f[rule=<function g>] in (a,) }", /column/],
  ];
  for (const [name, text, message] of cases) {
    test(name, () => {
      expect(() => parseJaxpr(text, registry)).toThrow(message);
      expect(() => parseJaxpr(text, registry)).toThrow(JaxprSyntaxError);
    });
  }
  test("an ill-typed program", () => {
    expect(() => parseJaxpr("{ lambda ; a:f32[2] . let b:f32[3] = sin a in (b,) }", registry)).toThrow(JaxprTypeError);
  });
});
