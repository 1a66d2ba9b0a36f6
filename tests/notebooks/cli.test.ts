import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { type Host, runCommand } from "../../notebooks/runner/cli.ts";
import { formatValues } from "../../notebooks/runner/execute.ts";

const folder = mkdtempSync(join(tmpdir(), "notebook-"));
const file = join(folder, "example.md");
afterAll(() => rmSync(folder, { recursive: true }));

const example = [
  "# Example\n\nText with $x^2$.\n\n",
  '```ts\nimport { one } from "tool";\nconsole.log(one);\n```\n```output\n1\n```\n\n',
  "```ts\nassert(one > 0);\nassert(one < 2);\n```\n\n## Last\n\n",
  "```ts\nconsole.log(one / 3);\n```\n```output\n0.33333\n```\n\nThe end.\n",
].join("");
beforeEach(() => writeFileSync(file, example));

const run = (...args: string[]): Promise<{ status: number; out: string; err: string }> =>
  runWith({ tool: { one: 1 } }, ...args);

async function runWith(
  modules: Host["modules"],
  ...args: string[]
): Promise<{ status: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const status = await runCommand(args, {
    modules,
    format: formatValues,
    width: 60,
    colour: false,
    write: (text) => {
      out += text;
    },
    writeError: (text) => {
      err += text;
    },
  });
  return { status, out: out.replace(/\(\d+\.\d s\)/, "(0.0 s)"), err };
}

describe("running", () => {
  test("shows the whole notebook and a last line", async () => {
    const { status, out, err } = await run(file);
    expect(out).toBe(
      [
        "Example",
        "═══════",
        "",
        "Text with x².",
        "",
        ' [1] │ import { one } from "tool";',
        "     │ console.log(one);",
        "",
        "       1",
        "",
        " [2] │ assert(one > 0);",
        "     │ assert(one < 2);",
        "",
        `── Last ${"─".repeat(52)}`,
        "",
        " [3] │ console.log(one / 3);",
        "",
        "       0.3333333333333333",
        "",
        "The end.",
        "",
        "3 cells ran, 2 assertions held, outputs match (0.0 s)",
        "",
      ].join("\n"),
    );
    expect([status, err]).toEqual([0, ""]);
  });
  test("relative imports lead to what lies beside the notebook, all others stay as they are", async () => {
    writeFileSync(file, '```ts\nimport { a } from "./data/x.mjs";\nimport { b } from "tool";\n```\n');
    const asked: string[] = [];
    const modules = (specifier: string): unknown => {
      asked.push(specifier);
      return { a: 1, b: 2 };
    };
    expect((await runWith(modules, file, "--quiet")).status).toBe(0);
    expect(asked).toEqual([join(folder, "data", "x.mjs"), "tool"]);
  });
  test("quiet shows the last line only", async () => {
    expect((await run(file, "--quiet")).out).toBe("3 cells ran, 2 assertions held, outputs match (0.0 s)\n");
  });
  test("one cell runs after those before it", async () => {
    expect((await run(file, "--cell", "3")).out).toBe(
      " [3] │ console.log(one / 3);\n\n       0.3333333333333333\n\n3 cells ran, 2 assertions held, outputs match (0.0 s)\n",
    );
    expect((await run(file, "--cell", "1")).out).toContain("1 cell ran, 0 assertions held, outputs match");
  });
  test("an output that differs is shown, and fails when checked", async () => {
    writeFileSync(file, example.replace("0.33333", "0.4"));
    const shown = await run(file, "--quiet");
    expect(shown.out).toContain("       - 0.4\n       + 0.3333333333333333\n");
    expect(shown.out).toContain("3 cells ran, 2 assertions held, outputs differ in cell-3 (0.0 s)\n");
    expect(shown.status).toBe(0);
    expect((await run(file, "--check")).status).toBe(1);
    expect((await run(file, "--check", "--atol", "0.1")).status).toBe(0);
    expect((await run(file, "--check", "--rtol=0.2")).status).toBe(0);
  });
  test("an output that is not stored differs, too", async () => {
    writeFileSync(file, example.replace("```output\n1\n```\n", ""));
    expect((await run(file, "--check")).status).toBe(1);
  });
  test("a failing cell ends the run", async () => {
    writeFileSync(file, example.replace("one < 2", "one > 2"));
    const { status, out } = await run(file, "--quiet");
    expect(status).toBe(1);
    expect(out).toContain("     AssertionError: the condition does not hold at cell-2.ts:2:1\n");
    expect(out).toContain("     > 2 | assert(one > 2);\n");
    expect(out).toContain("2 cells ran, 1 assertion held, cell-2 failed and 1 cell did not run (0.0 s)\n");
  });
  test("a name that a later cell declares is explained", async () => {
    writeFileSync(file, "```ts\nlater\n```\n\n```ts\nconst later = 1;\n```\n");
    expect((await run(file)).out).toContain(
      "ReferenceError: later is not defined; cell-2 declares it, and has not run",
    );
  });
});

describe("updating", () => {
  test("stores what was printed", async () => {
    writeFileSync(file, example.replace("0.33333", "old"));
    const { status, out } = await run(file, "--update", "--quiet");
    expect([status, out]).toEqual([0, "3 cells ran, 2 assertions held, outputs of 1 cell stored (0.0 s)\n"]);
    expect(readFileSync(file, "utf8")).toBe(example.replace("0.33333", "0.3333333333333333"));
    expect((await run(file, "--update", "--quiet")).out).toContain("the stored outputs were up to date");
  });
  test("stores nothing when a cell fails", async () => {
    const failing = example.replace("one < 2", "one > 2").replace("0.33333", "old");
    writeFileSync(file, failing);
    const { status, out } = await run(file, "--update", "--quiet");
    expect(status).toBe(1);
    expect(out).toContain("nothing stored");
    expect(readFileSync(file, "utf8")).toBe(failing);
  });
});

describe("converting", () => {
  test("to Jupyter and back", async () => {
    const jupyter = join(folder, "example.ipynb");
    const again = join(folder, "again.md");
    expect(await run(file, "--to-ipynb", jupyter)).toEqual({
      status: 0,
      out: `${jupyter}: 3 cells from ${file}\n`,
      err: "",
    });
    expect(await run(again, "--from-ipynb", jupyter)).toEqual({
      status: 0,
      out: `${again}: 3 cells from ${jupyter}\n`,
      err: "",
    });
    expect(readFileSync(again, "utf8")).toBe(example);
  });
  test("what is no notebook is refused", async () => {
    const { status, err } = await run(join(folder, "x.md"), "--from-ipynb", file);
    expect(status).toBe(2);
    expect(err).toContain("this is no .ipynb file");
  });
});

describe("arguments", () => {
  test("help", async () => {
    const { status, out } = await run("--help");
    expect(status).toBe(0);
    for (const option of [
      "--check",
      "--update",
      "--cell",
      "--rtol",
      "--atol",
      "--quiet",
      "--to-ipynb",
      "--from-ipynb",
    ]) {
      expect(out).toContain(option);
    }
  });
  test.each<[string, string[], string]>([
    ["no file", [], "Which notebook?"],
    ["a missing file", ["missing.md"], "There is no file missing.md"],
    ["a folder", [folder], `${folder} is a folder`],
    ["two files", ["a.md", "b.md"], "One notebook at a time: a.md, b.md"],
    ["an unknown option", ["a.md", "--chekc"], "Unknown option '--chekc'"],
    ["a missing value", ["a.md", "--cell"], "argument missing"],
    ["a cell that is no number", ["a.md", "--cell", "x"], '--cell takes the number of a cell, from 1 on, and not "x"'],
    ["a cell that is not there", [file, "--cell", "9"], "has 3 cells, and no cell 9"],
    ["a negative tolerance", ["a.md", "--rtol=-1"], '--rtol takes a number that is not negative, and not "-1"'],
    ["an empty tolerance", ["a.md", "--atol", ""], "--atol takes a number"],
    ["both conversions", ["a.md", "--to-ipynb", "b", "--from-ipynb", "c"], "exclude each other"],
    ["one cell and all outputs", ["a.md", "--cell", "1", "--update"], "exclude each other"],
  ])("%s", async (_name, args, message) => {
    const { status, out, err } = await run(...args);
    expect([status, out]).toEqual([2, ""]);
    expect(err).toContain(message);
    expect(err).toContain("--help");
  });
  test("a file that is no notebook is named with its line", async () => {
    writeFileSync(file, "a\n```ts\nb\n");
    expect((await run(file)).err).toContain(`${file}, line 2: this cell has no closing fence`);
  });
});
