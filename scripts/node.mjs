// Builds dist/node: the library for Node in a few files instead of some hundreds, since Node takes half a millisecond to
// find and load each. Bundlers get the modules of dist, which shake.
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { root } from "./common.mjs";

/** @type {{ exports: Record<string, string | { node: string, default: string }> }} */
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** @type {Record<string, string>} */
const input = {};
for (const target of Object.values(manifest.exports)) {
  if (typeof target === "string") continue;
  const name = target.node.replace("./dist/node/", "").replace(/\.js$/, "");
  input[name] = join(root, target.default);
}

rmSync(join(root, "dist/node"), { recursive: true, force: true });
const build = await rolldown({
  input,
  cwd: root,
  platform: "node",
  tsconfig: false,
  onLog(_level, log) {
    throw new Error(`rolldown: ${log.message}`);
  },
});
await build.write({
  dir: join(root, "dist/node"),
  format: "esm",
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
  // What two entries share is one file, not one for every set of entries that share something.
  codeSplitting: { groups: [{ name: "shared", minShareCount: 2 }] },
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: false } },
});
await build.close();
