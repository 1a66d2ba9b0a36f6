// The text of programs.
import { expect, test } from "vitest";
import { formatExpr, formatProgram } from "../../src/compile/text.ts";
import { programCase, Sketch } from "../backends/sketch.ts";

test("a program with every kind of step", () => {
  const { program } = programCase("every", (s) => {
    const { b } = s;
    const i = s.at([1]);
    const x = s.input("float32", [1, 2, 3, 4, 5, 6]);
    const table = s.constant("int32", [1, 0]);
    const w = s.workspace("float32", 6);
    const y = s.output("float32", 6);
    const flag = s.workspace("bool", 1);
    const e = b.unary("exp", s.load(x, i));
    s.map([6], [w, i, b.add(b.mul(e, e), b.constant(1, "float32"))]);
    s.map([6], [y, i, b.constant(0, "float32")]);
    s.reduce("add", [2], [3], [y, s.at([1]), s.load(x, s.at([3, 1]))]);
    s.cumulative("max", [2, 3], 1, true, [y, s.at([3, 1]), s.load(w, s.at([3, 1]))]);
    s.sort(2, 3, 1, [w], [y]);
    s.scatter("add", [2], {
      inside: b.lt(s.load(table, i), b.int(2)),
      index: s.load(table, i),
      value: s.load(x, i),
      buffer: y,
    });
    const view = {
      buffer: x,
      offset: b.int(0),
      batchStrides: [],
      rowStride: 3,
      columnStride: 1,
    };
    s.contract({ rows: 2, columns: 2, depth: 3 }, view, { ...view, rowStride: 1, columnStride: 3 }, y);
    s.loop(2, (c) => s.map([], [y, c, s.load(x, c)]));
    s.while(
      flag,
      () => s.map([], [flag, b.int(0), b.constant(false, "bool")]),
      () => {},
    );
    s.branch(
      table,
      () => s.map([], [y, b.int(0), b.constant(-1, "float32")]),
      () => {},
    );
  });
  expect(formatProgram(program)).toBe(`program every
  b0: f32[6] input 0
  b1: i32[2] constant [1, 0]
  b2: f32[6] workspace 0 to 24
  b3: f32[6] output 0
  b4: bool[1] workspace 32 to 33
  48 bytes of workspace
map (6,)
  t0: f32 = exp(b0[i0])
  b2[i0] <- t0 * t0 + 1:f32
map (6,)
  b3[i0] <- 0:f32
reduce add (2,) over (3,)
  b3[i0] <- add of b0[i0 * 3 + i1]
cumulative max (2, 3) along i1, reversed
  t0: i32 = i0 * 3 + i1
  b3[t0] <- max of b2[t0]
sort 2 rows of 3
  b3 <- b2 (key)
scatter add (2,)
  t0: i32 = b1[i0]
  b3[t0] <- add b0[i0] if t0 < 2
contract b3(2, 2) <- sum over 3
  b0(2, 3) from 0 strides (3, 1)
  b0(3, 2) from 0 strides (1, 3)
loop c0 < 2
  map ()
    b3[c0] <- b0[c0]
while
  map ()
    b4[0] <- false
  b4[0]
do
branch b1[0]
case 0
  map ()
    b3[0] <- -1:f32
case 1`);
});

test("operators need parentheses only where they bind otherwise", () => {
  const s = new Sketch();
  const { b } = s;
  const [i, j] = [b.index(0), b.index(1)];
  const texts = [
    b.mul(b.add(i, j), b.int(2)),
    b.add(b.mul(i, b.int(2)), j),
    b.sub(i, b.sub(j, b.int(1))),
    b.sub(b.sub(i, j), b.int(1)),
    b.mul(b.rem(i, b.int(3)), b.int(4)),
    b.div(b.mul(i, j), b.int(4)),
    b.and(b.lt(i, j), b.or(b.ge(i, b.int(1)), b.not(b.eq(i, j)))),
    b.max(b.neg(i), b.int(-3)),
    b.binary("shiftLeft", b.cast(i, "uint32"), b.constant(3, "uint32")),
    b.bitcast(b.constant(-0, "float32"), "int32"),
    b.constant(5n, "int64"),
  ].map(formatExpr);
  expect(texts).toEqual([
    "(i0 + i1) * 2",
    "i0 * 2 + i1",
    "i0 - (i1 - 1)",
    "i0 - i1 - 1",
    "(i0 % 3) * 4",
    "(i0 * i1) / 4",
    "i0 < i1 & (i0 >= 1 | not(i0 == i1))",
    "max(neg(i0), -3)",
    "u32(i0) << 3:u32",
    "bits_i32(-0:f32)",
    "5:i64",
  ]);
});
