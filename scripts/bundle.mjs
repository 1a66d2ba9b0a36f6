// Builds dist/adjoint.min.js: the whole library in one file, for a page or a machine that has nothing else.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./common.mjs";
import { bundle } from "./rolldown.mjs";

const { version, license } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const { code } = await bundle(join(root, "dist/index.js"), `/*! adjoint ${version} | ${license} */`);
writeFileSync(join(root, "dist/adjoint.min.js"), code);
