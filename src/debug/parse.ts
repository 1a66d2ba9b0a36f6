/**
 * Reads programs back from the debug format (core/debugtext.ts): text goes in, a checked jaxpr with its constants comes
 * out. The table of primitives is an argument, so that nothing needs to ship all of them.
 */
import { checkJaxpr } from "../core/check.ts";
import { reservedWords } from "../core/debugtext.ts";
import { type Atom, type Equation, type Jaxpr, Literal, makeJaxprData, Var } from "../core/jaxpr.ts";
import type { NDArray } from "../core/ndarray.ts";
import type { Primitive } from "../core/primitive.ts";
import { ClosedJaxpr } from "../core/print.ts";
import { JaxprSyntaxError } from "../errors/index.ts";
import { fromTypedArray } from "../runtime/array.ts";
import { type Aval, makeAval } from "../types/aval.ts";
import { type DType, dtypeKind, newTypedArray, numericDTypes, shortDType, type TypedArray } from "../types/dtype.ts";
import { suggest } from "../util/suggest.ts";

// biome-ignore lint/suspicious/noExplicitAny: primitives of every parameter type
type PrimitiveTable = Readonly<Record<string, Primitive<any>>>;

const dtypes: ReadonlyMap<string, DType> = /* @__PURE__ */ new Map(
  [...numericDTypes, "float0" as const, "key<fry>" as const].map((dtype) => [shortDType(dtype), dtype]),
);

/**
 * The program that a text in the debug format describes.
 * @param primitives every primitive that may occur, by name: the table in `registry.ts`, or one's own.
 * @throws JaxprSyntaxError with line and column for a text that is not in the format; JaxprTypeError for a program that
 * is not well typed.
 * @example
 * parseJaxpr("{ lambda ; a:f32[] . let b:f32[] = sin a in (b,) }", { sin })
 */
export function parseJaxpr(text: string, primitives: PrimitiveTable): ClosedJaxpr {
  const parser = new Parser(text, primitives);
  const closed = parser.program();
  checkJaxpr(closed.jaxpr);
  return closed;
}

interface Token {
  readonly kind: "word" | "number" | "string" | "punctuation" | "end";
  readonly text: string;
  readonly start: number;
}

// A word may hold hyphens (scatter-add) and end in angle brackets (key<fry>).
const pattern =
  /\s+|(?<number>-?(?:\d+\.?\d*(?:e[+-]?\d+)?|inf\b|nan\b))(?<big>n?)|(?<word>[A-Za-z_$][\w$]*(?:-[A-Za-z_][\w$]*)*(?:<fry>)?)|(?<string>"(?:[^"\\]|\\.)*")|(?<punctuation>[{}[\]();:,=.~])/y;

function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(text)?.groups;
    if (groups === undefined) {
      pattern.lastIndex = 0;
      throw syntaxError(text, start, `unexpected ${JSON.stringify(text.slice(start, start + 12))}`);
    }
    const end = pattern.lastIndex;
    const kind =
      groups.number !== undefined
        ? "number"
        : groups.word !== undefined
          ? "word"
          : groups.string !== undefined
            ? "string"
            : "punctuation";
    const isSpace = kind === "punctuation" && groups.punctuation === undefined;
    if (!isSpace) tokens.push({ kind, text: text.slice(start, end), start });
  }
  tokens.push({ kind: "end", text: "", start: text.length });
  return tokens;
}

function syntaxError(text: string, at: number, what: string, fix?: string): JaxprSyntaxError {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = at - before.lastIndexOf("\n");
  const shown = text.split("\n")[line - 1]!;
  return new JaxprSyntaxError({
    what: `line ${line}, column ${column}: ${what}`,
    where: [shown, `${" ".repeat(column - 1)}^`],
    fix: fix ?? "the format is that of the debug text of a jaxpr",
  });
}

class Parser {
  private readonly tokens: readonly Token[];
  private readonly text: string;
  private readonly primitives: PrimitiveTable;
  private next = 0;

  constructor(text: string, primitives: PrimitiveTable) {
    this.text = text;
    this.primitives = primitives;
    this.tokens = tokenise(text);
  }

  program(): ClosedJaxpr {
    const constants: NDArray[] = [];
    const jaxpr = this.jaxpr(constants);
    if (this.peek().kind !== "end") this.fail("expected the end of the text");
    return new ClosedJaxpr(jaxpr, constants);
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.next + ahead, this.tokens.length - 1)]!;
  }

  private take(): Token {
    const token = this.peek();
    this.next++;
    return token;
  }

  private fail(what: string, token: Token = this.peek(), fix?: string): never {
    const found = token.kind === "end" ? "the text ends" : `found ${JSON.stringify(token.text)}`;
    throw syntaxError(this.text, token.start, `${what}, but ${found}`, fix);
  }

  private at(text: string): boolean {
    const token = this.peek();
    return token.text === text && token.kind !== "string";
  }

  private accept(text: string): boolean {
    if (!this.at(text)) return false;
    this.next++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected ${JSON.stringify(text)}`);
  }

  /** Values of constants go to `constants`; a program in parameters has none. */
  private jaxpr(constants: NDArray[] | undefined): Jaxpr {
    this.expect("{");
    this.expect("lambda");
    const scope = new Map<string, Var>();
    const bound: Var[] = [];
    while (!this.at(";")) {
      const token = this.peek();
      const v = this.binder(scope);
      bound.push(v);
      if (constants === undefined) this.fail("programs in parameters have no constants", token);
      if (!this.accept("="))
        this.fail("the text leaves out the value of this constant", token, "print it with formatClosedJaxpr");
      constants.push(fromTypedArray(v.aval, this.elements(v.aval)));
    }
    this.expect(";");
    const inputs: Var[] = [];
    while (!this.at(".")) inputs.push(this.binder(scope));
    this.expect(".");
    this.expect("let");
    const equations: Equation[] = [];
    while (!this.at("in")) {
      equations.push(this.equation(scope));
      if (!this.accept(";")) break;
    }
    this.expect("in");
    this.expect("(");
    const outputs: Atom[] = [];
    while (!this.at(")")) {
      outputs.push(this.atom(scope));
      if (!this.accept(",")) break;
    }
    this.expect(")");
    this.expect("}");
    return makeJaxprData(bound, inputs, equations, outputs);
  }

  private binder(scope: Map<string, Var>): Var {
    const token = this.peek();
    if (token.kind !== "word" || reservedWords.has(token.text)) this.fail("expected a variable");
    if (scope.has(token.text)) this.fail("a variable is defined once", token);
    this.next++;
    this.expect(":");
    const v = new Var(this.aval());
    scope.set(token.text, v);
    return v;
  }

  private aval(): Aval {
    const token = this.take();
    const dtype = dtypes.get(token.text);
    if (dtype === undefined) {
      const guess = suggest(token.text, dtypes.keys());
      this.fail(
        "expected a type such as f32[2,3]",
        token,
        guess === undefined ? undefined : `did you mean "${guess}"?`,
      );
    }
    this.expect("[");
    const shape: number[] = [];
    while (!this.at("]")) {
      const n = this.take();
      if (!/^\d+$/.test(n.text)) this.fail("expected a length", n);
      shape.push(Number(n.text));
      if (!this.accept(",")) break;
    }
    this.expect("]");
    return makeAval(shape, dtype, this.accept("~"));
  }

  /** The elements of a constant. */
  private elements({ shape, dtype }: Aval): TypedArray {
    const open = this.peek();
    this.expect("[");
    const data = newTypedArray(
      dtype,
      shape.reduce((a, b) => a * b, 1),
    );
    let count = 0;
    while (!this.at("]")) {
      const token = this.peek();
      const value = this.scalar(dtype === "float16" || dtype === "bfloat16" ? "uint16" : dtype);
      if (count >= data.length) this.fail(`a constant of this type has ${data.length} elements`, token);
      if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[count++] = BigInt(value);
      else data[count++] = Number(value);
      if (!this.accept(",")) break;
    }
    this.expect("]");
    if (count !== data.length)
      this.fail(`a constant of this type has ${data.length} elements, this one ${count}`, open);
    return data;
  }

  private scalar(dtype: DType): number | bigint | boolean {
    const token = this.take();
    const kind = dtypeKind(dtype);
    if (kind === "b") {
      if (token.text !== "true" && token.text !== "false") this.fail("expected true or false", token);
      return token.text === "true";
    }
    if (token.kind !== "number" || /\dn$/.test(token.text)) {
      this.fail("expected a number", token);
    }
    if (kind === "f" || kind === "c") return toNumber(token.text);
    if (!/^-?\d+$/.test(token.text)) this.fail("expected an integer", token);
    return dtype === "int64" || dtype === "uint64" || kind === "o" ? BigInt(token.text) : Number(token.text);
  }

  private equation(scope: Map<string, Var>): Equation {
    const outputs: [Token, Aval][] = [];
    while (this.peek(1).text === ":") {
      const token = this.take();
      if (token.kind !== "word" || reservedWords.has(token.text)) this.fail("expected a variable", token);
      this.expect(":");
      outputs.push([token, this.aval()]);
    }
    if (outputs.length > 0) this.expect("=");
    const name = this.take();
    const primitive = Object.hasOwn(this.primitives, name.text) ? this.primitives[name.text] : undefined;
    if (name.kind !== "word" || primitive === undefined) {
      const guess = suggest(name.text, Object.keys(this.primitives));
      this.fail("expected the name of a primitive", name, guess === undefined ? undefined : `did you mean "${guess}"?`);
    }
    const params = this.params();
    const inputs: Atom[] = [];
    while (!this.at(";") && !this.at("in")) inputs.push(this.atom(scope));
    // Results are visible from the next equation on.
    const results = outputs.map(([token, aval]) => {
      if (scope.has(token.text)) this.fail("a variable is defined once", token);
      const v = new Var(aval);
      scope.set(token.text, v);
      return v;
    });
    const effects = primitive.effects?.(params) ?? [];
    return { primitive, inputs, params, outputs: results, effects, source: undefined };
  }

  private atom(scope: ReadonlyMap<string, Var>): Atom {
    const token = this.peek();
    if (token.kind === "word" && this.peek(1).text !== ":") {
      const v = scope.get(token.text);
      if (v === undefined) this.fail("expected a variable that is defined before", token);
      this.next++;
      return v;
    }
    if (this.accept("(")) {
      const re = Number(this.scalar("float64"));
      this.expect(",");
      const im = Number(this.scalar("float64"));
      this.expect(")");
      this.expect(":");
      return new Literal({ re, im }, this.aval());
    }
    // The type, which says how to read the number, stands behind it.
    const start = this.next++;
    this.expect(":");
    const aval = this.aval();
    const end = this.next;
    this.next = start;
    const value = this.scalar(aval.dtype);
    this.next = end;
    return new Literal(value, aval);
  }

  /** `[key=value, ...]`, a single value in brackets, or nothing: null. */
  private params(): unknown {
    if (!this.accept("[")) return null;
    if (this.accept("]")) return {};
    if (this.peek(1).text !== "=") {
      const value = this.value();
      this.expect("]");
      return value;
    }
    return this.entries("=", "]");
  }

  private entries(separator: string, close: string): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    while (!this.at(close)) {
      const token = this.take();
      if (token.kind !== "word" && token.kind !== "string") this.fail("expected a key", token);
      const key = token.kind === "string" ? (JSON.parse(token.text) as string) : token.text;
      this.expect(separator);
      result[key] = this.value();
      if (!this.accept(",")) break;
    }
    this.expect(close);
    return result;
  }

  private value(): unknown {
    if (this.at("{")) {
      if (this.peek(1).text === "lambda" && this.peek(2).text !== ":") return this.jaxpr(undefined);
      this.expect("{");
      return this.entries(":", "}");
    }
    if (this.accept("[")) {
      const list: unknown[] = [];
      while (!this.at("]")) {
        list.push(this.value());
        if (!this.accept(",")) break;
      }
      this.expect("]");
      return list;
    }
    const token = this.take();
    if (token.kind === "string") return JSON.parse(token.text) as string;
    if (token.kind === "number") {
      return /^-?\d+n$/.test(token.text) ? BigInt(token.text.slice(0, -1)) : toNumber(token.text);
    }
    switch (token.text) {
      case "true":
        return true;
      case "false":
        return false;
      case "null":
        return null;
      case "undefined":
        return undefined;
      default:
        return this.fail("expected a value (functions and objects of classes cannot be read back)", token);
    }
  }
}

function toNumber(text: string): number {
  return text === "inf" ? Infinity : text === "-inf" ? -Infinity : text === "nan" ? Number.NaN : Number(text);
}
