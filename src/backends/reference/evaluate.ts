/**
 * Evaluates expressions: a list of roots goes in; an evaluation comes out that computes all of them for the current loop
 * variables, counters and buffers. Each node has a register and an instruction, a closure; `run` executes the
 * instructions in order, so that every node is computed once an element, shared or not.
 */
import { nodesOf } from "../../compile/nodes.ts";
import type { BinaryOp, Expr, UnaryOp } from "../../core/expr.ts";
import { BackendError } from "../../errors/index.ts";
import type { TypedArray } from "../../types/dtype.ts";
import {
  bitcastFunction,
  castFunction,
  comparison,
  isWide,
  numberBinary,
  numberUnary,
  type Scalar,
  wideBinary,
  wideUnary,
} from "./scalar.ts";

/** What expressions of a running program see. Buffers are exchanged from run to run. */
export interface Environment {
  readonly buffers: TypedArray[];
  readonly counters: Int32Array;
}

/** The place of a node's value: in the numbers or in the bigints. */
interface Register {
  readonly wide: boolean;
  readonly at: number;
}

export class Evaluation {
  private readonly numbers: Float64Array;
  private readonly wides: bigint[];
  private readonly code: (() => void)[] = [];
  private readonly registers = new Map<Expr, Register>();

  /** `loops` holds the loop variables, which the kernel advances. */
  constructor(roots: readonly Expr[], environment: Environment, loops: Int32Array) {
    const nodes = nodesOf(roots);
    let numbers = 0;
    let wides = 0;
    for (const node of nodes) {
      const wide = isWide(node.dtype);
      this.registers.set(node, { wide, at: wide ? wides++ : numbers++ });
    }
    this.numbers = new Float64Array(numbers);
    this.wides = new Array<bigint>(wides).fill(0n);
    for (const node of nodes) this.add(node, environment, loops);
  }

  /** Computes all nodes. */
  run(): void {
    const { code } = this;
    for (let i = 0; i < code.length; i++) code[i]!();
  }

  /** A function that reads a root's value after `run`. */
  reader(node: Expr): () => Scalar {
    const { wide, at } = this.registers.get(node)!;
    const { numbers, wides } = this;
    return wide ? () => wides[at]! : () => numbers[at]!;
  }

  /** As `reader`, for a root that is a number. */
  numberReader(node: Expr): () => number {
    return this.reader(node) as () => number;
  }

  private add(node: Expr, environment: Environment, loops: Int32Array): void {
    const { numbers, wides, code } = this;
    const { at, wide } = this.registers.get(node)!;
    const { op, dtype, value } = node;
    const args = node.args.map((arg) => this.registers.get(arg)!.at);
    const a = args[0]!;
    const b = args[1]!;
    const c = args[2]!;
    const first = node.args[0];
    const compare = comparison(op);
    if (compare !== undefined) {
      const registers = isWide(first!.dtype) ? wides : numbers;
      code.push(() => {
        numbers[at] = compare(registers[a]!, registers[b]!);
      });
      return;
    }
    switch (op) {
      case "constant":
        if (wide) wides[at] = BigInt(value);
        else numbers[at] = Number(value);
        return;
      case "index":
      case "counter": {
        const variables = op === "index" ? loops : environment.counters;
        const which = Number(value);
        code.push(() => {
          numbers[at] = variables[which]!;
        });
        return;
      }
      case "load": {
        const { buffers } = environment;
        const which = Number(value);
        const target: { [at: number]: Scalar } = wide ? wides : numbers;
        code.push(() => {
          const data = buffers[which]!;
          const index = numbers[a]!;
          checkIndex(index, data, which, "load");
          target[at] = data[index]!;
        });
        return;
      }
      case "select": {
        const registers: { [at: number]: Scalar } = wide ? wides : numbers;
        code.push(() => {
          registers[at] = numbers[a] !== 0 ? registers[b]! : registers[c]!;
        });
        return;
      }
      case "cast":
      case "bitcast": {
        const convert = (op === "cast" ? castFunction : bitcastFunction)(first!.dtype, dtype);
        const source: { readonly [at: number]: Scalar } = isWide(first!.dtype) ? wides : numbers;
        const target: { [at: number]: Scalar } = wide ? wides : numbers;
        code.push(() => {
          target[at] = convert(source[a]!);
        });
        return;
      }
    }
    if (args.length === 1) {
      if (wide) {
        const f = wideUnary(op as UnaryOp, dtype);
        code.push(() => {
          wides[at] = f(wides[a]!);
        });
      } else {
        const f = numberUnary(op as UnaryOp, dtype);
        code.push(() => {
          numbers[at] = f(numbers[a]!);
        });
      }
    } else if (wide) {
      const f = wideBinary(op as BinaryOp, dtype);
      code.push(() => {
        wides[at] = f(wides[a]!, wides[b]!);
      });
    } else {
      const f = numberBinary(op as BinaryOp, dtype);
      code.push(() => {
        numbers[at] = f(numbers[a]!, numbers[b]!);
      });
    }
  }
}

/** Programs are in bounds by construction; this backend makes sure.
 * @throws BackendError */
export function checkIndex(index: number, data: TypedArray, buffer: number, action: "load" | "store"): void {
  if (index >= 0 && index < data.length) return;
  throw new BackendError({
    what: `a ${action} at element ${index} of buffer ${buffer}, which has ${data.length} elements`,
    fix: "the lowering that made this index must clamp it",
  });
}
