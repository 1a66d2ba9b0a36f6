/**
 * Algorithms of the host inside a module's run: the driver calls them as imports with the addresses of their buffers, and
 * they work on views of the memory.
 */
import type { OpaqueStep, Program } from "../../compile/ir.ts";
import type { Assemble } from "../../core/assembler.ts";
import { type TypedArray, viewAs } from "../../types/dtype.ts";

/** The buffers whose addresses the driver passes, in order. */
export function opaqueBuffers({ inputs, outputs, scratch }: OpaqueStep): readonly number[] {
  return [...inputs, ...outputs, scratch];
}

/** The functions that a module imports for the algorithms in it. */
export function opaqueImports(
  steps: ReadonlyMap<string, OpaqueStep>,
  program: Program,
  memory: WebAssembly.Memory,
  assemble: Assemble,
): { [name: string]: (...addresses: number[]) => void } {
  const imports: { [name: string]: (...addresses: number[]) => void } = {};
  for (const [name, step] of steps) {
    const touched = opaqueBuffers(step).map((buffer) => program.buffers[buffer]!);
    const { kernel, sizes, inputs } = step;
    imports[name] = (...addresses) => {
      // An address beyond 2 GiB arrives as a negative number.
      const views = touched.map(
        ({ dtype, size }, i): TypedArray => viewAs(dtype, memory.buffer, addresses[i]! >>> 0, size),
      );
      const scratch = views.pop() as Float64Array;
      const outputs = views.splice(inputs.length);
      kernel.compute(views, outputs, sizes, scratch, assemble);
    };
  }
  return imports;
}
