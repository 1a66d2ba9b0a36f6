// The four parts of an error, out of its message.

import { errors, numpy as jnp } from "adjoint";
import { expect, test } from "vitest";
import { messageParts } from "../../site/notebook/failure.ts";

test("an error of the library comes apart as it was put together", () => {
  let error: unknown;
  try {
    jnp.add(jnp.ones(2), jnp.ones(3));
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof errors.AdjointError)) throw new Error("no error of the library");
  const { what, where, fix, anchor } = messageParts(error.message);
  expect({ what, where, fix }).toEqual({ ...error.parts, where: error.parts.where ?? [] });
  expect(anchor).toBe(error.name.toLowerCase());
});

test("lines of what happened stay together", () => {
  const message = "Two things\nand a third\n  at a.ts:1:2\n  b is old\n  fix: do this\n  more: docs/errors.md#x-y";
  expect(messageParts(message)).toEqual({
    what: "Two things\nand a third",
    where: ["at a.ts:1:2", "b is old"],
    fix: "do this",
    anchor: "x-y",
  });
});

test("other messages are all of it", () => {
  expect(messageParts("x is not defined\n  here")).toEqual({
    what: "x is not defined\n  here",
    where: [],
    fix: "",
    anchor: "",
  });
});
