// The links and the anchors of a Markdown text. Code is passed over: a link there is an example.

/**
 * The text with fenced code and code spans blanked, line by line.
 * @param {string} text
 * @returns {string[]}
 */
function prose(text) {
  let fence = "";
  return text.split(/\r?\n/).map((line) => {
    const mark = /^\s*(`{3,}|~{3,})(.*)$/.exec(line);
    if (fence === "" && mark) {
      fence = mark[1] ?? "";
      return "";
    }
    if (fence !== "") {
      if (mark?.[1]?.startsWith(fence) && mark[2]?.trim() === "") fence = "";
      return "";
    }
    return line.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, (span) => "`".repeat(span.length));
  });
}

/**
 * @param {string} text
 * @returns {{ href: string, line: number }[]}
 */
export function linksOf(text) {
  /** @type {{ href: string, line: number }[]} */
  const found = [];
  prose(text).forEach((line, i) => {
    const inline = line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+["'(][^)]*)?\)/g);
    const reference = line.matchAll(/^\s{0,3}\[[^\]]+\]:\s+<?([^\s>]+)>?/g);
    const html = line.matchAll(/\b(?:href|src)="([^"]+)"/g);
    for (const match of [...inline, ...reference, ...html]) found.push({ href: match[1] ?? "", line: i + 1 });
  });
  return found;
}

/**
 * The anchors of the headings, as GitHub makes them, and those that are written as HTML.
 * @param {string} text
 * @returns {Set<string>}
 */
export function anchorsOf(text) {
  /** @type {Set<string>} */
  const anchors = new Set();
  const lines = text.split(/\r?\n/);
  prose(text).forEach((line, i) => {
    for (const match of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1] ?? "");
    if (!/^#{1,6}\s/.test(line)) return;
    const heading = (lines[i] ?? "").replace(/^#+\s+/, "").replace(/\s+#*\s*$/, "");
    const plain = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = plain.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "").replace(/ /g, "-");
    let unique = slug;
    for (let n = 1; anchors.has(unique); n += 1) unique = `${slug}-${n}`;
    anchors.add(unique);
  });
  return anchors;
}
