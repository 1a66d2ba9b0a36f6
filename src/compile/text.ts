/**
 * Programs as text, for people: the buffers, then the steps, each kernel with its expressions. An expression that is used
 * several times in a kernel, or is long, gets a name: t0, t1, ... Loop variables are i0, i1, ...; counters c0, c1, ...;
 * buffers b0, b1, ...
 */
import type { BinaryOp, Expr, ExprOp } from "../core/expr.ts";
import { dtypeBytes, shortDType, type TypedArray } from "../types/dtype.ts";
import { formatShape } from "../types/shape.ts";
import type { BufferSpec, ContractKernel, Kernel, MatrixView, Program, Step, Stride } from "./ir.ts";
import { nodesOf } from "./nodes.ts";

/** Operators that are written between their operands, and how strongly they bind. */
const infix: {
  readonly [op in BinaryOp]?: readonly [symbol: string, strength: number];
} = {
  mul: ["*", 7],
  div: ["/", 7],
  rem: ["%", 7],
  add: ["+", 6],
  sub: ["-", 6],
  shiftLeft: ["<<", 5],
  shiftRightLogical: [">>>", 5],
  shiftRightArithmetic: [">>", 5],
  lt: ["<", 4],
  le: ["<=", 4],
  gt: [">", 4],
  ge: [">=", 4],
  eq: ["==", 4],
  ne: ["!=", 4],
  and: ["&", 3],
  xor: ["^", 2],
  or: ["|", 1],
};
/** Operators of which `(a op b) op c` may be written without parentheses. */
const chains: ReadonlySet<ExprOp> = /* @__PURE__ */ new Set<ExprOp>(["add", "sub", "mul", "and", "or", "xor"]);
const atom = 9;
/** Longer expressions get a name. */
const longest = 72;

interface Written {
  readonly text: string;
  readonly strength: number;
}

const isLeaf = (e: Expr): boolean => e.op === "constant" || e.op === "index" || e.op === "counter";

function constantText({ dtype, value }: Expr): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  const text = Object.is(value, -0) ? "-0" : String(value);
  return dtype === "int32" ? text : `${text}:${shortDType(dtype)}`;
}

function write(e: Expr, args: readonly Written[]): Written {
  const list = args.map((x) => x.text).join(", ");
  switch (e.op) {
    case "constant": {
      const text = constantText(e);
      return { text, strength: text.startsWith("-") ? 8 : atom };
    }
    case "index":
      return { text: `i${e.value}`, strength: atom };
    case "counter":
      return { text: `c${e.value}`, strength: atom };
    case "load":
      return { text: `b${e.value}[${list}]`, strength: atom };
    case "cast":
      return { text: `${shortDType(e.dtype)}(${list})`, strength: atom };
    case "bitcast":
      return { text: `bits_${shortDType(e.dtype)}(${list})`, strength: atom };
  }
  const operator = infix[e.op as BinaryOp];
  const [a, b] = args;
  // Errors show malformed expressions too, whatever their number of arguments.
  if (operator === undefined || a === undefined || b === undefined) return { text: `${e.op}(${list})`, strength: atom };
  const [symbol, strength] = operator;
  const wrap = (x: Written, loose: boolean): string =>
    x.strength > strength || (loose && x.strength === strength) ? x.text : `(${x.text})`;
  const sameChain = chains.has(e.op) && infix[e.args[0]!.op as BinaryOp]?.[1] === strength && chains.has(e.args[0]!.op);
  return {
    text: `${wrap(a, sameChain)} ${symbol} ${wrap(b, false)}`,
    strength,
  };
}

/** Expressions of one kernel: definitions of the named ones, and the text of each root. */
function writeExprs(roots: readonly Expr[]): {
  readonly lines: readonly string[];
  readonly texts: readonly string[];
} {
  const nodes = nodesOf(roots);
  const uses = new Map<Expr, number>();
  for (const node of nodes) for (const arg of node.args) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  for (const root of roots) uses.set(root, (uses.get(root) ?? 0) + 1);
  const written = new Map<Expr, Written>();
  const lines: string[] = [];
  for (const node of nodes) {
    const result = write(
      node,
      node.args.map((arg) => written.get(arg)!),
    );
    if (isLeaf(node) || (uses.get(node)! === 1 && result.text.length <= longest)) {
      written.set(node, result);
    } else {
      const name = `t${lines.length}`;
      lines.push(`${name}: ${shortDType(node.dtype)} = ${result.text}`);
      written.set(node, { text: name, strength: atom });
    }
  }
  return { lines, texts: roots.map((root) => written.get(root)!.text) };
}

/** An expression on one line; long ones are cut. */
export function formatExpr(root: Expr): string {
  const { lines, texts } = writeExprs([root]);
  const text = [texts[0]!, ...lines.map((line) => line.replace(/: \w+ =/, " ="))].join("; ");
  return text.length > 200 ? `${text.slice(0, 200)}...` : text;
}

/** A walk is written as its lengths and strides: `28*30+28*1`. */
const strideText = (stride: Stride): string =>
  typeof stride === "number" ? String(stride) : stride.shape.map((n, d) => `${n}*${stride.strides[d]}`).join("+");

/** The strides of a view: of its batch axes, its rows, its columns. */
export function formatStrides({ batchStrides, rowStride, columnStride }: MatrixView): string {
  return `(${[...batchStrides.map(String), strideText(rowStride), strideText(columnStride)].join(", ")})`;
}

function viewText(view: MatrixView, offset: string, rows: number, columns: number, batch: readonly number[]): string {
  return `b${view.buffer}${formatShape([...batch, rows, columns])} from ${offset} strides ${formatStrides(view)}`;
}

function contractLines(kernel: ContractKernel): string[] {
  const { batch, rows, columns, depth, lhs, rhs } = kernel;
  const { lines, texts } = writeExprs([lhs.offset, rhs.offset]);
  return [
    `contract b${kernel.buffer}${formatShape([...batch, rows, columns])} <- sum over ${depth}`,
    ...lines.map((line) => `  ${line}`),
    `  ${viewText(lhs, texts[0]!, rows, depth, batch)}`,
    `  ${viewText(rhs, texts[1]!, depth, columns, batch)}`,
  ];
}

function kernelLines(kernel: Kernel): string[] {
  const block = (
    head: string,
    roots: readonly Expr[],
    last: (texts: readonly string[]) => readonly string[],
  ): string[] => {
    const { lines, texts } = writeExprs(roots);
    return [head, ...[...lines, ...last(texts)].map((line) => `  ${line}`)];
  };
  switch (kernel.kind) {
    case "map": {
      const { shape, stores } = kernel;
      const roots = stores.flatMap((s) => [s.index, s.value]);
      return block(`map ${formatShape(shape)}`, roots, (texts) =>
        stores.map((s, i) => `b${s.buffer}[${texts[2 * i]}] <- ${texts[2 * i + 1]}`),
      );
    }
    case "reduce": {
      const { shape, reduced, op, index, value } = kernel;
      return block(`reduce ${op} ${formatShape(shape)} over ${formatShape(reduced)}`, [index, value], ([at, text]) => [
        `b${kernel.buffer}[${at}] <- ${op} of ${text}`,
      ]);
    }
    case "cumulative": {
      const { shape, axis, reverse, op, index, value } = kernel;
      const head = `cumulative ${op} ${formatShape(shape)} along i${axis}${reverse ? ", reversed" : ""}`;
      return block(head, [index, value], ([at, text]) => [`b${kernel.buffer}[${at}] <- ${op} of ${text}`]);
    }
    case "contract":
      return contractLines(kernel);
    case "sort": {
      const pairs = kernel.inputs.map(
        (input, i) => `  b${kernel.outputs[i]} <- b${input}${i < kernel.keys ? " (key)" : ""}`,
      );
      return [`sort ${kernel.rows} rows of ${kernel.length}`, ...pairs];
    }
    case "scatter": {
      const { shape, op, inside, index, value } = kernel;
      return block(`scatter ${op} ${formatShape(shape)}`, [inside, index, value], ([when, at, text]) => [
        `b${kernel.buffer}[${at}] <- ${op} ${text} if ${when}`,
      ]);
    }
  }
}

function stepLines(step: Step): string[] {
  const indented = (steps: readonly Step[]): string[] => steps.flatMap(stepLines).map((line) => `  ${line}`);
  switch (step.kind) {
    case "callback": {
      const list = (buffers: readonly number[]): string => buffers.map((b) => `b${b}`).join(", ");
      return [`callback ${step.function} (${list(step.outputs)}) <- (${list(step.inputs)})`];
    }
    case "loop":
      return [
        `loop c${step.counter} < ${step.length}${step.local === undefined ? "" : " in any order"}`,
        ...indented(step.body),
      ];
    case "while":
      return ["while", ...indented(step.condition), `  b${step.predicate}[0]`, "do", ...indented(step.body)];
    case "branch":
      return [`branch b${step.selector}[0]`, ...step.branches.flatMap((steps, i) => [`case ${i}`, ...indented(steps)])];
    case "opaque": {
      const names = (buffers: readonly number[]): string => buffers.map((b) => `b${b}`).join(", ");
      return [
        `${names(step.outputs)} <- ${step.kernel.name}(${names(step.inputs)}) sizes ${formatShape(step.sizes)} scratch b${step.scratch}`,
      ];
    }
    default:
      return kernelLines(step);
  }
}

/** A step as text: what it does on the first line, its expressions or inner steps on the others. */
export function formatStep(step: Step): string {
  return stepLines(step).join("\n");
}

/** The type of a buffer: `f32[12]`. */
export function formatBuffer({ dtype, size }: BufferSpec): string {
  return `${shortDType(dtype)}[${size}]`;
}

function elements(data: TypedArray): string {
  const shown = Array.from(data.subarray(0, 8), String);
  return `[${shown.join(", ")}${data.length > 8 ? ", ..." : ""}]`;
}

/**
 * A program as text.
 *
 * ```text
 * program f
 *   b0: f32[6] input 0
 *   b1: f32[2] output 0
 * reduce add (2,) over (3,)
 *   b1[i0] <- add of exp(b0[i0 * 3 + i1])
 * ```
 */
export function formatProgram(program: Program): string {
  const { buffers, inputs, outputs, constants, workspace } = program;
  const lines = [`program ${program.name}`];
  buffers.forEach((spec, b) => {
    const roles: string[] = [];
    inputs.forEach((input, i) => {
      if (input === b) roles.push(`input ${i}`);
    });
    outputs.forEach((output, i) => {
      if (output === b) roles.push(`output ${i}`);
    });
    const data = constants.get(b);
    if (data !== undefined) roles.push(`constant ${elements(data)}`);
    const offset = workspace.get(b);
    if (offset !== undefined) roles.push(`workspace ${offset} to ${offset + spec.size * dtypeBytes(spec.dtype)}`);
    lines.push(`  b${b}: ${formatBuffer(spec)} ${roles.length === 0 ? "unused" : roles.join(", ")}`);
  });
  if (program.workspaceBytes > 0) lines.push(`  ${program.workspaceBytes} bytes of workspace`);
  for (const step of program.steps) lines.push(...stepLines(step));
  return lines.join("\n");
}
