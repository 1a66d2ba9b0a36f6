// How the editor looks: the custom properties of the site's style sheet, so that light and dark follow it, and the metrics
// of its `pre`, so that nothing moves when an editor takes the place of code that only stood there. Where a page's code
// has other distances, it sets --code-padding-top, -bottom and -side; --code-focus is the outline of the focused editor.

import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const wavy = (color: string) => ({
  backgroundImage: "none",
  textDecoration: `underline wavy ${color} 1px`,
  textUnderlineOffset: "3px",
  textDecorationSkipInk: "none",
  paddingBottom: "0",
});

const look = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent", fontSize: "var(--code-size, 0.875rem)" },
  "&.cm-focused": { outline: "var(--code-focus, none)" },
  ".cm-scroller": {
    fontFamily: "var(--font-code, ui-monospace, monospace)",
    fontVariantLigatures: "none",
    lineHeight: "var(--code-line, 1.55)",
    scrollbarWidth: "thin",
  },
  ".cm-content": {
    padding: "var(--code-padding-top, 0.8rem) 0 var(--code-padding-bottom, 0.8rem)",
    caretColor: "var(--text)",
  },
  ".cm-line": { padding: "0 var(--code-padding-side, 1rem)" },
  ".cm-line ::selection, .cm-line::selection": { backgroundColor: "var(--selection)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", borderRadius: "2px" },
  "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--bad-soft)", color: "var(--bad)" },
  ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-searchMatch-selected": { backgroundColor: "var(--selection)" },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },

  ".cm-lintRange-error": wavy("var(--bad)"),
  ".cm-lintRange-warning": wavy("var(--warn)"),
  ".cm-lintRange-active": { backgroundColor: "var(--bad-soft)" },
  ".cm-lintRange-warning.cm-lintRange-active": { backgroundColor: "var(--warn-soft)" },
  ".cm-lintPoint::after": { borderBottomColor: "var(--bad)" },
  ".cm-diagnostic": {
    padding: "0.45rem 0.75rem",
    borderLeft: "3px solid var(--line-strong)",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  ".cm-diagnostic-error": { borderLeftColor: "var(--bad)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warn)" },
  ".cm-runError": { ...wavy("var(--bad)"), backgroundColor: "var(--bad-soft)" },
  ".cm-line.cm-runErrorLine": { boxShadow: "inset 3px 0 var(--bad)" },

  ".cm-tooltip": {
    color: "var(--text)",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius, 8px)",
    boxShadow: "var(--shadow)",
    fontFamily: "var(--font-plain, system-ui, sans-serif)",
    fontSize: "0.875rem",
    lineHeight: "1.45",
    maxWidth: "min(38rem, calc(100vw - 1.5rem))",
    overflow: "hidden",
    zIndex: "50",
  },
  ".cm-tooltip-lint, .cm-tooltip-hover, .cm-tooltip.cm-doc": { maxHeight: "min(22rem, 60vh)", overflowY: "auto" },
  ".cm-tooltip-section:not(:first-child)": { borderTop: "1px solid var(--line)" },
  ".cm-doc": { padding: "0.5rem 0.75rem" },
  ".cm-doc p, .cm-doc ul": { margin: "0.4em 0 0", fontSize: "inherit" },
  ".cm-doc ul": { paddingLeft: "1.2em" },
  ".cm-doc pre": {
    margin: "0",
    padding: "0",
    background: "none",
    fontFamily: "var(--font-code, ui-monospace, monospace)",
    fontSize: "0.8125rem",
    lineHeight: "1.5",
    whiteSpace: "pre-wrap",
    overflowWrap: "anywhere",
  },
  ".cm-doc pre.cm-docExample": {
    marginTop: "0.6em",
    padding: "0.4rem 0.6rem",
    borderRadius: "4px",
    backgroundColor: "var(--surface)",
  },
  ".cm-doc code": { fontFamily: "var(--font-code, ui-monospace, monospace)", fontSize: "0.92em" },
  ".cm-doc code.cm-docFormula": { fontStyle: "italic", background: "none", padding: "0" },
  ".cm-tooltip.cm-docCall": { maxHeight: "9rem", overflowY: "auto" },
  ".cm-docCall strong": { color: "var(--accent)", fontWeight: "650" },

  ".cm-tooltip.cm-tooltip-autocomplete": { overflow: "visible" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    fontFamily: "var(--font-code, ui-monospace, monospace)",
    fontSize: "0.8125rem",
    maxHeight: "15rem",
    minWidth: "12rem",
    borderRadius: "inherit",
    scrollbarWidth: "thin",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    padding: "0.15rem 0.75rem",
    lineHeight: "1.5",
    display: "flex",
    gap: "1.5rem",
    justifyContent: "space-between",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--text)",
    backgroundColor: "var(--accent-soft)",
  },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "650", color: "var(--accent)" },
  ".cm-completionKind": { color: "var(--muted)", fontFamily: "var(--font-plain, system-ui, sans-serif)" },
  ".cm-completionDeprecated": { textDecoration: "line-through" },
  ".cm-tooltip.cm-completionInfo": {
    boxSizing: "border-box",
    padding: "0",
    whiteSpace: "normal",
    width: "max-content",
    maxWidth: "min(26rem, calc(100vw - 1.5rem))",
    maxHeight: "20rem",
    overflowY: "auto",
  },

  ".cm-tooltip.cm-completionInfo.cm-completionInfo-right-narrow": { left: "20px" },

  ".cm-panels": { color: "var(--text)", backgroundColor: "var(--surface-strong)", zIndex: "20" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line-strong)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--line-strong)" },
  ".cm-panel": { fontFamily: "var(--font-plain, system-ui, sans-serif)", fontSize: "0.875rem" },
  ".cm-panel.cm-search": { padding: "0.4rem 2rem 0.4rem 0.75rem" },
  ".cm-panel.cm-search label": { fontSize: "0.8125rem" },
  ".cm-panel.cm-search [name=close]": { color: "var(--muted)", fontSize: "1.2rem", right: "0.5rem" },
  ".cm-textfield": {
    color: "var(--text)",
    backgroundColor: "var(--raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    fontSize: "0.8125rem",
    padding: "0.15rem 0.4rem",
  },
  ".cm-button": {
    color: "var(--text)",
    backgroundColor: "var(--raised)",
    backgroundImage: "none",
    border: "1px solid var(--line-strong)",
    borderRadius: "4px",
    fontSize: "0.8125rem",
    padding: "0.15rem 0.6rem",
  },
  ".cm-notice": { display: "flex", gap: "1rem", alignItems: "center", justifyContent: "space-between" },
  ".cm-panel.cm-notice": { padding: "0.4rem 0.75rem", color: "var(--muted)" },
});

/** The five colours of the site's static code, by the same classes. */
const colours = HighlightStyle.define([
  {
    tag: [tags.keyword, tags.bool, tags.null, tags.self, tags.modifier, tags.operatorKeyword, tags.controlKeyword],
    class: "code-keyword",
  },
  { tag: [tags.string, tags.special(tags.string)], class: "code-string" },
  { tag: tags.number, class: "code-number" },
  { tag: tags.comment, class: "code-comment" },
  {
    tag: [
      tags.function(tags.variableName),
      tags.function(tags.propertyName),
      tags.function(tags.definition(tags.variableName)),
      tags.function(tags.definition(tags.propertyName)),
    ],
    class: "code-call",
  },
]);

/** The editor's look. */
export const theme: Extension = [look, syntaxHighlighting(colours)];
