/** Programs with loops, conditions, branches, constants, and workspace that buffers share. */
import { filled, type ProgramCase, programCase, type Sketch, small, storedDTypes, wild } from "../sketch.ts";

const list: ProgramCase[] = [];
const at0 = (s: Sketch) => s.b.int(0);

for (const length of [0, 1, 2, 5, 100]) {
  list.push(
    programCase(
      `loop of ${length}: a sum of counters`,
      (s) => {
        const out = s.output("int32", 1);
        s.map([], [out, at0(s), s.b.int(7)]);
        s.loop(length, (c) => s.map([], [out, at0(s), s.b.add(s.load(out, at0(s)), c)]));
      },
      { expected: [filled("int32", [7 + (length * (length - 1)) / 2])] },
    ),
    programCase(`scan of ${length} rows: carry and stacked rows, forwards and back`, (s) => {
      const { b } = s;
      const n = 5;
      const x = s.input("float32", small("float32", Math.max(length, 1) * n));
      const carry = s.output("float32", n);
      const next = s.workspace("float32", n);
      const rows = s.output("float32", Math.max(length, 1) * n);
      const i = s.at([1]);
      s.map([n], [carry, i, b.constant(1, "float32")]);
      s.map([Math.max(length, 1) * n], [rows, i, b.constant(-1, "float32")]);
      s.loop(length, (c) => {
        const row = s.load(x, b.add(b.mul(b.sub(b.int(length - 1), c), b.int(n)), i));
        const sum = b.add(b.mul(s.load(carry, i), b.constant(0.5, "float32")), row);
        s.map([n], [next, i, sum], [rows, b.add(b.mul(c, b.int(n)), i), s.load(carry, i)]);
        s.map([n], [carry, i, s.load(next, i)]);
      });
    }),
  );
}

list.push(
  programCase(
    "nested loops: a table of products",
    (s) => {
      const { b } = s;
      const out = s.output("int32", 35);
      s.loop(5, (c) => s.loop(7, (d) => s.map([], [out, b.add(b.mul(c, b.int(7)), d), b.mul(c, d)])));
    },
    {
      expected: [
        filled(
          "int32",
          Array.from({ length: 35 }, (_, i) => Math.floor(i / 7) * (i % 7)),
        ),
      ],
    },
  ),
  programCase("reductions and cumulative sums inside a loop, over rows that the counter chooses", (s) => {
    const { b } = s;
    const x = s.input("float32", small("float32", 4 * 9));
    const sums = s.output("float32", 4);
    const running = s.output("float32", 36);
    const best = s.output("int32", 4);
    s.loop(4, (c) => {
      const element = s.load(x, b.add(b.mul(c, b.int(9)), b.index(0)));
      s.reduce("add", [], [9], [sums, c, element]);
      s.reduce("argmax", [], [9], [best, b.sub(b.int(3), c), element]);
      s.cumulative("add", [9], 0, true, [running, b.add(b.mul(c, b.int(9)), b.index(0)), element]);
    });
  }),
  programCase("sorting and scattering inside a loop", (s) => {
    const { b } = s;
    const i = s.at([1]);
    const x = s.input("int32", wild("int32", 30));
    const row = s.workspace("int32", 10);
    const sorted = s.workspace("int32", 10);
    const medians = s.output("int32", 3);
    const counts = s.output("int32", 3);
    s.map([3], [counts, i, b.int(0)]);
    s.loop(3, (c) => {
      s.map([10], [row, i, s.load(x, b.add(b.mul(c, b.int(10)), i))]);
      s.sort(1, 10, 1, [row], [sorted]);
      s.map([], [medians, c, s.load(sorted, b.int(5))]);
      s.scatter("add", [10], {
        inside: b.gt(s.load(sorted, i), b.int(0)),
        index: c,
        value: b.int(1),
        buffer: counts,
      });
    });
  }),
  programCase("carries of every dtype through a loop", (s) => {
    const { b } = s;
    const i = s.at([1]);
    for (const dtype of storedDTypes) {
      const start = s.input(dtype, wild(dtype, 3));
      const carry = s.output(dtype, 3);
      s.map([3], [carry, i, s.load(start, i)]);
      s.loop(4, (c) => {
        const x = s.load(carry, i);
        const odd = b.eq(b.rem(b.add(c, i), b.int(2)), b.int(1));
        s.map([3], [carry, i, b.select(odd, dtype === "bool" ? b.not(x) : b.add(x, x), x)]);
      });
    }
  }),
);

/** Runs `body` while the counter, an int32 that it advances, is below a limit. */
function whileBelow(s: Sketch, counter: number, limit: () => ReturnType<Sketch["load"]>, body: () => void): void {
  const predicate = s.workspace("bool", 1);
  s.while(predicate, () => s.map([], [predicate, at0(s), s.b.lt(s.load(counter, at0(s)), limit())]), body);
}

for (const limit of [0, 1, 27, 97]) {
  list.push(
    programCase(`while: steps of Collatz from ${limit}`, (s) => {
      const { b } = s;
      const start = s.input("int32", [limit]);
      const state = s.output("int32", 2);
      const predicate = s.workspace("bool", 1);
      const n = s.load(state, b.int(0));
      const steps = s.load(state, b.int(1));
      s.map([], [state, b.int(0), s.load(start, b.int(0))], [state, b.int(1), b.int(0)]);
      s.while(
        predicate,
        () => s.map([], [predicate, at0(s), b.gt(n, b.int(1))]),
        () => {
          const odd = b.eq(b.rem(n, b.int(2)), b.int(1));
          const next = b.select(odd, b.add(b.mul(n, b.int(3)), b.int(1)), b.div(n, b.int(2)));
          s.map([], [state, b.int(0), next], [state, b.int(1), b.add(steps, b.int(1))]);
        },
      );
    }),
  );
}
list.push(
  programCase("while inside a loop, whose condition takes a reduction", (s) => {
    const { b } = s;
    const i = s.at([1]);
    const x = s.output("float32", 6);
    const total = s.workspace("float32", 1);
    const rounds = s.output("int32", 3);
    s.map([6], [x, i, b.cast(i, "float32")]);
    s.loop(3, (c) => {
      const predicate = s.workspace("bool", 1);
      s.map([], [rounds, c, b.int(0)]);
      s.while(
        predicate,
        () => {
          s.reduce("add", [], [6], [total, at0(s), s.load(x, i)]);
          const limit = b.mul(b.cast(b.add(c, b.int(1)), "float32"), b.constant(1000, "float32"));
          s.map([], [predicate, at0(s), b.lt(s.load(total, at0(s)), limit)]);
        },
        () => {
          s.map([6], [x, i, b.mul(s.load(x, i), b.constant(2, "float32"))]);
          s.map([], [rounds, c, b.add(s.load(rounds, c), b.int(1))]);
        },
      );
    });
  }),
  programCase("a loop inside a while", (s) => {
    const { b } = s;
    const counter = s.workspace("int32", 1);
    const out = s.output("int32", 1);
    s.map([], [counter, at0(s), b.int(0)], [out, at0(s), b.int(0)]);
    whileBelow(
      s,
      counter,
      () => b.int(5),
      () => {
        s.loop(4, (c) => s.map([], [out, at0(s), b.add(s.load(out, at0(s)), b.mul(c, s.load(counter, at0(s))))]));
        s.map([], [counter, at0(s), b.add(s.load(counter, at0(s)), b.int(1))]);
      },
    );
  }),
);

for (const selector of [-2147483648, -1, 0, 1, 2, 3, 100, 2147483647]) {
  list.push(
    programCase(
      `branch of three, selector ${selector}`,
      (s) => {
        const { b } = s;
        const which = s.input("int32", [selector]);
        const out = s.output("float32", 5);
        const i = s.at([1]);
        const fill = (value: number) => () => s.map([5], [out, i, b.constant(value, "float32")]);
        s.branch(which, fill(10), fill(20), fill(30));
      },
      {
        expected: [filled("float32", new Array(5).fill(10 * (1 + Math.max(0, Math.min(2, selector)))))],
      },
    ),
  );
}
list.push(
  programCase("branches in a loop, chosen by a table, one of them empty and one with a loop", (s) => {
    const { b } = s;
    const table = s.constant("int32", [2, 0, 1, 1, 0, 2, 5]);
    const which = s.workspace("int32", 1);
    const x = s.output("int32", 1);
    s.map([], [x, at0(s), b.int(1)]);
    s.loop(7, (c) => {
      s.map([], [which, at0(s), s.load(table, c)]);
      s.branch(
        which,
        () => s.map([], [x, at0(s), b.add(s.load(x, at0(s)), b.int(10))]),
        () => {},
        () => s.loop(3, (d) => s.map([], [x, at0(s), b.add(b.mul(s.load(x, at0(s)), b.int(2)), b.add(c, d))])),
      );
    });
  }),
  programCase("a branch inside a branch", (s) => {
    const { b } = s;
    const outer = s.input("int32", [1]);
    const inner = s.input("int32", [0]);
    const out = s.output("int32", 1);
    const put = (n: number) => () => s.map([], [out, at0(s), b.int(n)]);
    s.branch(outer, put(1), () => s.branch(inner, put(2), put(3)));
  }),
  programCase("constants of every dtype", (s) => {
    const i = s.at([1]);
    for (const dtype of storedDTypes) {
      const table = s.constant(dtype, wild(dtype, 19, 3));
      const x = s.input(dtype, wild(dtype, 19, 4));
      const value = s.b.select(s.b.lt(s.load(x, i), s.load(table, s.at([-1], 18))), s.load(table, i), s.load(x, i));
      s.map([19], [s.output(dtype, 19), i, value]);
    }
  }),
  programCase("workspace shared by buffers of different dtypes, one after the other", (s) => {
    const { b } = s;
    const i = s.at([1]);
    const x = s.input("float32", small("float32", 33));
    const a = s.workspace("float32", 33, 0);
    const h = s.workspace("float64", 33, 144);
    const c = s.workspace("int32", 33, 0);
    const d = s.workspace("bool", 33, 144);
    s.map([33], [a, i, b.mul(s.load(x, i), b.constant(3, "float32"))]);
    s.map([33], [h, i, b.cast(s.load(a, i), "float64")]);
    s.map([33], [c, i, b.cast(s.load(h, i), "int32")]);
    s.map([33], [d, i, b.gt(s.load(c, i), b.int(2))]);
    s.map([33], [s.output("float32", 33), i, b.select(s.load(d, i), b.cast(s.load(c, i), "float32"), s.load(x, i))]);
  }),
  programCase("workspace shared inside a loop, beside what the loop carries", (s) => {
    const { b } = s;
    const i = s.at([1]);
    const carry = s.workspace("float32", 8, 0);
    const first = s.workspace("float32", 8, 32);
    const second = s.workspace("float32", 8, 64);
    const third = s.workspace("float32", 8, 32);
    const after = s.workspace("float32", 8, 32);
    s.map([8], [carry, i, b.cast(i, "float32")]);
    s.loop(5, (c) => {
      s.map([8], [first, i, b.add(s.load(carry, i), b.cast(c, "float32"))]);
      s.map([8], [second, i, b.add(s.load(first, s.at([-1], 7)), b.constant(1, "float32"))]);
      s.map([8], [third, i, b.sub(s.load(second, i), s.load(carry, i))]);
      s.map([8], [carry, i, s.load(third, i)]);
    });
    s.map([8], [after, i, b.neg(s.load(carry, i))]);
    s.map([8], [s.output("float32", 8), i, s.load(after, i)]);
  }),
  programCase(
    "a program without inputs",
    (s) =>
      s.map(
        [4],
        [s.output("float64", 4), s.at([1]), s.b.mul(s.b.cast(s.b.index(0), "float64"), s.b.constant(0.1, "float64"))],
      ),
    { expected: [filled("float64", [0, 0.1, 0.2, 3 * 0.1])] },
  ),
  programCase("many kernels", (s) => {
    const { b } = s;
    const i = s.at([1]);
    let x = s.input("float32", small("float32", 17));
    for (let k = 0; k < 60; k++) {
      const next = k === 59 ? s.output("float32", 17) : s.workspace("float32", 17, 80 * (k % 2));
      s.map([17], [next, i, b.sub(s.load(x, s.at([-1], 16)), b.constant(k % 5, "float32"))]);
      x = next;
    }
  }),
);

export const controlCases: readonly ProgramCase[] = list;
