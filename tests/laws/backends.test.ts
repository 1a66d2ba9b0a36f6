/**
 * Law 2: every backend computes what reference computes, within the primitive's `ulp`, for every dtype that the primitive
 * takes and the backends store; also at zeros, infinities, NaN and the ends of the integers.
 */
import { config } from "../../src/core/config.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import { bind } from "../../src/core/trace.ts";
import { getBackend } from "../../src/runtime/device.ts";
import { type DType, dtypeKind, integerRange, isComplex, newTypedArray, numericDTypes } from "../../src/types/dtype.ts";
import { expectClose, type Tolerance } from "./compare.ts";
import { drawData, seeded } from "./draw.ts";
import { arraysOf, type Example, isFloat, law, withDType } from "./examples.ts";

function runOn(backend: string, example: Example): NDArray[] {
  return config.using({ defaultBackend: backend }, () => bind(example.primitive, arraysOf(example), example.params));
}

/** Sums and products may cancel: what they lose is measured against the largest result. */
function toleranceOf(example: Example): Tolerance {
  const { kind } = example.primitive.lower;
  // Parts of complex results are measured against the largest too.
  if (example.operands.some((x) => isComplex(x.aval.dtype))) return { ulp: 8 * example.ulp, scaledUlp: 16 };
  return { ulp: example.ulp, scaledUlp: kind === "map" || kind === "gather" ? 0 : 8 };
}

function compare(example: Example): void {
  expectClose(runOn("wasm", example), runOn("reference", example), toleranceOf(example), "wasm against reference");
}

const stored = (dtype: DType): boolean => getBackend("wasm").supports(dtype) && getBackend("reference").supports(dtype);

law("wasm equals reference", compare, (example) => example.operands.every((x) => stored(x.aval.dtype)));

/** Programs inside are staged for one dtype. */
const carriesProgram = (example: Example): boolean =>
  ["call", "loop", "while", "branch"].includes(example.primitive.lower.kind);

law(
  "wasm equals reference in every dtype",
  (example) => {
    const own = example.operands[0]!.aval.dtype;
    const failures: string[] = [];
    for (const dtype of numericDTypes) {
      if (dtype === own || !stored(dtype)) continue;
      const changed = withDType(example, dtype);
      if (changed === undefined) continue;
      try {
        config.using({ enableX64: changed.x64 }, () => compare(changed));
      } catch (error) {
        const { message } = error as Error;
        // Not every primitive is defined for complex numbers; those that are not say so when they are compiled.
        if (!isComplex(dtype) || !message.includes(`${dtype} values is not supported`))
          failures.push(`${dtype}: ${message}`);
      }
    }
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
  (example) => example.operands.length > 0 && stored(example.operands[0]!.aval.dtype) && !carriesProgram(example),
);

const specialFloats = [
  0,
  -0,
  1,
  -1,
  0.5,
  -2.5,
  Infinity,
  -Infinity,
  Number.NaN,
  1e-40,
  -1e-310,
  3e38,
  -1e300,
  7e9,
  1e-20,
];

function specials(dtype: DType): (number | bigint)[] {
  if (dtypeKind(dtype) === "b") return [0, 1];
  if (isFloat(dtype)) return specialFloats;
  const [low, high] = integerRange(dtype);
  const values = [low, low + 1n, 0n, 1n, 2n, 7n, 31n, high / 2n, high - 1n, high, ...(low < 0n ? [-1n, -3n] : [])];
  return dtype === "int64" || dtype === "uint64" ? values : values.map(Number);
}

/** Every pair of special values for elementwise primitives of one or two operands. */
function withSpecials(example: Example): Example {
  const lists = example.operands.map((x) => specials(x.aval.dtype));
  const total = lists.reduce((n, list) => n * list.length, 1);
  let stride = 1;
  const operands = example.operands.map((x, i) => {
    const list = lists[i]!;
    const data = newTypedArray(x.aval.dtype, total);
    for (let k = 0; k < total; k++) {
      (data as unknown as (number | bigint)[])[k] = list[Math.floor(k / stride) % list.length]!;
    }
    stride *= list.length;
    return { ...x, aval: { ...x.aval, shape: [total] }, data };
  });
  return { ...example, operands };
}

const isPlainElementwise = (example: Example): boolean =>
  example.primitive.lower.kind === "map" &&
  example.operands.length > 0 &&
  example.operands.length <= 2 &&
  example.operands.every((x) => x.aval.shape.length === 1 && x.aval.shape[0]! > 0 && stored(x.aval.dtype));

law(
  "wasm equals reference at special values",
  (example) => {
    // Outside of its domain a function keeps its kind of result; its last digits may be fewer.
    const special = withSpecials(example);
    expectClose(
      runOn("wasm", special),
      runOn("reference", special),
      { ulp: 4 * example.ulp },
      "wasm against reference",
    );
  },
  isPlainElementwise,
);

law(
  "wasm equals reference on long vectors, which fill lanes and leave a rest",
  (example) => {
    const random = seeded(`${example.label} long`);
    const operands = example.operands.map((x) => {
      const aval = { ...x.aval, shape: [1003] };
      return { ...x, aval, data: drawData(random, aval.dtype, aval.shape, x.domain) };
    });
    compare({ ...example, operands });
  },
  isPlainElementwise,
);
