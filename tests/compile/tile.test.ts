/** Blocks of rows: programs whose kernels hand rows to one another give what they give kernel by kernel. */
import { describe, expect, it } from "vitest";
import { config, jit, lax, type NDArray, random } from "../../src/index.ts";

const programs: { readonly [name: string]: (x: NDArray) => NDArray | NDArray[] } = {
  softmax: (x) => {
    const e = lax.exp(x.sub(x.max(1, { keepdims: true })));
    return e.div(e.sum(1, { keepdims: true }));
  },
  "layer norm": (x) => {
    const centred = x.sub(x.mean(1, { keepdims: true }));
    return centred.div(lax.sqrt(centred.mul(centred).mean(1, { keepdims: true }).add(1e-5)));
  },
  "running sums along rows": (x) => {
    const sums = lax.cumsum(lax.exp(x), 1);
    return sums.div(sums.max(1, { keepdims: true }));
  },
  "several results": (x) => {
    const e = lax.exp(x);
    return [e, e.sum(1), lax.tanh(e).sum(1), e.mul(e).sub(e.sum(1, { keepdims: true }))];
  },
  "rows of another order are not rows": (x) => {
    const e = lax.exp(x);
    return e.sub(lax.rev(e, [0])).div(e.sum(1, { keepdims: true }));
  },
};

describe("blocks of rows", () => {
  for (const [name, f] of Object.entries(programs)) {
    for (const shape of [
      [300, 700],
      [128, 1024],
      [40000, 5],
    ]) {
      it(`${name} on (${shape.join(", ")})`, () => {
        const x = random.normal(random.key(0), shape);
        const run = (defaultBackend: string): NDArray[] =>
          config.using({ enableChecks: true, defaultBackend }, () => [jit(f)(x)].flat() as NDArray[]);
        const expected = config.using({ disableJit: true }, () => [f(x)].flat() as NDArray[]);
        for (const backend of ["wasm", "reference"]) {
          run(backend).forEach((y, i) => {
            const difference = lax.reduceMax(lax.abs(y.sub(expected[i]!).div(expected[i]!.mul(expected[i]!).add(1))));
            expect(difference.item(), `${backend} result ${i}`).toBeLessThan(2e-5);
          });
        }
      });
    }
  }

  it("needs memory for one block of what rows hand on", () => {
    const x = random.normal(random.key(0), [1024, 1024]);
    const { workspaceBytes } = jit(programs.softmax!).lower(x).compile().memoryAnalysis();
    expect(workspaceBytes).toBeLessThan(1 << 17);
  });
});
