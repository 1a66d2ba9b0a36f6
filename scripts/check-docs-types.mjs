// The code of the pages type-checks, under `strict` alone, as a reader's project would have it. Each page becomes one module
// with its lines where they stand in the page; that the code runs is what tests/docs checks.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conclude, execute, root } from "./common.mjs";

const folder = join(root, "build", "docs-types");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "docs"))
    // The blocks of errors.md stand in tests/errors, and are checked there.
    .filter((name) => name.endsWith(".md") && name !== "errors.md")
    .map((name) => `docs/${name}`),
];

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
/** @type {Map<string, string>} */
const sources = new Map();
for (const page of pages) {
  let inside = false;
  const lines = readFileSync(join(root, page), "utf8")
    .split(/\r?\n/)
    .map((line) => {
      if (line === "```ts" && !inside) inside = true;
      else if (line === "```" && inside) inside = false;
      else if (inside) return line;
      return "";
    });
  if (lines.every((line) => line === "")) continue;
  const name = `${page.replace(/\W/g, "_")}.ts`;
  sources.set(name, page);
  writeFileSync(join(folder, name), `${lines.join("\n")}\nexport {};\n`);
}
writeFileSync(
  join(folder, "tsconfig.json"),
  JSON.stringify({
    extends: "../../tsconfig.tests.json",
    compilerOptions: {
      rootDir: "../..",
      noEmit: true,
      noUnusedLocals: false,
      noUncheckedIndexedAccess: false,
      exactOptionalPropertyTypes: false,
    },
    include: ["*.ts"],
    exclude: [],
  }),
);

/** @type {string[]} */
const failures = [];
const run = execute(process.execPath, ["node_modules/typescript/bin/tsc", "-p", join(folder, "tsconfig.json")]);
if (run.status !== 0) {
  failures.push(
    run.output.replace(/\S*?(\w+\.ts)\((\d+),(\d+)\)/g, (whole, name, line, column) => {
      const page = sources.get(name);
      return page === undefined ? whole : `${page}:${line}:${column}`;
    }),
  );
}
if (sources.size === 0) failures.push("no page has code");
conclude("docs types", failures, `the code of ${sources.size} pages type-checks`);
