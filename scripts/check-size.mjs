// Bundles small programs with rolldown, as a user's bundler would, and holds each to its budget (scripts/budgets.json):
// kilobytes are 1000 bytes after gzip at its highest level. What a program does not use must be gone from its bundle.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { conclude, root } from "./common.mjs";
import { bundle } from "./rolldown.mjs";

/** @type {Record<string, { program: string, kilobytes: number, without: string[] }>} */
const budgets = JSON.parse(readFileSync(join(root, "scripts/budgets.json"), "utf8"));
/** @type {string[]} */
const failures = [];

const folder = mkdtempSync(join(tmpdir(), "adjoint-size-"));

/** @param {string} program */
async function measure(program) {
  const { code, modules } = await bundle(join(root, program));
  // A bundle that lacks something it needs is small too: it must run.
  const file = join(folder, `${program.replaceAll("/", "-")}.mjs`);
  writeFileSync(file, code);
  const { status, stdout, stderr } = spawnSync(process.execPath, [file], { encoding: "utf8" });
  if (status !== 0 || stdout.trim() === "")
    failures.push(`the bundle of ${program} does not run: ${stderr.trim() || "it prints nothing"}`);
  const rooms = new Set(modules.map((path) => path.split("/")[0] ?? path));
  return { raw: Buffer.byteLength(code), zipped: gzipSync(code, { level: 9 }).length, modules: modules.length, rooms };
}

/** @param {number} bytes */
const kilobytes = (bytes) => (bytes / 1000).toFixed(1).padStart(8);

console.log(`${"program".padEnd(28)} minified  gzipped   budget  modules`);
for (const [name, budget] of Object.entries(budgets)) {
  const size = await measure(budget.program);
  console.log(
    `${name.padEnd(28)} ${kilobytes(size.raw)} ${kilobytes(size.zipped)} ${kilobytes(budget.kilobytes * 1000)} ${String(size.modules).padStart(8)}`,
  );
  if (size.modules === 0) failures.push(`"${name}": nothing of dist is in its bundle, so nothing was measured`);
  if (size.zipped > budget.kilobytes * 1000) {
    failures.push(
      `"${name}" takes ${(size.zipped / 1000).toFixed(1)} kB gzipped, its budget is ${budget.kilobytes} kB`,
    );
  }
  for (const room of budget.without) {
    if (size.rooms.has(room)) failures.push(`"${name}" does not use ${room}/, but its bundle has code of it`);
  }
}

const named = await measure("tests/size/four.ts");
const subpath = await measure("tests/size/subpath.ts");
console.log(`${"four operations by a subpath".padEnd(28)} ${kilobytes(subpath.raw)} ${kilobytes(subpath.zipped)}`);
if (named.zipped > subpath.zipped * 1.02 + 100) {
  failures.push(
    `named imports from the index do not shake: ${named.zipped} bytes gzipped, by a subpath ${subpath.zipped} bytes`,
  );
}
rmSync(folder, { recursive: true });
conclude("size", failures, `${Object.keys(budgets).length} programs are within their budgets, and named imports shake`);
