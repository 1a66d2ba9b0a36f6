// Links between pages, and from pages to the sources.
import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { escapeHtml } from "../markdown.mjs";

/** @typedef {import("./entries.mjs").Library} Library */
/** @typedef {import("./entries.mjs").Entry} Entry */

const { repository } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const base = (typeof repository === "string" ? repository : repository?.url)
  ?.replace(/^git\+/, "")
  .replace(/\.git$/, "");

/**
 * The address of a page as seen from another; both are paths below the site's root.
 * @param {string} from
 * @param {string} to may end in `#anchor`
 */
export function relativeLink(from, to) {
  const [path = "", anchor] = to.split("#");
  const end = anchor === undefined ? "" : `#${anchor}`;
  if (path === from) return end === "" ? posix.basename(path) : end;
  return posix.relative(posix.dirname(from), path) + end;
}

/**
 * A file of the repository: a link if package.json says where the repository is, else its path.
 * @param {string} path
 * @param {number} [line]
 */
export function sourceHtml(path, line) {
  const text = `${path}${line === undefined ? "" : `:${line}`}`;
  const shown = `<code class="source">${escapeHtml(text)}</code>`;
  if (base === undefined) return shown;
  return `<a href="${escapeHtml(`${base}/blob/main/${path}${line === undefined ? "" : `#L${line}`}`)}">${shown}</a>`;
}

/** @param {string} from @param {Entry} entry */
export const entryLink = (from, entry) => relativeLink(from, `${entry.page}#${entry.anchor}`);

/** The names under which programs import namespaces. */
const imported = { jnp: "numpy", jax: "", treeUtil: "tree" };

/**
 * The entry that a piece of code begins with: `jnp.sum(x, 0)`, `grad`, `x.add(y)`; and how much of the code names it.
 * @param {string} code
 * @param {Library} library
 * @param {string} [space] where names without a prefix are looked for first
 * @returns {{ entry: Entry, anchor?: string } | undefined}
 */
export function entryOfCode(code, library, space = "") {
  const [name = ""] = /^[\p{L}$_][\p{L}\p{N}$_.]*/u.exec(code) ?? [];
  // An expression that goes on after the name is not about the name alone: `x = grad`.
  if (name === "" || !/^(?:[(<][\s\S]*)?$/.test(code.slice(name.length))) return undefined;
  const [first = "", ...rest] = name.split(".");
  const full = Object.hasOwn(imported, first)
    ? [imported[/** @type {keyof typeof imported} */ (first)], ...rest].filter((part) => part !== "").join(".")
    : name;
  const entry =
    (space === "" ? undefined : library.byName.get(`${space}.${full}`)) ??
    // A bare word is a public name only where it stands for a function or a class, not in the middle of prose.
    library.byName.get(full) ??
    library.byName.get(`errors.${full}`);
  if (entry !== undefined) return { entry };
  // A method of an array.
  const array = library.byName.get("NDArray");
  if (array !== undefined && rest.length === 1 && /^[a-zA-Z]$/.test(first)) {
    const [method = ""] = rest;
    if (array.node.children.some((/** @type {{ name: string }} */ child) => child.name === method))
      return { entry: array, anchor: method };
  }
  return undefined;
}

/** Names of functions that in prose are more often arguments or properties. */
const words = ["shape", "size", "dtype", "ndim", "e", "number", "generic", "copy"];

/** The names of an entry's parameters and options: in its own text they are these. @param {Entry} entry @param {Library} library */
function argumentsOf({ signatures }, library) {
  return signatures.flatMap(({ parameters = [] }) =>
    parameters.flatMap((/** @type {{ name: string, type?: { target?: number } }} */ { name, type }) => {
      const options = library.byId.get(type?.target ?? -1)?.node.children ?? [];
      return [name, ...options.map((/** @type {{ name: string }} */ option) => option.name)];
    }),
  );
}

/**
 * Code spans in HTML that name something public become links to it.
 * @param {string} html
 * @param {{ page: string, library: Library, space?: string, except?: Entry, once?: boolean }} options `except` is the entry
 *   that the text is about; with `once` only the first mention becomes a link
 */
export function linkCode(html, { page, library, space, except, once = false }) {
  const own = new Set([...words, ...(except === undefined ? [] : argumentsOf(except, library))]);
  /** @type {Set<string>} */
  const linked = new Set();
  // What stands inside of links and blocks of code stays as it is.
  return html.replace(
    /<a\b[\s\S]*?<\/a>|<pre\b[\s\S]*?<\/pre>|<h[1-6]\b[\s\S]*?<\/h[1-6]>|<code>([^<]*)<\/code>/g,
    (whole, /** @type {string | undefined} */ inner) => {
      if (inner === undefined) return whole;
      const code = inner
        .replace(/&lt;/g, "<")
        .replace(/&gt;/g, ">")
        .replace(/&quot;/g, '"')
        .replace(/&amp;/g, "&");
      const found = own.has(code) ? undefined : entryOfCode(code, library, space);
      if (found === undefined || (found.entry === except && found.anchor === undefined)) return whole;
      const target = `${found.entry.page}#${found.anchor ?? found.entry.anchor}`;
      if (once && linked.has(target)) return whole;
      linked.add(target);
      return `<a class="code-link" href="${escapeHtml(relativeLink(page, target))}">${whole}</a>`;
    },
  );
}
