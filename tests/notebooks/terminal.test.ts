import { describe, expect, test } from "vitest";
import { compareOutputs } from "../../notebooks/runner/compare.ts";
import { highlight } from "../../notebooks/runner/highlight.ts";
import { makeTerminal, wantsColour, widthFor } from "../../notebooks/runner/terminal.ts";
import { renderInlineTex, renderTex, textWidth } from "../../notebooks/runner/tex.ts";

const plain = makeTerminal({ width: 40, colour: false });
const coloured = makeTerminal({ width: 40, colour: true });
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const withoutColour = (text: string): string => text.replace(/\u001b\[\d+m/g, "");

describe("formulas", () => {
  const { raw } = String;
  test.each([
    [raw`f(x) = x^3 + 2x^2 - 3x + 1`, "f(x) = x³ + 2x² - 3x + 1"],
    [raw`f'''(x) = 6`, "f′′′(x) = 6"],
    [raw`f^{iv}(x) = 0`, "fⁱᵛ(x) = 0"],
    [raw`(\nabla f)(x)`, "(∇f)(x)"],
    [raw`\nabla_x^2 f(x;A) = A + A^T`, "∇ₓ² f(x;A) = A + Aᵀ"],
    [raw`\frac{\partial f}{\partial x} = 2x`, "∂f/∂x = 2x"],
    [raw`\frac{a + b}{2}`, "(a + b)/2"],
    [raw`\frac12`, "1/2"],
    [raw`\sigma'(a) = \sigma(a) \, (1-\sigma(a))`, "σ′(a) = σ(a) (1-σ(a))"],
    [raw`u^T J(x) = W^\top u`, "uᵀ J(x) = Wᵀ u"],
    [raw`v_{\theta}(s_{t-1})`, "v_θ(sₜ₋₁)"],
    [raw`f : \mathbb{R}^n \to \mathbb{R}^{n \times m}`, "f : ℝⁿ → ℝ^(n × m)"],
    [raw`\sum_{n=1}^{N} [y_n \log \mu_n]`, "∑ₙ₌₁ᴺ [yₙ log μₙ]"],
    [raw`w^T q(y) \approx w^T y`, "wᵀ q(y) ≈ wᵀ y"],
    [raw`J = \text{something complex}`, "J = something complex"],
    [raw`\operatorname{diag}(\mu)`, "diag(μ)"],
    [raw`\sqrt{x} + \sqrt{x + 1}`, "√x + √(x + 1)"],
    [raw`\hat{y} \bar x \tilde{ab}`, "y\u0302 x\u0304 tilde(ab)"],
    [raw`\left( x \right] \left. y \right|`, "( x ] y |"],
    [raw`\{a\}, \|x\|, 50\%`, "{a}, ‖x‖, 50%"],
    [raw`\begin{pmatrix} a & b \\ c & d \end{pmatrix}`, "(a b; c d)"],
    [raw`a \quad b \; c~d`, "a b c d"],
    [raw`\unknown x`, "unknown x"],
    ["a % comment\n+ b", "a + b"],
    ["", ""],
    ["{", ""],
    ["x^", "x"],
    [raw`\frac{1`, "1/()"],
  ])("%s", (tex, text) => {
    expect(renderInlineTex(tex)).toBe(text);
  });
  test("lines are aligned", () => {
    expect(renderTex(raw`\begin{align} f(x,y) &= x^2 + y \\ \frac{\partial f}{\partial x} &= 2x \end{align}`)).toEqual([
      "f(x,y) = x² + y",
      " ∂f/∂x = 2x",
    ]);
    expect(renderTex(raw`a \\ bc`)).toEqual(["a", "bc"]);
  });
  test("combining marks take no column", () => {
    expect(textWidth("y\u0302")).toBe(1);
  });
});

describe("text", () => {
  test.each([
    ["a heading of the first level", "# Title", "Title\n═════\n"],
    ["a heading of the second level", "## Part", "── Part ────────────────────────────────\n"],
    ["a heading of the third level", "### Detail `x`", "Detail x\n"],
    ["a paragraph of several lines", "one\ntwo", "one two\n"],
    ["paragraphs", "one\n\n\n\ntwo\n", "one\n\ntwo\n"],
    ["marks", "a *b* **c** `d_e_f` [g](h.md) \\* snake_case_name", "a b c d_e_f g (h.md) * snake_case_name\n"],
    ["formulas", "so $x^2$ is", "so x² is\n"],
    ["dollars that are none", "it costs 5$ alone", "it costs 5$ alone\n"],
    ["displayed formulas on a line", "a\n\n$$x^2$$\n\nb", "a\n\n    x²\n\nb\n"],
    ["displayed formulas on several lines", "$$\nx^2\n$$\n", "    x²\n"],
    ["displayed formulas that end their last line", "$$x\n= y$$\nz", "    x = y\nz\n"],
    ["lists", "- one\n- two\n  more\n1. three", "  • one\n  • two more\n  1. three\n"],
    ["quotations", "> a\n> b", "│ a b\n"],
    ["other fences", "```sh\nnpm  start\n```", "    npm  start\n"],
    ["rules", "---", `${"─".repeat(40)}\n`],
    ["comments", "a <!-- hidden\nmore --> b", "a  b\n".replace("  ", " ")],
    ["tables", "| a | b |\n|---|---|", "| a | b |\n|---|---|\n"],
    ["nothing", "\n\n", ""],
  ])("%s", (_name, source, text) => {
    expect(plain.markdown(source)).toBe(text);
    expect(withoutColour(coloured.markdown(source))).toBe(text);
  });
  test("lines are no wider than asked, and formulas stay whole", () => {
    const text = plain.markdown(`${"word ".repeat(30)}$a + b + c + d + e$ ${"word ".repeat(10)}`);
    for (const line of text.split("\n")) expect(textWidth(line)).toBeLessThanOrEqual(40);
    expect(text).toContain("a + b + c + d + e");
  });
  test("a word that is too long stands alone", () => {
    expect(plain.markdown(`a ${"x".repeat(50)} b`)).toBe(`a\n${"x".repeat(50)}\nb\n`);
  });
});

describe("cells", () => {
  test("code has a number and a rule", () => {
    expect(plain.code("const a = 1;\n\na", 3)).toBe(" [3] │ const a = 1;\n     │\n     │ a\n");
    expect(plain.code("a", 12)).toBe("[12] │ a\n");
  });
  test("output is set in", () => {
    expect(plain.output("[[1. 2.]\n [3. 4.]]")).toBe("       [[1. 2.]\n        [3. 4.]]\n");
  });
  test("errors have their class, place, lines and callers", () => {
    const places = [
      { cell: "cell-3", line: 1, column: 1 },
      { cell: "cell-4", line: 2, column: 5 },
    ];
    const text = plain.error({
      name: "TypeError",
      message: "no\nfix: yes",
      place: places[0],
      frame: "> 1 | f()\n    | ^",
      trace: places,
      cause: undefined,
    });
    expect(text).toBe(
      [
        "     TypeError: no at cell-3.ts:1:1",
        "     fix: yes",
        "",
        "     > 1 | f()",
        "         | ^",
        "",
        "     called at cell-4.ts:2:5",
        "",
      ].join("\n"),
    );
  });
  test("differences show both lines", () => {
    const text = plain.differences(compareOutputs("2", "1"));
    expect(text).toBe("     the output is not what is stored\n     line 1: 2 is not 1\n       - 1\n       + 2\n");
    expect(coloured.differences(compareOutputs("2", "1"))).toContain("\u001b[32m  + 2\u001b[39m");
  });
  test("the summary is green or red", () => {
    expect(plain.summary("done", true)).toBe("done\n");
    expect(coloured.summary("done", true)).toBe("\u001b[1m\u001b[32mdone\u001b[39m\u001b[22m\n");
    expect(coloured.summary("done", false)).toContain("\u001b[31m");
  });
  test("colours take nothing away, over several lines", () => {
    const code = "/* a\n b */ const s = `x\ny`; // end\nf(1.5e3, 'q') + a.delete(/x/)";
    expect(withoutColour(coloured.code(code, 1))).toBe(plain.code(code, 1));
    for (const line of coloured.code(code, 1).split("\n")) {
      // What a line opens it closes, since a pager shows lines alone.
      expect(line.split("\u001b[").length % 2).toBe(1);
    }
  });
});

describe("colouring", () => {
  test("tells the kinds apart", () => {
    const kinds = (code: string): string[] =>
      highlight(code)
        .filter((piece) => piece.text.trim() !== "")
        .map(({ kind, text }) => `${kind} ${text.trim()}`);
    expect(kinds("const x = grad(f)(1.5); // so")).toEqual([
      "keyword const",
      "plain x",
      "plain =",
      "call grad",
      "plain (",
      "plain f",
      "plain )(",
      "number 1.5",
      "plain );",
      "comment // so",
    ]);
    expect(kinds("lax.switch(\"a // b\", 'it\\'s', `t`)")).toContain('string "a // b"');
    expect(kinds("lax.switch(1)")).toContain("call switch");
    expect(kinds("x1 + 0xff + 10n")).toEqual(["plain x1", "plain +", "number 0xff", "plain +", "number 10n"]);
  });
  test.each(["", "const a = `unclosed", "/* unclosed", "'unclosed\nnext", "a\n\n\tb", "ünïcode()"])(
    "loses nothing (%#)",
    (code) => {
      expect(
        highlight(code)
          .map((piece) => piece.text)
          .join(""),
      ).toBe(code);
    },
  );
});

describe("the terminal", () => {
  test.each<[boolean, Record<string, string>, boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [true, { NO_COLOR: "1", FORCE_COLOR: "1" }, true],
  ])("colours: terminal %s, %o gives %s", (isTerminal, environment, expected) => {
    expect(wantsColour(isTerminal, environment)).toBe(expected);
  });
  test("is as wide as can be read", () => {
    expect([undefined, 20, 72, 300].map(widthFor)).toEqual([80, 40, 72, 100]);
  });
});
