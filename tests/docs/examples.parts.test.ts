/** The reader of examples in doc comments: what it finds, and that a wrong comment would be noticed. */
import { expect, test } from "vitest";
import { examplesOf, statementsOf } from "./examples.ts";

test("examples on one line, on several, and between other tags", () => {
  const source = [
    "/** Adds. @throws ShapeError sometimes. @example x.add(1) */",
    "/**",
    " * Halves.",
    " * @example",
    " * const y = half(4); // 2.0",
    " * half(y)",
    " * @throws ShapeError if odd.",
    " */",
  ].join("\n");
  expect(examplesOf(source)).toEqual([
    { line: 1, code: "x.add(1)" },
    { line: 4, code: "const y = half(4); // 2.0\nhalf(y)" },
  ]);
});

test("statements with what they give and what the comment says", () => {
  const code = "const [a, b] = f(x as number); // 1, 2\nconsole.log(a, b);\n// 1 2\n// 3\ng(a)";
  expect(statementsOf(code).map(({ value, comment }) => [value, comment])).toEqual([
    ["[a, b]", "1, 2"],
    ["[a, b]", "1 2\n3"],
    ["[g(a)]", undefined],
  ]);
});
