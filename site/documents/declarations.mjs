// The public declarations with their comments, as TypeDoc reads them from the sources. Reading takes seconds, so the result
// is kept in build/ under the hash of all sources: lines of the sources are part of it, not only declarations.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application, TSConfigReader } from "typedoc";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * A node of TypeDoc's JSON. Its many kinds are told apart by `kind` (declarations) and `type` (types).
 * @typedef {{ readonly [key: string]: any }} Reflection
 */

/** The modules that programs import, by the file below src/ without its ending. */
export const publicModules = [
  "index",
  "numpy/index",
  "lax/index",
  "random/index",
  "nn/index",
  "optim/index",
  "scipy/index",
  "experimental/index",
  "tree/index",
  "debug/index",
  "debug/testing",
  "errors/index",
];

/** Modules whose types public signatures name without exporting them. They come last, so that they own nothing public. */
export const helperModules = [
  "api/flat",
  "array/format",
  "array/indices",
  "array/read",
  "array/shape",
  "array/slice",
  "array/update",
  "compile/cost",
  "compile/instrument",
  "core/jaxpr",
  "core/primitive",
  "lax/gather",
  "lax/reduction",
  "numpy/arguments",
  "numpy/edit",
  "random/uniform",
  "tree/registry",
  "types/aval",
];

function hashOfSources() {
  const hash = createHash("sha256").update(readFileSync(fileURLToPath(import.meta.url)));
  const paths = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  for (const path of paths.filter((name) => name.endsWith(".ts")).sort()) {
    hash.update(path).update(readFileSync(join(root, "src", path)));
  }
  return hash.digest("hex").slice(0, 16);
}

/**
 * TypeDoc's project, whose children are the modules above.
 * @returns {Promise<Reflection>}
 */
export async function declarations() {
  const hash = hashOfSources();
  const folder = join(root, "build", "reference");
  const file = join(folder, "declarations.json");
  try {
    const kept = JSON.parse(readFileSync(file, "utf8"));
    if (kept.hash === hash) return kept.project;
  } catch {
    // Nothing is kept yet, or what was written is not whole: it is made anew.
  }
  const application = await Application.bootstrap(
    {
      entryPoints: [...publicModules, ...helperModules].map((name) => join(root, "src", `${name}.ts`)),
      tsconfig: join(root, "tsconfig.json"),
      // The compiler has checked the sources already.
      skipErrorChecking: true,
      excludePrivate: true,
      excludeInternal: true,
      disableGit: true,
      sourceLinkTemplate: "{path}",
      displayBasePath: root,
      sort: ["source-order"],
      readme: "none",
      logLevel: "Error",
    },
    [new TSConfigReader()],
  );
  const project = await application.convert();
  if (project === undefined) throw new Error("the sources could not be read for the reference");
  const json = application.serializer.projectToObject(project, /** @type {any} */ (root));
  mkdirSync(folder, { recursive: true });
  // Written beside and renamed, so that two builds at once never read half a file.
  writeFileSync(`${file}.${process.pid}`, JSON.stringify({ hash, project: json }));
  renameSync(`${file}.${process.pid}`, file);
  return json;
}
