// The pages of the API reference: one for each namespace, several where it is large, one for arrays, and an overview.
import { escapeHtml, renderMarkdown } from "../markdown.mjs";
import { textOf } from "../search/build.mjs";
import { declarations } from "./declarations.mjs";
import { fullName, pageOf, readLibrary, typesPage } from "./entries.mjs";
import { entryHtml, memberHtml, membersOf, summaryOf, tagsOf } from "./entry.mjs";
import { entryLink, linkCode, relativeLink } from "./links.mjs";
import { spaces } from "./spaces.mjs";

/**
 * @typedef {import("./declarations.mjs").Reflection} Reflection
 * @typedef {import("./entries.mjs").Entry} Entry
 * @typedef {import("./entries.mjs").Library} Library
 * @typedef {import("./spaces.mjs").Space} Space
 * @typedef {import("./index.mjs").Page} Page
 * @typedef {import("../markdown.mjs").Heading} Heading
 */

/** @type {Promise<Library> | undefined} */
let library;
/** The public names, read once. */
export function readReference() {
  library ??= declarations().then(readLibrary);
  return library;
}

/** By name, upper and lower case as neighbours. @param {{ name: string }} a @param {{ name: string }} b */
const byName = (a, b) => a.name.localeCompare(b.name, "en") || (a.name < b.name ? -1 : 1);

/** A doc comment as plain text: formulas as one sees them, no marks of Markdown. @param {Reflection} node */
const plainOf = (node) => textOf(renderMarkdown(summaryOf(node)).html);

/** The first sentence of a doc comment, as plain text. @param {Reflection} node */
function firstSentence(node) {
  const plain = plainOf(node);
  return /^(.*?[.:])(?:\s|$)/.exec(plain)?.[1]?.replace(/:$/, ".") ?? plain;
}

/** @param {string} text a heading */
const slug = (text) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9 ]/g, "")
    .replace(/ /g, "-");

/** @param {Space} space */
const linesHtml = ({ line }) =>
  line === "" ? "" : renderMarkdown(`\`\`\`ts\n${line}\n\`\`\``).html.replace('class="code"', 'class="code import"');

/**
 * The text about a namespace; its links are written from the repository's root.
 * @param {Space} space
 * @param {string} page
 * @param {Library} names
 */
function aboutHtml(space, page, names) {
  const link = (/** @type {string} */ href) => relativeLink(page, href.replace(/\.md(?=#|$)/, ".html"));
  return linkCode(renderMarkdown(space.about, { link }).html, { page, library: names, space: space.name });
}

/** @typedef {{ name: string, entry: Entry }} Named an entry under its name or an alias */

/**
 * Names as links, close together.
 * @param {readonly Named[]} names
 * @param {string} page
 */
function namesHtml(names, page) {
  const items = [...names].sort(byName).map(({ name, entry }) => {
    const title = firstSentence(entry.node);
    return `<li><a href="${escapeHtml(entryLink(page, entry))}"${title === "" ? "" : ` title="${escapeHtml(title)}"`}><code>${escapeHtml(name)}</code></a></li>`;
  });
  return `<ul class="names">${items.join("")}</ul>`;
}

/** @param {readonly Entry[]} entries @returns {import("./index.mjs").Item[]} */
const itemsOf = (entries) =>
  entries.map((entry) => ({
    name: entry.called,
    kind: entry.kind,
    id: entry.anchor,
    aliases: [
      ...entry.aliases.map(({ called }) => called),
      // Where the prefix is short for a namespace, the long name finds it too.
      ...(entry.called === fullName(entry.space, entry.name) ? [] : [fullName(entry.space, entry.name)]),
    ],
    text: plainOf(entry.node),
  }));

/**
 * A page of entries under headings.
 * @param {{ path: string, title: string, head: string, groups: readonly { title: string, entries: readonly Entry[] }[], names: Library, parent?: string }} given
 * @returns {Page}
 */
function entriesPage({ path, title, head, groups, names, parent }) {
  /** @type {Heading[]} */
  const headings = [];
  /** @type {string[]} */
  const parts = [`<h1>${escapeHtml(title)}</h1>`, head];
  const filled = groups.filter(({ entries }) => entries.length > 0);
  // One list at the top where the themes are headings of the page.
  if (filled.length > 1) {
    parts.push('<nav class="index" aria-label="Names on this page">');
    for (const group of filled) {
      parts.push(`<p class="label"><a href="#${slug(group.title)}">${escapeHtml(group.title)}</a></p>`);
      parts.push(
        namesHtml(
          group.entries.map((entry) => ({ name: entry.name, entry })),
          path,
        ),
      );
    }
    parts.push("</nav>");
  } else {
    for (const { entries } of filled) {
      parts.push(
        `<nav class="index" aria-label="Names on this page">${namesHtml(
          entries.map((entry) => ({ name: entry.name, entry })),
          path,
        )}</nav>`,
      );
    }
  }
  for (const group of filled) {
    const id = slug(group.title);
    // A page with one theme has it in its title.
    parts.push(`<h2 id="${id}"${filled.length > 1 ? "" : ' class="only"'}>${escapeHtml(group.title)}</h2>`);
    if (filled.length > 1) headings.push({ level: 2, id, text: group.title });
    for (const entry of [...group.entries].sort(byName)) {
      parts.push(entryHtml(entry, { page: path, library: names }));
      headings.push({ level: filled.length > 1 ? 3 : 2, id: entry.anchor, text: entry.name });
    }
  }
  const entries = filled.flatMap((group) => group.entries);
  return {
    path,
    title,
    section: "Reference",
    html: parts.join("\n"),
    headings,
    text: entries.map(({ called, node }) => `${called} ${summaryOf(node)}`).join(" "),
    items: itemsOf(entries),
    ...(parent === undefined ? {} : { parent }),
  };
}

/**
 * The pages of a namespace.
 * @param {Space} space
 * @param {Library} names
 * @returns {Page[]}
 */
function spacePages(space, names) {
  const own = names.entries.filter((entry) => entry.space === space.name && entry.name !== "NDArray");
  const aliases = names.aliases.get(space.name) ?? [];
  if (own.length + aliases.length === 0) return [];
  const path = pageOf(space.name);
  const known = (space.themes ?? []).map((theme) => theme.title);
  const titles = [
    ...new Set([...known, ...own.map(({ theme }) => theme).filter((theme) => theme !== "Types"), "Types"]),
  ];
  const groups = titles
    .map((title) => ({ title, entries: own.filter(({ theme }) => theme === title) }))
    .filter(({ entries }) => entries.length > 0);
  const head = `${linesHtml(space)}${aboutHtml(space, path, names)}`;
  if (groups.every(({ entries }) => entries.every(({ page }) => page === path))) {
    const page = entriesPage({ path, title: space.name, head: `${head}${aliasesHtml(aliases, path)}`, groups, names });
    return [page];
  }
  // A large namespace: its page lists all names by theme, and each theme has a page of its own.
  /** @type {Heading[]} */
  const headings = [];
  const parts = [`<h1>${escapeHtml(space.name)}</h1>`, head];
  const pages = groups.map(({ title, entries }) => {
    const page = entries[0]?.page ?? path;
    const named = entries.map((entry) => ({ name: entry.name, entry }));
    const further = aliases.filter(({ entry }) => entry.page === page);
    headings.push({ level: 2, id: slug(title), text: title });
    parts.push(`<h2 id="${slug(title)}"><a href="${relativeLink(path, page)}">${escapeHtml(title)}</a></h2>`);
    parts.push(namesHtml([...named, ...further], path));
    return entriesPage({
      path: page,
      title: `${space.name}: ${title.slice(0, 1).toLowerCase()}${title.slice(1)}`,
      head: linesHtml(space),
      groups: [{ title, entries }],
      names,
      parent: path,
    });
  });
  const elsewhere = aliases.filter(({ entry }) => !pages.some((page) => page.path === entry.page));
  parts.push(aliasesHtml(elsewhere, path));
  const text = own.map(({ called }) => called).join(" ");
  return [
    { path, title: space.name, section: "Reference", html: parts.join("\n"), headings, text, items: [] },
    ...pages,
  ];
}

/** Names that stand for something in another namespace, or under another name. @param {readonly Named[]} aliases @param {string} page */
function aliasesHtml(aliases, page) {
  if (aliases.length === 0) return "";
  const items = [...aliases]
    .sort(byName)
    .map(
      ({ name, entry }) =>
        `<li><code>${escapeHtml(name)}</code> is <a href="${escapeHtml(entryLink(page, entry))}"><code>${escapeHtml(entry.called)}</code></a></li>`,
    );
  return `<div class="also"><p class="label">Under further names</p><ul>${items.join("")}</ul></div>`;
}

/** The methods of arrays by what they are for; a method that stands in no list goes to the last. */
const methodThemes = [
  { title: "What an array is", names: ["shape", "dtype", "ndim", "size", "weakType", "T", "mT"] },
  {
    title: "Arithmetic",
    names: ["add", "sub", "mul", "div", "floorDivide", "mod", "pow", "neg", "abs", "dot", "matmul"],
  },
  { title: "Functions", names: ["exp", "log", "sqrt", "tanh", "round", "clip"] },
  {
    title: "Comparison and logic",
    names: ["equal", "notEqual", "less", "lessEqual", "greater", "greaterEqual", "and", "or", "xor", "not"],
  },
  {
    title: "Reductions",
    names: ["sum", "prod", "mean", "var", "std", "max", "min", "argmax", "argmin", "all", "any", "cumsum"],
  },
  { title: "Indexing and updates", names: ["get", "at", "[iterator]"] },
  {
    title: "Shape and dtype",
    names: ["reshape", "ravel", "flatten", "squeeze", "transpose", "swapaxes", "astype", "copy"],
  },
  { title: "Reading", names: ["item", "tolist", "toTypedArray", "toString", "toJSON", "blockUntilReady"] },
  { title: "Memory, and what the language asks for", names: [] },
];

/** @param {Library} names @returns {Page} */
function arrayPage(names) {
  const entry = names.byName.get("NDArray");
  if (entry === undefined) throw new Error("the reference has no entry for NDArray");
  const path = entry.page;
  const members = membersOf(entry);
  const known = methodThemes.flatMap((theme) => theme.names);
  /** @type {Heading[]} */
  const headings = [];
  /** @type {string[]} */
  const parts = [];
  /** @type {string[]} */
  const index = [];
  /** @type {import("./index.mjs").Item[]} */
  const items = [{ name: "NDArray", kind: "class", id: "NDArray", aliases: [], text: plainOf(entry.node) }];
  methodThemes.forEach((theme, i) => {
    const last = i === methodThemes.length - 1;
    const chosen = last
      ? members.filter((/** @type {Reflection} */ m) => !known.includes(m.name))
      : theme.names.flatMap((name) => members.filter((/** @type {Reflection} */ m) => m.name === name));
    if (chosen.length === 0) return;
    headings.push({ level: 2, id: slug(theme.title), text: theme.title });
    parts.push(`<h2 id="${slug(theme.title)}">${theme.title}</h2>`);
    index.push(`<p class="label">${theme.title}</p><ul class="names">`);
    for (const member of chosen) {
      const text = plainOf(member);
      parts.push(memberHtml(member, member.name, "h3", { page: path, library: names, space: "numpy" }));
      headings.push({ level: 3, id: member.name, text: member.name });
      index.push(`<li><a href="#${member.name}"><code>${escapeHtml(member.name)}</code></a></li>`);
      items.push({
        name: `NDArray.${member.name}`,
        kind: "method",
        id: member.name,
        aliases: [`x.${member.name}`],
        text,
      });
    }
    index.push("</ul>");
  });
  const about = linkCode(renderMarkdown(summaryOf(entry.node)).html, { page: path, library: names, except: entry });
  const html = [
    '<h1 id="NDArray">NDArray</h1>',
    renderMarkdown('```ts\nimport type { NDArray } from "adjoint";\n```').html.replace(
      'class="code"',
      'class="code import"',
    ),
    about,
    `<nav class="index" aria-label="Names on this page">${index.join("")}</nav>`,
    ...parts,
  ].join("\n");
  return {
    path,
    title: "NDArray",
    section: "Reference",
    html,
    headings,
    text: items.map(({ name, text }) => `${name} ${text}`).join(" "),
    items,
  };
}

/** Types that signatures name and programs need not. @param {Library} names @returns {Page} */
function helpersPage(names) {
  /** @type {Set<Entry>} */
  const reached = new Set();
  /** @param {unknown} value */
  const look = (value) => {
    if (value === null || typeof value !== "object") return;
    if (Array.isArray(value)) {
      value.forEach(look);
      return;
    }
    const { type, target } = /** @type {Reflection} */ (value);
    const entry = type === "reference" && typeof target === "number" ? names.byId.get(target) : undefined;
    if (entry !== undefined && entry.page === typesPage && !reached.has(entry)) {
      reached.add(entry);
      look(entry.node);
    }
    Object.values(value).forEach(look);
  };
  for (const entry of names.entries) {
    look(entry.node);
    look(entry.signatures);
  }
  // What is linked must exist: types that only other helpers name are reached through them.
  const head =
    "<p>Types that signatures name and the package does not export: a program has no need to write them.</p>";
  return entriesPage({
    path: typesPage,
    title: "Further types",
    head,
    groups: [{ title: "Types", entries: [...reached] }],
    names,
  });
}

/** @param {readonly Page[]} pages @param {Library} names @returns {Page} */
function overviewPage(pages, names) {
  const path = "reference/index.html";
  const rows = spaces.flatMap((space) => {
    const page = pages.find((each) => each.path === pageOf(space.name));
    if (page === undefined) return [];
    const count = names.entries.filter((entry) => entry.space === space.name && entry.kind !== "type").length;
    const about = aboutHtml(space, path, names).replace(/^<p>([\s\S]*)<\/p>\s*$/, "$1");
    return [
      `<tr><th scope="row"><a href="${relativeLink(path, page.path)}"><code>${space.name}</code></a></th><td>${about}</td><td class="number">${count}</td></tr>`,
    ];
  });
  const total = names.entries.filter(({ kind }) => kind !== "type").length;
  /** @type {Map<string, Named[]>} */
  const letters = new Map();
  for (const entry of names.entries) {
    if (entry.kind === "type") continue;
    for (const name of [entry.called, ...entry.aliases.map((alias) => alias.called)]) {
      const short = name.split(".").at(-1) ?? name;
      const letter = short.slice(0, 1).toUpperCase();
      letters.set(letter, [...(letters.get(letter) ?? []), { name, entry }]);
    }
  }
  const byLast = (/** @type {Named} */ a, /** @type {Named} */ b) =>
    (a.name.split(".").at(-1) ?? "").localeCompare(b.name.split(".").at(-1) ?? "", "en") || byName(a, b);
  const alphabet = [...letters]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([letter, named]) => {
      const items = named
        .sort(byLast)
        .map(
          ({ name, entry }) =>
            `<li><a href="${escapeHtml(entryLink(path, entry))}"><code>${escapeHtml(name)}</code></a></li>`,
        );
      return `<details class="letter"><summary>${letter} <span class="count">${items.length}</span></summary><ul class="names">${items.join("")}</ul></details>`;
    });
  const array = names.byName.get("NDArray");
  const html = [
    "<h1>API reference</h1>",
    `<p>Every public name of Adjoint, ${total} functions, classes and constants, from the comments in its source. The examples run in the tests. Names are JAX's in camel case: what is not explained here is as in JAX.</p>`,
    `<p>The methods of arrays are under <a href="${relativeLink(path, array?.page ?? "")}"><code>NDArray</code></a>.</p>`,
    '<h2 id="namespaces">Namespaces</h2>',
    `<div class="table" tabindex="0"><table class="overview"><thead><tr><th scope="col">namespace</th><th scope="col">what is in it</th><th scope="col">names</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`,
    '<h2 id="all-names">All names</h2>',
    alphabet.join("\n"),
  ].join("\n");
  const headings = [
    { level: 2, id: "namespaces", text: "Namespaces" },
    { level: 2, id: "all-names", text: "All names" },
  ];
  return {
    path,
    title: "API reference",
    section: "Reference",
    html,
    headings,
    text: spaces.map(({ about }) => about).join(" "),
    items: [],
  };
}

/** @returns {Promise<Page[]>} */
export async function referencePages() {
  const names = await readReference();
  const [adjoint, ...others] = spaces.map((space) => spacePages(space, names));
  const pages = [...(adjoint ?? []), arrayPage(names), ...others.flat(), helpersPage(names)];
  return [overviewPage(pages, names), ...pages];
}

/**
 * The public names without a doc comment, and the functions without an example.
 * @returns {Promise<{ comments: string[], examples: string[] }>}
 */
export async function lacking() {
  const { entries } = await readReference();
  const comments = entries.filter(({ node }) => summaryOf(node) === "");
  const examples = entries.filter(({ kind, node }) => kind === "function" && tagsOf(node, "@example").length === 0);
  const name = (/** @type {Entry} */ entry) =>
    `${fullName(entry.space, entry.name)}${entry.kind === "type" ? " (type)" : ""}`;
  return { comments: comments.map(name).sort(), examples: examples.map(name).sort() };
}
