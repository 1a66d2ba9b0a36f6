import { version } from "adjoint";
import { expectTypeOf, test } from "vitest";

test("the version is a string", () => {
  expectTypeOf(version).toBeString();
});
