// TeX formulas as plain Unicode text. In goes the TeX between dollar signs; out come lines of text. It covers what a
// notebook on mathematics uses (fractions, scripts, Greek, operators, aligned lines, matrices) and shows a command that it
// does not know by its name.

/** The lines of a formula, those of `align` and matrices lined up. Never throws: what it cannot read stays as it is. */
export function renderTex(tex: string): string[] {
  const rows = new Reader(tex).rows();
  return alignRows(rows.map((row) => row.map((cell) => cell.replace(/ {2,}/g, " "))));
}

/** A formula within a line. */
export function renderInlineTex(tex: string): string {
  return renderTex(tex)
    .map((line) => line.trim())
    .join("; ");
}

function alignRows(rows: readonly (readonly string[])[]): string[] {
  const filled = rows.filter((row) => row.some((cell) => cell.trim() !== ""));
  if (filled.every((row) => row.length === 1)) return filled.map((row) => row[0]!.trim());
  // As in `align`, columns are flush right and flush left in turn.
  const cells = filled.map((row) => row.map((cell) => cell.trim()));
  const columns = Math.max(...cells.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, j) => Math.max(...cells.map((row) => textWidth(row[j] ?? ""))));
  return cells.map((row) =>
    row
      .map((cell, j) => {
        const space = " ".repeat(widths[j]! - textWidth(cell));
        return j % 2 === 0 ? space + cell : cell + space;
      })
      .join(" ")
      .trimEnd(),
  );
}

/** How many columns a text takes: combining marks take none. */
export function textWidth(text: string): number {
  return [...text.replace(/\p{M}/gu, "")].length;
}

const symbols: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ε",
  varepsilon: "ε",
  zeta: "ζ",
  eta: "η",
  theta: "θ",
  vartheta: "ϑ",
  iota: "ι",
  kappa: "κ",
  lambda: "λ",
  mu: "μ",
  nu: "ν",
  xi: "ξ",
  pi: "π",
  rho: "ρ",
  sigma: "σ",
  tau: "τ",
  upsilon: "υ",
  phi: "φ",
  varphi: "φ",
  chi: "χ",
  psi: "ψ",
  omega: "ω",
  Gamma: "Γ",
  Delta: "Δ",
  Theta: "Θ",
  Lambda: "Λ",
  Xi: "Ξ",
  Pi: "Π",
  Sigma: "Σ",
  Phi: "Φ",
  Psi: "Ψ",
  Omega: "Ω",
  nabla: "∇",
  partial: "∂",
  infty: "∞",
  ell: "ℓ",
  hbar: "ℏ",
  cdot: "·",
  times: "×",
  div: "÷",
  pm: "±",
  odot: "⊙",
  otimes: "⊗",
  oplus: "⊕",
  circ: "∘",
  ast: "*",
  star: "⋆",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  ne: "≠",
  neq: "≠",
  approx: "≈",
  equiv: "≡",
  sim: "∼",
  propto: "∝",
  ll: "≪",
  gg: "≫",
  in: "∈",
  notin: "∉",
  subset: "⊂",
  subseteq: "⊆",
  cup: "∪",
  cap: "∩",
  emptyset: "∅",
  forall: "∀",
  exists: "∃",
  to: "→",
  rightarrow: "→",
  leftarrow: "←",
  Rightarrow: "⇒",
  Leftrightarrow: "⇔",
  implies: "⇒",
  iff: "⇔",
  mapsto: "↦",
  ldots: "…",
  dots: "…",
  cdots: "⋯",
  vdots: "⋮",
  ddots: "⋱",
  top: "⊤",
  bot: "⊥",
  perp: "⊥",
  mid: "|",
  vert: "|",
  Vert: "‖",
  langle: "⟨",
  rangle: "⟩",
  lfloor: "⌊",
  rfloor: "⌋",
  lceil: "⌈",
  rceil: "⌉",
  dagger: "†",
  prime: "′",
  sum: "∑",
  prod: "∏",
  int: "∫",
  triangleq: "≜",
  lbrace: "{",
  rbrace: "}",
  backslash: "\\",
  colon: ":",
  neg: "¬",
  land: "∧",
  lor: "∨",
  setminus: "∖",
  parallel: "∥",
};

/** Symbols that stand between two things, with a space on either side. */
const relations = new Set([..."≤≥≠≈≡∼∝≪≫∈∉⊂⊆∪∩→←⇒⇔↦×÷±⊙⊗⊕∘=≜∧∨∖∥"]);
/** Functions whose argument stands after a space where it has no brackets: `log p`. */
const functions = new Set(
  "log ln exp sin cos tan sinh cosh tanh arcsin arccos arctan max min arg argmax argmin sup inf lim det dim ker tr diag Pr".split(
    " ",
  ),
);
const accents: Readonly<Record<string, string>> = {
  hat: "\u0302",
  widehat: "\u0302",
  bar: "\u0304",
  overline: "\u0304",
  tilde: "\u0303",
  widetilde: "\u0303",
  dot: "\u0307",
  ddot: "\u0308",
  vec: "\u20d7",
};
/** Commands that set the font of their argument. */
const fonts = new Set(
  "mathbf boldsymbol bm mathrm mathit mathsf mathtt mathcal mathfrak text textbf textit textrm texttt operatorname mbox".split(
    " ",
  ),
);
const doubleStruck: Readonly<Record<string, string>> = {
  R: "ℝ",
  N: "ℕ",
  Z: "ℤ",
  Q: "ℚ",
  C: "ℂ",
  E: "𝔼",
  P: "ℙ",
  1: "𝟙",
};
const ignored = new Set(
  "left right big Big bigl bigr Bigl Bigr bigg Bigg displaystyle textstyle limits nolimits nonumber notag".split(" "),
);
const spaces: Readonly<Record<string, string>> = {
  ",": " ",
  ";": " ",
  ":": " ",
  " ": " ",
  "!": "",
  quad: "  ",
  qquad: "    ",
};
const brackets: Readonly<Record<string, readonly [string, string]>> = {
  pmatrix: ["(", ")"],
  bmatrix: ["[", "]"],
  vmatrix: ["|", "|"],
  Bmatrix: ["{", "}"],
  matrix: ["", ""],
  array: ["", ""],
};

const superscripts = scriptTable(
  "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ⊤′*",
  "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡᵀ′*",
);
const subscripts = scriptTable("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ");

function scriptTable(plain: string, small: string): ReadonlyMap<string, string> {
  const letters = [...small];
  return new Map([...plain].map((letter, index) => [letter, letters[index]!]));
}

function script(mark: "^" | "_", content: string): string {
  const table = mark === "^" ? superscripts : subscripts;
  const tight = content.replace(/ /g, "");
  const small = [...tight].map((letter) => table.get(letter));
  if (small.every((letter) => letter !== undefined)) return small.join("");
  return [...tight].length === 1 ? mark + tight : `${mark}(${content.trim()})`;
}

class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(tex: string) {
    this.#tokens = tex.replace(/(?<!\\)%.*$/gm, "").match(/\\[a-zA-Z]+\*?|\\[^a-zA-Z]|[^\\]|\\$/gsu) ?? [];
  }

  /** Everything, as rows (between `\\`) of cells (between `&`). */
  rows(): string[][] {
    const rows = [[""]];
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at]!;
      if (token === "\\\\" || token === "&") {
        this.#at += 1;
        if (token === "&") rows.at(-1)!.push("");
        else rows.push([""]);
      } else if (token === "\\begin") {
        this.#at += 1;
        const name = this.#rawGroup().replace("*", "");
        if (name === "array") this.#rawGroup();
        this.#environment(name, rows);
      } else {
        const row = rows.at(-1)!;
        row.push(this.#join(row.pop()!, this.#atom()));
      }
    }
    return rows;
  }

  #environment(name: string, rows: string[][]): void {
    const start = this.#at;
    let depth = 1;
    while (this.#at < this.#tokens.length) {
      if (this.#tokens[this.#at] === "\\begin") depth += 1;
      if (this.#tokens[this.#at] === "\\end") depth -= 1;
      if (depth === 0) break;
      this.#at += 1;
    }
    const inner = new Reader(this.#tokens.slice(start, this.#at).join("")).rows();
    this.#at += 1;
    this.#rawGroup();
    const pair = brackets[name];
    if (pair === undefined && name !== "cases") {
      // Lines of their own: they go on from the line that stands there.
      const row = rows.at(-1)!;
      row.push(row.pop()! + (inner[0]?.shift() ?? ""), ...(inner.shift() ?? []));
      rows.push(...inner);
      return;
    }
    const cells = inner.map((row) =>
      row
        .map((cell) => cell.trim())
        .join(name === "cases" ? "  " : " ")
        .trim(),
    );
    const content = cells.filter((cell) => cell !== "").join("; ");
    const [left, right] = pair ?? ["{ ", ""];
    const row = rows.at(-1)!;
    row.push(this.#join(row.pop()!, left + content + right));
  }

  /** Adds an atom to a text: relations get a space on either side, functions one between them and a letter. */
  #join(text: string, atom: string): string {
    if (relations.has(atom)) return `${text.trimEnd()} ${atom} `;
    const previous = /[a-z]{2,}$/i.exec(text)?.[0];
    if (previous !== undefined && functions.has(previous) && /^[\p{L}\d]/u.test(atom)) return `${text} ${atom}`;
    if (functions.has(atom) && /[\p{L}\d)]$/u.test(text)) return `${text} ${atom}`;
    return text + atom;
  }

  #peek(): string | undefined {
    while (this.#tokens[this.#at]?.trim() === "") this.#at += 1;
    return this.#tokens[this.#at];
  }

  /** The text of a group in braces as it stands, or nothing if no group stands here. */
  #rawGroup(): string {
    if (this.#peek() !== "{") return "";
    const start = this.#at + 1;
    let depth = 0;
    while (this.#at < this.#tokens.length) {
      const token = this.#tokens[this.#at]!;
      this.#at += 1;
      if (token === "{") depth += 1;
      if (token === "}") depth -= 1;
      if (depth === 0) return this.#tokens.slice(start, this.#at - 1).join("");
    }
    return this.#tokens.slice(start).join("");
  }

  /** The argument of a command: a group or the next atom. */
  #argument(): string {
    const token = this.#peek();
    if (token === undefined) return "";
    if (token === "{") return renderInlineTex(this.#rawGroup());
    return this.#atom();
  }

  #atom(): string {
    const token = this.#tokens[this.#at]!;
    this.#at += 1;
    if (token === "{") {
      this.#at -= 1;
      return renderInlineTex(this.#rawGroup());
    }
    if (token === "}") return "";
    if (token === "^" || token === "_") return script(token, this.#argument());
    if (token === "'") return "′";
    if (token === "~") return " ";
    if (!token.startsWith("\\")) return /\s/.test(token) ? " " : token;
    return this.#command(token.slice(1));
  }

  #command(name: string): string {
    const space = spaces[name];
    if (space !== undefined) return space;
    const symbol = symbols[name];
    if (symbol !== undefined) {
      // These belong to what follows, and the space that ends the command is no space.
      if ("∂∇Δ".includes(symbol)) this.#peek();
      return symbol;
    }
    if (functions.has(name)) return name;
    if (fonts.has(name))
      return name.startsWith("text") || name === "mbox" ? this.#rawGroup() || this.#argument() : this.#argument();
    if (ignored.has(name)) {
      // `\left.` is an invisible bracket.
      if ((name === "left" || name === "right") && this.#peek() === ".") this.#at += 1;
      return "";
    }
    if (name === "mathbb") {
      const letter = this.#argument();
      return doubleStruck[letter] ?? letter;
    }
    const accent = accents[name];
    if (accent !== undefined) {
      const argument = this.#argument();
      return [...argument].length === 1 ? argument + accent : `${name}(${argument})`;
    }
    if (name === "frac" || name === "tfrac" || name === "dfrac")
      return `${bracketed(this.#argument())}/${bracketed(this.#argument())}`;
    if (name === "sqrt") return `√${bracketed(this.#argument())}`;
    // Escaped characters, `\{` or `\_`, are themselves; a command that is not known is its name.
    return name === "|" ? "‖" : name;
  }
}

/** A text that holds together beside a slash, in brackets if it would not. */
function bracketed(text: string): string {
  const simple = /^[\p{L}\p{M}\p{N}∂∇.′²³ᵀ₀-₉ₐ-ₜ]+$/u.test(text) || /^[\p{L}∂∇]*\([^()]*\)$/u.test(text);
  return simple ? text : `(${text.trim()})`;
}
