import * as adjoint from "adjoint";
import { describe, expect, test } from "vitest";
import { Session } from "../../notebooks/runner/execute.ts";
import { makeInspector } from "../../site/inspector/answer.ts";
import { kernelsOf } from "../../site/inspector/kernels.ts";
import { equationsByLine, type PrintedJaxpr } from "../../site/inspector/origins.ts";
import type { Answer, CellText, Question } from "../../site/inspector/protocol.ts";
import { type Connect, Kernel, type KernelListener } from "../../site/kernel/kernel.ts";
import type { Reply, Request } from "../../site/kernel/protocol.ts";

const { grad, jit, lax, makeJaxpr, numpy: jnp, vmap } = adjoint;
const modules: Record<string, unknown> = { adjoint };

/** A notebook that has run, and its inspector. */
async function notebook(...codes: string[]) {
  const cells: CellText[] = codes.map((code, i) => ({ id: `cell-${i + 1}`, code }));
  const session = new Session({ modules });
  const ran = new Map<string, string>();
  const run = async (cell: CellText): Promise<void> => {
    ran.delete(cell.id);
    ran.set(cell.id, cell.code);
    const { error } = await session.run(cell);
    if (error !== undefined) throw new Error(error.message);
  };
  for (const cell of cells) await run(cell);
  const ask = makeInspector({ session, ran, library: async () => adjoint });
  return { cells, ask, run: (i: number) => run(cells[i - 1]!), functions: () => functions(ask, cells) };
}

async function functions(ask: (question: Question) => Promise<Answer>, cells: readonly CellText[]) {
  const answer = await ask({ kind: "functions", cells });
  if (answer.kind !== "functions") throw new Error(JSON.stringify(answer));
  return answer.functions;
}

function jaxprIn(answer: Answer) {
  if (answer.kind !== "jaxpr") throw new Error(JSON.stringify(answer));
  return answer.jaxpr;
}

const head = 'import { grad, jit, vmap, numpy as jnp } from "adjoint";\nimport type { NDArray } from "adjoint";';

describe("functions", () => {
  test("are those that cells declare and that are functions now, with their arguments", async () => {
    const book = await notebook(
      head,
      "const square = (x: NDArray) => x.mul(x);\nconst x = jnp.ones(3);\nconst list = [square];\nsquare(x)",
      "const [again] = list; class Other {}; let later = undefined as unknown; later = square;",
    );
    expect(await book.functions()).toEqual([
      {
        name: "square",
        cell: "cell-2",
        parameters: "x",
        replaced: undefined,
        proposals: [{ text: "x", cell: "cell-2", replaced: [], guessed: false }],
      },
      { name: "again", cell: "cell-3", parameters: undefined, replaced: undefined, proposals: [] },
      { name: "later", cell: "cell-3", parameters: undefined, replaced: undefined, proposals: [] },
    ]);
  });

  test("and names that have another value now say what must run again", async () => {
    const book = await notebook(
      head,
      "const f = (x: NDArray) => x.mul(2);\nconst x = jnp.ones(3);\nf(x)",
      "const f = (x: NDArray) => x.sum();\nconst x = jnp.arange(3);\nf(x)",
    );
    const [first, second] = await book.functions();
    expect(first?.replaced).toEqual({ name: "f", meant: "cell-2", by: "cell-3" });
    expect(first?.proposals[0]?.replaced).toEqual([{ name: "x", meant: "cell-2", by: "cell-3" }]);
    expect(second?.replaced).toBeUndefined();
    await book.run(2);
    const [third] = await book.functions();
    expect(third?.replaced).toBeUndefined();
    expect(third?.proposals[0]?.replaced).toEqual([]);
  });

  test("of cells that have not run are listed as such", async () => {
    const session = new Session({ modules });
    const ask = makeInspector({ session, ran: new Map(), library: async () => adjoint });
    const found = await functions(ask, [
      { id: "cell-1", code: "const f = (x) => x; f(1); const g = jit(f); const n = 1;" },
    ]);
    expect(found.map(({ name }) => name)).toEqual(["f", "g"]);
    expect(found[0]?.replaced).toEqual({ name: "f", meant: "cell-1", by: undefined });
  });
});

describe("a jaxpr", () => {
  test("comes with the lines of cells that its equations were written on", async () => {
    const book = await notebook(
      head,
      "const f = (x: NDArray) => {\n  const s = jnp.sin(x);\n  return s.mul(2).sum();\n};",
    );
    const { text, origins, title, equations } = jaxprIn(await book.ask({ kind: "jaxpr", f: "f", args: "jnp.ones(3)" }));
    expect(title).toBe("makeJaxpr(f)(jnp.ones(3))");
    expect(equations).toBe(3);
    expect(text).toBe(String(makeJaxpr((x: adjoint.NDArray) => jnp.sin(x).mul(2).sum())(jnp.ones(3))));
    expect(origins.map((line) => line.map(({ cell, line, source }) => `${cell}:${line} ${source}`))).toEqual([
      [],
      ["cell-2:2 const s = jnp.sin(x);"],
      ["cell-2:3 return s.mul(2).sum();"],
      ["cell-2:3 return s.mul(2).sum();"],
      [],
    ]);
  });

  test("of a function that needs a number as it is keeps it", async () => {
    const book = await notebook(head, "const f = (x: NDArray, i: number) => x.get(i);");
    const { text, remarks } = jaxprIn(await book.ask({ kind: "jaxpr", f: "f", args: "jnp.ones(3), 1" }));
    expect(text).toContain("slice[limit_indices=(2,) start_indices=(1,)");
    expect(remarks).toEqual([
      "Argument 2 is a number that is kept as it is (static): the function cannot be traced otherwise.",
    ]);
    const gradient = jaxprIn(await book.ask({ kind: "gradient", all: true, f: "f", args: "jnp.ones(3), 1" }));
    expect(gradient.title).toBe("makeJaxpr(grad(f))(jnp.ones(3), 1)");
  });

  test("of a gradient is by the first argument of floats, or by all", async () => {
    const book = await notebook(
      head,
      "const f = (n: NDArray, p: { w: NDArray }, x: NDArray) => p.w.mul(x).sum().mul(n);",
    );
    const args = 'jnp.ones(1).astype("int32").get(0), { w: jnp.ones(3) }, jnp.arange(3).astype("float32")';
    const { title, text } = jaxprIn(await book.ask({ kind: "gradient", all: true, f: "f", args }));
    expect(title).toBe(`makeJaxpr(grad(f, { argnums: [1, 2] }))(${args})`);
    const first = jaxprIn(await book.ask({ kind: "gradient", all: false, f: "f", args }));
    expect(first.title).toBe(`makeJaxpr(grad(f, { argnums: 1 }))(${args})`);
    expect(first.by).toEqual({ most: 2, all: false });
    const [inputs, outputs] = [/^\{ lambda ; (.*?)\. let/.exec(text)![1], /in \((.*)\) \}$/.exec(text)![1]];
    expect(inputs).toBe("a:i32[] b:f32[3] c:f32[3]");
    expect(outputs?.split(",")).toHaveLength(2);
  });

  test("of a function with other results is that of its pullback", async () => {
    const book = await notebook(head, "const f = (x: NDArray) => ({ y: jnp.sin(x), n: jnp.argmax(x) });");
    const { text, remarks, title } = jaxprIn(
      await book.ask({ kind: "gradient", all: true, f: "f", args: "jnp.ones(3)" }),
    );
    expect(title).toBe("the pullback of vjp(f, jnp.ones(3))");
    expect(remarks.join()).toMatch(/^Its results are float32\[3\], so .* Results that are not floats are left out\.$/);
    expect(text).toContain("cos");
    expect(text).toMatch(/^\{ lambda ; a:f32\[3\] b:f32\[3\]\. let/);
  });
});

describe("what cannot be inspected", () => {
  const cases: [string, string, string, RegExp][] = [
    ["a value that is no function", "x", "", /^x is a number, and only functions can be inspected\.$/],
    ["nothing", " ", "", /Choose a function/],
    ["a name that is not there", "missing", "", /missing is not defined/],
    ["arguments that are no program", "f", "1, (", /./],
    ["arguments of a wrong shape", "f", "jnp.ones(2)", /shape/],
    ["arguments that are missing", "f", "", /Cannot read properties of undefined/],
    ["a function of text", "words", '"a"', /upper/],
    ["a function that returns a promise", "waits", "1", /promise/],
  ];
  test.each(cases)("%s", async (_, f, args, message) => {
    const book = await notebook(
      head,
      "const x = 1; const f = (x: NDArray) => x.add(jnp.ones(3)); const waits = async (x: NDArray) => x;\n" +
        "const words = (s: string) => { if (s === 'a') throw new Error('no upper case'); return s; };",
    );
    for (const kind of ["jaxpr", "gradient", "compiled"] as const) {
      const answer = await book.ask({ kind, f, args, all: false });
      if (answer.kind !== "failed") throw new Error(`${kind} was answered`);
      expect(answer.error.message).toMatch(message);
      expect(answer.error.message).not.toContain("inspector.ts");
    }
  });

  test("an error in a function says where", async () => {
    const book = await notebook(head, "const f = (x: NDArray) =>\n  x.add(jnp.ones(3));");
    const answer = await book.ask({ kind: "jaxpr", f: "f", args: "jnp.ones(2)" });
    if (answer.kind !== "failed") throw new Error("it was answered");
    expect(answer.part).toBe("inspection");
    expect(answer.error.place).toEqual({ cell: "cell-2", line: 2, column: 5 });
    expect(answer.error.frame).toContain("> 2 |   x.add(jnp.ones(3));");
  });

  test("a function without a gradient says why", async () => {
    const book = await notebook(head, "const f = (x: NDArray) => jnp.argmax(x); const none = () => jnp.ones(3);");
    const message = async (f: string, args: string) => {
      const answer = await book.ask({ kind: "gradient", all: true, f, args });
      return answer.kind === "failed" ? `${answer.error.name}${answer.error.message}` : "";
    };
    expect(await message("f", "jnp.ones(3)")).toBe("f has no gradient: none of its results is a float.");
    expect(await message("none", "")).toBe("none has no gradient here: it takes no arguments.");
    expect(await message("f", "jnp.arange(3)")).toMatch(/none of its arguments consists of floats alone/);
  });
});

describe("the compiled program", () => {
  test("says what fused, and why it was compiled", async () => {
    const book = await notebook(
      head,
      "const f = jit((x: NDArray) => jnp.exp(jnp.sin(x).mul(2)).sum());\nf(jnp.ones(4));",
    );
    const answer = await book.ask({ kind: "compiled", f: "f", args: "jnp.ones(4)" });
    if (answer.kind !== "compiled") throw new Error(JSON.stringify(answer));
    const { compiled } = answer;
    expect(compiled.title).toBe("f(jnp.ones(4))");
    expect(compiled.equations).toBe(5);
    expect(compiled.kinds).toEqual([["reduce", 1]]);
    expect(compiled.kernels).toHaveLength(1);
    expect(compiled.kernels[0]?.head).toBe("reduce add () over (4,)");
    expect(compiled.kernels[0]?.body).toContain("exp(");
    expect(compiled.history).toContain("was traced 1 time\n");
    expect(compiled.argumentBytes).toBe(16);
    expect(compiled.code).toContain("wasm module");
  });

  test("is timed kernel by kernel", async () => {
    const book = await notebook(head, "const f = (x: NDArray) => jnp.dot(x, x).add(jnp.sin(x).sum());");
    const answer = await book.ask({ kind: "profile", f: "f", args: "jnp.ones(64)", runs: 3 });
    if (answer.kind !== "profile") throw new Error(JSON.stringify(answer));
    const { title, calls, kernels, trace, plainCalls } = answer.profile;
    expect(title).toBe("jit(f)(jnp.ones(64))");
    expect(calls).toBe(3);
    expect(plainCalls).toBeGreaterThan(0);
    expect(kernels.length).toBeGreaterThan(0);
    expect(kernels.every(({ runs }) => runs === 1)).toBe(true);
    expect(JSON.parse(trace).traceEvents).toHaveLength(kernels.length);
  });

  test("its text is taken apart", () => {
    const f = (x: adjoint.NDArray) => lax.foriLoop(0, 3, (_i, y) => jnp.sin(y).add(jnp.linalg.cholesky(jnp.eye(3))), x);
    const text = jit(f)
      .lower(jnp.ones([3, 3]))
      .compile()
      .asText("kernels");
    const { buffers, kernels, kinds } = kernelsOf(text);
    expect(buffers).toMatch(/^b0: /);
    expect(kernels.some(({ head }) => head.startsWith("loop"))).toBe(true);
    expect(new Map(kinds).get("map")).toBeGreaterThan(0);
    const back = [buffers.replace(/^/gm, "  "), ...kernels.map(({ head, body }) => `${head}\n${body}`)].join("\n");
    expect(back.replace(/\s+/g, " ").trim()).toBe(text.split("\n").slice(1).join("\n").replace(/\s+/g, " ").trim());
  });
});

test("text and equations of jaxprs of all kinds are brought together", () => {
  const cond = (x: adjoint.NDArray) =>
    lax.cond(
      x.sum().greater(0),
      (y) => jnp.sin(y),
      (y) => jnp.cos(y),
      x,
    );
  const shared = jit((x: adjoint.NDArray) => jnp.tanh(x).mul(2));
  const twice = (x: adjoint.NDArray) => shared(shared(x)).sum();
  const scan = (x: adjoint.NDArray) =>
    lax.scan((c: adjoint.NDArray, y: adjoint.NDArray) => [c.add(shared(y)), c], x.sum(), x)[0];
  const inverse = (x: adjoint.NDArray) => jnp.linalg.inv(jnp.outer(x, x).add(jnp.eye(3)));
  const norms = (x: adjoint.NDArray) => vmap((row: adjoint.NDArray) => jnp.linalg.norm(row))(jnp.outer(x, x));
  for (const f of [cond, twice, grad(twice), scan, grad(scan), norms, inverse]) {
    const closed = makeJaxpr(f)(jnp.ones(3));
    expect(closed.equations.length).toBeGreaterThan(0);
    const lines = equationsByLine(closed.jaxpr as unknown as PrintedJaxpr, String(closed));
    expect(lines?.flat().length).toBeGreaterThanOrEqual(closed.equations.length);
  }
  expect(
    equationsByLine(makeJaxpr(cond)(1).jaxpr as unknown as PrintedJaxpr, "{ lambda ; a:f32[]. let b = tan a in (b,) }"),
  ).toBeUndefined();
});

describe("the kernel", () => {
  function start(isolated: boolean) {
    const posted: Request[] = [];
    let receive: (reply: Reply) => void = () => {};
    const states: string[] = [];
    const connect: Connect = (listen) => {
      receive = listen;
      return { post: (request) => posted.push(request), terminate: () => states.push("terminated") };
    };
    const silent = (): void => {};
    const listener: KernelListener = {
      ...{ threads: silent, queued: silent, dequeued: silent, started: silent, output: silent, display: silent },
      ...{ progress: silent, done: silent, fault: silent, lost: (_cell, reason) => states.push(reason) },
      source: (cell) => ({ code: cell, compiled: undefined }),
      names: () => ({}),
      state: (state) => states.push(state),
    };
    let late = silent;
    const later = (_time: number, call: () => void) => {
      late = call;
      return silent;
    };
    const kernel = new Kernel({ connect, listener, isolated, later });
    return { kernel, posted, states, reply: (reply: Reply) => receive(reply), late: () => late() };
  }
  const question: Question = { kind: "functions", cells: [] };
  const answer: Answer = { kind: "functions", functions: [], broken: [] };
  const result = { error: undefined, value: undefined, bundle: undefined, assertions: 0, milliseconds: 1 };

  test("answers when no cell runs, and runs none meanwhile", async () => {
    const { kernel, posted, reply } = start(true);
    kernel.run(["a"]);
    const answered = kernel.inspect(question);
    const kinds = () => posted.map(({ kind }) => kind);
    expect(kinds()).toEqual(["start"]);
    reply({ kind: "ready", threads: 1 });
    expect(kinds()).toEqual(["start", "run"]);
    reply({ kind: "done", run: 1, result });
    expect(kinds()).toEqual(["start", "run", "inspect"]);
    kernel.run(["b"]);
    expect(kinds()).toEqual(["start", "run", "inspect"]);
    reply({ kind: "answer", answer });
    expect(await answered).toBe(answer);
    expect(kinds()).toEqual(["start", "run", "inspect", "run"]);
  });

  test.each([true, false])("can be stopped while it answers (isolated: %s)", async (isolated) => {
    const { kernel, posted, states, reply, late } = start(isolated);
    const answered = kernel.inspect(question);
    reply({ kind: "ready", threads: 1 });
    kernel.stop();
    if (isolated) {
      const [first] = posted;
      expect(first?.kind === "start" && new Int32Array(first.stop!)[0]).toBe(1);
      late();
    }
    expect(states).toContain("terminated");
    expect(await answered).toMatchObject({ kind: "failed", error: { stopped: true } });
  });
});
