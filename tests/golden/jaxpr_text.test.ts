/** The text of jaxprs against JAX's own, for functions whose operations exist here. */
import "../../src/runtime/install.ts";
import { describe, expect, test } from "vitest";
import { checkpoint } from "../../src/api/checkpoint.ts";
import { grad, valueAndGrad } from "../../src/api/grad.ts";
import { makeJaxpr } from "../../src/api/jaxpr.ts";
import { jit } from "../../src/api/jit.ts";
import { jvp } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { ShapeDtypeStruct } from "../../src/core/struct.ts";
import * as lax from "../../src/lax/index.ts";
import { fromTypedArray } from "../../src/runtime/array.ts";
import { makeAval } from "../../src/types/aval.ts";
import type { DType } from "../../src/types/dtype.ts";
import { decodeArray, type EncodedArray, loadGolden } from "./load.ts";

interface Case {
  readonly id: string;
  readonly typescript?: string;
  readonly inputs: readonly (readonly [DType, readonly number[]])[];
  readonly text: string;
  readonly constants?: { readonly [name: string]: EncodedArray };
  readonly quirk?: string;
}

const scope: { readonly [name: string]: unknown } = { lax, checkpoint, grad, valueAndGrad, jit, jvp, vmap };

/** Texts that are meant to differ, and why. */
const different: { readonly [id: string]: string } = {
  "literals of many sizes": "numbers are stored as float32: 123456789 is 123456790, its shortest digits",
  "literal pi": "numbers are stored as float32, and print by their shortest digits: 3.1415927",
  top_k: "topK is a sort and a slice, not a primitive of its own",
};

describe("jaxprs print as in JAX", () => {
  const { cases } = loadGolden<Case>("jaxpr_text");
  for (const { id, typescript, inputs, text, constants = {}, quirk } of cases) {
    if (typescript === undefined || typescript === null) continue;
    test(id, () => {
      const names = Object.keys(constants);
      const arrays = names.map((name) => {
        const { dtype, shape, data } = decodeArray(constants[name]!);
        return fromTypedArray(makeAval(shape, dtype as DType), Float32Array.from(data));
      });
      const f = new Function(...Object.keys(scope), ...names, `return ${typescript};`)(
        ...Object.values(scope),
        ...arrays,
      ) as (...args: unknown[]) => unknown;
      const printed = String(makeJaxpr(f)(...inputs.map(([dtype, shape]) => new ShapeDtypeStruct(shape, dtype))));
      if (quirk !== undefined || id in different) {
        expect(printed).toMatch(/^(let|\{ lambda)/);
        return;
      }
      expect(printed).toBe(text);
    });
  }
});
