/** Every class of errors has an example, and every error has its four parts. */
import { expect, test } from "vitest";
import * as errors from "../../src/errors/index.ts";
import { examples } from "./examples.ts";

const classes = Object.entries(errors).filter(
  ([name, value]) => name.endsWith("Error") && name !== "AdjointError" && typeof value === "function",
);

test("every class has an example, and every example a class", () => {
  expect(Object.keys(examples).sort()).toEqual(classes.map(([name]) => name).sort());
});

test.each(Object.entries(examples))("%s: what, where, fix, more", (name, { run, names }) => {
  let error: unknown;
  try {
    run();
  } catch (e) {
    error = e;
  }
  expect(error).toBeInstanceOf(errors.AdjointError);
  const thrown = error as errors.AdjointError;
  expect(thrown.name).toBe(name);
  const { what, where, fix } = thrown.parts;
  expect(what).not.toBe("");
  expect(what).not.toMatch(/undefined|\[object/);
  const lines = where!.join("\n");
  expect(lines).toMatch(/examples\.ts:\d+:\d+/);
  for (const part of names) expect(lines).toContain(part);
  expect(fix).toBeDefined();
  expect(thrown.message).toContain(what);
  expect(thrown.message).toContain(`\n  fix: ${fix}`);
  expect(thrown.message).toContain(`\n  more: docs/errors.md#${name.toLowerCase()}`);
});
