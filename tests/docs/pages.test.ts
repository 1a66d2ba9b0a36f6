/** The pages without a build that the documents show: their scripts run, and what they import is in the package. */
import { readFileSync } from "node:fs";
import * as adjoint from "adjoint";
import * as numpy from "adjoint/numpy";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const text = readFileSync(new URL("docs/start.md", root), "utf8");
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
const modules: Readonly<Record<string, object>> = {
  adjoint,
  "adjoint/numpy": numpy,
  "./adjoint.min.js": adjoint,
  "npm:adjoint": adjoint,
};
const AsyncFunction = (async () => {}).constructor as new (
  ...parts: string[]
) => (...given: unknown[]) => Promise<void>;

/** Runs a module of a page, and gives what it writes into the page or the console. */
async function run(script: string): Promise<string> {
  const body = script.replace(/^\s*import (.*?) from (".*?");$/gm, (_, names: string, from: string) => {
    const pattern = names.startsWith("* as ") ? names.slice(5) : names.replace(/ as /g, ": ");
    return `const ${pattern} = $modules[${from}];`;
  });
  const document = { body: { textContent: "" } };
  const lines: string[] = [];
  const console = { log: (value: unknown) => void lines.push(String(value)) };
  await new AsyncFunction("$modules", "document", "console", body)(modules, document, console);
  return document.body.textContent + lines.join("\n");
}

const pages = [...text.matchAll(/```html\n([\s\S]*?)```/g)].map((match) => match[1]!);

test("the pages run", async () => {
  const written = await Promise.all(
    pages.map((page) => run(/<script type="module">([\s\S]*?)<\/script>/.exec(page)![1]!)),
  );
  expect(written).toEqual(["f'(2) = 0.07700378", "[[-0.2865048  0.5730096]\n [ 0.5730096  0.5730096]]"]);
});

test("the import map leads to the package's modules for browsers", () => {
  const maps = pages.flatMap((page) => /<script type="importmap">([\s\S]*?)<\/script>/.exec(page)?.[1] ?? []);
  expect(maps.length).toBe(1);
  for (const [name, path] of Object.entries<string>(JSON.parse(maps[0]!).imports)) {
    const { default: file } = manifest.exports[name.replace(/^adjoint/, ".")];
    expect(path).toBe(file.replace("./", "./node_modules/adjoint/"));
  }
});

test("the program for Deno runs", async () => {
  const program = /```ts example\n(import .* from "npm:adjoint";[\s\S]*?)```/.exec(text)![1]!;
  expect(await run(program)).toBe("12.0");
});
