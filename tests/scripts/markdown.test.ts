import { expect, test } from "vitest";
import { anchorsOf, linksOf } from "../../scripts/markdown.mjs";

const page = `# A page: \`grad\`, of course
See [one](a.md), ![two](b.png "title") and [three].
\`\`\`ts
const link = "[no](c.md)";
# no heading
\`\`\`
A span \`[no](d.md)\` and <a href="e.md" id="here">five</a>.

[three]: <f.md#part>
## Twice
## Twice
`;

test("links are found in prose, not in code", () => {
  expect(linksOf(page)).toEqual([
    { href: "a.md", line: 2 },
    { href: "b.png", line: 2 },
    { href: "e.md", line: 7 },
    { href: "f.md#part", line: 9 },
  ]);
});

test("anchors are made as on GitHub", () => {
  expect([...anchorsOf(page)]).toEqual(["a-page-grad-of-course", "here", "twice", "twice-1"]);
});
