// The pages of notebooks, and the start page. In go Markdown files; out come the bodies of pages, readable as they are, and
// for each notebook what its page needs to come alive: the source, and the cells compiled.
import { readdirSync, readFileSync } from "node:fs";
import { compileCell } from "../build/notebooks/runner/cell.js";
import { cellsOf, parseNotebook } from "../build/notebooks/runner/document.js";
import { escapeHtml, highlightHtml, renderMarkdown } from "./markdown.mjs";

/**
 * @typedef {import("./markdown.mjs").Heading} Heading
 * @typedef {{ path: string, title: string, section: string, html: string, headings: readonly Heading[], text: string }} Page
 * @typedef {{ name: string, source: string, about: string }} NotebookFile `about` is one sentence
 * @typedef {{ name: string, about: string, page: Page, data: string }} NotebookPage `data` is the JSON beside the page
 */

const folder = new URL("../notebooks/", import.meta.url);

/** The notebook in which a reader opens files of their own. */
const scratch = `# Scratch notebook

An empty page for your own experiments, and the place where files are opened. What you write stays in this browser; *Share*
puts it into a link, and the menu beside it has downloads.

\`\`\`ts
import { grad, numpy as jnp } from "adjoint";

grad((x) => jnp.sin(x))(0)
\`\`\`
\`\`\`output
1.0
\`\`\`
`;

/**
 * The notebooks in the order in which notebooks/README.md names them, with what it says of each; then those it does not name.
 * @returns {NotebookFile[]}
 */
export function notebookFiles() {
  const readme = readFileSync(new URL("README.md", folder), "utf8");
  const names = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");
  /** @type {Map<string, string>} */
  const about = new Map();
  for (const [, file = "", text = ""] of readme.matchAll(/^- \[([\w-]+\.md)\]\(\1\): (.*(?:\n {2}.*)*)/gm)) {
    if (names.includes(file)) about.set(file, text.replace(/\s+/g, " "));
  }
  const ordered = [...about.keys(), ...names.filter((file) => !about.has(file))];
  const files = ordered.map((file) => ({
    name: file.replace(/\.md$/, ""),
    source: readFileSync(new URL(file, folder), "utf8"),
    about: about.get(file) ?? "",
  }));
  return [...files, { name: "scratch", source: scratch, about: "an empty notebook, and the place to open a file" }];
}

/**
 * Where a link in a notebook leads on the site: Markdown files of notebooks/ and docs/ have pages.
 * @param {string} href
 */
export function siteLink(href) {
  return href.replace(/^(?:\.\/)?((?:\.\.\/docs\/)?[\w-]+)\.md(#.*)?$/, (_, path, anchor = "") => {
    if (path === "README") return "../index.html";
    return path === "../docs/README" ? "../index.html#documentation" : `${path}.html${anchor}`;
  });
}

/**
 * The HTML of a cell; the page's script finds it by `data-cell`.
 * @param {import("../notebooks/runner/document.ts").CodeBlock} cell
 */
function cellHtml({ id, code, output }) {
  const label = id.replace(/^cell-(\d+)$/, "Cell $1").replace(/^(?!Cell )/, "Cell ");
  const shown = output === undefined ? "" : `<pre class="output" tabindex="0">${escapeHtml(output)}</pre>`;
  return `<section class="cell" id="${id}" data-cell="${id}" data-state="stored" aria-label="${label}">
<div class="cell-bar"><span class="cell-name">${label}</span></div>
<div class="cell-code"><pre class="code" tabindex="0"><code>${highlightHtml(code)}</code></pre></div>
<div class="cell-output">${shown}</div>
</section>`;
}

/**
 * The page of a notebook.
 * @param {NotebookFile} file
 * @returns {NotebookPage}
 */
export function notebookPage({ name, source, about }) {
  const notebook = parseNotebook(source);
  /** @type {Heading[]} */
  const headings = [];
  /** @type {Set<string>} */
  const taken = new Set(cellsOf(notebook).map(({ id }) => id));
  const text = [];
  const blocks = notebook.blocks.map((block) => {
    if (block.kind === "code") {
      text.push(block.code);
      return cellHtml(block);
    }
    const rendered = renderMarkdown(block.text, { link: siteLink, taken });
    headings.push(...rendered.headings);
    text.push(rendered.text);
    return `<div class="text">${rendered.html}</div>`;
  });
  /** @type {Set<string>} */
  const declared = new Set();
  const compiled = cellsOf(notebook).map(({ code }) => {
    const cell = compileCell(code, { declared });
    for (const each of cell.names) declared.add(each);
    return cell;
  });
  const title = headings.find(({ level }) => level === 1)?.text ?? name;
  const html = `<div class="toolbar" role="group" aria-label="Running this notebook"></div>
<div class="banners"></div>
<div class="notebook" data-notebook="${name}">
${blocks.join("")}
</div>
<p class="visually-hidden" id="said" role="status"></p>
<noscript><p class="banner">Without JavaScript this notebook can be read, but not run.</p></noscript>`;
  const page = { path: `notebooks/${name}.html`, title, section: "Notebooks", html, headings, text: text.join(" ") };
  return { name, about, page, data: JSON.stringify({ source, compiled }) };
}

/**
 * @param {readonly { path: string, title: string, about: string }[]} entries
 */
function cards(entries) {
  const items = entries.map(({ path, title, about }) => {
    return `<li><a href="${path}"><strong>${escapeHtml(title)}</strong><span>${inline(about)}</span></a></li>`;
  });
  return `<ul class="cards">${items.join("")}</ul>`;
}

/**
 * A sentence with code in it, and a capital at its beginning.
 * @param {string} text
 */
function inline(text) {
  const html = escapeHtml(text.charAt(0).toUpperCase() + text.slice(1));
  return html.replace(/`([^`]+)`/g, "<code>$1</code>");
}

/**
 * The start page: every notebook with a word about it, and the documents by section.
 * @param {readonly NotebookPage[]} notebooks
 * @param {readonly Page[]} documents
 * @returns {Page}
 */
export function startPage(notebooks, documents) {
  const first = notebooks.find(({ name }) => name === "quickstart") ?? notebooks[0];
  const shown = documents.filter((page) => !("parent" in page) || page.parent === undefined);
  const sections = [...new Set(shown.map(({ section }) => section))].map((section) => {
    const links = shown
      .filter((page) => page.section === section)
      .map((page) => `<li><a href="${page.path}">${escapeHtml(page.title)}</a></li>`);
    return `<section><h3>${escapeHtml(section)}</h3><ul>${links.join("")}</ul></section>`;
  });
  const documentation =
    sections.length === 0
      ? ""
      : `<h2 id="documentation">Documentation</h2><div class="columns">${sections.join("")}</div>`;
  const html = `<h1>Adjoint</h1>
<p class="lead">JAX for TypeScript. Write a function of arrays; get its derivatives, a version for whole batches, and a compiled
version, each an ordinary function that can be transformed again.</p>
<p>Each notebook here is alive: change a number, run the cell, see the derivative. Everything is computed in this browser.</p>
${first === undefined ? "" : `<p><a class="button primary" href="${first.page.path}">Begin with the ${escapeHtml(first.page.title.toLowerCase())}</a></p>`}
<h2 id="notebooks">Notebooks</h2>
${cards(notebooks.map(({ about, page }) => ({ path: page.path, title: page.title, about })))}
${documentation}`;
  const text = notebooks.map(({ page, about }) => `${page.title} ${about}`).join(" ");
  return { path: "index.html", title: "Adjoint", section: "", html, headings: [], text };
}
