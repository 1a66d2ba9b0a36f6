/** Law 8: a program returns every block of its workspace, and results that are discarded return theirs. */

import { jitCall } from "../../src/control/jit.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { bind } from "../../src/core/trace.ts";
import type { Cell } from "../../src/runtime/cell.ts";
import { getBackend } from "../../src/runtime/device.ts";
import { discard } from "../../src/runtime/memory.ts";
import { stage } from "../../src/transforms/stage.ts";
import { vmapFlat } from "../../src/transforms/vmap.ts";
import { range } from "../../src/util/list.ts";
import { drawRows, stacked } from "./batch.ts";
import { type FlatFunction, functionOf } from "./derive.ts";
import { arraysOf, type Example, law } from "./examples.ts";

function release(...lists: readonly (readonly NDArray[])[]): void {
  const cells = new Set(lists.flat().map((x) => x.payload as Cell));
  for (const cell of cells) discard(cell, "the test has ended");
}

/** Runs something that makes arrays, and checks that nothing remains of it. */
function balanced(backend: string, body: () => readonly (readonly NDArray[])[]): void {
  config.using({ defaultBackend: backend }, () => {
    const memory = getBackend(backend);
    // The first run compiles; a compiled program may keep memory for itself.
    release(...body());
    const before = memory.memory().used;
    release(...body());
    const after = memory.memory().used;
    if (after !== before) throw new Error(`${backend}: ${before} bytes in use before, ${after} after`);
  });
}

const canStore = (example: Example): boolean =>
  [
    ...example.operands.map((x) => x.aval),
    ...example.primitive.types(
      example.operands.map((x) => x.aval),
      example.params,
    ),
  ].every((aval) => getBackend("wasm").supports(aval.dtype));

for (const backend of ["reference", "wasm"]) {
  law(
    `${backend} gets its memory back`,
    (example) => {
      balanced(backend, () => {
        const xs = arraysOf(example);
        return [xs, bind(example.primitive, xs, example.params)];
      });
    },
    canStore,
  );

  law(
    `${backend} gets the memory of large arrays back`,
    (example) => {
      // A batch of many examples is too large for JavaScript's memory.
      const size = 2000;
      const count = example.operands.length;
      const rows = range(count).map((i) => drawRows(example, i, 3, "memory"));
      balanced(backend, () => {
        const args = example.operands.map((x, i) =>
          stacked(
            x.aval,
            range(size).map((j) => rows[i]![j % 3]!),
            0,
          ),
        );
        const f: FlatFunction = (xs) =>
          vmapFlat(
            functionOf(example),
            xs,
            args.map(() => 0),
            { size, name: undefined },
          )[0];
        const { jaxpr } = stage(
          f,
          args.map((x) => x.aval),
          "jit",
        );
        const results = jitCall(args, { name: "f", jaxpr });
        return [args, results];
      });
    },
    (example) => isSmallest(example) && canStore(example) && example.primitive.lower.kind !== "while",
  );
}

/** One example a primitive is enough. */
function isSmallest(example: Example): boolean {
  return example.label.endsWith(" 1") && example.operands.length > 0;
}
