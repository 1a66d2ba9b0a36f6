/** docs/errors.md is what the generator makes now. With WRITE_DOCS=1 it is written instead (npm run docs:errors). */
import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { errorsPage } from "./page.ts";

const page = new URL("../../docs/errors.md", import.meta.url);

test("docs/errors.md is up to date", () => {
  const text = errorsPage();
  if (process.env.WRITE_DOCS === "1") writeFileSync(page, text);
  expect(readFileSync(page, "utf8"), "run npm run docs:errors").toBe(text);
});
