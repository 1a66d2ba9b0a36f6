// Runs every check but the tests, all of them even when one fails, and ends with the list of those that did.
import { spawnSync } from "node:child_process";
import { root } from "./common.mjs";

const checks = [
  "lint",
  "types",
  "check:imports",
  "check:lines",
  "check:lock",
  "check:size",
  "check:pack",
  "check:docs",
];

const failed = checks.filter((name) => {
  console.log(`\n== ${name}`);
  const { status, error } = spawnSync("npm", ["run", "--silent", name], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (error) throw error;
  return status !== 0;
});

console.log("");
if (failed.length > 0) {
  console.error(`checks: ${failed.join(", ")} failed, ${checks.length - failed.length} of ${checks.length} hold`);
  process.exitCode = 1;
} else {
  console.log(`checks: all ${checks.length} hold`);
}
