// Type tests can pass silently: the checker sees only what its tsconfig includes. So each type test must be in
// tsconfig.types.json, and a control with an error in it must fail the very command that runs the type tests.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { conclude, execute, filesUnder, root, shown } from "./common.mjs";

/** @type {string[]} */
const failures = [];
const node = process.execPath;
const tests = filesUnder(join(root, "tests"), ".test-d.ts").filter((path) => !path.includes("negative-control"));

if (tests.length === 0) failures.push("tests/types holds no type test (*.test-d.ts)");
for (const path of tests) {
  if (!shown(path).startsWith("tests/types/"))
    failures.push(`${shown(path)} is never checked: type tests live in tests/types`);
}
const listed = execute(node, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.types.json", "--listFilesOnly"]);
for (const path of tests) {
  if (!listed.stdout.split(/\r?\n/).some((line) => line.endsWith(shown(path)))) {
    failures.push(`${shown(path)} is not included by tsconfig.types.json`);
  }
}

const control = join(root, "tests/types/negative-control.test-d.ts");
writeFileSync(
  control,
  `// Written and removed by scripts/check-types.mjs; if you can read this, delete it.
import { expectTypeOf, test } from "vitest";
test("a type error is noticed", () => {
  expectTypeOf(1).toBeString();
});
`,
);
try {
  const run = execute(node, ["node_modules/vitest/vitest.mjs", "run", "--typecheck.only", "negative-control"]);
  if (run.status === 0 || !run.output.includes("TypeCheckError") || !/\b1 failed\b/.test(run.output)) {
    failures.push(`the negative control did not fail as it must; vitest said:\n${run.output}`);
  }
} finally {
  rmSync(control, { force: true });
}
conclude("types", failures, `${tests.length} type tests are checked, and the negative control fails as it must`);
