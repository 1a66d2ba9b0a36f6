// Holds src to the import table of ARCHITECTURE.md and to the rules that keep it free of dependencies and tree-shakable.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { conclude, filesUnder, root, shown } from "./common.mjs";
import { breaches, readTable } from "./imports.mjs";

const table = readTable(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));
const files = new Map(
  filesUnder(join(root, "src"), ".ts").map((path) => [shown(path).slice("src/".length), readFileSync(path, "utf8")]),
);
const failures = files.size === 0 ? ["src holds no file"] : breaches(table, files);
conclude("imports", failures, `${files.size} files keep to the table of ${table.flat().length} rooms`);
