// Draws what is known of a name: its declaration in colours, and its doc comment, which is Markdown with few marks. In go
// texts; out come elements, made without any HTML in strings.

import { highlight } from "../../notebooks/runner/highlight.ts";
import type { Description, Signature } from "./protocol.ts";

/** TypeScript in colours. */
export function drawCode(code: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const { kind, text } of highlight(code)) {
    if (kind === "plain") fragment.append(text);
    else fragment.append(element("span", `code-${kind}`, text));
  }
  return fragment;
}

/** A doc comment: paragraphs, lists, blocks of code, and in lines code, formulas, emphasis and links. */
export function drawMarkdown(markdown: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  for (const [index, part] of markdown.split(/^```\w*\n([\s\S]*?)\n?^```$/m).entries()) {
    if (index % 2 === 1) {
      const block = element("pre", "cm-docExample");
      block.append(drawCode(part));
      fragment.append(block);
      continue;
    }
    for (const paragraph of part.split(/\n\s*\n/)) {
      if (paragraph.trim() === "") continue;
      if (/^\s*[-*] /.test(paragraph)) {
        const list = element("ul");
        for (const item of paragraph.split(/^\s*[-*] /m).slice(1)) list.append(drawLine(item, element("li")));
        fragment.append(list);
      } else {
        fragment.append(drawLine(paragraph, element("p")));
      }
    }
  }
  return fragment;
}

/** The declaration and the doc comment below it. */
export function drawDescription({ declaration, documentation }: Description): HTMLElement {
  const box = element("div", "cm-doc");
  const code = element("pre", "cm-docDeclaration");
  code.append(drawCode(declaration));
  box.append(code, drawMarkdown(documentation));
  return box;
}

/** A call's parameters, the one to be written in bold. */
export function drawSignature(signature: Signature): HTMLElement {
  const { before, parameters, after, active, overload, overloads, documentation } = signature;
  const box = element("div", "cm-doc cm-docCall");
  const code = element("pre", "cm-docDeclaration");
  code.append(drawCode(before));
  parameters.forEach((parameter, index) => {
    const span = element(index === active ? "strong" : "span");
    span.append(drawCode(parameter));
    code.append(span);
  });
  code.append(drawCode(after));
  if (overloads > 1) code.append(element("span", "code-comment", `  ${overload + 1} of ${overloads}`));
  box.append(code, drawMarkdown(documentation.split("\n\n")[0] ?? ""));
  return box;
}

const pieces =
  /`(?<code>[^`]+)`|\$(?<formula>[^$\n]+)\$|\*\*(?<strong>[^*]+)\*\*|(?<![\w*])\*(?<em>[^*\s][^*]*)\*|\{@link (?<name>[^}\s]+)[^}]*\}|\[(?<label>[^\]]+)\]\((?<target>https?:[^)\s]+)\)/g;

function drawLine<Target extends HTMLElement>(text: string, into: Target): Target {
  let end = 0;
  for (const match of text.matchAll(pieces)) {
    into.append(text.slice(end, match.index));
    end = match.index + match[0].length;
    const { code, formula, strong, em, name, label, target } = match.groups!;
    if (label !== undefined && target !== undefined) {
      const link = element("a", undefined, label);
      link.href = target;
      into.append(link);
    } else if (formula !== undefined) into.append(element("code", "cm-docFormula", formula));
    else if (strong !== undefined) into.append(element("strong", undefined, strong));
    else if (em !== undefined) into.append(element("em", undefined, em));
    else into.append(element("code", undefined, code ?? name ?? ""));
  }
  into.append(text.slice(end));
  return into;
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className?: string,
  text?: string,
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  if (className !== undefined) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
