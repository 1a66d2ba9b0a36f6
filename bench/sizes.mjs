// What a program weighs: bundled by rolldown, minified, gzipped at the highest level.
import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const folder = fileURLToPath(new URL("build/", import.meta.url));

/**
 * @param {string} program
 * @param {string} library the file that "adjoint" stands for
 * @returns {Promise<number>} kilobytes of 1000 bytes
 */
export async function bundleSize(program, library) {
  mkdirSync(folder, { recursive: true });
  const input = `${folder}program.mjs`;
  writeFileSync(input, program);
  const build = await rolldown({
    input,
    platform: "browser",
    external: /^node:/,
    resolve: { alias: { adjoint: library } },
    onLog: () => {},
  });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  // Parts that are loaded on demand are other files.
  const start = output.find((chunk) => chunk.type === "chunk" && chunk.isEntry);
  const loaded = new Set([start]);
  for (const chunk of loaded) {
    for (const name of chunk.imports) {
      const next = output.find((other) => other.fileName === name);
      if (next !== undefined) loaded.add(next);
    }
  }
  return [...loaded].reduce((sum, chunk) => sum + gzipSync(chunk.code, { level: 9 }).length, 0) / 1000;
}
