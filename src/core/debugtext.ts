/**
 * Jaxprs as text that says everything, for tests and error messages: weak types (`f32[3]~`), parameters under their own
 * names, the values of constants, every inner program. `debug/parse.ts` reads it back. JAX's format is in `print.ts`.
 *
 *     { lambda a:f32[2] = [1.0, 2.0]; b:f32[2] . let
 *         c:f32[2] = broadcast_in_dim[shape=[2], broadcastDimensions=[]] 2.0:f32[]~;
 *         d:f32[2] = mul a b
 *       in (d,) }
 */
import { type Aval, shortAval } from "../types/aval.ts";
import { type DType, dtypeKind, type ScalarValue, type TypedArray } from "../types/dtype.ts";
import { letters } from "../util/letters.ts";
import { type Atom, type Equation, isJaxpr, type Jaxpr, Literal, type Var } from "./jaxpr.ts";
import { concat, group, join, type Layout, lineBreak, nest, render, text } from "./layout.ts";

/** Words of the format, which are no variables. */
export const reservedWords: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "lambda",
  "let",
  "in",
  "true",
  "false",
  "null",
  "undefined",
  "nan",
  "inf",
]);

/** `f32[2,3]`, followed by `~` if the type is weak. */
export function debugAval(aval: Aval): string {
  return `${shortAval(aval)}${aval.weakType ? "~" : ""}`;
}

/** A number so that it can be read back: floats of all dtypes have a point, an exponent, or are `nan`, `inf`, `-inf`. */
function formatNumber(x: number, isFloat: boolean): string {
  if (Number.isNaN(x)) return "nan";
  if (!Number.isFinite(x)) return x > 0 ? "inf" : "-inf";
  const plain = Object.is(x, -0) ? "-0" : String(x);
  return isFloat && !/[.e]/.test(plain) ? `${plain}.0` : plain;
}

/** Complex numbers with an imaginary part are `(re, im)`. */
function formatScalar(value: ScalarValue, dtype: DType): string {
  const kind = dtypeKind(dtype);
  if (typeof value === "object") return `(${formatNumber(value.re, true)}, ${formatNumber(value.im, true)})`;
  if (kind === "b") return value ? "true" : "false";
  return typeof value === "number" ? formatNumber(value, kind === "f" || kind === "c") : String(value);
}

/** Elements in row-major order, as they stand in the typed array: float16 and bfloat16 are bits, complex numbers planes. */
function formatElements(data: TypedArray, dtype: DType): string {
  const isBits = dtype === "float16" || dtype === "bfloat16";
  const shown = Array.from(data as ArrayLike<number | bigint>, (x) =>
    isBits ? String(x) : formatScalar(dtype === "bool" ? x !== 0 : x, dtype),
  );
  return `[${shown.join(", ")}]`;
}

const isIdentifier = (key: string): boolean => /^[A-Za-z_$][\w$]*$/.test(key);
const formatKey = (key: string): string => (isIdentifier(key) ? key : JSON.stringify(key));

class DebugPrinter {
  private readonly names = new Map<Var, string>();
  private counter = 0;

  private name(v: Var): string {
    let name = this.names.get(v);
    if (name === undefined) {
      do name = letters(this.counter++);
      while (reservedWords.has(name));
      this.names.set(v, name);
    }
    return name;
  }

  private atom(atom: Atom): string {
    return atom instanceof Literal
      ? `${formatScalar(atom.value, atom.aval.dtype)}:${debugAval(atom.aval)}`
      : this.name(atom);
  }

  private binder(v: Var): string {
    return `${this.name(v)}:${debugAval(v.aval)}`;
  }

  private separated(parts: readonly string[], separator = ""): Layout {
    return nest(
      2,
      group(
        join(
          concat(text(separator), group(lineBreak())),
          parts.map((part) => text(part)),
        ),
      ),
    );
  }

  jaxpr(jaxpr: Jaxpr, constants: readonly (TypedArray | undefined)[] = []): Layout {
    const bound = jaxpr.constants.map((v, i) => {
      const data = constants[i];
      return data === undefined ? this.binder(v) : `${this.binder(v)} = ${formatElements(data, v.aval.dtype)}`;
    });
    const head = concat(text("{ lambda "), this.separated(bound), text("; "));
    const inputs = this.separated(jaxpr.inputs.map((v) => this.binder(v)));
    const equations = jaxpr.equations.map((e) => this.equation(e));
    const body = nest(2, concat(lineBreak(), join(concat(text(";"), lineBreak()), equations)));
    const outputs = this.separated(
      jaxpr.outputs.map((a) => this.atom(a)),
      ",",
    );
    const end = concat(text("in ("), outputs, text(jaxpr.outputs.length === 1 ? ",)" : ")"));
    return group(concat(nest(2, concat(head, inputs, text(" . let"), body, lineBreak(), end)), text(" }")));
  }

  equation({ primitive, inputs, params, outputs }: Equation): Layout {
    const results = outputs.length === 0 ? [] : [this.separated(outputs.map((v) => this.binder(v))), text(" = ")];
    const operands = inputs.length === 0 ? [] : [text(" "), this.separated(inputs.map((a) => this.atom(a)))];
    return concat(...results, text(primitive.name), this.params(params), ...operands);
  }

  private params(params: unknown): Layout {
    if (params === null || params === undefined) return text("");
    if (!isPlainObject(params)) return this.bracket("[", [this.value(params)], "]");
    const entries = Object.entries(params).map(([k, v]) => concat(text(`${formatKey(k)}=`), this.value(v)));
    return this.bracket("[", entries, "]");
  }

  private bracket(open: string, parts: readonly Layout[], close: string): Layout {
    if (parts.length === 0) return text(open + close);
    const inside = join(concat(text(","), lineBreak()), parts);
    return group(concat(nest(2, concat(text(open), lineBreak(""), inside)), lineBreak(""), text(close)));
  }

  private value(value: unknown): Layout {
    if (isJaxpr(value)) return this.jaxpr(value);
    if (Array.isArray(value)) {
      return this.bracket(
        "[",
        value.map((v) => this.value(v)),
        "]",
      );
    }
    if (isPlainObject(value)) {
      const entries = Object.entries(value).map(([k, v]) => concat(text(`${formatKey(k)}: `), this.value(v)));
      return this.bracket("{", entries, "}");
    }
    switch (typeof value) {
      case "string":
        return text(JSON.stringify(value));
      case "number":
        return text(formatNumber(value, false));
      case "bigint":
        return text(`${value}n`);
      case "boolean":
      case "undefined":
        return text(String(value));
      case "object":
        return text(value === null ? "null" : `<${value.constructor.name}>`);
      default:
        // Functions have no text that could be read back.
        return text(`<${typeof value} ${(value as { name?: string }).name ?? ""}>`);
    }
  }
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/**
 * The text of a jaxpr in the debug format. `constants` holds the elements of the arrays that its constants stand for, in
 * the layout of `newTypedArray`; constants without elements print their type alone.
 */
export function debugText(jaxpr: Jaxpr, constants: readonly (TypedArray | undefined)[] = []): string {
  return render(new DebugPrinter().jaxpr(jaxpr, constants), 120);
}

/** One equation in the debug format, for error messages. */
export function debugEquation(equation: Equation): string {
  return render(new DebugPrinter().equation(equation), 120);
}
