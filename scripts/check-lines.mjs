// One idea a file: a source file over 500 lines is named, one over 600 fails.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { conclude, filesUnder, root, shown } from "./common.mjs";

const soft = 500;
const hard = 600;

/** @type {string[]} */
const failures = [];
const files = filesUnder(join(root, "src"), ".ts");
let longest = 0;
for (const path of files) {
  const lines = readFileSync(path, "utf8").replace(/\n$/, "").split("\n").length;
  longest = Math.max(longest, lines);
  if (lines > hard) failures.push(`${shown(path)} has ${lines} lines, more than ${hard}: split it by theme`);
  else if (lines > soft) console.warn(`lines: warning: ${shown(path)} has ${lines} lines, more than ${soft}`);
}
if (files.length === 0) failures.push("src holds no file");
conclude("lines", failures, `${files.length} files, the longest of ${longest} lines`);
