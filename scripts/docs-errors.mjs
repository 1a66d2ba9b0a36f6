// Writes docs/errors.md from the classes of errors and what their examples print (tests/errors).
import { spawnSync } from "node:child_process";
import { root } from "./common.mjs";

const { status, error } = spawnSync(
  process.execPath,
  ["node_modules/vitest/vitest.mjs", "run", "tests/errors/docs.test.ts"],
  {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, WRITE_DOCS: "1" },
  },
);
if (error) throw error;
process.exitCode = status ?? 1;
