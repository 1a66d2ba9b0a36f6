// The index of the search. In go the pages; out comes the text of search.json: a MiniSearch with a place for each heading
// of a page and for each name of the reference.
import MiniSearch from "minisearch";
import { settings } from "./terms.mjs";

/**
 * @typedef {{
 *   path: string, title: string, section: string, html: string, text: string,
 *   headings: readonly { level: number, id: string, text: string }[],
 *   items?: readonly { name: string, kind: string, id: string, aliases: readonly string[], text: string }[],
 * }} Page
 */

const entities = /** @type {Readonly<Record<string, string>>} */ ({ amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " " });

/**
 * What a reader sees of HTML. Of a formula only its visible half is kept.
 * @param {string} html
 */
export function textOf(html) {
  return html
    .replace(/<(math|svg|script|style|nav)\b[\s\S]*?<\/\1>/g, " ")
    .replace(/<\/?(?:p|div|h[1-6]|li|ul|ol|tr|td|th|table|pre|section|summary|details|br|figure|button)\b[^>]*>/g, " ")
    .replace(/<[^>]*>/g, "")
    .replace(/&(amp|lt|gt|quot|nbsp);/g, (_, name) => entities[name] ?? "")
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&#x([\da-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/[\s\u200b]+/g, " ")
    .trim();
}

/**
 * The parts of a page, each from one heading to the next.
 * @param {string} html
 * @returns {{ id: string, title: string, text: string }[]}
 */
export function partsOf(html) {
  const pieces = html.split(/(?=<h[1-4]\b)/);
  return pieces.flatMap((piece) => {
    const heading = /^<h([1-4])\b([^>]*)>([\s\S]*?)<\/h\1>/.exec(piece);
    if (heading === null) return textOf(piece) === "" ? [] : [{ id: "", title: "", text: textOf(piece) }];
    const id = heading[1] === "1" ? "" : (/\bid="([^"]*)"/.exec(heading[2] ?? "")?.[1] ?? "");
    return [{ id, title: textOf(heading[3] ?? ""), text: textOf(piece.slice(heading[0].length)) }];
  });
}

/** Text that an excerpt can come from; what lies behind is found, but not shown. */
const longest = 320;

/**
 * @param {readonly Page[]} pages
 * @returns {string}
 */
export function searchIndex(pages) {
  const index = new MiniSearch(settings);
  let id = 0;
  /** @param {{ path: string, title: string, page: string, kind: string, text: string, names?: string }} place */
  const add = (place) => {
    index.add({ id: id++, names: "", ...place });
  };
  for (const page of pages) {
    if (page.items !== undefined) {
      // The page as a whole is found by its title and by what stands above its names.
      const [first] = partsOf(page.html);
      add({ path: page.path, title: page.title, page: page.section, kind: "page", text: first?.text ?? "" });
      for (const item of page.items) {
        add({
          path: `${page.path}#${item.id}`,
          title: item.name,
          page: page.title,
          kind: item.kind,
          text: item.text,
          names: item.aliases.join(" "),
        });
      }
      continue;
    }
    const kind = page.section === "Notebooks" ? "notebook" : "";
    for (const part of partsOf(page.html)) {
      add({
        path: part.id === "" ? page.path : `${page.path}#${part.id}`,
        title: part.title === "" ? page.title : part.title,
        page: page.title,
        kind,
        text: part.text,
      });
    }
  }
  const json = JSON.parse(JSON.stringify(index));
  for (const fields of Object.values(json.storedFields)) {
    if (fields.text.length > longest) fields.text = `${fields.text.slice(0, longest)} …`;
  }
  return JSON.stringify(json);
}
