// What the checks share: where the repository is, walking it, running commands, and one way to say what failed.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * A path as the texts show it: relative to the root, with forward slashes.
 * @param {string} path
 */
export function shown(path) {
  return relative(root, path).split(sep).join("/");
}

/**
 * All files under a folder, sorted, as absolute paths. Hidden folders, node_modules and build outputs are passed over.
 * @param {string} folder
 * @param {string} suffix
 * @returns {string[]}
 */
export function filesUnder(folder, suffix) {
  /** @type {string[]} */
  const found = [];
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      const passedOver =
        entry.name.startsWith(".") || ["node_modules", "dist", "build", "coverage"].includes(entry.name);
      if (!passedOver) found.push(...filesUnder(path, suffix));
    } else if (entry.name.endsWith(suffix)) {
      found.push(path);
    }
  }
  return found.sort();
}

/**
 * Ends a check: prints each failure, or what was checked, and sets the exit status.
 * @param {string} name
 * @param {readonly string[]} failures
 * @param {string} summary what was checked; printed where nothing failed
 */
export function conclude(name, failures, summary) {
  if (failures.length === 0) {
    console.log(`${name}: ${summary}`);
    return;
  }
  for (const failure of failures) console.error(`${name}: ${failure}`);
  console.error(`${name}: ${failures.length} ${failures.length === 1 ? "failure" : "failures"}`);
  process.exitCode = 1;
}

/**
 * Runs a program to its end and returns its status and what it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined> }} [options]
 * @returns {{ status: number, stdout: string, output: string }}
 */
export function execute(command, args, options = {}) {
  const result = spawnSync(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    maxBuffer: 1 << 26,
    // npm is a script on Windows, which only a shell can start.
    shell: process.platform === "win32" && command === "npm",
  });
  if (result.error) throw result.error;
  return { status: result.status ?? 1, stdout: result.stdout, output: `${result.stdout}${result.stderr}`.trim() };
}
