/** Jaxprs as text, in the format of JAX 0.10.2. */
import type { Aval } from "../types/aval.ts";
import { shortAval } from "../types/aval.ts";
import { dtypeKind, partsOf } from "../types/dtype.ts";
import { showAsText } from "../util/inspect.ts";
import { letters } from "../util/letters.ts";
import { type Atom, type Equation, isJaxpr, type Jaxpr, Literal, type Var } from "./jaxpr.ts";
import { concat, group, join, type Layout, lineBreak, nest, render, text } from "./layout.ts";
import type { NDArray } from "./ndarray.ts";
import type { ShownParam } from "./primitive.ts";

/** The shortest decimal that rounds to the same float32: what the user wrote, where that was a short number. */
function shortestFloat32(x: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(x.toPrecision(digits));
    if (Math.fround(candidate) === x) return candidate;
  }
  return x;
}

/** A float as Python writes it. */
function formatFloat(x: number): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const magnitude = Math.abs(x);
  if (magnitude !== 0 && (magnitude >= 1e16 || magnitude < 1e-4)) {
    const [digits, exponent] = x.toExponential().split("e") as [string, string];
    const e = Number(exponent);
    return `${digits}e${e < 0 ? "-" : "+"}${String(Math.abs(e)).padStart(2, "0")}`;
  }
  const plain = Object.is(x, -0) ? "-0" : String(x);
  return /[.e]/.test(plain) ? plain : `${plain}.0`;
}

/** A complex literal as Python writes it: `(1+2j)`, and `2j` where the real part is 0. */
function formatComplex(parts: readonly [number, number], aval: Aval): string {
  const [re, im] = parts.map((x) =>
    formatFloat(aval.weakType && aval.dtype === "complex64" ? shortestFloat32(x) : x).replace(/\.0$/, ""),
  ) as [string, string];
  return Object.is(parts[0], 0) ? `${im}j` : `(${re}${/^[-+]/.test(im) ? "" : "+"}${im}j)`;
}

function formatLiteral({ value, aval }: Literal): string {
  const kind = dtypeKind(aval.dtype);
  const shown =
    typeof value === "boolean" || kind === "b"
      ? value
        ? "True"
        : "False"
      : kind === "f"
        ? // JAX keeps the Python number of a weak literal, and shows the exact value of a strong one.
          formatFloat(aval.weakType && aval.dtype !== "float64" ? shortestFloat32(Number(value)) : Number(value))
        : kind === "c"
          ? formatComplex(partsOf(value), aval)
          : String(value);
  return `${shown}:${shortAval(aval)}`;
}

/** Programs in the shown parameters of an equation. */
function shownParams(equation: Equation): readonly (readonly [string, ShownParam])[] {
  const avals = equation.inputs.map((a) => a.aval);
  return equation.primitive.show?.(equation.params, avals) ?? [];
}

function innerJaxprs(params: readonly (readonly [string, ShownParam])[]): Jaxpr[] {
  const collect = (value: ShownParam): Jaxpr[] =>
    Array.isArray(value) ? (value as readonly ShownParam[]).flatMap(collect) : isJaxpr(value) ? [value] : [];
  return params.flatMap(([, value]) => collect(value));
}

class Printer {
  private readonly names = new Map<Var, string>();
  private readonly shared = new Map<Jaxpr, string>();
  private readonly sharedNames = new Set<string>();
  private counter = 0;

  print(top: Jaxpr): Layout {
    const counts = new Map<Jaxpr, number>();
    const wanted = new Map<Jaxpr, string>();
    const queue: Jaxpr[] = [top];
    for (const jaxpr of queue) {
      const bonus = jaxpr !== top && jaxpr.equations.length > 10 ? 2 : 1;
      counts.set(jaxpr, (counts.get(jaxpr) ?? 0) + bonus);
      for (const equation of jaxpr.equations) {
        const params = shownParams(equation);
        const name = params.find(([key]) => key === "name")?.[1];
        for (const inner of innerJaxprs(params)) {
          queue.push(inner);
          const given = typeof name === "object" && name !== null && "text" in name ? name.text : "jaxpr";
          if (!wanted.has(inner)) wanted.set(inner, given.replace(/^<|>$/g, ""));
        }
      }
    }
    const hoisted = [...counts].filter(([jaxpr, count]) => count > 1 && jaxpr !== top).map(([jaxpr]) => jaxpr);
    for (const jaxpr of hoisted) {
      const base = wanted.get(jaxpr) ?? "jaxpr";
      let name = base;
      for (let n = 1; this.sharedNames.has(name); n++) name = `${base}${n}`;
      this.shared.set(jaxpr, name);
      this.sharedNames.add(name);
    }
    this.markDropped(top);
    const bindings = hoisted
      .reverse()
      .map((jaxpr) => concat(text(`let ${this.shared.get(jaxpr)} = `), this.body(jaxpr), text(" in"), lineBreak()));
    return concat(...bindings, this.body(top));
  }

  /** Results that nothing reads print as `_`. */
  private markDropped(jaxpr: Jaxpr): void {
    const used = new Set<Atom>(jaxpr.outputs);
    for (let i = jaxpr.equations.length - 1; i >= 0; i--) {
      const equation = jaxpr.equations[i]!;
      for (const v of equation.outputs) if (!used.has(v)) this.names.set(v, "_");
      for (const a of equation.inputs) used.add(a);
    }
  }

  private name(v: Var): string {
    let name = this.names.get(v);
    if (name === undefined) {
      do name = letters(this.counter++);
      while (this.sharedNames.has(name));
      this.names.set(v, name);
    }
    return name;
  }

  private atom(atom: Atom): string {
    return atom instanceof Literal ? formatLiteral(atom) : this.name(atom);
  }

  private binders(vars: readonly Var[]): Layout {
    const parts = vars.map((v) => text(`${this.name(v)}:${shortAval(v.aval)}`));
    return nest(2, group(join(group(lineBreak()), parts)));
  }

  private atoms(atoms: readonly Atom[], separator: string): Layout {
    const parts = atoms.map((a) => text(this.atom(a)));
    return nest(2, group(join(concat(text(separator), group(lineBreak())), parts)));
  }

  private jaxpr(jaxpr: Jaxpr): Layout {
    const name = this.shared.get(jaxpr);
    return name === undefined ? this.body(jaxpr) : text(name);
  }

  private body(jaxpr: Jaxpr): Layout {
    const constants = this.binders(jaxpr.constants);
    const inputs = this.binders(jaxpr.inputs);
    const equations = join(
      lineBreak("; "),
      jaxpr.equations.map((e) => this.equation(e)),
    );
    const outputs = this.atoms(jaxpr.outputs, ",");
    return group(
      concat(
        nest(
          2,
          concat(
            text("{ lambda "),
            constants,
            text("; "),
            inputs,
            text(". let"),
            nest(2, concat(lineBreak(), equations)),
            lineBreak(),
            text("in ("),
            outputs,
            text(jaxpr.outputs.length === 1 ? ",)" : ")"),
          ),
        ),
        text(" }"),
      ),
    );
  }

  private equation(equation: Equation): Layout {
    const params = shownParams(equation);
    const left = this.binders(equation.outputs);
    // A called program is printed with the names of the variables that it is called with.
    if (params.some(([key]) => key === "name")) {
      for (const inner of innerJaxprs(params)) {
        if (this.shared.has(inner)) continue;
        this.suggest(inner.inputs, equation.inputs);
        this.suggest(inner.outputs, equation.outputs);
      }
    }
    const right = concat(
      text(equation.primitive.name),
      this.params(params),
      text(" "),
      this.atoms(equation.inputs, ""),
    );
    return equation.outputs.length > 0 ? concat(left, text(" = "), right) : right;
  }

  private suggest(vars: readonly Atom[], like: readonly Atom[]): void {
    const used = new Set<Atom>();
    vars.forEach((v, i) => {
      const model = like[i];
      if (
        model === undefined ||
        model instanceof Literal ||
        used.has(model) ||
        v instanceof Literal ||
        this.names.has(v)
      )
        return;
      used.add(model);
      this.names.set(v, this.name(model));
    });
  }

  private params(params: readonly (readonly [string, ShownParam])[]): Layout {
    if (params.length === 0) return text("");
    const pairs = params.map(([key, value]) => concat(text(`${key}=`), this.value(value)));
    return group(concat(nest(2, concat(text("["), lineBreak(""), join(lineBreak(), pairs))), lineBreak(""), text("]")));
  }

  private value(value: ShownParam): Layout {
    if (isJaxpr(value)) return this.jaxpr(value);
    if (Array.isArray(value) && value.length > 0 && value.every(isJaxpr)) {
      const parts = (value as readonly Jaxpr[]).map((j) => this.jaxpr(j));
      return group(
        concat(nest(2, concat(text("("), lineBreak(""), join(lineBreak(), parts))), lineBreak(""), text(")")),
      );
    }
    return text(formatParam(value));
  }
}

/** A parameter as Python writes it. */
function formatParam(value: ShownParam): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) {
    const parts = (value as readonly ShownParam[]).map(formatParam);
    return parts.length === 1 ? `(${parts[0]},)` : `(${parts.join(", ")})`;
  }
  if (typeof value === "object") return "text" in value ? value.text : "...";
  return String(value);
}

/** The text of a jaxpr in JAX's format. */
export function formatJaxpr(jaxpr: Jaxpr): string {
  return render(new Printer().print(jaxpr));
}

/** A jaxpr with the arrays that its constants stand for: what `makeJaxpr` returns. */
export class ClosedJaxpr {
  readonly jaxpr: Jaxpr;
  /** The arrays that the traced function closed over. */
  readonly constants: readonly NDArray[];

  constructor(jaxpr: Jaxpr, constants: readonly NDArray[]) {
    this.jaxpr = jaxpr;
    this.constants = constants;
  }

  get equations(): readonly Equation[] {
    return this.jaxpr.equations;
  }
  /** Types of the inputs. */
  get inAvals(): readonly Aval[] {
    return this.jaxpr.inputs.map((v) => v.aval);
  }
  /** Types of the outputs. */
  get outAvals(): readonly Aval[] {
    return this.jaxpr.outputs.map((v) => v.aval);
  }
  /** The text in JAX's format. */
  toString(): string {
    return formatJaxpr(this.jaxpr);
  }

  static {
    showAsText(ClosedJaxpr);
  }
}
