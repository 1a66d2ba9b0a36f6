/**
 * What the laws are tried on: for every primitive of the registry a list of operands and parameters, made from the
 * primitive's own `laws`; and how a law is run over all of them.
 */
import { describe, test } from "vitest";
import { config } from "../../src/core/config.ts";
import { isJaxpr } from "../../src/core/jaxpr.ts";
import type { NDArray } from "../../src/core/ndarray.ts";
import type { LawOperand, Laws, Primitive } from "../../src/core/primitive.ts";
import { registry } from "../../src/registry.ts";
import { fromTypedArray } from "../../src/runtime/array.ts";
import { type Aval, makeAval } from "../../src/types/aval.ts";
import { type DType, dtypeKind, isInexact, newTypedArray, type TypedArray } from "../../src/types/dtype.ts";
import type { Shape } from "../../src/types/shape.ts";
import { drawData, seeded } from "./draw.ts";
import { programCases } from "./programs.ts";
import "./install.ts";

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
export type AnyPrimitive = Primitive<any>;

/** An operand, with what is needed to draw others like it. */
export interface ExampleOperand {
  readonly aval: Aval;
  readonly data: TypedArray;
  readonly domain: readonly [number, number] | undefined;
  /** The values are those of the law, not drawn. */
  readonly isFixed: boolean;
}

export interface Example {
  readonly primitive: AnyPrimitive;
  readonly operands: readonly ExampleOperand[];
  readonly params: unknown;
  /** Whether 64-bit dtypes are on. */
  readonly x64: boolean;
  readonly ulp: number;
  readonly smooth: boolean;
  /** Distinguishes the draws of examples. */
  readonly label: string;
}

type Case = NonNullable<Laws<unknown>["cases"]>[number];

/** Shapes of elementwise operands: equal ones, and rank 0 beside arrays in every combination. */
function elementwiseShapes(arity: number): Shape[][] {
  const result: Shape[][] = [];
  for (const shape of [[], [3], [2, 3], [0]] as Shape[]) {
    for (let scalars = 0; scalars < 2 ** arity - 1; scalars++) {
      if (shape.length === 0 && scalars > 0) break;
      result.push(Array.from({ length: arity }, (_, i) => ((scalars >> i) & 1 ? [] : shape)));
    }
  }
  return result;
}

function casesOf(name: string, primitive: AnyPrimitive, dtype: DType): readonly Case[] {
  const { laws } = primitive;
  if (laws.cases !== undefined) return laws.cases;
  if (programCases[name] !== undefined) return programCases[name](dtype);
  if (primitive.batch !== "elementwise" || primitive.multipleResults) {
    throw new Error(`the laws of ${name} have no cases, and it is not elementwise`);
  }
  const arity = (primitive as unknown as { readonly length: number }).length;
  return elementwiseShapes(arity).map((shapes) => ({ operands: shapes.map((shape) => ({ shape })), params: null }));
}

function domainOf(laws: Laws<unknown>, operand: LawOperand, i: number): readonly [number, number] | undefined {
  if (operand.domain !== undefined) return operand.domain;
  const { domain } = laws;
  if (domain === undefined) return undefined;
  return typeof domain[0] === "number"
    ? (domain as readonly [number, number])
    : (domain[i] as readonly [number, number]);
}

const wide = (dtype: DType): boolean => ["int64", "uint64", "float64", "complex128"].includes(dtype);

function exampleOf(name: string, primitive: AnyPrimitive, dtype: DType, given: Case, label: string): Example {
  const { laws } = primitive;
  const random = seeded(label);
  const operands = given.operands.map((operand, i): ExampleOperand => {
    const aval = makeAval(operand.shape, operand.dtype ?? dtype);
    const domain = domainOf(laws, operand, i);
    if (operand.values === undefined) {
      return { aval, data: drawData(random, aval.dtype, aval.shape, domain), domain, isFixed: false };
    }
    const data = newTypedArray(aval.dtype, operand.values.length);
    operand.values.forEach((value, k) => {
      (data as unknown as (number | bigint)[])[k] =
        data instanceof BigInt64Array || data instanceof BigUint64Array ? BigInt(value) : value;
    });
    return { aval, data, domain, isFixed: true };
  });
  return {
    primitive,
    operands,
    params: given.params,
    x64: wide(dtype) || operands.some((x) => wide(x.aval.dtype)),
    ulp: laws.ulp ?? 1,
    smooth: laws.smooth ?? true,
    label: `${name} ${label}`,
  };
}

/** The examples of a primitive for the dtypes of its laws and, where float32 is one of them, float64. */
export function examplesOf(name: string, primitive: AnyPrimitive): Example[] {
  const { laws } = primitive;
  const named = laws.dtypes ?? ["float32"];
  const dtypes = named.includes("float32") ? [...named, "float64" as const] : named;
  const result: Example[] = [];
  for (const dtype of dtypes) {
    config.using({ enableX64: wide(dtype) }, () => {
      casesOf(name, primitive, dtype).forEach((given, i) => {
        const dependsOnDType = given.operands.some((x) => x.dtype === undefined);
        // Cases that name all their dtypes are tried once.
        if (dtype === dtypes[0] || dependsOnDType) {
          result.push(exampleOf(name, primitive, dtype, given, `${name} ${dtype} ${i}`));
        }
      });
    });
  }
  return result;
}

/** The example with operands without explicit dtypes and values in another dtype, if the primitive takes that. */
export function withDType(example: Example, dtype: DType): Example | undefined {
  const main = example.operands[0];
  if (main === undefined) return undefined;
  const random = seeded(`${example.label} ${dtype}`);
  const operands = example.operands.map((x) => {
    if (x.aval.dtype !== main.aval.dtype || x.isFixed) return x;
    const aval = { ...x.aval, dtype };
    return { ...x, aval, data: drawData(random, dtype, aval.shape, x.domain) };
  });
  const changed: Example = { ...example, operands, x64: operands.some((x) => wide(x.aval.dtype)) };
  try {
    config.using({ enableX64: changed.x64 }, () => example.primitive.types(avalsOf(changed), example.params));
  } catch {
    return undefined;
  }
  return changed;
}

export function avalsOf(example: Example): Aval[] {
  return example.operands.map((x) => x.aval);
}

/** The operands as arrays. */
export function arraysOf(example: Example): NDArray[] {
  return example.operands.map((x) => fromTypedArray(x.aval, x.data.slice()));
}

/** The text of an example, for failures. */
export function describeExample({ primitive, operands, params, x64 }: Example): string {
  const types = operands.map(({ aval }) => `${aval.dtype}[${aval.shape}]${aval.weakType ? "~" : ""}`);
  const shown =
    params === null
      ? ""
      : ` ${JSON.stringify(params, (_, v: unknown) => (isJaxpr(v) ? "<jaxpr>" : typeof v === "bigint" ? `${v}n` : v))}`;
  return `${primitive.name}(${types.join(", ")})${shown}${x64 ? " (x64)" : ""}`;
}

/** Numbers of the operands that have derivatives. */
export function inexactOperands(example: Example): number[] {
  return example.operands.flatMap((x, i) => (isInexact(x.aval.dtype) ? [i] : []));
}

/** Whether derivatives can be compared with finite differences: all that varies is float64. */
export function isDouble(example: Example): boolean {
  const varying = inexactOperands(example);
  return varying.length > 0 && varying.every((i) => example.operands[i]!.aval.dtype === "float64");
}

/** Subsets of a list that are not empty; of long lists only single entries, pairs of neighbours, and all. */
export function subsets(list: readonly number[]): number[][] {
  if (list.length > 4) return [...list.map((i) => [i]), ...list.slice(1).map((i, k) => [list[k]!, i]), [...list]];
  return Array.from({ length: 2 ** list.length - 1 }, (_, mask) => list.filter((_, i) => ((mask + 1) >> i) & 1));
}

export const isFloat = (dtype: DType): boolean => dtypeKind(dtype) === "f";

const shownFailures = 5;

/** Tries a law on every example of every primitive, one test a primitive; failures name the example. */
export function law(
  title: string,
  check: (example: Example) => void,
  applies: (example: Example) => boolean = () => true,
): void {
  describe(title, () => {
    for (const [name, primitive] of Object.entries(registry)) {
      const examples = examplesOf(name, primitive).filter(applies);
      if (examples.length === 0) continue;
      test(name, () => {
        const failures: string[] = [];
        for (const example of examples) {
          try {
            config.using({ enableX64: example.x64, enableChecks: true }, () => check(example));
          } catch (error) {
            const message = error instanceof Error ? error.message : String(error);
            failures.push(`${describeExample(example)}\n      ${message.replaceAll("\n", "\n      ")}`);
          }
        }
        if (failures.length === 0) return;
        const shown = failures.slice(0, shownFailures).join("\n  ");
        throw new Error(`${failures.length} of ${examples.length} examples of ${name} break the law:\n  ${shown}`);
      });
    }
  });
}
