// Gathers what the type worker must know before it sees a cell: TypeScript's own library, the declarations of Adjoint, those
// of the modules beside the notebooks, and the globals of a cell. In goes the repository; out come the files' texts under
// the paths that the worker gives them, and the file behind each module that a cell can import.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { globals } from "./globals.mjs";

/** @typedef {import("./core.ts").Declarations} Declarations */

const root = fileURLToPath(new URL("../..", import.meta.url));
const libraries = ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"];

/**
 * The declarations of the library as built (`dist`), or its sources, which say the same and need no build.
 * @param {{ from?: "dist" | "src" }} [options]
 * @returns {Declarations}
 */
export function declarations({ from = "dist" } = {}) {
  /** @type {Record<string, string>} */
  const files = { "/globals.d.ts": globals };
  /** @type {Record<string, string>} */
  const modules = {};
  addLibraries(files);
  addAdjoint(files, modules, from);
  addNeighbours(files, modules);
  return { files, modules };
}

/** @param {Record<string, string>} files */
function addLibraries(files) {
  const folder = dirname(createRequire(import.meta.url).resolve("typescript"));
  const waiting = [...libraries];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (files[`/lib/${name}`] !== undefined) continue;
    const text = readFileSync(join(folder, name), "utf8");
    files[`/lib/${name}`] = text.replace(/^\/\*!.*?\*\/\s*/s, "");
    for (const [, other] of text.matchAll(/^\/\/\/ <reference lib="([^"]+)"/gm)) waiting.push(`lib.${other}.d.ts`);
  }
}

/**
 * Only what the package's entries reach: a cell can see no more.
 * @param {Record<string, string>} files
 * @param {Record<string, string>} modules
 * @param {"dist" | "src"} from
 */
function addAdjoint(files, modules, from) {
  const folder = join(root, from);
  const extension = from === "dist" ? ".d.ts" : ".ts";
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  /** @type {string[]} */
  const waiting = [];
  for (const [name, target] of Object.entries(manifest.exports)) {
    if (typeof target === "string") continue;
    const path = join(folder, target.types.replace("./dist/", "").replace(/\.d\.ts$/, extension));
    modules[`adjoint${name.slice(1)}`] = virtual(folder, path);
    waiting.push(path);
  }
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const name = virtual(folder, path);
    if (files[name] !== undefined) continue;
    if (!existsSync(path)) throw new Error(`${relative(root, path)} does not exist: run npm run build first`);
    const text = readFileSync(path, "utf8").replace(/\n?\/\/# sourceMappingURL=.*\s*$/, "\n");
    files[name] = text;
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles) {
      if (fileName.startsWith(".")) waiting.push(join(dirname(path), fileName.replace(/\.ts$/, extension)));
    }
  }
}

/**
 * @param {string} folder
 * @param {string} path
 */
const virtual = (folder, path) => `/adjoint/${relative(folder, path).split(sep).join("/")}`;

/**
 * The modules in the folders beside the notebooks, by their .d.mts files, or by what TypeScript reads from the code.
 * @param {Record<string, string>} files
 * @param {Record<string, string>} modules
 */
function addNeighbours(files, modules) {
  const folder = join(root, "notebooks");
  const found = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "runner")
    .flatMap((entry) => readdirSync(join(folder, entry.name)).map((name) => join(folder, entry.name, name)));
  const scripts = found.filter((path) => path.endsWith(".mjs"));
  const written = new Set(found.filter((path) => path.endsWith(".d.mts")));
  for (const path of written) files[beside(path)] = readFileSync(path, "utf8");

  const silent = scripts.filter((path) => !written.has(path.replace(/\.mjs$/, ".d.mts")));
  const options = { allowJs: true, declaration: true, emitDeclarationOnly: true, types: [], skipLibCheck: true };
  const target = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023, rootDir: folder };
  const program = ts.createProgram(silent, { ...options, ...target, outDir: folder });
  program.emit(undefined, (path, text) => {
    if (
      silent.some(
        (script) =>
          script ===
          path
            .replace(/\.d\.mts$/, ".mjs")
            .split("/")
            .join(sep),
      )
    ) {
      files[beside(path)] = text;
    }
  });
  for (const path of scripts) {
    const declared = beside(path).replace(/\.mjs$/, ".d.mts");
    if (files[declared] === undefined) throw new Error(`${relative(root, path)} has no declarations`);
    modules[`./${basename(dirname(path))}/${basename(path)}`] = declared;
  }
}

/** @param {string} path */
const beside = (path) => `/notebook/${relative(join(root, "notebooks"), path).split(sep).join("/")}`;
