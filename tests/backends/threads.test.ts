import { afterAll, describe, expect, it } from "vitest";
import { createReferenceBackend } from "../../src/backends/reference/backend.ts";
import { createWasmBackend } from "../../src/backends/wasm/backend.ts";
import { cases, differences, runCase, supported } from "./cases.ts";

const reference = createReferenceBackend();
/** Everything that can be cut is cut, as finely as it can be, and workers have to help. */
const finest = { smallestPiece: 0, longReduction: 8, patient: true } as const;

describe("every program gives what the reference gives, cut as finely as can be", () => {
  const backend = createWasmBackend({ threads: 2, ...finest });
  afterAll(() => backend.closeThreads());
  for (const example of cases) {
    if (!supported(backend, example)) continue;
    it(example.name, async () => {
      const actual = await runCase(backend, example);
      const expected = example.expected === "reference" ? await runCase(reference, example) : example.expected;
      expect(differences(example, actual, expected), example.name).toBeUndefined();
    });
  }
  it("with threads", () => expect(backend.threadsStarted).toBe(true));
});
