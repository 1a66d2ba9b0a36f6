import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import vm from "node:vm";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { createWasmBackend, type WasmBackend, type WasmOptions } from "../../src/backends/wasm/backend.ts";
import { hostFunctions, hostText } from "../../src/backends/wasm/host.ts";
import type { Message } from "../../src/backends/wasm/worker.ts";
import { config } from "../../src/core/config.ts";
import { BackendError, OptionError } from "../../src/errors/index.ts";
import type { DType } from "../../src/types/dtype.ts";
import { cases, compare, differences, type ProgramCase, runCase, supported } from "./cases.ts";
import { positive, programCase, type Sketch, small, wild } from "./sketch.ts";

const reference = createReferenceBackend();
/** Everything that can be cut is cut, as finely as it can be, and workers have to help. */
const finest = { smallestPiece: 0, longReduction: 8, patient: true } as const;

async function check(backend: WasmBackend, example: ProgramCase): Promise<void> {
  const actual = await runCase(backend, example);
  const expected = example.expected === "reference" ? await runCase(reference, example) : example.expected;
  expect(differences(example, actual, expected), example.name).toBeUndefined();
}

describe("every program gives what the reference gives, cut as finely as can be", () => {
  const backend = createWasmBackend({ threads: 2, ...finest });
  afterAll(() => backend.closeThreads());
  for (const example of cases) {
    if (supported(backend, example)) it(example.name, () => check(backend, example));
  }
  it("with threads", () => expect(backend.threadsStarted).toBe(true));
});

// Large programs

const matrix = (s: Sketch, buffer: number, rowStride: number, columnStride: number, batchStrides: number[] = []) => ({
  buffer,
  offset: s.b.int(0),
  batchStrides,
  rowStride,
  columnStride,
});

const large: readonly (readonly [name: string, build: (s: Sketch) => void])[] = [
  [
    "a map of vectors, with a ragged end",
    (s) => {
      const n = 300_007;
      const x = s.load(s.input("float32", wild("float32", n)), s.at([1]));
      s.map([n], [s.output("float32", n), s.at([1]), s.b.unary("exp", s.b.mul(x, x))]);
    },
  ],
  [
    "a map in place",
    (s) => {
      const n = 200_003;
      const x = s.load(s.input("float32", wild("float32", n)), s.at([1]));
      const out = s.output("float32", n);
      s.map([n], [out, s.at([1]), x]);
      for (let i = 0; i < 3; i++) {
        const y = s.load(out, s.at([1]));
        s.map([n], [out, s.at([1]), s.b.sub(s.b.mul(y, y), s.b.unary("tanh", y))]);
      }
    },
  ],
  [
    "a map of two long loops, of which the first has few rounds",
    (s) => {
      const [m, n] = [3, 90_001];
      const x = s.load(s.input("float32", wild("float32", m * n)), s.at([n, 1]));
      const y = s.load(s.input("float32", wild("float32", n)), s.at([0, 1]));
      s.map([m, n], [s.output("float32", m * n), s.at([1, m]), s.b.unary("sin", s.b.add(x, y))]);
    },
  ],
  [
    "maps of doubles, wide and narrow integers, with functions of the host",
    (s) => {
      const n = 70_001;
      for (const dtype of ["float64", "int64", "int8", "bool"] as const) {
        const x = s.load(s.input(dtype, wild(dtype, n)), s.at([1]));
        const y =
          dtype === "float64" ? s.b.binary("pow", s.b.unary("abs", x), s.b.unary("sin", x)) : s.b.unary("not", x);
        s.map([n], [s.output(dtype, n), s.at([1]), y]);
      }
    },
  ],
  ...(["add", "mul", "max", "argmin"] as const).flatMap((op) =>
    (["float32", "float64", "int32"] as const).map((dtype): readonly [string, (s: Sketch) => void] => [
      `${op} of ${dtype}: of all, of rows, of columns, of few and of many`,
      (s) => {
        const out = op === "argmin" ? "int32" : dtype;
        const n = 263_171;
        const data = s.input(
          dtype,
          op === "mul" ? wild(dtype, n).map((v) => (1 + Number(v) / 1e6) as never) : wild(dtype, n),
        );
        s.reduce(op, [], [n], [s.output(out, 1), s.at([]), s.load(data, s.at([1]))]);
        for (const [m, k] of [
          [513, 512],
          [4, 65_000],
          [65_000, 4],
        ] as const) {
          s.reduce(op, [m], [k], [s.output(out, m), s.at([1]), s.load(data, s.at([k, 1]))]);
          s.reduce(op, [m], [k], [s.output(out, m), s.at([1]), s.load(data, s.at([1, m]))]);
        }
        s.reduce(op, [], [40, 3, 2000], [s.output(out, 1), s.at([]), s.load(data, s.at([6000, 2000, 1], 5))]);
      },
    ]),
  ),
  [
    "products of matrices: square, tall, wide, many, long",
    (s) => {
      for (const dtype of ["float32", "float64", "int32"] as const) {
        for (const [batch, rows, columns, depth] of [
          [1, 150, 131, 300],
          [1, 500, 9, 200],
          [1, 6, 700, 200],
          [12, 40, 41, 60],
          [3, 70, 90, 50],
          [1, 900, 1, 700],
          [1, 1, 1, 200_001],
        ] as const) {
          const x = s.input(dtype, wild(dtype, batch * rows * depth, 1));
          const y = s.input(dtype, wild(dtype, batch * columns * depth, 2));
          s.contract(
            { batch: [batch], rows, columns, depth },
            matrix(s, x, depth, 1, [rows * depth]),
            matrix(s, y, 1, depth, [columns * depth]),
            s.output(dtype, batch * rows * columns),
          );
        }
      }
    },
  ],
  [
    "sorted rows",
    (s) => {
      const [rows, n] = [19, 3001];
      const inputs = [s.input("float32", wild("float32", rows * n)), s.input("int32", wild("int32", rows * n))];
      s.sort(rows, n, 1, inputs, [s.output("float32", rows * n), s.output("int32", rows * n)]);
    },
  ],
  [
    "running sums and maxima: along rows, along columns, along all",
    (s) => {
      const [m, n] = [300, 401];
      for (const dtype of ["float32", "float64", "int32"] as const) {
        const x = s.input(dtype, wild(dtype, m * n));
        for (const op of ["add", "max"] as const) {
          for (const axis of [0, 1]) {
            const value = s.load(x, s.at([n, 1]));
            s.cumulative(op, [m, n], axis, axis === 0, [s.output(dtype, m * n), s.at([n, 1]), value]);
          }
          s.cumulative(op, [m * n], 0, false, [s.output(dtype, m * n), s.at([1]), s.load(x, s.at([1]))]);
        }
      }
    },
  ],
  [
    "loops, conditions and branches around large kernels",
    (s) => {
      const { b } = s;
      const n = 60_000;
      const x = s.input("float32", wild("float32", n));
      const w = s.input("float32", wild("float32", 200 * 200));
      const state = s.workspace("float32", n);
      const norm = s.workspace("float32", 1);
      const going = s.workspace("bool", 1);
      const selector = s.workspace("int32", 1);
      const out = s.output("float32", n);
      const norms = s.output("float32", 6);
      const i = s.at([1]);
      s.map([n], [state, i, s.load(x, i)]);
      s.loop(3, (c) =>
        s.loop(2, (d) => {
          const row = b.add(b.mul(c, b.int(2)), d);
          s.map([n], [state, i, b.unary("sin", b.add(s.load(state, i), b.cast(row, "float32")))]);
          s.contract(
            { rows: 200, columns: 200, depth: 200 },
            { ...matrix(s, state, 200, 1), offset: b.mul(row, b.int(100)) },
            matrix(s, w, 1, 200),
            out,
          );
          s.reduce("add", [], [40_000], [norms, row, s.load(out, s.at([1]))]);
        }),
      );
      s.map([], [norm, b.int(0), b.constant(0, "float32")]);
      const step = (scale: number) => () =>
        s.map([n], [state, i, b.mul(b.unary("exp", s.load(state, i)), b.constant(scale, "float32"))]);
      s.while(
        going,
        () => s.map([], [going, b.int(0), b.binary("lt", s.load(norm, b.int(0)), b.constant(5, "float32"))]),
        () => {
          const round = b.cast(s.load(norm, b.int(0)), "int32");
          s.map([], [selector, b.int(0), b.binary("rem", round, b.int(3))]);
          s.branch(selector, step(0.5), step(0.25), step(-0.5));
          s.map([], [norm, b.int(0), b.add(s.load(norm, b.int(0)), b.constant(1, "float32"))]);
        },
      );
      s.map([n], [out, i, s.load(state, i)]);
    },
  ],
];

describe("large programs give the same bits with any number of threads", () => {
  const options: readonly WasmOptions[] = [
    { threads: 1 },
    { threads: 2, patient: true },
    { threads: 3, patient: true },
    { threads: 2, patient: true, smallestPiece: 1000 },
    { shared: false },
  ];
  const backends = options.map((o) => createWasmBackend(o));
  afterAll(() => {
    for (const backend of backends) backend.closeThreads();
  });
  it.each(large)("%s", async (name, build) => {
    const example = programCase(name, build);
    const [alone, ...others] = await Promise.all(backends.map((backend) => runCase(backend, example)));
    for (const results of others) {
      for (const [i, result] of results.entries()) expect(compare(result, alone![i]!, 0)).toBeUndefined();
    }
  });
  it("and threads were there", () => {
    expect(backends.map((backend) => backend.threadsStarted)).toEqual([false, true, true, true, false]);
  });
});

describe("large sums are right", () => {
  it.each(["float32", "float64"] as const)("of %s", async (dtype: DType) => {
    const n = 1_000_003;
    const backend = createWasmBackend({ threads: 2, patient: true });
    const example = programCase("sums", (s) => {
      const x = s.load(s.input(dtype, new Array(n).fill(0.1)), s.at([1]));
      s.reduce("add", [], [n], [s.output(dtype, 1), s.at([]), x]);
      s.reduce(
        "mul",
        [],
        [n],
        [s.output(dtype, 1), s.at([]), s.b.add(s.b.mul(x, s.b.constant(0, dtype)), s.b.constant(1, dtype))],
      );
    });
    const [sum, product] = await runCase(backend, example);
    const tenth = dtype === "float32" ? Math.fround(0.1) : 0.1;
    expect(Math.abs(Number(sum![0]) / (n * tenth) - 1)).toBeLessThan(dtype === "float32" ? 3e-7 : 1e-11);
    expect(product![0]).toBe(1);
    backend.closeThreads();
  });
  it("and so are running ones, and running products", async () => {
    const n = 100_003;
    const backend = createWasmBackend({ threads: 2, patient: true });
    for (const reverse of [false, true]) {
      const example = programCase(
        "running",
        (s) => {
          const x = s.load(s.input("float32", positive("float32", 3 * n)), s.at([1, 3]));
          s.cumulative("add", [3, n], 1, reverse, [s.output("float32", 3 * n), s.at([n, 1]), x]);
          const y = s.b.add(s.b.cast(x, "int32"), s.b.constant(1, "int32"));
          s.cumulative("mul", [3, n], 1, reverse, [s.output("int32", 3 * n), s.at([1, 3]), y]);
          s.cumulative("max", [3 * n], 0, reverse, [s.output("float32", 3 * n), s.at([1]), s.load(0, s.at([1]))]);
        },
        { ulp: 3 },
      );
      await check(backend, example);
    }
    backend.closeThreads();
  });
  it("and the first extreme is found, and the first NaN", async () => {
    const n = 200_001;
    const backend = createWasmBackend({ threads: 2, patient: true });
    for (const [at, value] of [
      [[0, n - 1], 9],
      [[n - 1], 9],
      [[77_777, 77_778, 150_000], 9],
      [[99_999, 120_000], Number.NaN],
    ] as const) {
      const data = new Float32Array(n).fill(3);
      for (const i of at) data[i] = value;
      const example = programCase("argmax", (s) => {
        const x = s.load(s.input("float32", data), s.at([1]));
        s.reduce("argmax", [], [n], [s.output("int32", 1), s.at([]), x]);
      });
      expect((await runCase(backend, example))[0]![0]).toBe(at[0]);
    }
    backend.closeThreads();
  });
});

describe("memory grows while threads run", () => {
  it("and they see what lies there", async () => {
    const backend = createWasmBackend({ threads: 2, ...finest, smallestPiece: 1000 });
    const example = programCase("map", (s) => {
      const x = s.load(s.input("float32", wild("float32", 100_000)), s.at([1]));
      s.map([100_000], [s.output("float32", 100_000), s.at([1]), s.b.unary("sqrt", s.b.mul(x, x))]);
    });
    const before = backend.memory().reserved;
    for (let i = 0; i < 20; i++) {
      await check(backend, example);
      backend.allocate("float32", 400_000);
    }
    expect(backend.memory().reserved).toBeGreaterThan(before + 20 * 1_600_000);
    backend.closeThreads();
  });
});

/** The inside of a backend's threads. */
interface Inside {
  readonly threads: {
    readonly pool?: {
      readonly handles: readonly { stop(): void }[];
      readonly sent: ReadonlyMap<number, number>;
      sendEach(message: () => Message): void;
    };
  };
}
const poolOf = (backend: WasmBackend) => (backend as unknown as Inside).threads.pool!;

describe("when a worker is lost", () => {
  const example = programCase("map", (s) => {
    const x = s.load(s.input("float32", small("float32", 100_000)), s.at([1]));
    s.map([100_000], [s.output("float32", 100_000), s.at([1]), s.b.unary("sqrt", s.b.mul(x, x))]);
  });
  const warnings: string[] = [];
  beforeAll(() => {
    vi.spyOn(console, "warn").mockImplementation((text) => void warnings.push(text));
  });
  afterAll(() => {
    vi.restoreAllMocks();
    // One warning is enough.
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("programs go on with one thread");
  });
  /** The example, run once. */
  const prepared = (backend: WasmBackend) => {
    const { program, inputs } = example;
    const [x, y] = [backend.allocate("float32", 100_000), backend.allocate("float32", 100_000)];
    backend.write(x, inputs[0]!);
    const executable = backend.compile(program);
    backend.run(executable, [x], [y]);
    return { executable, x, y, right: backend.read(y, "float32", 100_000) };
  };
  const until = async (condition: () => boolean): Promise<void> => {
    for (let i = 0; i < 500 && !condition(); i++) await new Promise((done) => setTimeout(done, 10));
    expect(condition()).toBe(true);
  };

  it("while it sleeps, programs go on with one thread", async () => {
    const backend = createWasmBackend({ threads: 3, ...finest });
    const { executable, x, y, right } = prepared(backend);
    expect(backend.threadsStarted).toBe(true);
    poolOf(backend).handles[0]!.stop();
    backend.run(executable, [x], [y]);
    expect(compare(backend.read(y, "float32", 100_000), right, 0)).toBeUndefined();
    await until(() => !backend.threadsStarted);
    await check(backend, example);
    expect(backend.threadsStarted).toBe(false);
  });
  it("by a program that it cannot use, programs go on with one thread", async () => {
    const backend = createWasmBackend({ threads: 2, ...finest });
    await check(backend, example);
    poolOf(backend).sendEach(() => ({ kind: "program", id: 0, module: {} as WebAssembly.Module }));
    await until(() => !backend.threadsStarted);
    await check(backend, example);
    expect(backend.threadsStarted).toBe(false);
  });
  it("in the middle of a program, that program is an error, and the next is not", () => {
    const backend = createWasmBackend({ threads: 2, ...finest });
    const { executable, x, y, right } = prepared(backend);
    // The worker gets another module under the program's number, one without functions.
    const module = new WebAssembly.Module(new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]));
    const [id] = poolOf(backend).sent.keys();
    poolOf(backend).sendEach(() => ({ kind: "program", id: id!, module }));
    expect(() => {
      for (let i = 0; i < 2000; i++) backend.run(executable, [x], [y]);
    }).toThrow(BackendError);
    expect(backend.threadsStarted).toBe(false);
    backend.run(executable, [x], [y]);
    expect(compare(backend.read(y, "float32", 100_000), right, 0)).toBeUndefined();
  });
});

describe("the number of threads", () => {
  const example = programCase("map", (s) => {
    const x = s.load(s.input("float32", wild("float32", 100_000)), s.at([1]));
    s.map([100_000], [s.output("float32", 100_000), s.at([1]), s.b.unary("sqrt", s.b.mul(x, x))]);
  });
  it("is a setting, which is no part of the keys of programs", async () => {
    const key = (): string => JSON.stringify(config);
    expect(key()).toContain('"threads":0');
    const backend = createWasmBackend(finest);
    await config.using({ threads: 1 }, () => check(backend, example));
    expect(backend.threadsStarted).toBe(false);
    config.update("threads", 3);
    await check(backend, example);
    expect(poolOf(backend).handles).toHaveLength(2);
    config.update("threads", 2);
    await check(backend, example);
    expect(poolOf(backend).handles).toHaveLength(1);
    config.update("threads", 0);
    backend.closeThreads();
    await check(backend, example);
    backend.closeThreads();
  });
  it("is checked", () => {
    for (const value of [-1, 1.5, 65, Number.NaN, Infinity]) {
      expect(() => config.update("threads", value)).toThrow(OptionError);
    }
    expect(() => config.update("threads", "2" as never)).toThrow('config setting "threads" cannot be "2"');
  });
});

describe("in a page, where the main thread must not sleep", () => {
  const blobs = new Map<string, string>();
  class Page {
    onerror: ((event: { message: string; preventDefault(): void }) => void) | undefined;
    private readonly worker: Worker;
    constructor(url: string) {
      const before = `
        const { parentPort } = require("node:worker_threads");
        globalThis.process = undefined;
        parentPort.on("message", (data) => globalThis.onmessage({ data }));`;
      this.worker = new Worker(`${before}\n${blobs.get(url)}`, { eval: true });
      this.worker.unref();
      this.worker.on("error", ({ message }) => this.onerror?.({ message, preventDefault() {} }));
    }
    postMessage(message: unknown): void {
      this.worker.postMessage(message);
    }
    terminate(): void {
      void this.worker.terminate();
    }
  }
  const text = class {
    readonly parts: readonly string[];
    constructor(parts: readonly string[]) {
      this.parts = parts;
    }
  };
  beforeAll(() => {
    vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined);
    vi.spyOn(Atomics, "wait").mockImplementation(() => {
      throw new TypeError("Atomics.wait cannot be called in this context");
    });
    vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
      blobs.set(`blob:${blobs.size}`, (blob as unknown as { parts: string[] }).parts.join(""));
      return `blob:${blobs.size - 1}`;
    });
    vi.stubGlobal("Blob", text);
  });
  afterAll(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });
  const n = 400_000;
  const results = async (backend: WasmBackend, runs: number) => {
    const example = programCase("map", (s) => {
      const x = s.load(s.input("float32", wild("float32", n)), s.at([1]));
      s.map([n], [s.output("float32", n), s.at([1]), s.b.unary("sqrt", s.b.mul(x, x))]);
    });
    const [x, y] = [backend.allocate("float32", n), backend.allocate("float32", n)];
    backend.write(x, example.inputs[0]!);
    const executable = backend.compile(example.program);
    for (let i = 0; i < runs; i++) {
      backend.run(executable, [x], [y]);
      await new Promise((done) => setTimeout(done, 5));
    }
    const [right] = await runCase(reference, example);
    return { x, y, executable, difference: compare(backend.read(y, "float32", n), right!, 0) };
  };
  it("workers come from a Blob, and the main thread waits awake", async () => {
    vi.stubGlobal("Worker", Page);
    const backend = createWasmBackend({ threads: 2 });
    const { executable, x, y, difference } = await results(backend, 50);
    expect(difference).toBeUndefined();
    // The program is known when its message has been dealt with.
    const sent = () => [...poolOf(backend).sent.values()];
    for (let i = 0; i < 500 && sent()[0] !== 0; i++) {
      await new Promise((done) => setTimeout(done, 10));
      backend.run(executable, [x], [y]);
    }
    expect(sent()).toEqual([0]);
    backend.closeThreads();
  });
  it("that forbids workers, programs run on one thread", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    vi.stubGlobal(
      "Worker",
      class {
        constructor() {
          throw new Error("refused by the policy of the page");
        }
      },
    );
    const backend = createWasmBackend({ threads: 2 });
    expect((await results(backend, 20)).difference).toBeUndefined();
    expect(backend.threadsStarted).toBe(false);
    warn.mockRestore();
  });
});

describe("small programs", () => {
  it("start no threads", async () => {
    const backend = createWasmBackend({ threads: 4 });
    for (const example of cases.slice(0, 300)) if (supported(backend, example)) await runCase(backend, example);
    expect(backend.threadsStarted).toBe(false);
  });
});

describe("what workers import", () => {
  it("is what the main thread imports", () => {
    const theirs = vm.runInThisContext(`(${hostText})`) as Record<string, (x: number, y: number) => number>;
    const values = [0, -0, 1, -1, 0.5, -2.5, 3, 1e300, -1e-300, Infinity, -Infinity, Number.NaN];
    for (const [name, ours] of Object.entries(hostFunctions)) {
      const f = ours as (x: number, y: number) => number;
      for (const x of values) for (const y of values) expect(theirs[name]!(x, y), `${name}(${x}, ${y})`).toBe(f(x, y));
    }
  });
});

describe("a process that computes with threads", () => {
  const folder = mkdtempSync(join(tmpdir(), "adjoint-threads-"));
  const run = promisify(execFile);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  beforeAll(async () => {
    const settings = {
      extends: resolve("tsconfig.json"),
      compilerOptions: { outDir: folder, rootDir: resolve("src"), declaration: false, isolatedDeclarations: false },
      files: [resolve("src/backends/wasm/backend.ts")],
      include: [],
    };
    const declared = { ...settings, compilerOptions: { ...settings.compilerOptions, declarationMap: false } };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(declared));
    writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    await run(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", join(folder, "tsconfig.json")]);
  }, 60_000);
  it("ends by itself", async () => {
    const n = 400_000;
    const program = `
      const { createWasmBackend } = await import(${JSON.stringify(pathToFileURL(join(folder, "backends/wasm/backend.js")).href)});
      const { ExprBuilder } = await import(${JSON.stringify(pathToFileURL(join(folder, "core/expr.js")).href)});
      const backend = createWasmBackend({ threads: 3, patient: true });
      const b = new ExprBuilder();
      const buffers = [{ dtype: "float32", size: ${n} }, { dtype: "float32", size: ${n} }];
      const value = b.unary("exp", b.load(0, b.index(0), "float32"));
      const map = { kind: "map", shape: [${n}], stores: [{ buffer: 1, index: b.index(0), value }] };
      const executable = backend.compile({
        name: "map", buffers, inputs: [0], outputs: [1], constants: new Map(), workspace: new Map(), workspaceBytes: 0,
        steps: [map], counters: 0,
      });
      const [x, y] = [backend.allocate("float32", ${n}), backend.allocate("float32", ${n})];
      backend.write(x, new Float32Array(${n}).fill(1));
      for (let i = 0; i < 50; i++) backend.run(executable, [x], [y]);
      console.log(backend.threadsStarted, backend.read(y, "float32", ${n}).every((v) => Math.abs(v - Math.E) < 1e-6));
    `;
    const file = join(folder, "main.mjs");
    writeFileSync(file, program);
    const { stdout, stderr } = await run(process.execPath, [file], { timeout: 20_000 });
    expect(stdout.trim()).toBe("true true");
    expect(stderr).toBe("");
  });
});
