// The notebook's blocks as elements. Those that were there when the site was built are on the page already and are used
// again; text that came by a link or a file is rendered here, with a renderer that is loaded when it is needed.

import type { Block } from "../../notebooks/runner/document.ts";
import { makeCellNode } from "./cell.ts";
import { element } from "./dom.ts";

/** Where elements of the built page are found again. */
export interface Built {
  /** Elements of text, by their Markdown. */
  readonly texts: ReadonlyMap<string, HTMLElement>;
  /** Elements of cells, by id, as they were before anything was put into them. */
  readonly cells: ReadonlyMap<string, HTMLElement>;
}

/** Collects what the build has put on the page; `blocks` are those of the notebook that it was built from. */
export function collectBuilt(holder: HTMLElement, blocks: readonly Block[]): Built {
  const texts = new Map<string, HTMLElement>();
  const cells = new Map<string, HTMLElement>();
  blocks.forEach((block, index) => {
    const node = holder.children[index] as HTMLElement;
    if (block.kind === "markdown") texts.set(block.text, node);
    else cells.set(block.id, node.cloneNode(true) as HTMLElement);
  });
  return { texts, cells };
}

/** The element of a cell. */
export function cellNode(id: string, built: Built): HTMLElement {
  return (built.cells.get(id)?.cloneNode(true) as HTMLElement | undefined) ?? makeCellNode(id);
}

/** The element of a text. Its HTML may come a moment later. */
export function textNode(text: string, built: Built): HTMLElement {
  const known = built.texts.get(text);
  if (known !== undefined) return known;
  const node = element("div", { class: "text" });
  if (text.trim() === "") return node;
  node.textContent = text;
  // Nobody vouches for this text, so HTML in it stays text.
  import("../markdown.mjs").then(
    ({ renderMarkdown }) => {
      try {
        node.innerHTML = renderMarkdown(text, { html: false }).html;
      } catch {
        // A formula that cannot be read: the text stays as it was written.
      }
    },
    () => {},
  );
  return node;
}
