// How text and questions become terms, the same where the index is built and where it is asked: words in lower case, and of
// names in camel case their parts too, so that "stop gradient" finds `stopGradient`.

/** Words too common to find anything. */
const common = new Set(
  "a an and are as at be but by for from has in is it its of on or that the this to which with".split(" "),
);

/**
 * @param {string} text
 * @returns {string[]}
 */
export function termsOf(text) {
  const terms = [];
  for (const [word] of text.matchAll(/[\p{L}\p{N}_$]+/gu)) {
    const whole = word.toLowerCase();
    if (whole.length > 40 || common.has(whole)) continue;
    terms.push(whole);
    // One word with its parts; `float32` and `atleast1d` stay whole.
    const parts = word.split(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/).filter((part) => part.length > 1);
    if (parts.length > 1) terms.push(...parts.map((part) => part.toLowerCase()));
  }
  return terms;
}

/**
 * The terms of a question: its words. A name in camel case is asked for as a whole, `zeros_like` by its parts.
 * @param {string} text
 * @returns {string[]}
 */
export function wordsOf(text) {
  const words = [...text.matchAll(/[\p{L}\p{N}$]+/gu)].map(([word]) => word.toLowerCase());
  const useful = words.filter((word) => !common.has(word));
  return useful.length > 0 ? useful : words;
}

/**
 * What is kept of each place besides its terms: the address, its own title, the page's or its kind, the text for excerpts.
 * @typedef {{ id: number, path: string, title: string, page: string, kind: string, text: string }} Place
 */

/** Settings that the index is built and read with. */
export const settings = {
  fields: ["title", "names", "page", "text"],
  storeFields: ["path", "title", "page", "kind", "text"],
  tokenize: termsOf,
  processTerm: (/** @type {string} */ term) => term,
};

/** How many results are shown. */
const most = 12;

/**
 * The best places for a question. All words must occur; where no place has them all, words like them count too, and in the
 * end places with some of them.
 * @param {{ search: (question: string, options: object) => any[] }} index a MiniSearch
 * @param {string} question
 * @returns {(Place & { score: number, terms: string[] })[]}
 */
export function find(index, question) {
  const words = wordsOf(question);
  if (words.length === 0) return [];
  // `jnp.linalg.svd`, "random key", `stop_gradient`: a name as it may be written.
  const asked = question.trim().toLowerCase().replace(/\(.*$/, "");
  const squeezed = asked.replace(/[\s._-]/g, "");
  const options = {
    tokenize: wordsOf,
    boost: { title: 5, names: 4, page: 1.5 },
    prefix: (/** @type {string} */ term, /** @type {number} */ i, /** @type {string[]} */ terms) =>
      i === terms.length - 1 && term.length > 1,
    weights: { prefix: 0.4, fuzzy: 0.2 },
    combineWith: "AND",
    boostDocument: (/** @type {number} */ _id, /** @type {string} */ _term, /** @type {Place} */ place) => {
      const { title, kind } = place;
      if (kind === "" || kind === "notebook") return 1;
      const name = title.toLowerCase().replace(/[._]/g, "");
      const last = title.toLowerCase().split(".").at(-1);
      const base = kind === "type" ? 0.5 : 1;
      if (name === squeezed) return 12 * base;
      if (last === squeezed) return 8 * base;
      return base;
    },
  };
  const fuzzy = (/** @type {string} */ term) => (term.length > 3 ? 0.25 : false);
  for (const relaxed of [{}, { fuzzy }, { fuzzy, combineWith: "OR" }]) {
    const found = index.search(question, { ...options, ...relaxed });
    if (found.length > 0) return found.slice(0, most);
  }
  return [];
}

/**
 * A piece of a text around the first place where one of the terms stands, cut into what is marked and what is not.
 * @param {string} text
 * @param {readonly string[]} terms
 * @param {number} [width]
 * @returns {{ text: string, marked: boolean }[]}
 */
export function excerpt(text, terms, width = 150) {
  const found = marks(text, terms);
  const [first] = found;
  const begin = first === undefined || first.start < 60 ? 0 : text.indexOf(" ", first.start - 50) + 1;
  const cut = text.length <= begin + width ? text.length : text.lastIndexOf(" ", begin + width);
  const end = cut > begin ? cut : Math.min(text.length, begin + width);
  const pieces = [{ text: begin > 0 ? "… " : "", marked: false }];
  let at = begin;
  for (const { start, stop } of found) {
    if (start < at || stop > end) continue;
    pieces.push({ text: text.slice(at, start), marked: false }, { text: text.slice(start, stop), marked: true });
    at = stop;
  }
  pieces.push({ text: `${text.slice(at, end)}${end < text.length ? " …" : ""}`, marked: false });
  return pieces.filter((piece) => piece.text !== "");
}

/**
 * A text cut into what is marked and what is not.
 * @param {string} text
 * @param {readonly string[]} terms
 */
export function marked(text, terms) {
  return excerpt(text, terms, text.length + 1);
}

/** @param {string} text @param {readonly string[]} terms */
function marks(text, terms) {
  if (terms.length === 0) return [];
  const pattern = [...terms]
    .sort((a, b) => b.length - a.length)
    .map((term) => term.replace(/[$]/g, "\\$&"))
    .join("|");
  return [...text.matchAll(new RegExp(pattern, "giu"))]
    .map((match) => ({ start: match.index, stop: match.index + match[0].length }))
    .filter(({ start, stop }) => {
      const before = text.slice(start - 1, start);
      const begins = !/[\p{L}\p{N}]/u.test(before) || (/\p{Ll}/u.test(before) && /\p{Lu}/u.test(text[start] ?? ""));
      // Terms of one or two letters are marked where they are words, not in the middle of them.
      return begins && (stop - start > 2 || !/[\p{L}\p{N}]/u.test(text.slice(stop, stop + 1)));
    });
}
