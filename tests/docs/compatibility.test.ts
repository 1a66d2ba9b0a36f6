/** docs/compatibility.md is what the generator makes now. With WRITE_DOCS=1 it is written instead (npm run docs:compatibility). */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { camelCase, compatibilityPage } from "./compatibility.ts";

const page = new URL("../../docs/compatibility.md", import.meta.url);

test("docs/compatibility.md is up to date", () => {
  const text = compatibilityPage();
  if (process.env.WRITE_DOCS === "1") writeFileSync(page, text);
  expect(readFileSync(page, "utf8"), "run npm run docs:compatibility").toBe(text);
});

test("JAX's names in camel case", () => {
  const names = ["zeros_like", "atleast_1d", "arctan2", "PRNGKey", "ix_", "log1p", "flatten_with_path"];
  expect(names.map(camelCase)).toEqual([
    "zerosLike",
    "atleast1d",
    "arctan2",
    "PRNGKey",
    "ix_",
    "log1p",
    "flattenWithPath",
  ]);
});
