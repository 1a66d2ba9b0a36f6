// Builds the site into build/site: bundles the scripts and styles, renders notebooks and documents, writes the index of the
// search, and says how large the parts are. What lies there works from any static host, in any folder.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { notebookFiles, notebookPage, startPage } from "./pages.mjs";
import { shell } from "./shell.mjs";

/**
 * @typedef {import("./pages.mjs").Page} Page
 * @typedef {Record<string, { file: string, css?: string[] }>} Manifest
 */

const site = fileURLToPath(new URL(".", import.meta.url));
const root = join(site, "..");
const out = join(root, "build/site");
const library = join(root, "dist/");

/** A part of the site that lies in a folder of its own. @param {string} path @returns {Promise<any>} */
const part = async (path) =>
  existsSync(join(site, path)) ? await import(pathToFileURL(join(site, path)).href) : undefined;

/** The library's modules by the names that cells import. */
function aliases() {
  /** @type {{ exports: Record<string, string | { default: string }> }} */
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  return Object.entries(manifest.exports).flatMap(([key, target]) =>
    typeof target === "string"
      ? []
      : [{ find: new RegExp(`^adjoint${key.slice(1)}$`), replacement: join(root, target.default) }],
  );
}

/** @returns {Promise<Manifest>} */
async function bundle() {
  const { typeDeclarations } = (await part("editor/vite.mjs")) ?? {};
  const plugins = () => (typeDeclarations === undefined ? [] : [typeDeclarations()]);
  // The library is one chunk, whichever of its names a cell imports.
  const codeSplitting = { groups: [{ name: "adjoint", test: (/** @type {string} */ id) => id.startsWith(library) }] };
  // Errors show the names of their classes.
  const minify = {
    compress: { keepNames: { class: true, function: false } },
    mangle: { keepNames: { class: true, function: false } },
  };
  // The workers are named after their rooms: kernel, editor.
  const entryFileNames = (/** @type {{ facadeModuleId?: string | null }} */ { facadeModuleId }) =>
    `assets/${basename(dirname(facadeModuleId ?? "worker/"))}-worker-[hash].js`;
  await build({
    configFile: false,
    root: site,
    base: "./",
    publicDir: false,
    logLevel: "warn",
    resolve: { alias: aliases() },
    plugins: plugins(),
    build: {
      outDir: out,
      emptyOutDir: true,
      manifest: "manifest.json",
      target: "es2022",
      chunkSizeWarningLimit: 4000,
      assetsInlineLimit: 0,
      rolldownOptions: {
        checks: { pluginTimings: false },
        input: {
          page: join(site, "page.ts"),
          notebook: join(site, "notebook/index.ts"),
          style: join(site, "style/site.css"),
        },
      },
    },
    worker: {
      format: "es",
      plugins,
      rolldownOptions: { checks: { pluginTimings: false }, output: { codeSplitting, minify, entryFileNames } },
    },
  });
  const file = join(out, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  rmSync(file);
  return manifest;
}

/** @param {string} path @param {string} text */
function write(path, text) {
  const file = join(out, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><style>path{fill:none;stroke:#1c5a8c;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}@media(prefers-color-scheme:dark){path{stroke:#86b9e6}}</style><path d="M4 20 12 4l8 16"/><path d="M7.5 14.5c3 2 6-2 9 0"/></svg>\n`;

/** Compressed sizes of what a reader loads. */
function sizes() {
  const folder = join(out, "assets");
  const files = readdirSync(folder).filter((file) => /\.(js|css|json)$/.test(file));
  const rows = files.map((file) => /** @type {const} */ ([file, gzipSync(readFileSync(join(folder, file))).length]));
  return rows
    .sort((a, b) => b[1] - a[1])
    .filter(([, size]) => size > 1500)
    .map(([file, size]) => `${(size / 1000).toFixed(1).padStart(8)} kB  ${file}`)
    .join("\n");
}

const begin = performance.now();
rmSync(out, { recursive: true, force: true });
const manifest = await bundle();
/** @param {string} source */
const fileOf = (source) => {
  const entry = manifest[source];
  if (entry === undefined) throw new Error(`the bundler made nothing of ${source}`);
  return entry.file;
};

const notebooks = notebookFiles().map(notebookPage);
/** @type {Page[]} */
const documents = (await (await part("documents/index.mjs"))?.documents()) ?? [];
const pages = [startPage(notebooks, documents), ...notebooks.map(({ page }) => page), ...documents];
const shown = documents.filter((page) => !("parent" in page) || page.parent === undefined);
const sections = [
  { title: "Notebooks", links: notebooks.map(({ page }) => page) },
  ...[...new Set(shown.map(({ section }) => section))].map((title) => ({
    title,
    links: shown.filter((page) => page.section === title),
  })),
];
const fonts = readdirSync(join(out, "assets"))
  .filter((file) => /^source-(serif-4|sans-3|code-pro)-latin-wght-normal.*\.woff2$/.test(file))
  .map((file) => `assets/${file}`);
const frame = { styles: [fileOf("style/site.css")], scripts: [fileOf("page.ts")], fonts, sections };

for (const { html, ...page } of pages) {
  const isNotebook = page.section === "Notebooks";
  const scripts = isNotebook ? [fileOf("notebook/index.ts")] : [];
  const kind = isNotebook ? "notebook-page" : page.path === "index.html" ? "start-page" : "document-page";
  write(page.path, shell({ ...page, body: html, scripts, kind }, frame));
}
for (const { page, data } of notebooks) write(page.path.replace(/\.html$/, ".json"), data);
write("icon.svg", icon);
const search = await part("search/build.mjs");
if (search !== undefined) write("search.json", search.searchIndex(pages));

console.log(sizes());
console.log(`build/site: ${pages.length} pages in ${((performance.now() - begin) / 1000).toFixed(1)} s (sizes: gzip)`);
