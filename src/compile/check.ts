/**
 * Whether a program is well formed: its buffers and their roles, the types of its expressions, what kernels read and
 * write, indices where they can be known, and the plan of its workspace. Run after every pass when testing.
 */
import type { Expr } from "../core/expr.ts";
import { JaxprTypeError } from "../errors/index.ts";
import { type DType, dtypeBytes, newTypedArray } from "../types/dtype.ts";
import { equalShapes, formatShape, type Shape, sizeOf } from "../types/shape.ts";
import { type Affine, affineForm, affineRange } from "./extent.ts";
import type {
  ContractKernel,
  Kernel,
  MatrixView,
  OpaqueStep,
  Program,
  ReduceKernel,
  ScatterKernel,
  SortKernel,
  Step,
} from "./ir.ts";
import { findOverlap, Liveness, type Placement } from "./liveness.ts";
import { nodesOf } from "./nodes.ts";
import { combines, nodeFault } from "./rules.ts";
import { formatBuffer, formatExpr, formatStrides } from "./text.ts";
import { axesOf } from "./walk.ts";

type Role = "input" | "output" | "constant" | "workspace";

/**
 * Checks a program of the kernel language.
 * @throws JaxprTypeError that names the step and what is wrong with it.
 */
export function checkProgram(program: Program): void {
  new Checker(program).check();
}

class Checker {
  private readonly program: Program;
  private readonly roles = new Map<number, Role>();
  private readonly liveness = new Liveness();
  /** Lengths of the loops around the current step, by counter. */
  private readonly counters = new Map<number, number>();
  /** The steps around and including the current one, for messages. */
  private readonly path: string[] = [];

  constructor(program: Program) {
    this.program = program;
  }

  check(): void {
    this.checkBuffers();
    this.checkSteps(this.program.steps);
    this.checkUse();
  }

  private fail(what: string, fix: string, ...details: readonly string[]): never {
    const place = this.path.length === 0 ? [] : [`at step ${this.path.join(" > ")}`];
    throw new JaxprTypeError({
      what: `program ${this.program.name}: ${what}`,
      where: [...place, ...details],
      fix,
    });
  }

  private name(buffer: number): string {
    const spec = this.program.buffers[buffer];
    return spec === undefined ? `buffer ${buffer}` : `buffer ${buffer} (${formatBuffer(spec)})`;
  }

  // Buffers and their roles.

  private checkBuffers(): void {
    const { buffers, inputs, outputs, constants, workspace, workspaceBytes } = this.program;
    for (const [b, { size }] of buffers.entries()) {
      if (!Number.isInteger(size) || size < 0)
        this.fail(`buffer ${b} has size ${size}`, "sizes are integers, 0 or more");
    }
    for (const b of inputs) this.assign(b, "input");
    for (const b of outputs) this.assign(b, "output");
    for (const [b, data] of constants) {
      this.assign(b, "constant");
      const { dtype, size } = buffers[b]!;
      const expected = newTypedArray(dtype, size);
      if (data.constructor !== expected.constructor || data.length !== expected.length) {
        this.fail(
          `the constant of ${this.name(b)} is a ${data.constructor.name} of ${data.length} entries`,
          `it must be a ${expected.constructor.name} of ${expected.length}`,
        );
      }
    }
    for (const [b, offset] of workspace) {
      this.assign(b, "workspace");
      if (!Number.isInteger(offset) || offset < 0 || offset % 16 !== 0) {
        this.fail(`${this.name(b)} stands at offset ${offset} of the workspace`, "offsets are multiples of 16");
      }
      const end = offset + this.bytes(b);
      if (end > workspaceBytes) {
        this.fail(
          `${this.name(b)} ends at byte ${end} of a workspace of ${workspaceBytes}`,
          "make the workspace larger",
        );
      }
    }
  }

  private bytes(buffer: number): number {
    const { dtype, size } = this.program.buffers[buffer]!;
    return size * dtypeBytes(dtype);
  }

  private assign(buffer: number, role: Role): void {
    if (this.program.buffers[buffer] === undefined)
      this.fail(`${role} ${buffer} is no buffer`, "number the buffers that exist");
    const other = this.roles.get(buffer);
    if (other !== undefined) {
      this.fail(`${this.name(buffer)} is ${other} and ${role}`, "give each a buffer of its own, and copy");
    }
    this.roles.set(buffer, role);
  }

  private used(buffer: number): void {
    if (this.program.buffers[buffer] === undefined)
      this.fail(`there is no buffer ${buffer}`, "number the buffers that exist");
    if (!this.roles.has(buffer)) {
      this.fail(`${this.name(buffer)} is used, and is no input, output, constant or workspace`, "give it a place");
    }
  }

  private written(buffer: number): void {
    this.used(buffer);
    const role = this.roles.get(buffer);
    if (role === "input" || role === "constant")
      this.fail(`${this.name(buffer)} is written, and is ${role}`, "write elsewhere");
  }

  private checkUse(): void {
    const { liveness } = this;
    const { buffers } = this.program;
    for (const [b, role] of this.roles) {
      if (role === "input" || role === "constant" || buffers[b]!.size === 0) continue;
      if (role === "output" && !liveness.isWritten(b)) {
        this.fail(`output ${this.name(b)} is never written`, "store every output");
      }
      if (liveness.isReadUnwritten(b)) this.fail(`${this.name(b)} is read before it is written`, "order the steps");
    }
    const lives = liveness.lives();
    const placements: Placement[] = [];
    for (const [buffer, start] of this.program.workspace) {
      const life = lives.get(buffer);
      if (life !== undefined)
        placements.push({
          buffer,
          start,
          end: start + this.bytes(buffer),
          life,
        });
    }
    const overlap = findOverlap(placements);
    if (overlap === undefined) return;
    const describe = ({ buffer, start, end, life }: Placement): string =>
      `${this.name(buffer)}: bytes ${start} to ${end}, alive from kernel ${life.first} to ${life.last}`;
    const [a, b] = overlap;
    this.fail(
      `${this.name(a.buffer)} and ${this.name(b.buffer)} share memory while both are alive`,
      "place buffers that are alive together apart",
      describe(a),
      describe(b),
    );
  }

  // Steps.

  private checkSteps(steps: readonly Step[]): void {
    for (const [i, step] of steps.entries()) {
      this.path.push(`${i} (${step.kind})`);
      this.checkStep(step);
      this.path.pop();
    }
  }

  private flag(buffer: number, dtype: DType, what: string): void {
    this.used(buffer);
    const spec = this.program.buffers[buffer]!;
    if (spec.dtype !== dtype || spec.size < 1)
      this.fail(`the ${what} is ${this.name(buffer)}`, `it must hold a ${dtype}`);
    this.liveness.access([buffer], []);
  }

  private checkStep(step: Step): void {
    switch (step.kind) {
      case "loop": {
        const { counter, length, body } = step;
        if (!Number.isInteger(length) || length < 0)
          this.fail(`a loop of length ${length}`, "lengths are integers, 0 or more");
        if (!Number.isInteger(counter) || counter < 0 || counter >= this.program.counters) {
          this.fail(`counter ${counter} of ${this.program.counters}`, "number counters from 0");
        }
        if (this.counters.has(counter)) this.fail(`counter ${counter} counts an enclosing loop too`, "use another");
        this.counters.set(counter, length);
        const walk = (): void => this.checkSteps(body);
        const nothing = (): void => {};
        this.liveness.loop(length > 0 ? walk : nothing, length > 0 ? nothing : walk);
        this.counters.delete(counter);
        return;
      }
      case "while":
        this.liveness.loop(
          () => {
            this.checkSteps(step.condition);
            this.flag(step.predicate, "bool", "predicate");
          },
          () => this.checkSteps(step.body),
        );
        return;
      case "branch":
        if (step.branches.length === 0) this.fail("a branch without cases", "give it at least one list of steps");
        this.flag(step.selector, "int32", "selector");
        this.liveness.branch(step.branches.map((steps) => () => this.checkSteps(steps)));
        return;
      case "callback": {
        const count = this.program.functions?.length ?? 0;
        if (!Number.isInteger(step.function) || step.function < 0 || step.function >= count)
          this.fail(`a call of function ${step.function} of ${count}`, "number the functions of the program from 0");
        for (const buffer of step.inputs) this.used(buffer);
        for (const buffer of step.outputs) this.written(buffer);
        if (new Set(step.outputs).size !== step.outputs.length)
          this.fail("a callback writes a buffer twice", "each output is a buffer of its own");
        this.liveness.access(step.inputs, step.outputs);
        return;
      }
      case "opaque":
        this.checkOpaque(step);
        return;
      default:
        this.checkKernel(step);
    }
  }

  private checkOpaque({ kernel, sizes, inputs, outputs, scratch }: OpaqueStep): void {
    for (const buffer of inputs) this.used(buffer);
    for (const buffer of [...outputs, scratch]) {
      this.written(buffer);
      if (inputs.includes(buffer)) {
        this.fail(`${this.name(buffer)} is read and written by one kernel`, "write to another buffer");
      }
    }
    const spec = this.program.buffers[scratch]!;
    if (spec.dtype !== "float64" || spec.size < kernel.scratch(sizes)) {
      this.fail(`the scratch memory of ${kernel.name} is ${this.name(scratch)}`, "give it as many doubles as it needs");
    }
    this.liveness.access(inputs, [...outputs, scratch]);
  }

  private checkKernel(kernel: Kernel): void {
    const reads = new Set<number>();
    const writes = new Set<number>();
    const write = (buffer: number): void => {
      this.written(buffer);
      writes.add(buffer);
    };
    switch (kernel.kind) {
      case "map": {
        const loops = this.checkShape(kernel.shape);
        for (const { buffer } of kernel.stores) write(buffer);
        const roots = kernel.stores.flatMap((s) => [s.index, s.value]);
        const forms = this.checkExprs(roots, loops, reads);
        for (const s of kernel.stores) this.checkStore(s.buffer, s.index, s.value.dtype, loops, forms);
        break;
      }
      case "reduce": {
        write(kernel.buffer);
        this.checkReduce(kernel, reads);
        break;
      }
      case "cumulative": {
        const { axis, buffer, index, value, op } = kernel;
        const loops = this.checkShape(kernel.shape);
        if (!Number.isInteger(axis) || axis < 0 || axis >= loops.length) {
          this.fail(`axis ${axis} of a kernel of ${loops.length} loops`, "name a loop of the kernel");
        }
        this.checkCombines(op, value.dtype);
        write(buffer);
        const forms = this.checkExprs([index, value], loops, reads);
        this.checkStore(buffer, index, value.dtype, loops, forms);
        break;
      }
      case "contract":
        write(kernel.buffer);
        this.checkContract(kernel, reads);
        break;
      case "sort":
        for (const buffer of kernel.outputs) write(buffer);
        for (const buffer of kernel.inputs) {
          this.used(buffer);
          reads.add(buffer);
        }
        this.checkSort(kernel);
        break;
      case "scatter":
        write(kernel.buffer);
        this.checkScatter(kernel, reads);
        break;
    }
    if (kernel.kind !== "map") {
      for (const buffer of reads) {
        if (writes.has(buffer))
          this.fail(`${this.name(buffer)} is read and written by one kernel`, "write to another buffer");
      }
    }
    // A scatter combines with what its buffer holds.
    this.liveness.access(kernel.kind === "scatter" ? [...reads, kernel.buffer] : reads, writes);
  }

  private checkShape(shape: Shape): Shape {
    for (const n of shape) {
      if (!Number.isInteger(n) || n < 0)
        this.fail(`a kernel of shape ${formatShape(shape)}`, "lengths are integers, 0 or more");
    }
    return shape;
  }

  private checkCombines(op: Parameters<typeof combines>[0], dtype: DType): void {
    if (!combines(op, dtype))
      this.fail(`there is no combination by ${op} of ${dtype}`, "cast, or use another operation");
  }

  private checkReduce({ shape, reduced, op, value, buffer, index }: ReduceKernel, reads: Set<number>): void {
    const outer = this.checkShape(shape);
    const all = [...outer, ...this.checkShape(reduced)];
    this.checkCombines(op, value.dtype);
    const arg = op === "argmax" || op === "argmin";
    if (arg && sizeOf(outer) > 0 && sizeOf(reduced) === 0) this.fail(`${op} of nothing`, "reduce at least one element");
    const forms = this.checkExprs([index], outer, reads);
    this.checkExprs([value], all, reads);
    this.checkStore(buffer, index, arg ? "int32" : value.dtype, outer, forms);
  }

  private checkScatter({ shape, op, inside, index, value, buffer }: ScatterKernel, reads: Set<number>): void {
    const loops = this.checkShape(shape);
    this.checkCombines(op, value.dtype);
    this.checkExprs([inside, index, value], loops, reads);
    if (inside.dtype !== "bool") this.fail(`the condition of a scatter has dtype ${inside.dtype}`, "it must be bool");
    // The index may be anywhere where the condition does not hold, so its range says nothing.
    this.checkStore(buffer, index, value.dtype);
  }

  private checkContract(kernel: ContractKernel, reads: Set<number>): void {
    const { batch, rows, columns, depth, lhs, rhs, buffer } = kernel;
    this.checkShape([...batch, rows, columns, depth]);
    const { dtype, size } = this.program.buffers[buffer]!;
    this.checkCombines("add", dtype);
    const view = (source: MatrixView, m: number, n: number): void => {
      const { offset, batchStrides } = source;
      this.used(source.buffer);
      const spec = this.program.buffers[source.buffer]!;
      if (spec.dtype !== dtype)
        this.fail(`a contraction of ${this.name(source.buffer)} into ${this.name(buffer)}`, "cast first");
      if (batchStrides.length !== batch.length) {
        this.fail(
          `${batchStrides.length} batch strides for batch ${formatShape(batch)}`,
          "give one stride for each axis",
        );
      }
      const [down, across] = [axesOf(source.rowStride, m), axesOf(source.columnStride, n)];
      if (sizeOf(down.shape) !== m || sizeOf(across.shape) !== n)
        this.fail(`strides ${formatStrides(source)} of a matrix of ${m} by ${n}`, "walks have as many steps");
      const strides = [...batchStrides, ...down.strides, ...across.strides];
      if (strides.some((n) => !Number.isInteger(n)))
        this.fail(`strides ${formatStrides(source)}`, "strides are integers");
      reads.add(source.buffer);
      const forms = this.checkExprs([offset], [], reads);
      if (offset.dtype !== "int32") this.fail(`an offset of dtype ${offset.dtype}`, "offsets are int32");
      const shape = [...batch, ...down.shape, ...across.shape];
      const form = forms.get(offset);
      if (form === undefined || sizeOf(shape) === 0 || !this.runs()) return;
      let [low, high] = affineRange(form, (variable) => this.extent(variable, []));
      strides.forEach((stride, d) => {
        const reach = stride * (shape[d]! - 1);
        if (reach < 0) low += reach;
        else high += reach;
      });
      const what = `matrix from ${formatExpr(offset)}, strides ${formatStrides(source)}`;
      this.checkRange(low, high, source.buffer, what);
    };
    view(lhs, rows, depth);
    view(rhs, depth, columns);
    const [left, right] = [lhs.columnStride, rhs.rowStride];
    if (typeof left !== "number" && typeof right !== "number" && !equalShapes(left.shape, right.shape))
      this.fail(`walks over ${formatShape(left.shape)} and ${formatShape(right.shape)}`, "sum over the same axes");
    const count = sizeOf(batch) * rows * columns;
    if (count > size) this.fail(`a result of ${count} elements in ${this.name(buffer)}`, "make the buffer larger");
  }

  private checkSort({ rows, length, keys, inputs, outputs }: SortKernel): void {
    this.checkShape([rows, length]);
    if (inputs.length !== outputs.length) {
      this.fail(`a sort of ${inputs.length} inputs into ${outputs.length} outputs`, "each input has one output");
    }
    if (!Number.isInteger(keys) || keys < 1 || keys > inputs.length) {
      this.fail(`a sort by ${keys} keys of ${inputs.length} operands`, "the keys are the first operands");
    }
    if (new Set(outputs).size !== outputs.length)
      this.fail("a sort writes a buffer twice", "each output is a buffer of its own");
    inputs.forEach((input, i) => {
      const from = this.program.buffers[input]!;
      const to = this.program.buffers[outputs[i]!]!;
      if (from.dtype !== to.dtype)
        this.fail(`a sort of ${this.name(input)} into ${this.name(outputs[i]!)}`, "cast first");
      if (i < keys) this.checkCombines("max", from.dtype);
      if (Math.min(from.size, to.size) < rows * length) {
        this.fail(
          `a sort of ${rows} rows of ${length} in ${this.name(input)} and ${this.name(outputs[i]!)}`,
          "make the buffers larger",
        );
      }
    });
  }

  // Expressions.

  /** Whether the current step runs at all: no loop around it has length 0. */
  private runs(): boolean {
    for (const length of this.counters.values()) if (length === 0) return false;
    return true;
  }

  private extent(variable: Expr, loops: Shape): number {
    const which = Number(variable.value);
    return variable.op === "index" ? loops[which]! : this.counters.get(which)!;
  }

  private checkRange(low: number, high: number, buffer: number, what: string): void {
    const { size } = this.program.buffers[buffer]!;
    if (low >= 0 && high < size) return;
    this.fail(
      `${what} reaches element ${low < 0 ? low : high} of ${this.name(buffer)}`,
      "indices must be in bounds: clamp them",
    );
  }

  /** Checks expressions over these loops, adds the buffers that they load, and gives their affine forms. */
  private checkExprs(roots: readonly Expr[], loops: Shape, reads: Set<number>): ReadonlyMap<Expr, Affine> {
    const forms = new Map<Expr, Affine>();
    const runs = this.runs() && sizeOf(loops) > 0;
    for (const node of nodesOf(roots)) {
      const fault = nodeFault(node);
      if (fault !== undefined)
        this.fail(fault, "cast the operands to what the operation takes", `in ${formatExpr(node)}`);
      const which = Number(node.value);
      if (node.op === "index" && !(Number.isInteger(which) && which >= 0 && which < loops.length)) {
        this.fail(`loop variable ${which} of a kernel of ${loops.length} loops`, "number the loops from 0");
      }
      if (node.op === "counter" && !this.counters.has(which)) {
        this.fail(`counter ${which} is used outside its loop`, "use counters of enclosing loop steps");
      }
      const form = affineForm(node, (arg) => forms.get(arg));
      if (form !== undefined) forms.set(node, form);
      if (node.op !== "load") continue;
      this.used(which);
      reads.add(which);
      const { dtype } = this.program.buffers[which]!;
      if (dtype !== node.dtype)
        this.fail(`a load of ${node.dtype} from ${this.name(which)}`, "load the buffer's dtype, then cast");
      const reach = forms.get(node.args[0]!);
      if (reach === undefined || !runs) continue;
      const [low, high] = affineRange(reach, (variable) => this.extent(variable, loops));
      this.checkRange(low, high, which, `load at ${formatExpr(node.args[0]!)}`);
    }
    return forms;
  }

  /** Checks a store whose expressions have been checked; given the loops and affine forms, also where it goes. */
  private checkStore(
    buffer: number,
    index: Expr,
    dtype: DType,
    loops?: Shape,
    forms?: ReadonlyMap<Expr, Affine>,
  ): void {
    const spec = this.program.buffers[buffer]!;
    if (spec.dtype !== dtype) this.fail(`a store of ${dtype} to ${this.name(buffer)}`, "cast to the buffer's dtype");
    if (index.dtype !== "int32") this.fail(`the index of a store has dtype ${index.dtype}`, "indices are int32");
    const form = forms?.get(index);
    if (form === undefined || loops === undefined || sizeOf(loops) === 0 || !this.runs()) return;
    const [low, high] = affineRange(form, (variable) => this.extent(variable, loops));
    this.checkRange(low, high, buffer, `store at ${formatExpr(index)}`);
  }
}
