/**
 * One mistake for each class of errors, as users make them. docs/errors.md shows their code and what they print; the
 * text between the braces is the code shown.
 */
import "../../src/array/install.ts";
import { grad } from "../../src/api/grad.ts";
import { jit } from "../../src/api/jit.ts";
import { linearTranspose } from "../../src/api/jvp.ts";
import { vmap } from "../../src/api/vmap.ts";
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import * as checkify from "../../src/debug/checkify.ts";
import { parseJaxpr } from "../../src/debug/parse.ts";
import * as lax from "../../src/lax/index.ts";
import * as jnp from "../../src/numpy/index.ts";
import { registry } from "../../src/registry.ts";
import * as tree from "../../src/tree/index.ts";

/** What an example needs to know of its class: how to make the mistake, and where its lines must be named. */
export interface Example {
  readonly run: () => unknown;
  /** Lines of the user's that the error must name, as parts of `where`. */
  readonly names: readonly string[];
}

export const examples: { readonly [name: string]: Example } = {
  ConcretizationTypeError: {
    run: () => {
      const step = jit(function step(x: NDArray) {
        const y = x.mul(2);
        return Math.exp(y as never);
      });
      step(1);
    },
    names: ["(step)", "was made by mul"],
  },
  TracerBoolConversionError: {
    run: () => {
      const relu = jit(function relu(x: NDArray) {
        return Number(x.greater(0)) ? x : x.mul(0);
      });
      relu(1);
    },
    names: ["(relu)", "was made by gt"],
  },
  TracerArrayConversionError: {
    run: () => {
      const loss = grad(function loss(w: NDArray) {
        console.log(w.tolist());
        return w.mul(w);
      });
      loss(3);
    },
    names: ["(loss)", "is an argument of grad of loss"],
  },
  TracerIntegerConversionError: {
    run: () => {
      const total = jit(function total(x: NDArray, axis: NDArray) {
        return x.sum(axis as never);
      });
      total(jnp.ones([2, 3]), jnp.array(1, "int32"));
    },
    names: ["(total)"],
  },
  NonConcreteBooleanIndexError: {
    run: () => {
      const positive = jit(function positive(x: NDArray) {
        return x.get(x.greater(0));
      });
      positive(jnp.array([1, -2, 3]));
    },
    names: ["(positive)"],
  },
  UnexpectedTracerError: {
    run: () => {
      const seen: NDArray[] = [];
      const f = jit(function f(x: NDArray) {
        const y = x.mul(2);
        seen.push(y);
        return y;
      });
      f(1);
      seen[0]!.add(1);
    },
    names: ["was made by mul at", "(f)"],
  },
  AsyncFunctionError: {
    run: () => {
      const loss = async (w: NDArray) => w.mul(w).sum();
      grad(loss as never)(jnp.ones([3]) as never);
    },
    names: [],
  },
  ShapeError: {
    run: () => {
      const predict = jit(function predict(w: NDArray, x: NDArray) {
        const features = x.reshape(3, 4);
        return features.dot(w);
      });
      predict(jnp.ones([5]), jnp.ones([12]));
    },
    names: ["(predict)", "float32[3,4] was made by reshape at", "float32[5] is an argument of jit of predict"],
  },
  DTypeError: {
    run: () => {
      const f = (x: NDArray) => x.mul(x);
      grad(f)(jnp.array(3, "int32"));
    },
    names: [],
  },
  AxisError: {
    run: () => {
      jnp.ones([2, 3]).sum(2);
    },
    names: [],
  },
  OptionError: {
    run: () => {
      const f = (x: NDArray, y: NDArray) => x.mul(y);
      vmap(f, { inaxes: [0, null] } as never);
    },
    names: [],
  },
  TreeError: {
    run: () => {
      const params = { w: jnp.ones([3]), b: 0 };
      const gradients = { w: jnp.ones([3]) };
      tree.map((p: NDArray, g: NDArray) => p.sub(g), params, gradients);
    },
    names: [],
  },
  IndexingError: {
    run: () => {
      jnp.ones([3]).get(0, 0);
    },
    names: [],
  },
  ArgumentError: {
    run: () => {
      const loss = (w: NDArray, x: NDArray) => w.mul(x).sum();
      grad(loss, [0, 2])(1, 2);
    },
    names: [],
  },
  OperatorError: {
    run: () => {
      const x = jnp.ones([3]);
      return (x as never) * 2;
    },
    names: [],
  },
  TransformError: {
    run: () => {
      const f = (x: NDArray) => lax.sin(x.mul(2));
      linearTranspose(f, jnp.ones([3]))(jnp.ones([3]));
    },
    names: ["applied at"],
  },
  UnboundAxisError: {
    run: () => {
      const centred = vmap((x: NDArray) => x.sub(lax.pmean(x, "batch")), { axisName: "i" });
      centred(jnp.array([1, 2, 6]));
    },
    names: [],
  },
  JaxprTypeError: {
    run: () => {
      const text = "{ lambda ; a:f32[3]. let b:f32[4] = sin a in (b,) }";
      config.using({ enableChecks: true }, () => parseJaxpr(text, registry));
    },
    names: [],
  },
  JaxprSyntaxError: {
    run: () => {
      parseJaxpr("{ lambda ; a:f32[]. let b:f32[] = sine a in (b,) }", registry);
    },
    names: [],
  },
  DeletedArrayError: {
    run: () => {
      const step = jit((w: NDArray) => w.mul(0.9), { donateArgnums: 0 });
      const w = jnp.ones([3]);
      const next = step(w);
      w.sub(next);
    },
    names: [],
  },
  MemoryLimitError: {
    run: () => {
      jnp.ones([1_000_000, 1_000_000]);
    },
    names: [],
  },
  BackendError: {
    run: () => {
      jnp.ones([3]).astype("bfloat16").mul(2).tolist();
    },
    names: [],
  },
  DuplicateLibraryError: {
    run: () => {
      const fromAnotherCopy = { [Symbol.for("adjoint.NDArray")]: true };
      grad((x: NDArray) => x.mul(x))(fromAnotherCopy as never);
    },
    names: [],
  },
  CheckError: {
    run: () => {
      checkify.check(jnp.array(false), "the step must be positive, got {}", jnp.array(-0.5));
    },
    names: [],
  },
  FloatingPointError: {
    run: () => {
      const loss = jit(function loss(x: NDArray) {
        return jnp.log(x.sub(2)).sum();
      });
      config.using({ debugNans: true }, () => loss(jnp.array([1, 3])));
    },
    names: ["(loss)"],
  },
};
