// Runs the test that holds a generated page to what the library says, with leave to write the page.
import { spawnSync } from "node:child_process";
import { root } from "./common.mjs";

/** @param {string} test the path of the test */
export function writeDocs(test) {
  const { status, error } = spawnSync(process.execPath, ["node_modules/vitest/vitest.mjs", "run", test], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, WRITE_DOCS: "1" },
  });
  if (error) throw error;
  process.exitCode = status ?? 1;
}
