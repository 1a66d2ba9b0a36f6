/**
 * The examples in the doc comments of public functions run, and where a comment behind a statement shows a value, they give
 * that value. Names that an example uses and does not make stand in `prelude.ts`.
 */
import { readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import * as adjoint from "adjoint";
import { config, NDArray, numpy, repr } from "adjoint";
import { checkGrads } from "adjoint/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { compareOutputs } from "../../notebooks/runner/compare.ts";
import { examplesOf, statementsOf } from "./examples.ts";
import { preludes } from "./prelude.ts";

const rooms = [
  "api",
  "array",
  "core",
  "debug",
  "errors",
  "experimental",
  "lax",
  "nn",
  "numpy",
  "optim",
  "prims",
  "random",
  "scipy",
  "tree",
  "types",
];
/** Files of `prims` whose operations are functions of `lax` as they are; the others have arguments that no program writes. */
const elementwise =
  /^prims\/(?:arithmetic|bitwise|compare|exponential|gamma|hyperbolic|rounding|special|trigonometric)\.ts$/;
const root = new URL("../../src/", import.meta.url);
const files = rooms
  .flatMap((room) =>
    readdirSync(new URL(`${room}/`, root))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${room}/${name}`),
  )
  .filter((file) => !file.startsWith("prims/") || elementwise.test(file))
  .filter((file) => examplesOf(readFileSync(new URL(file, root), "utf8")).length > 0);

const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...given: unknown[]) => Promise<unknown>;

/** Whether a comment shows a value. Others explain, and are not compared. */
const showsValue = (comment: string): boolean =>
  /^(-?\d|\[|\{|"|'|true\b|false\b|True\b|False\b|nan\b|-?inf\b|Array\(|-?Infinity)/.test(comment);

/** The ways in which a value may be shown. */
function shown(values: readonly unknown[]): string[] {
  const list = (show: (value: unknown) => string): string => values.map(show).join(", ");
  const [only] = values;
  return [
    list(String),
    list((value) => inspect(value, { breakLength: Number.POSITIVE_INFINITY })),
    ...(only instanceof NDArray ? [repr(only), `${only} ${only.dtype}`] : [list((value) => JSON.stringify(value))]),
    ...(Array.isArray(only) ? [only.map(String).join(", "), `[${only.map(String).join(", ")}]`] : []),
  ];
}

const plain = (text: string): string =>
  text
    .replace(/\s+/g, " ")
    .replace(/([[({]) /g, "$1")
    .replace(/ ([\])},])/g, "$1");

/** Runs an example under given names, and says what is wrong with it. */
async function runExample(code: string, names: Record<string, unknown>): Promise<string | undefined> {
  const results: { comment: string; values: unknown[] }[] = [];
  try {
    const body = statementsOf(code).map(({ code: statement, value, comment }) => {
      if (comment === undefined || value === undefined || !showsValue(comment)) return statement;
      // An expression is evaluated once, as part of what is recorded.
      const declaration = /^(?:const|let)\b/.test(statement) ? statement : "";
      return `${declaration}\n$record(${JSON.stringify(comment)}, ${value});`;
    });
    const record = (comment: string, values: unknown[]): void => void results.push({ comment, values });
    const run = new AsyncFunction(...Object.keys(names).filter(isName), "$record", `{\n${body.join("\n")}\n}`);
    await run(
      ...Object.keys(names)
        .filter(isName)
        .map((name) => names[name]),
      record,
    );
  } catch (error) {
    return String(error).split("\n")[0];
  }
  for (const { comment, values } of results) {
    const ways = shown(values).map(plain);
    if (ways.some((way) => compareOutputs(way, plain(comment)).length === 0)) continue;
    return `the comment says ${plain(comment)}, but it is ${ways[0]}`;
  }
  return undefined;
}

/** Exports such as `switch` and `var` cannot be names of a scope. */
const isName = (name: string): boolean => !["default", "delete", "switch", "var"].includes(name);

const settings = { ...config };
const printing = numpy.getPrintOptions();

/** Settings that one example makes do not reach the next. */
function restore(): void {
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value !== "function") config.update(name as never, value as never);
  }
  numpy.setPrintOptions(printing);
}

afterEach(() => void vi.restoreAllMocks());

describe.each(files)("%s", (file) => {
  const examples = examplesOf(readFileSync(new URL(file, root), "utf8"));

  test("its examples run and give what they say", async () => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    const own = (await import(/* @vite-ignore */ new URL(file, root).pathname)) as object;
    const problems: string[] = [];
    for (const { line, code } of examples) {
      const place = `src/${file}:${line}`;
      let failure: string | undefined;
      for (const names of preludes()) {
        failure = await runExample(code, { ...own, ...adjoint, jnp: numpy, checkGrads, ...names });
        restore();
        if (failure === undefined) break;
      }
      if (failure !== undefined) problems.push(`${place}: ${failure}\n    ${code}`);
    }
    expect(problems.join("\n")).toBe("");
  });
});
