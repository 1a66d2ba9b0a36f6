/** What a checkpoint keeps and what it computes again: as JAX does, for each policy. */
import "../../src/array/install.ts";
import { describe, expect, test, vi } from "vitest";
import { isJaxpr, type Jaxpr } from "../../src/core/jaxpr.ts";
import {
  type CheckpointPolicy,
  checkpoint,
  checkpointName,
  config,
  grad,
  hessian,
  jit,
  numpy as jnp,
  lax,
  makeJaxpr,
  type NDArray,
  checkpointPolicies as policies,
  printSavedResiduals,
  ShapeDtypeStruct,
  savedResiduals,
  vmap,
} from "../../src/index.ts";
import { shortAval } from "../../src/types/aval.ts";
import { decodeArray, type EncodedArray, loadGolden } from "../golden/load.ts";

config.update("enableChecks", true);

interface Case {
  readonly function: string;
  readonly policy: string;
  readonly args: readonly EncodedArray[];
  readonly saved: readonly string[];
  readonly again: Readonly<Record<string, number>>;
  readonly grad: EncodedArray;
}

function expectClose(actual: NDArray, expected: NDArray | readonly number[], tolerance = 1e-5): void {
  const own = actual.ravel().tolist() as number[];
  const other = Array.isArray(expected) ? expected : ((expected as NDArray).ravel().tolist() as number[]);
  expect(own.length).toBe(other.length);
  own.forEach(
    (x, i) => void expect(Math.abs(x - other[i]!)).toBeLessThanOrEqual(tolerance * (1 + Math.abs(other[i]!))),
  );
}

type Arrays = (...args: NDArray[]) => NDArray;

function network(w1: NDArray, w2: NDArray, x: NDArray): NDArray {
  const h = checkpointName(jnp.sin(jnp.dot(w1, x)), "h");
  return jnp.sum(jnp.cos(jnp.dot(w2, h)).mul(h));
}

function loop(x: NDArray, ws: NDArray): NDArray {
  const body = (c: NDArray, w: NDArray) => [checkpointName(jnp.tanh(jnp.dot(w, c)), "h"), null] as const;
  return jnp.sum(lax.scan(body, x, ws)[0]);
}

function nested(x: NDArray, w: NDArray): NDArray {
  const inner = jit((y: NDArray) => jnp.sin(checkpointName(jnp.cos(jnp.dot(w, y)), "c")));
  return jnp.sum(checkpointName(inner(x), "s").mul(x));
}

function branch(x: NDArray, w: NDArray): NDArray {
  return lax.cond(
    x.get(0).greater(0),
    (y: NDArray) => jnp.sum(jnp.sin(jnp.dot(w, y))),
    (y: NDArray) => jnp.sum(jnp.cos(y).mul(y)),
    x,
  );
}

function batched(x: NDArray, w: NDArray): NDArray {
  return jnp.sum(vmap((a: NDArray, b: NDArray) => jnp.tanh(jnp.sin(jnp.dot(b, a))))(x, w));
}

const functions: Readonly<Record<string, Arrays>> = { network, loop, nested, branch, batched } as never;

const chosen: Readonly<Record<string, CheckpointPolicy | undefined>> = {
  none: undefined,
  everythingSaveable: policies.everythingSaveable,
  nothingSaveable: policies.nothingSaveable,
  dotsSaveable: policies.checkpointDots,
  dotsWithNoBatchDimsSaveable: policies.checkpointDotsWithNoBatchDims,
  "saveOnlyTheseNames h c": policies.saveOnlyTheseNames("h", "c"),
  "saveAnyNamesButThese h c": policies.saveAnyNamesButThese("h", "c"),
  "saveAnythingExceptTheseNames h c s": policies.saveAnythingExceptTheseNames("h", "c", "s"),
  "saveFromBothPolicies dots h c": policies.saveFromBothPolicies(
    policies.dotsSaveable,
    policies.saveOnlyTheseNames("h", "c"),
  ),
};

const under = (f: Arrays, policy: CheckpointPolicy | undefined): Arrays =>
  checkpoint(f, policy === undefined ? {} : { policy }) as never;

function programsIn(value: unknown): Jaxpr[] {
  if (isJaxpr(value)) return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(programsIn);
}

/** How often primitives stand in the programs that the backward pass runs. */
function again(jaxpr: Jaxpr, inside = false, counts: Record<string, number> = {}): Record<string, number> {
  for (const { primitive, params } of jaxpr.equations) {
    const here = inside || (primitive.name === "remat2" && (params as { differentiated: boolean }).differentiated);
    if (inside && ["sin", "cos", "tanh", "dot_general"].includes(primitive.name)) {
      counts[primitive.name] = (counts[primitive.name] ?? 0) + 1;
    }
    for (const inner of programsIn(params)) again(inner, here, counts);
  }
  return counts;
}

const place = / from \S+\.ts:\d+:\d+( \(\S+\))?/;

/** JAX calls the loop by the closed call around it, and its functions have qualified names. */
const comparable = (line: string): string =>
  line
    .replace(" (batched.<locals>.<lambda>)", "")
    .replace(/ \(\w+\)$/, "")
    .replace("closed_call", "scan")
    .replace("'<lambda>'", "'inner'");

const load = (x: EncodedArray): NDArray => {
  const { data, shape } = decodeArray(x);
  return jnp.array([...data], { dtype: "float32" }).reshape(...shape);
};

const { cases } = loadGolden<Case>("checkpoint");

describe.each(cases)("$function under $policy", (c) => {
  const args = c.args.map(load);
  const f = functions[c.function]!;
  const light = under(f, chosen[c.policy]);
  test("keeps what JAX keeps", () => {
    const saved = savedResiduals(light, ...args).map(({ type, source }) => `${shortAval(type.aval)} ${source}`);
    const own = saved.map((line) => line.replace(place, "").replace("'<lambda>'", "'inner'"));
    // What the loop starts with is the first of the carries that are stacked: JAX keeps it twice.
    const twice = c.function === "loop" && /^every|^saveAnything/.test(c.policy) ? "f32[3] from the argument x" : "";
    expect(own.sort()).toEqual(
      c.saved
        .filter((line) => line !== twice)
        .map(comparable)
        .sort(),
    );
  });
  test("computes again what JAX computes again", () => {
    expect(again(makeJaxpr(grad(light) as Arrays)(...args).jaxpr)).toEqual(c.again);
  });
  test("has JAX's derivative, compiled too", () => {
    const expected = decodeArray(c.grad).data;
    expectClose((grad(light) as Arrays)(...args), expected, 1e-5);
    expectClose(jit(grad(light) as Arrays)(...args), expected, 1e-5);
  });
});

describe("policies under other transformations", () => {
  const names = Object.entries(chosen).filter(([, policy]) => policy !== undefined);
  const f = (x: NDArray): NDArray => {
    const step = (c: NDArray, k: NDArray) => {
      const h = checkpointName(jnp.sin(c.mul(x)), "h");
      return [
        lax.cond(
          k.greater(1),
          (v: NDArray) => jnp.cos(v.mul(x)),
          (v: NDArray) => jnp.sin(v),
          h,
        ),
        h,
      ] as const;
    };
    const [last, all] = lax.scan(step, x, jnp.arange(4));
    return jnp.sum(all).add(last.mul(last));
  };
  test.each(names)("%s: second derivatives, batches, loops and branches", (_, policy) => {
    const light = checkpoint(f, { policy: policy! });
    const xs = jnp.array([0.3, 1.2, -0.4]);
    expectClose(grad(grad(light))(0.7), grad(grad(f))(0.7), 1e-4);
    expectClose(jit(hessian(light))(0.7), hessian(f)(0.7), 1e-4);
    expectClose(vmap(grad(light))(xs), vmap(grad(f))(xs), 1e-5);
    const total = (g: typeof f) => (y: NDArray) => jnp.sum(vmap(g)(y));
    expectClose(grad(total(light as typeof f))(xs), grad(total(f))(xs), 1e-5);
    const repeated = (g: typeof f) => (y: NDArray) =>
      lax.scan((c: NDArray, _k: NDArray) => [g(c).mul(0.2), null] as const, y, jnp.arange(3))[0];
    expectClose(grad(repeated(light as typeof f))(0.7), grad(repeated(f))(0.7), 1e-5);
    const twice = checkpoint((x: NDArray) => light(x).mul(light(x.mul(0.5))), { policy: policies.dotsSaveable });
    expectClose(grad(twice)(0.7), grad((x: NDArray) => f(x).mul(f(x.mul(0.5))))(0.7), 1e-5);
  });
  test("a checkpoint that batches keeps dots according to their batch dimensions then", () => {
    const one = (x: NDArray, w: NDArray): NDArray => jnp.sum(jnp.sin(jnp.dot(w, x)));
    const light = checkpoint(one, { policy: policies.dotsWithNoBatchDimsSaveable });
    const [x, w] = [jnp.ones([4, 3]), jnp.ones([4, 2, 3])];
    const count = (f: unknown): number => again(makeJaxpr(f as Arrays)(x, w).jaxpr).dot_general!;
    // The derivative of one example knows no batch; the derivative of a batch does.
    expect(count(vmap(grad(light)))).toBe(1);
    expect(count(grad((x: NDArray, w: NDArray) => jnp.sum(vmap(light)(x, w))))).toBe(2);
  });
  test("a policy of one's own sees primitives, types and parameters", () => {
    const seen: string[] = [];
    const policy: CheckpointPolicy = ({ name }, avals) => {
      seen.push(`${name} ${avals.map(shortAval).join()}`);
      return name === "exp";
    };
    const light = checkpoint((x: NDArray) => jnp.sin(jnp.exp(x)), { policy });
    expect(savedResiduals(light, 1).map((r) => r.source.replace(place, ""))).toEqual(["output of exp"]);
    expect(seen).toContain("exp f32[]");
    expect(String(makeJaxpr(light)(1))).toContain("policy=<function policy>");
  });
});

describe("options and errors", () => {
  test("static arguments are not traced", () => {
    const f = (x: NDArray, n: number): NDArray => (n > 2 ? x.pow(n) : x);
    expectClose(grad(checkpoint(f, { staticArgnums: 1 }) as (x: NDArray, n: number) => NDArray)(2, 3), [12]);
    expect(() => checkpoint(f, { staticArgnums: 5 })(2, 3)).toThrow(/staticArgnums.*\(5,\), while args.length = 2/);
  });
  test("what is no policy, and what is no name", () => {
    expect(() => checkpoint((x: NDArray) => x, { policy: 3 as never })).toThrow(/a policy must be a function/);
    expect(() => policies.saveFromBothPolicies(policies.dotsSaveable, null as never)).toThrow(/policy/);
    expect(() => policies.saveOnlyTheseNames(["h"] as never)).toThrow(/takes names/);
    expect(() => checkpointName(1, 2 as never)).toThrow(/takes a string/);
    expect(() => checkpoint((x: NDArray) => x, { concrete: true } as never)).toThrow(/no option "concrete"/);
  });
  test("names print as JAX prints them, and are the identity", () => {
    const f = (x: NDArray) => checkpointName({ a: x, b: [x] }, "n");
    expect(String(makeJaxpr(f)(1))).toBe(
      "{ lambda ; a:f32[]. let\n    b:f32[] = name[name=n] a\n    c:f32[] = name[name=n] a\n  in (b, c) }",
    );
    const g = (x: NDArray) => checkpointName(x.mul(x), "y");
    expectClose(vmap(grad(grad(g)))(jnp.array([1, 2])), [2, 2]);
    expect(Number(checkpointName(3, "n"))).toBe(3);
  });
});

describe("printSavedResiduals", () => {
  test("one line an array, with the user's lines; nothing is computed", () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const f = (p: { w: NDArray }, x: NDArray) => jnp.sin(jnp.dot(p.w, x));
    printSavedResiduals(f, { w: new ShapeDtypeStruct([2, 3], "float32") }, jnp.ones(3));
    const text = log.mock.calls.map(([line]) => line as string).join("\n");
    log.mockRestore();
    expect(text.replace(/:\d+:\d+/, ":LINE")).toBe(
      "f32[2,3] from the argument p.w\nf32[3] from the argument x\nf32[2] output of cos from checkpoint.test.ts:LINE (f)",
    );
  });
  test("closed-over arrays are constants", () => {
    const w = jnp.ones([2, 2]);
    expect(savedResiduals((x: NDArray) => jnp.dot(w, x), jnp.ones(2)).map((r) => r.source)).toEqual([
      "from a constant",
    ]);
  });
});
