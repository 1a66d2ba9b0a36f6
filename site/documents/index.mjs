// Everything of the site that is not a notebook: the documents of the repository, and the reference. In goes nothing, out come
// pages in the order of the navigation; a link that leads nowhere is an error.
import { existsSync, readdirSync } from "node:fs";
import { posix } from "node:path";
import { escapeHtml } from "../markdown.mjs";
import { guidePages } from "./guides.mjs";
import { relativeLink } from "./links.mjs";
import { readReference, referencePages } from "./reference.mjs";

/**
 * @typedef {import("../markdown.mjs").Heading} Heading
 * @typedef {{ name: string, kind: string, id: string, aliases: readonly string[], text: string }} Item
 * Something that has a name, for the search: a function, a class, a method.
 * @typedef {{
 *   path: string, title: string, section: string, html: string, headings: readonly Heading[], text: string,
 *   items?: readonly Item[], parent?: string,
 * }} Page
 * `parent` is the page above a page that the navigation need not show.
 */

const root = new URL("../../", import.meta.url);
const sections = ["Start", "Learn", "Look up", "Reference", "Take part"];

/**
 * The links to the pages before and after.
 * @param {Page} page
 * @param {Page | undefined} before
 * @param {Page | undefined} after
 */
function neighbours(page, before, after) {
  const link = (
    /** @type {Page | undefined} */ other,
    /** @type {"prev" | "next"} */ rel,
    /** @type {string} */ label,
  ) =>
    other === undefined
      ? ""
      : `<a rel="${rel}" href="${relativeLink(page.path, other.path)}"><span>${label}</span> ${escapeHtml(other.title)}</a>`;
  return `<nav class="neighbours" aria-label="Previous and next page">${link(before, "prev", "Previous")}${link(after, "next", "Next")}</nav>`;
}

/** @param {string} html */
const idsOf = (html) => new Set([...html.matchAll(/\bid="([^"]*)"/g)].map((match) => match[1]));

/**
 * The links of pages that lead nowhere, each in a sentence.
 * @param {readonly Page[]} pages
 * @returns {string[]}
 */
export function brokenLinks(pages) {
  const ids = new Map(pages.map((page) => [page.path, idsOf(page.html)]));
  return pages.flatMap((page) =>
    [...page.html.matchAll(/\bhref="([^"]*)"/g)].flatMap(([, href = ""]) => {
      if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(href)) return [];
      const [path = "", anchor] = href
        .replace(/&amp;/g, "&")
        .replace(/&quot;/g, '"')
        .split("#");
      const target = path === "" ? page.path : posix.normalize(posix.join(posix.dirname(page.path), path));
      const known = ids.get(target);
      if (known === undefined) {
        const notebook = /^notebooks\/([^/]+)\.html$/.exec(target);
        if (target === "index.html" || (notebook && existsSync(new URL(`notebooks/${notebook[1]}.md`, root))))
          return [];
        return [`${page.path}: there is no page for ${href}`];
      }
      if (anchor === undefined || known.has(decodeURIComponent(anchor))) return [];
      return [`${page.path}: ${target} has no #${anchor}`];
    }),
  );
}

/**
 * @returns {Promise<Page[]>}
 * @throws Error with all links that lead nowhere.
 */
export async function documents() {
  const decisions = readdirSync(new URL("docs/decisions/", root));
  const all = [...guidePages(await readReference(), decisions), ...(await referencePages())];
  const ordered = sections.flatMap((section) => all.filter((page) => page.section === section));
  const pages = ordered.map((page, i) => ({
    ...page,
    html: `${page.html}\n${neighbours(page, ordered[i - 1], ordered[i + 1])}`,
  }));
  const broken = brokenLinks(pages);
  if (broken.length > 0) throw new Error(`links of the site lead nowhere:\n${broken.join("\n")}`);
  return pages;
}
