// The documents of the repository as pages. In goes Markdown as it reads on a code host; out come pages whose links lead to
// each other, to notebooks, and into the reference.
import { existsSync, readFileSync, statSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { renderMarkdown } from "../markdown.mjs";
import { linkCode, relativeLink, sourceHtml } from "./links.mjs";

/**
 * @typedef {import("./index.mjs").Page} Page
 * @typedef {import("./entries.mjs").Library} Library
 */

const root = fileURLToPath(new URL("../..", import.meta.url));

/** In the order of the navigation: the file, the page, its section, its title there. */
const guides = /** @type {const} */ ([
  ["docs/README.md", "docs/index.html", "Start", "Overview"],
  ["docs/start.md", "docs/start.html", "Start", "Getting started"],
  ["docs/thinking.md", "docs/thinking.html", "Learn", "Thinking in Adjoint"],
  ["docs/recipes.md", "docs/recipes.html", "Learn", "Recipes"],
  ["docs/errors.md", "docs/errors.html", "Look up", "Errors"],
  ["docs/compatibility.md", "docs/compatibility.html", "Look up", "Compatibility with JAX"],
  ["docs/accuracy.md", "docs/accuracy.html", "Look up", "Accuracy"],
  ["docs/performance.md", "docs/performance.html", "Look up", "Performance"],
  ["docs/memory.md", "docs/memory.html", "Look up", "Memory"],
  ["docs/threads.md", "docs/threads.html", "Look up", "Threads"],
  ["CHANGELOG.md", "docs/changelog.html", "Look up", "Changes"],
  ["docs/internals.md", "docs/internals.html", "Take part", "Internals"],
  ["ARCHITECTURE.md", "docs/architecture.html", "Take part", "Architecture"],
  ["CONTRIBUTING.md", "docs/contributing.html", "Take part", "Contributing"],
  ["SECURITY.md", "docs/security.html", "Take part", "Security"],
]);

/** @param {string} file @returns {string} */
const read = (file) => readFileSync(join(root, file), "utf8");

/** Decisions are found through their list, which is a page like the others. @param {readonly string[]} files */
function decisionsOf(files) {
  return files
    .filter((name) => name.endsWith(".md"))
    .sort((a, b) => (a === "README.md" ? -1 : b === "README.md" ? 1 : a < b ? -1 : 1))
    .map((name) => {
      const file = `docs/decisions/${name}`;
      const path = name === "README.md" ? "docs/decisions/index.html" : file.replace(/\.md$/, ".html");
      const heading = /^# (.*)$/m.exec(read(file))?.[1] ?? name;
      return {
        file,
        path,
        section: "Take part",
        title: name === "README.md" ? "Decisions" : heading.replace(/`/g, ""),
      };
    });
}

/** Namespaces of JAX as the headings of the page on compatibility name them, and ours. */
const namespaces = /** @type {Readonly<Record<string, string>>} */ ({
  "jax.numpy": "numpy",
  "jax.numpy dtypes": "numpy",
  "jax.numpy.linalg": "numpy.linalg",
  "jax.numpy.fft": "numpy.fft",
  "jax.lax": "lax",
  "jax.nn": "nn",
  "jax.nn.initializers": "nn.initializers",
  "jax.random": "random",
  "jax.tree": "tree",
});

/**
 * The pages of the repository's documents.
 * @param {Library} library
 * @param {readonly string[]} decisions the files of docs/decisions
 * @returns {Page[]}
 */
export function guidePages(library, decisions) {
  const list = [
    ...guides.map(([file, path, section, title]) => ({ file, path, section, title })),
    ...decisionsOf(decisions),
  ];
  const paths = new Map(list.map(({ file, path }) => [/** @type {string} */ (file), /** @type {string} */ (path)]));
  return list.map(({ file, path, section, title }) => {
    const link = (/** @type {string} */ href) => siteLink(href, file, path, paths);
    const { html, headings, text } = renderMarkdown(read(file), { link });
    return {
      path,
      title,
      section,
      headings,
      text,
      html: linkSections(finish(html), path, library),
      ...(path.startsWith("docs/decisions/0") ? { parent: "docs/decisions/index.html" } : {}),
    };
  });
}

/**
 * What a link of a file becomes on the file's page. Files that are no pages keep their path, for `finish`.
 * @param {string} href
 * @param {string} file
 * @param {string} page
 * @param {ReadonlyMap<string, string>} paths
 */
function siteLink(href, file, page, paths) {
  if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const end = anchor === undefined ? "" : `#${anchor}`;
  if (path === "") return end;
  let target = posix.normalize(posix.join(posix.dirname(file), decodeURIComponent(path))).replace(/\/$/, "");
  const here = join(root, target);
  if (!existsSync(here)) throw new Error(`${file}: the link ${href} leads nowhere`);
  if (statSync(here).isDirectory() && existsSync(join(here, "README.md"))) target = posix.join(target, "README.md");
  const own = paths.get(target);
  if (own !== undefined) return relativeLink(page, `${own}${end}`);
  if (target === "README.md" || target === "notebooks/README.md") return relativeLink(page, "index.html");
  const notebook = /^notebooks\/([^/]+)\.md$/.exec(target);
  if (notebook) return relativeLink(page, `notebooks/${notebook[1]}.html${end}`);
  return `source:${target}`;
}

/** Links to sources, and tables that scroll on their own. @param {string} html */
function finish(html) {
  return (
    html
      // A corner of a table is no header.
      .replace(/<th><\/th>/g, "<td></td>")
      .replace(
        /<a href="source:([^"]*)">([\s\S]*?)<\/a>/g,
        (_, /** @type {string} */ path, /** @type {string} */ text) => {
          const words = text.replace(/<[^>]*>/g, "");
          const source = sourceHtml(decodeURIComponent(path));
          return words === path || path.endsWith(`/${words}`) ? source : `${text} (${source})`;
        },
      )
      .replace(
        /<div class="table"([^>]*)>([\s\S]*?)<\/div>/g,
        (whole, /** @type {string} */ rest, /** @type {string} */ table) =>
          (table.match(/<tr>/g)?.length ?? 0) > 16 ? `<div class="table tall"${rest}>${table}</div>` : whole,
      )
  );
}

/**
 * Code that names something public leads into the reference, in text once in each section; bare names on the page of
 * compatibility are those of the namespace in the heading.
 * @param {string} html
 * @param {string} page
 * @param {Library} library
 */
function linkSections(html, page, library) {
  return html
    .split(/(?=<h2\b)/)
    .map((part) => {
      const heading = /^<h2\b[^>]*>([\s\S]*?)<\/h2>/.exec(part)?.[1] ?? "";
      const space = page === "docs/compatibility.html" ? (namespaces[heading] ?? "") : "";
      const options = { page, library, space };
      return part
        .split(/(<table>[\s\S]*?<\/table>)/)
        .map((piece, i) => (i % 2 === 0 ? linkCode(piece, { ...options, once: true }) : linkTable(piece, options)))
        .join("");
    })
    .join("");
}

/**
 * In a table that sets other libraries beside this one, only the last column speaks of this one.
 * @param {string} table
 * @param {{ page: string, library: Library, space: string }} options
 */
function linkTable(table, options) {
  if (!/<th>Adjoint<\/th>\s*<\/tr>/.test(table)) return linkCode(table, options);
  return table.replace(/<td>(?:(?!<td>)[\s\S])*<\/td>\s*<\/tr>/g, (last) => linkCode(last, options));
}
