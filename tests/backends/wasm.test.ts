import { describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import { cases, differences, runCase, supported } from "./cases.ts";

describe("every program gives what the reference gives", () => {
  const backend = createWasmBackend();
  const reference = createReferenceBackend();
  for (const example of cases) {
    if (!supported(backend, example)) continue;
    it(example.name, async () => {
      const before = backend.memory().used;
      const actual = await runCase(backend, example);
      const expected = example.expected === "reference" ? await runCase(reference, example) : example.expected;
      expect(differences(example, actual, expected)).toBeUndefined();
      if (example.program.constants.size === 0) expect(backend.memory().used).toBe(before);
    });
  }
});
