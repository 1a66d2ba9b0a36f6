// The code editor of a cell. In go the place for it, the cell's text and what knows types; out comes an editor whose text
// can be read and replaced. A page loads this when a cell is first touched.

import { acceptCompletion, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Annotation, Compartment, EditorState, Prec, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, tooltips } from "@codemirror/view";
import { assistance } from "./assist.ts";
import type { TypeService } from "./service.ts";
import { theme } from "./theme.ts";

export type { Cell } from "./module.ts";
export { createTypeService, type TypeEvent, type TypeService } from "./service.ts";

/** A place in a cell, counted from one. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Settings of {@link createEditor}. */
export interface EditorOptions {
  /** Where the editor is put, as the last child. */
  readonly parent: HTMLElement;
  readonly text: string;
  /** The cell's id, by which the service of types knows it. */
  readonly cell: string;
  /** What the editor is called where it is read aloud, for example "Cell 3". How to leave it is added. */
  readonly label: string;
  /** One for all editors of a notebook. */
  readonly types: TypeService | undefined;
  /** Called after each change that the reader makes. */
  onChange(text: string): void;
  /** Called by Mod-Enter, Shift-Enter and Alt-Enter. */
  onRun(what: "cell" | "cell-and-next" | "all"): void;
}

/** The editor of a cell. */
export interface CellEditor {
  /** The cell's code. Setting it can be undone by the reader, and does not call `onChange`. */
  text: string;
  /** Puts the caret in the editor, at a place or where it was. */
  focus(at?: Position): void;
  /** Marks where the cell failed when it ran; the mark leaves with the next change of its line. */
  markError(place: (Position & { readonly message: string }) | undefined): void;
  destroy(): void;
}

/** Makes an editor. */
export function createEditor(options: EditorOptions): CellEditor {
  const { parent, cell, label, types, onChange, onRun } = options;
  const run = (what: "cell" | "cell-and-next" | "all") => (): boolean => {
    onRun(what);
    return true;
  };
  const narrow = window.matchMedia("(max-width: 40rem)");
  const wrapping = new Compartment();
  const wrap = () => (narrow.matches ? EditorView.lineWrapping : []);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        Prec.highest(
          keymap.of([
            { key: "Mod-Enter", run: run("cell") },
            { key: "Shift-Enter", run: run("cell-and-next") },
            { key: "Alt-Enter", run: run("all") },
            // Whatever else Escape closes, the next Tab leaves the editor, as its label promises.
            { key: "Escape", run: letTabLeave },
          ]),
        ),
        EditorView.contentAttributes.of({ "aria-label": `${label}. To leave the editor, press Escape, then Tab.` }),
        EditorState.tabSize.of(2),
        indentUnit.of("  "),
        javascript({ typescript: true }),
        history(),
        bracketMatching(),
        closeBrackets(),
        indentOnInput(),
        search({ top: true }),
        highlightSelectionMatches({ minSelectionLength: 2 }),
        wrapping.of(wrap()),
        // Tooltips may reach over the edge of a cell that scrolls.
        tooltips({ position: "fixed" }),
        assistance(types, cell),
        runError,
        theme,
        keymap.of([
          ...closeBracketsKeymap,
          ...searchKeymap,
          ...historyKeymap,
          { key: "Tab", run: acceptCompletion },
          indentWithTab,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          const isReaders = update.transactions.some(
            (transaction) => transaction.docChanged && !transaction.annotation(fromPage),
          );
          if (isReaders) onChange(update.state.doc.toString());
        }),
      ],
    }),
  });
  const rewrap = (): void => view.dispatch({ effects: wrapping.reconfigure(wrap()) });
  narrow.addEventListener("change", rewrap);

  const offset = ({ line, column }: Position): number => {
    const { doc } = view.state;
    const found = doc.line(Math.min(Math.max(1, line), doc.lines));
    return Math.min(found.from + Math.max(0, column - 1), found.to);
  };
  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text) {
      const { doc } = view.state;
      if (doc.toString() === text) return;
      view.dispatch({
        changes: { from: 0, to: doc.length, insert: text },
        annotations: [fromPage.of(true), isolateHistory.of("full")],
      });
    },
    focus(at) {
      view.focus();
      if (at) view.dispatch({ selection: { anchor: offset(at) }, scrollIntoView: true });
    },
    markError(place) {
      view.dispatch({ effects: setRunError.of(place ? { at: offset(place), message: place.message } : null) });
    },
    destroy() {
      narrow.removeEventListener("change", rewrap);
      view.destroy();
    },
  };
}

function letTabLeave(view: EditorView): boolean {
  view.setTabFocusMode(2000);
  return false;
}

/** Marks changes that the page makes. */
const fromPage = Annotation.define<boolean>();

const setRunError = StateEffect.define<{ at: number; message: string } | null>();

/** The mark of the place where the cell failed: its line, and the name or sign that stands there. */
const runError = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { effects, changes, docChanged, startState, state }) {
    for (const effect of effects) {
      if (!effect.is(setRunError)) continue;
      if (effect.value === null) return Decoration.none;
      const { at, message } = effect.value;
      const line = state.doc.lineAt(at);
      const word = /^[\p{L}\p{N}$_]+|^\S/u.exec(line.text.slice(at - line.from))?.[0] ?? "";
      const decorations = [Decoration.line({ class: "cm-runErrorLine" }).range(line.from)];
      if (word !== "") {
        const mark = Decoration.mark({ class: "cm-runError", attributes: { title: message } });
        decorations.push(mark.range(at, at + word.length));
      }
      return Decoration.set(decorations, true);
    }
    if (!docChanged || marks.size === 0) return marks;
    const marked = marks.iter().from;
    const { from, to } = startState.doc.lineAt(marked);
    return changes.touchesRange(from, to) ? Decoration.none : marks.map(changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});
