import { readFileSync } from "node:fs";
import { version } from "adjoint";
import { expect, test } from "vitest";

test("the library's version is the package's", () => {
  const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  expect(version).toBe(manifest.version);
});
