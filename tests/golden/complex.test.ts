/** Complex numbers and Fourier transforms against JAX's numbers, on both backends; see tools/golden/complex.py. */
import * as adjoint from "adjoint";
import { config, numpy as jnp, lax, type NDArray } from "adjoint";
import { afterEach, describe, expect, test } from "vitest";
import { decodeArray, type EncodedArray, loadGolden } from "./load.ts";

interface Case {
  readonly id: string;
  readonly typescript: string;
  readonly x64: boolean;
  readonly operands: { readonly [name: string]: EncodedArray };
  readonly out: readonly EncodedArray[];
}

const { cases } = loadGolden<Case>("complex");
const scope = { ...adjoint, jnp, lax };

afterEach(() => {
  config.update("enableX64", false);
  config.update("defaultBackend", "wasm");
});

function operand(encoded: EncodedArray): NDArray {
  const { dtype, shape, data } = decodeArray(encoded);
  const values = dtype.startsWith("complex")
    ? Array.from({ length: data.length / 2 }, (_, i) => ({ re: data[2 * i]!, im: data[2 * i + 1]! }))
    : [...data];
  return jnp.array(values, { dtype: dtype as never }).reshape(...shape);
}

/** Real and imaginary parts in turn. */
const numbers = (x: NDArray): number[] => Array.from(x.toTypedArray() as Float64Array, Number);

/** How far results may be from JAX's, relative to the size of the number and a little absolutely. */
const tolerance = (dtype: string): readonly [relative: number, absolute: number] =>
  dtype.endsWith("64") && dtype !== "complex64"
    ? [1e-12, 1e-13]
    : dtype === "complex128"
      ? [1e-12, 1e-13]
      : [6e-6, 4e-6];

/** JAX's own float32 formulas lose digits or the other side of a cut in these; ours agree with its float64 results. */
const exceptions: { readonly [id: string]: string } = {};

for (const backend of ["wasm", "reference"] as const) {
  describe(backend, () => {
    test.each(cases.filter(({ id }) => !(id in exceptions)))("$id", ({ typescript, x64, operands, out }) => {
      config.update("enableX64", x64);
      config.update("defaultBackend", backend);
      const arrays = Object.values(operands).map(operand);
      const names = Object.keys(operands);
      const run = new Function(...Object.keys(scope), ...names, `return ${typescript};`);
      const result: unknown = run(...Object.values(scope), ...arrays);
      const leaves = adjoint.tree.leaves(result as never) as NDArray[];
      expect(leaves.length).toBe(out.length);
      out.forEach((encoded, i) => {
        const wanted = decodeArray(encoded);
        const leaf = leaves[i]!;
        expect([leaf.dtype, leaf.shape]).toEqual([wanted.dtype, wanted.shape]);
        const [relative, absolute] = tolerance(wanted.dtype);
        const found = numbers(leaf);
        const step = wanted.dtype.startsWith("complex") ? 2 : 1;
        for (let at = 0; at < found.length; at += step) {
          const expected = wanted.data.slice(at, at + step);
          const size = Math.hypot(...expected.filter(Number.isFinite));
          for (let part = 0; part < step; part++) {
            const [x, y] = [found[at + part]!, expected[part]!];
            const fine = Number.isFinite(y) ? Math.abs(x - y) <= relative * size + absolute : Object.is(x, y);
            if (!fine) expect.fail(`element ${at / step} is ${found.slice(at, at + step)}, JAX gives ${expected}`);
          }
        }
      });
    });
  });
}
