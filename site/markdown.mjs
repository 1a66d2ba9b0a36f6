// Markdown to HTML, the same for notebooks and documents: CommonMark with tables, formulas by KaTeX, light colours for code.
// In goes Markdown; out come HTML, its headings, and the plain text for the search.
import katex from "katex";
import MarkdownIt from "markdown-it";
import { highlight } from "../build/notebooks/runner/highlight.js";

/**
 * @typedef {{ level: number, id: string, text: string }} Heading
 * @typedef {{ link?: (href: string) => string, html?: boolean, taken?: Set<string> }} MarkdownOptions `link` turns a link of
 * the source into one of the site; `html: false` shows HTML as text, for sources that nobody vouches for; `taken` holds the
 * anchors of the page, where it is rendered in parts
 * @typedef {{ html: string, headings: Heading[], text: string }} Rendered
 */

/** @param {string} text */
export const escapeHtml = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign);

/**
 * TypeScript with a span around each piece that has a colour.
 * @param {string} code
 */
export const highlightHtml = (code) =>
  highlight(code)
    .map(({ kind, text }) =>
      kind === "plain" ? escapeHtml(text) : `<span class="code-${kind}">${escapeHtml(text)}</span>`,
    )
    .join("");

/**
 * The anchor of a heading, as GitHub makes it, so that links between pages hold in both places.
 * @param {string} text
 * @param {Set<string>} taken
 */
function anchor(text, taken) {
  const base = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
  let id = base;
  for (let count = 1; taken.has(id); count++) id = `${base}-${count}`;
  taken.add(id);
  return id;
}

/**
 * Lines of aligned equations some way apart, so that fractions do not touch.
 * @param {string} tex
 */
const airy = (tex) => (tex.includes("\\begin{align") ? tex.replace(/\\\\[ \t]*\n/g, "\\\\[0.8em]\n") : tex);

/**
 * A rule of markdown-it for formulas: `$...$` within a line, `$$...$$` also over several.
 * @param {any} state
 * @param {boolean} silent
 */
function formula(state, silent) {
  const { src, pos } = state;
  if (src[pos] !== "$") return false;
  const display = src.startsWith("$$", pos);
  const begin = pos + (display ? 2 : 1);
  const end = src.indexOf(display ? "$$" : "$", begin);
  if (end < 0 || end === begin) return false;
  const tex = src.slice(begin, end);
  // A price is no formula: "$5 and $6".
  if (!display && (/^\s|\s$/.test(tex) || /\d/.test(src[end + 1] ?? ""))) return false;
  if (!silent) {
    const token = state.push("formula", "", 0);
    token.content = tex;
    token.meta = { display };
  }
  state.pos = end + (display ? 2 : 1);
  return true;
}

/**
 * @param {string} source
 * @param {MarkdownOptions} [options]
 * @returns {Rendered}
 */
export function renderMarkdown(source, options = {}) {
  const markdown = new MarkdownIt({ html: options.html ?? true, linkify: false });
  markdown.inline.ruler.before("escape", "formula", formula);
  const { rules } = markdown.renderer;
  rules.formula = (tokens, index) =>
    katex.renderToString(airy(tokens[index].content), {
      displayMode: tokens[index].meta.display,
      output: "htmlAndMathml",
      throwOnError: true,
    });
  rules.fence = (tokens, index) => {
    const { info, content } = tokens[index];
    const language = info.trim().split(/\s+/)[0] ?? "";
    const code = ["ts", "js", "mjs", "tsx"].includes(language) ? highlightHtml(content) : escapeHtml(content);
    return `<pre class="${language === "output" ? "output" : "code"}" tabindex="0"><code>${code}</code></pre>\n`;
  };
  rules.table_open = () => '<div class="table" tabindex="0"><table>\n';
  rules.table_close = () => "</table></div>\n";

  const tokens = markdown.parse(source, {});
  /** @type {Heading[]} */
  const headings = [];
  const taken = options.taken ?? new Set();
  const words = [];
  tokens.forEach((token, index) => {
    const inline = tokens[index + 1];
    if (token.type === "heading_open" && inline?.children) {
      const text = inline.children.map((child) => child.content).join("");
      const id = anchor(text, taken);
      token.attrSet("id", id);
      headings.push({ level: Number(token.tag.slice(1)), id, text });
    }
    for (const child of token.children ?? []) {
      const href = child.attrGet("href");
      if (child.type === "link_open" && href !== null && options.link) child.attrSet("href", options.link(href));
      if (child.content) words.push(child.content);
    }
    if (token.type === "fence" || token.type === "code_block") words.push(token.content);
  });
  return { html: markdown.renderer.render(tokens, markdown.options, {}), headings, text: words.join(" ") };
}
