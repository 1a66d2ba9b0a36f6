// Every relative link in a Markdown file leads somewhere, its anchor too; and every page can be reached from README.md.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { conclude, filesUnder, root, shown } from "./common.mjs";
import { anchorsOf, linksOf } from "./markdown.mjs";

/** @type {string[]} */
const failures = [];
const pages = filesUnder(root, ".md");
/** @type {Map<string, string>} */
const texts = new Map(pages.map((path) => [path, readFileSync(path, "utf8")]));
/** @type {Map<string, string[]>} */
const leads = new Map();
let links = 0;

for (const [page, text] of texts) {
  /** @type {string[]} */
  const targets = [];
  for (const { href, line } of linksOf(text)) {
    if (/^[a-z][a-z\d+.-]*:|^\/\//i.test(href)) continue;
    links += 1;
    const [path = "", anchor] = href.split("#");
    const target = path === "" ? page : resolve(dirname(page), decodeURIComponent(path));
    const place = `${shown(page)}:${line}`;
    if (path.startsWith("/")) {
      failures.push(`${place}: the link ${href} is not relative`);
    } else if (!existsSync(target)) {
      failures.push(`${place}: the link ${href} leads nowhere`);
    } else {
      targets.push(target);
      const other = texts.get(target);
      if (anchor !== undefined && other !== undefined && !anchorsOf(other).has(decodeURIComponent(anchor))) {
        failures.push(`${place}: ${shown(target)} has no heading #${anchor}`);
      }
    }
  }
  leads.set(page, targets);
}

const start = join(root, "README.md");
const reached = new Set([start]);
for (const page of reached) {
  for (const target of leads.get(page) ?? []) {
    // A link to a folder shows the README in it, as GitHub does.
    reached.add(statSync(target).isDirectory() ? join(target, "README.md") : target);
  }
}
for (const page of pages) {
  if (!reached.has(page)) failures.push(`${shown(page)} cannot be reached from README.md by links`);
}
if (!texts.has(start)) failures.push("there is no README.md");
conclude(
  "docs",
  failures,
  `${links} relative links in ${pages.length} pages lead somewhere, and README.md leads to each page`,
);
