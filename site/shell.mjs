// The frame around every page of the site: header, side navigation, main part, footer. In goes the body of a page; out
// comes the whole HTML. All addresses are relative, so that the site works in any folder of any host.
import { createHash } from "node:crypto";
import { escapeHtml } from "./markdown.mjs";

/**
 * @typedef {import("./markdown.mjs").Heading} Heading
 * @typedef {{ title: string, path: string }} Link
 * @typedef {{ title: string, links: readonly Link[] }} Section
 * @typedef {{ styles: readonly string[], scripts: readonly string[], fonts?: readonly string[], sections: readonly Section[] }} Site
 * What all pages share: addresses from the site's root of style sheets, scripts and fonts to load early, and the navigation.
 * @typedef {{
 *   title: string,
 *   path: string,
 *   body: string,
 *   section?: string,
 *   headings?: readonly Heading[],
 *   scripts?: readonly string[],
 *   description?: string,
 *   kind?: string,
 * }} Content `path` and `scripts` count from the site's root; `kind` is a class of the body for the style sheet.
 */

// Sets the theme before anything is drawn, so that no page flashes in the other one.
const early = `try{const t=localStorage.getItem("adjoint:theme");if(t)document.documentElement.dataset.theme=t}catch{}`;
const earlyHash = createHash("sha256").update(early).digest("base64");

/** Cells run in a worker with a policy of its own; the page itself runs the site's scripts and nothing else. */
export const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${earlyHash}'`,
  // Formulas and the editor set styles on elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/**
 * The address that leads from a page to the site's root: "" or "../" or "../../".
 * @param {string} path
 */
export const rootOf = (path) => "../".repeat(path.split("/").length - 1);

const areaNames = /** @type {const} */ (["Notebooks", "Docs", "Reference"]);

/**
 * The part of the site that a section of the navigation belongs to.
 * @param {string} section
 * @returns {typeof areaNames[number]}
 */
const areaOf = (section) => (section === "Notebooks" || section === "Reference" ? section : "Docs");

/**
 * The headings of a page as a list of links; nothing where a page has too few to need one.
 * @param {readonly Heading[]} headings
 */
function contents(headings) {
  const shown = headings.filter(({ level }) => level === 2 || level === 3);
  if (shown.length < 2) return "";
  const items = shown.map(
    ({ level, id, text }) => `<li class="level-${level}"><a href="#${escapeHtml(id)}">${escapeHtml(text)}</a></li>`,
  );
  return `<nav class="contents" aria-label="On this page"><h2>On this page</h2><ul>${items.join("")}</ul></nav>`;
}

/**
 * The whole HTML of a page.
 * @param {Content} content
 * @param {Site} site
 * @returns {string}
 */
export function shell(content, site) {
  const { title, path, body, section = "", headings = [], scripts = [], description, kind = "" } = content;
  const root = rootOf(path);
  const current = (/** @type {string} */ target) => (target === path ? ' aria-current="page"' : "");
  const filled = site.sections.filter(({ links }) => links.length > 0);
  const areas = areaNames
    .map((name) => ({ name, sections: filled.filter((each) => areaOf(each.title) === name) }))
    .filter(({ sections }) => sections.length > 0);
  const own = section === "" ? "" : areaOf(section);
  const links = areas.map(({ name, sections }) => {
    const target = name === "Notebooks" ? "index.html" : sections[0]?.links[0]?.path;
    return `<a href="${root}${target}"${name === own ? ' aria-current="true"' : ""}>${name}</a>`;
  });
  // A page shows the pages of its own area; the start page, those that a newcomer reads.
  const side = (areas.find(({ name }) => name === own)?.sections ?? filled).map(({ title: heading, links: pages }) => {
    const items = pages.map((link) => {
      return `<li><a href="${root}${link.path}"${current(link.path)}>${escapeHtml(link.title)}</a></li>`;
    });
    return `<section><h2>${escapeHtml(heading)}</h2><ul>${items.join("")}</ul></section>`;
  });
  return `<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<script>${early}</script>
<title>${escapeHtml(title)}${title === "Adjoint" ? "" : " · Adjoint"}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${description === undefined ? "" : `<meta name="description" content="${escapeHtml(description)}">\n`}<link rel="icon" href="${root}icon.svg" type="image/svg+xml">
${(site.fonts ?? []).map((font) => `<link rel="preload" href="${root}${font}" as="font" type="font/woff2" crossorigin>\n`).join("")}${site.styles.map((style) => `<link rel="stylesheet" href="${root}${style}">\n`).join("")}${[...site.scripts, ...scripts].map((script) => `<script type="module" src="${root}${script}"></script>\n`).join("")}</head>
<body class="${kind}">
<a class="skip" href="#main">Skip to the text</a>
<header class="site-header">
<button type="button" class="icon-button side-switch" aria-expanded="false" aria-controls="side" aria-label="Navigation"><svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3 5.5h14M3 10h14M3 14.5h14"/></svg></button>
<a class="site-name" href="${root}index.html"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 20 12 4l8 16"/><path d="M7.5 14.5c3 2 6-2 9 0"/></svg>Adjoint</a>
<nav class="areas" aria-label="Site">${links.join("")}</nav>
<div class="search" role="search"><input type="search" id="search" placeholder="Search" aria-label="Search the documentation" autocomplete="off" spellcheck="false"></div>
<button type="button" class="icon-button theme-switch" aria-label="Theme: as the system"><svg viewBox="0 0 20 20" aria-hidden="true"><circle cx="10" cy="10" r="6.5"/><path class="half" d="M10 3.5a6.5 6.5 0 0 1 0 13z"/></svg></button>
</header>
<div class="frame">
<nav id="side" class="side" aria-label="Pages"><div class="side-areas">${links.join("")}</div>${side.join("")}</nav>
<main id="main" tabindex="-1">
${body}
</main>
${contents(headings)}
</div>
<footer class="site-footer"><p>Adjoint is free software under the Apache License 2.0. This site sends nothing anywhere: cells run on your own machine.</p></footer>
</body>
</html>
`;
}
