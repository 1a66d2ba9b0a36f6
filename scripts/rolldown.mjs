// One way to bundle, for the size budgets and for the one-file build: a program goes in, minified code and the modules
// that are left in it come out. Node's own modules stay imports; the library asks for them only where they exist.
import { realpathSync } from "node:fs";
import { join, sep } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./common.mjs";

const dist = `${join(realpathSync(root), "dist")}${sep}`;

/**
 * @param {string} input
 * @param {string} [banner] a comment for the first line
 * @returns {Promise<{ code: string, modules: string[] }>} modules: those of dist with code in the bundle
 */
export async function bundle(input, banner = "") {
  const build = await rolldown({
    input,
    cwd: root,
    platform: "browser",
    external: /^node:/,
    // The map of exports sends the programs' "adjoint" to dist, as it does for users; a tsconfig would send it to src.
    tsconfig: false,
    onLog(_level, log) {
      throw new Error(`rolldown: ${log.message}`);
    },
  });
  const { output } = await build.generate({ format: "esm", minify: true, codeSplitting: false, banner });
  await build.close();
  const [chunk, ...rest] = output;
  if (rest.length > 0) throw new Error(`rolldown: ${input} became ${output.length} files, not one`);
  const modules = Object.entries(chunk.modules)
    .filter(([id, module]) => id.startsWith(dist) && (module.renderedLength ?? 0) > 0)
    .map(([id]) => id.slice(dist.length).split(sep).join("/"));
  return { code: chunk.code, modules };
}
