/** The page docs/errors.md: the classes' comments, and what their examples really print. */
import { readFileSync } from "node:fs";
import { AdjointError } from "../../src/errors/index.ts";
import { examples } from "./examples.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Names and comments of the classes in a source file, in its order. */
function documented(path: string): [name: string, comment: string][] {
  const pattern = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport class (\w+)/g;
  return [...read(path).matchAll(pattern)].map(([, comment, name]) => [
    name!,
    comment!
      .split("\n")
      .map((line) => line.replace(/^\s*\*? ?/, "").trim())
      .filter((line) => line !== "")
      .join("\n"),
  ]);
}

/** The code of an example as a user would write it: without the casts that silence the compiler. */
function code(name: string): string {
  const source = read("tests/errors/examples.ts");
  const body = new RegExp(`  ${name}: \\{\\n    run: \\(\\) => \\{\\n([\\s\\S]*?)\\n    \\},`).exec(source)![1]!;
  return body
    .replace(/^ {6}/gm, "")
    .replace(/^return \(/m, "(")
    .replace(/\((\w+) as never\) /g, "$1 ")
    .replace(/ as never/g, "");
}

function printed(name: string): string {
  try {
    examples[name]!.run();
  } catch (error) {
    if (error instanceof AdjointError) return `${error.name}: ${error.message}`;
    throw error;
  }
  throw new Error(`the example of ${name} throws nothing`);
}

/** The whole page. */
export function errorsPage(): string {
  const classes = [...documented("src/errors/tracer.ts"), ...documented("src/errors/usage.ts")];
  const sections = classes.map(
    ([name, comment]) =>
      `## ${name}\n\n${comment}\n\n\`\`\`ts\n${code(name)}\n\`\`\`\n\n\`\`\`text\n${printed(name)}\n\`\`\`\n`,
  );
  return `# Errors

Every error that Adjoint throws on purpose has four parts: what happened, where (your file and line for each value that is
concerned), how to fix it, and a link to this page. All classes derive from \`errors.AdjointError\`, whose \`parts\` hold the
pieces. Classes that JAX has too keep JAX's names. Subclasses of \`ConcretizationTypeError\` say that a value was needed
while a function was traced.

This page is generated from the classes' comments and from what their examples print: \`npm run docs:errors\` writes it.

${sections.join("\n")}`;
}
