// One entry of the reference as HTML: how it is called, what it does, its options, what it throws, examples, its other names.
import { escapeHtml, renderMarkdown } from "../markdown.mjs";
import { kinds } from "./entries.mjs";
import { entryLink, linkCode, relativeLink, sourceHtml } from "./links.mjs";
import { memberPieces, signaturePieces, typeParameterPieces, typePieces, widthOf } from "./types.mjs";

/**
 * @typedef {import("./declarations.mjs").Reflection} Reflection
 * @typedef {import("./entries.mjs").Entry} Entry
 * @typedef {import("./entries.mjs").Library} Library
 * @typedef {import("./types.mjs").Piece} Piece
 * @typedef {{ page: string, library: Library }} Context
 */

/** @param {readonly Piece[]} pieces @param {Context} context */
export function piecesHtml(pieces, { page, library }) {
  return pieces
    .map(({ text, kind, target }) => {
      const html = escapeHtml(text);
      const entry = target === undefined ? undefined : library.byId.get(target);
      if (entry !== undefined) return `<a class="code-type" href="${escapeHtml(entryLink(page, entry))}">${html}</a>`;
      return kind === undefined ? html : `<span class="code-${kind}">${html}</span>`;
    })
    .join("");
}

/** @param {readonly { text: string }[] | undefined} parts */
const plain = (parts) => (parts ?? []).map(({ text }) => text).join("");

/** The doc comment of a thing: its own, or that of its first signature that has one. @param {Reflection} node */
export function commentOf(node) {
  const own = node.comment ?? node.getSignature?.comment;
  if (own !== undefined) return own;
  return node.signatures?.find((/** @type {Reflection} */ s) => s.comment !== undefined)?.comment;
}

/** The text of a doc comment without its tags. @param {Reflection} node */
export const summaryOf = (node) => plain(commentOf(node)?.summary).trim();

/** @param {Reflection} node @param {string} tag */
export const tagsOf = (node, tag) => {
  const comments = [node.comment, ...(node.signatures ?? []).map((/** @type {Reflection} */ s) => s.comment)];
  const texts = comments.flatMap((comment) =>
    (comment?.blockTags ?? [])
      .filter((/** @type {Reflection} */ block) => block.tag === tag)
      .map((/** @type {Reflection} */ block) => plain(block.content).trim()),
  );
  return [...new Set(texts)];
};

/**
 * Markdown of a doc comment. A sentence of it may be long; formulas and code are as on all pages.
 * @param {string} text
 * @param {Context & { space?: string, except?: Entry }} context
 */
function prose(text, context) {
  // An address in a comment stands bare.
  const linked = text.replace(/(?<![<(`])https?:\/\/[^\s)>`]*[^\s)>`.,;]/g, "<$&>");
  return linkCode(renderMarkdown(linked).html, context);
}

/** The same for a cell of a table or an item of a list: without a paragraph around it. @param {string} text @param {Context & { space?: string }} context */
const inline = (text, context) => prose(text, context).replace(/^<p>([\s\S]*)<\/p>\s*$/, "$1");

/** @param {string} code HTML @param {string} [name] */
const block = (code, name = "signature") => `<pre class="code ${name}" tabindex="0"><code>${code}</code></pre>`;

/** How many arguments a call must have. @param {Reflection} signature */
const required = ({ parameters = [] }) =>
  parameters.filter(
    (/** @type {Reflection} */ p) => !(p.flags?.isOptional || p.flags?.isRest || p.defaultValue !== undefined),
  ).length;

/**
 * The signatures: in sight the one that asks for least, since it is the common way to call, further ones on request.
 * @param {string} name
 * @param {readonly Reflection[]} signatures
 * @param {Context} context
 */
function signaturesHtml(name, signatures, context) {
  const simplest = [...signatures].sort(
    (a, b) => required(a) - required(b) || widthOf(signaturePieces(name, a)) - widthOf(signaturePieces(name, b)),
  );
  const ordered = [...simplest.slice(0, 1), ...signatures];
  const texts = [...new Set(ordered.map((s) => piecesHtml(signaturePieces(name, s), context)))];
  const [first = "", ...others] = texts;
  if (others.length === 0) return block(first);
  const label = others.length === 1 ? "one more signature" : `${others.length} more signatures`;
  return `${block(first)}<details class="overloads"><summary>${label}</summary>${block(others.join("\n\n"))}</details>`;
}

/**
 * The option types among the parameters of all signatures.
 * @param {readonly Reflection[]} signatures
 * @param {Library} library
 * @returns {Entry[]}
 */
function optionTypes(signatures, library) {
  /** @type {Set<Entry>} */
  const found = new Set();
  /** @param {Reflection | undefined} type */
  const look = (type) => {
    if (type === undefined) return;
    if (type.type === "union" || type.type === "intersection") type.types.forEach(look);
    if (type.type !== "reference") return;
    for (const given of type.typeArguments ?? []) look(given);
    const entry = typeof type.target === "number" ? library.byId.get(type.target) : undefined;
    if (entry?.node.kind === kinds.interface && /(?:Options|Config)$/.test(entry.name)) found.add(entry);
  };
  for (const signature of signatures) {
    for (const parameter of signature.parameters ?? []) look(parameter.type);
  }
  return [...found];
}

/** @param {Entry} type @param {Context} context */
function optionsHtml(type, context) {
  const rows = (type.node.children ?? []).map((/** @type {Reflection} */ member) => {
    const value = member.signatures
      ? piecesHtml(memberPieces(member), context)
      : piecesHtml(typePieces(member.type), context);
    return `<tr><th scope="row"><code>${escapeHtml(member.name)}</code></th><td><code>${value}</code></td><td>${inline(summaryOf(member), context)}</td></tr>`;
  });
  if (rows.length === 0) return "";
  const name = `<a href="${escapeHtml(entryLink(context.page, type))}"><code>${escapeHtml(type.name)}</code></a>`;
  return `<div class="table options" tabindex="0"><table><caption>${name}</caption><tbody>${rows.join("")}</tbody></table></div>`;
}

/** @param {Reflection} node @param {Context & { space?: string }} context */
function throwsHtml(node, context) {
  // One tag may name several errors: "ShapeError if ...; AxisError if ...".
  const texts = tagsOf(node, "@throws").flatMap((text) => text.split(/[;,]\s+(?=`?[A-Z]\w*Error\b)/));
  if (texts.length === 0) return "";
  const items = texts.map((text) => {
    const [, name = "", rest = ""] = /^`?(\w+)`?\s*([\s\S]*)$/.exec(text) ?? [];
    const sentence = /[.:]$/.test(rest) ? rest : `${rest}.`;
    const error = context.library.byName.get(`errors.${name}`);
    if (error === undefined) return `<li>${inline(text, context)}</li>`;
    const page = relativeLink(context.page, `docs/errors.html#${name.toLowerCase()}`);
    return `<li><a href="${page}"><code>${name}</code></a> ${inline(sentence, context)}</li>`;
  });
  return `<div class="throws"><p class="label">Throws</p><ul>${items.join("")}</ul></div>`;
}

/** @param {Reflection} node @param {Context} context */
function examplesHtml(node, context) {
  const texts = tagsOf(node, "@example");
  if (texts.length === 0) return "";
  const blocks = texts.map((text) => prose(text.startsWith("```") ? text : `\`\`\`ts\n${text}\n\`\`\``, context));
  return `<div class="examples"><p class="label">${texts.length === 1 ? "Example" : "Examples"}</p>${blocks.join("")}</div>`;
}

/**
 * A type as one declares it, comments of members included.
 * @param {Entry} entry
 * @param {Context} context
 */
function typeHtml({ node, name }, context) {
  const parameters = typeParameterPieces(node);
  if (node.kind === kinds.interface) {
    const bases = (node.extendedTypes ?? []).map(typePieces);
    /** @type {Piece[]} */
    const head = [
      { text: "interface ", kind: "keyword" },
      { text: name, kind: "type" },
      ...parameters,
      ...bases.flatMap((/** @type {Piece[]} */ pieces, /** @type {number} */ i) => [
        i === 0 ? { text: " extends ", kind: /** @type {const} */ ("keyword") } : { text: ", " },
        ...pieces,
      ]),
    ];
    const members = [
      ...(node.signatures ?? []).map((/** @type {Reflection} */ s) => signaturePieces("", s)),
      ...(node.indexSignatures ?? []).map((/** @type {Reflection} */ s) => [
        { text: `[${s.parameters[0].name}: ` },
        ...typePieces(s.parameters[0].type),
        { text: "]: " },
        ...typePieces(s.type),
      ]),
    ].map((pieces) => `  ${piecesHtml(pieces, context)};\n`);
    for (const member of node.children ?? []) {
      const text = summaryOf(member);
      if (text !== "")
        members.push(`  <span class="code-comment">// ${escapeHtml(text.replace(/\s+/g, " "))}</span>\n`);
      members.push(`  ${piecesHtml(memberPieces(member), context)};\n`);
    }
    return block(`${piecesHtml(head, context)} {\n${members.join("")}}`, "declaration");
  }
  if (node.kind === kinds.class) {
    return block(`<span class="code-keyword">class</span> <span class="code-type">${name}</span>`, "declaration");
  }
  /** @type {Piece[]} */
  const head = [{ text: "type ", kind: "keyword" }, { text: name, kind: "type" }, ...parameters, { text: " = " }];
  const { type } = node;
  const value = type?.type === "reflection" && type.declaration.signatures === undefined ? type.declaration : undefined;
  if (value?.children !== undefined && widthOf(typePieces(type)) > 70) {
    const members = value.children.map(
      (/** @type {Reflection} */ member) => `  ${piecesHtml(memberPieces(member), context)};\n`,
    );
    return block(`${piecesHtml(head, context)}{\n${members.join("")}}`, "declaration");
  }
  if (type?.type === "union" && widthOf(typePieces(type)) > 70) {
    const cases = type.types.map(
      (/** @type {Reflection} */ t) => `\n  | ${piecesHtml(typePieces({ type: "union", types: [t] }), context)}`,
    );
    return block(`${piecesHtml(head, context).trimEnd()}${cases.join("")}`, "declaration");
  }
  return block(piecesHtml([...head, ...typePieces(type)], context), "declaration");
}

/** @param {Entry} entry @param {Context} context */
function declarationHtml(entry, context) {
  const { node, name, kind, signatures } = entry;
  if (kind === "function") return signaturesHtml(name, signatures, context);
  if (kind === "type") return typeHtml(entry, context);
  if (kind === "class") {
    const made = node.children?.find((/** @type {Reflection} */ c) => c.kind === kinds.constructor);
    const [signature] = made?.inheritedFrom ? [] : (made?.signatures ?? []);
    return signature === undefined
      ? ""
      : block(
          `<span class="code-keyword">new</span> ${piecesHtml(signaturePieces(name, { ...signature, type: undefined }), context).replace(/: <span class="code-type">unknown<\/span>$/, "")}`,
        );
  }
  const value =
    node.type?.type === "literal" || node.defaultValue === undefined || node.defaultValue === "..."
      ? []
      : [{ text: ` = ${node.defaultValue}` }];
  return block(
    piecesHtml(
      [
        { text: "const ", kind: "keyword" },
        { text: name, kind: "name" },
        { text: ": " },
        ...typePieces(node.type),
        ...value,
      ],
      context,
    ),
  );
}

/**
 * @param {Entry} entry
 * @param {Context} context
 */
export function entryHtml(entry, context) {
  const { node, kind, anchor, called, aliases, source } = entry;
  const inside = { ...context, space: entry.space, except: entry };
  // Names outside of the namespace's own are what programs would write.
  const names = aliases.map((alias) => `<code>${escapeHtml(alias.called)}</code>`);
  return [
    '<section class="entry">',
    `<div class="entry-head"><h3 id="${escapeHtml(anchor)}"><a class="anchor" href="#${escapeHtml(anchor)}">${escapeHtml(called)}</a></h3>`,
    `<span class="kind kind-${kind}">${kind}</span></div>`,
    declarationHtml(entry, context),
    prose(summaryOf(node), inside),
    names.length === 0 ? "" : `<p class="aliases">Also ${names.join(", ")}.</p>`,
    kind === "function"
      ? optionTypes(entry.signatures, context.library)
          .map((type) => optionsHtml(type, inside))
          .join("")
      : "",
    throwsHtml(node, inside),
    examplesHtml(node, inside),
    kind === "class" ? membersHtml(entry, context) : "",
    kind === "class" && entry.space === "errors" && entry.name !== "AdjointError"
      ? `<p class="aliases"><a href="${relativeLink(context.page, `docs/errors.html#${anchor.toLowerCase()}`)}">An example, and how to fix it</a></p>`
      : "",
    source === undefined || kind === "type" ? "" : `<p class="source-line">${sourceHtml(source.file, source.line)}</p>`,
    "</section>",
  ].join("\n");
}

/** What a class has beside its constructor and what it inherits. @param {Entry} entry */
export function membersOf({ node }) {
  return (node.children ?? []).filter(
    (/** @type {Reflection} */ member) =>
      member.kind !== kinds.constructor && !member.inheritedFrom && !member.flags?.isInherited,
  );
}

/**
 * The members of a class on the page of its namespace.
 * @param {Entry} entry
 * @param {Context} context
 */
function membersHtml(entry, context) {
  const members = membersOf(entry).map((/** @type {Reflection} */ member) =>
    memberHtml(member, `${entry.name}.${member.name}`, "h4", { ...context, space: entry.space }),
  );
  return members.length === 0 ? "" : `<div class="members">${members.join("")}</div>`;
}

/**
 * A property, an accessor or a method.
 * @param {Reflection} member
 * @param {string} anchor
 * @param {"h3" | "h4"} level
 * @param {Context & { space?: string }} context
 */
export function memberHtml(member, anchor, level, context) {
  const signatures = member.signatures ?? [];
  const name = member.name.startsWith("[") ? member.name.replace(/^\[(\w+)\]$/, "[Symbol.$1]") : member.name;
  const declared =
    signatures.length > 0
      ? signaturesHtml(name, signatures, context)
      : block(piecesHtml(memberPieces({ ...member, flags: { ...member.flags, isReadonly: false } }), context));
  return [
    `<section class="entry member"><div class="entry-head"><${level} id="${escapeHtml(anchor)}"><a class="anchor" href="#${escapeHtml(anchor)}">${escapeHtml(name)}</a></${level}></div>`,
    declared,
    prose(summaryOf(member), context),
    signatures.length > 0
      ? optionTypes(signatures, context.library)
          .map((type) => optionsHtml(type, context))
          .join("")
      : "",
    throwsHtml(member, context),
    examplesHtml(member, context),
    "</section>",
  ].join("\n");
}
