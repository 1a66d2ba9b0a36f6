// What an editor shows of the types: completions, marks of what is wrong, what is known of the name under the mouse or the
// caret, and the parameters of the call around the caret. In goes the service; out comes an extension.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  completeAnyWord,
  completionKeymap,
} from "@codemirror/autocomplete";
import { localCompletionSource } from "@codemirror/lang-javascript";
import { type Diagnostic, linter, lintKeymap } from "@codemirror/lint";
import { type Extension, StateEffect, StateField } from "@codemirror/state";
import {
  EditorView,
  hoverTooltip,
  keymap,
  type Panel,
  showPanel,
  showTooltip,
  type Tooltip,
  ViewPlugin,
  type ViewUpdate,
} from "@codemirror/view";
import { drawDescription, drawSignature } from "./prose.ts";
import type { Entry, Hover } from "./protocol.ts";
import type { TypeService } from "./service.ts";

/** Everything about types for the editor of one cell. */
export function assistance(service: TypeService | undefined, cell: string): Extension {
  const keys = keymap.of([...completionKeymap, ...lintKeymap]);
  if (!service) return [plainCompletion, keys];
  return [
    completion(service, cell),
    diagnostics(service, cell),
    hovers(service, cell),
    callHelp(service, cell),
    failureNotice(service),
    keys,
  ];
}

const look = {
  icons: false,
  optionClass: (option: Completion) =>
    (option as { deprecated?: boolean }).deprecated ? "cm-completionDeprecated" : "",
  addToOptions: [
    {
      position: 80,
      render: ({ type }: Completion) => {
        const kind = document.createElement("span");
        kind.className = "cm-completionKind";
        kind.textContent = type === "text" || type === undefined ? "" : type;
        return kind;
      },
    },
  ],
};

/** Names that stand in the code, for want of better. */
const plainCompletion = autocompletion({ ...look, override: [localCompletionSource, completeAnyWord] });

const code = (view: { state: { doc: { toString(): string } } }): string => view.state.doc.toString();

function completion(service: TypeService, cell: string): Extension {
  const source = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const { pos, explicit, state } = context;
    const before = context.matchBefore(/[\p{L}\p{N}$_]+|[."'/]|\{ ?/u);
    if (!before && !explicit) return null;
    if (/^\d/.test(before?.text ?? "")) return null;
    if (service.failure !== undefined) return localCompletionSource(context) ?? (await completeAnyWord(context));
    const aborter = new AbortController();
    context.addEventListener("abort", () => aborter.abort(), { onDocChange: true });
    const text = state.doc.toString();
    const found = await service.ask({ kind: "complete", cell, code: text, position: pos, explicit }, aborter.signal);
    if (!found || found.entries.length === 0 || context.aborted) return null;
    const option = (entry: Entry): Completion & { deprecated?: boolean } => ({
      label: entry.label,
      type: entry.kind,
      boost: entry.boost,
      ...(entry.insert === undefined ? {} : { apply: entry.insert }),
      ...(entry.deprecated ? { deprecated: true } : {}),
      info: async () => {
        const known = await service.ask({ kind: "describe", cell, code: text, position: pos, name: entry.label });
        return known ? drawDescription(known) : null;
      },
    });
    return { from: found.from, to: found.to, options: found.entries.map(option), validFor: /^[\p{L}\p{N}$_]*$/u };
  };
  return autocompletion({ ...look, override: [source] });
}

/** Asks again for marks, since another cell has changed. */
const recheck = StateEffect.define<null>();

function diagnostics(service: TypeService, cell: string): Extension {
  let running: AbortController | undefined;
  const source = async (view: EditorView): Promise<readonly Diagnostic[]> => {
    running?.abort();
    running = new AbortController();
    const text = code(view);
    const found = (await service.ask({ kind: "diagnose", cell, code: text }, running.signal)) ?? [];
    return found.map(({ from, to, severity, message }) => ({ from, to, severity, message }));
  };
  const others = ViewPlugin.define((view) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = service.listen((event) => {
      if (event.kind === "changed" && event.cell === cell) return;
      clearTimeout(timer);
      timer = setTimeout(() => view.dispatch({ effects: recheck.of(null) }), 150);
    });
    return {
      destroy: () => {
        clearTimeout(timer);
        running?.abort();
        end();
      },
    };
  });
  const needsRefresh = (update: ViewUpdate): boolean =>
    update.transactions.some((transaction) => transaction.effects.some((effect) => effect.is(recheck)));
  return [linter(source, { delay: 250, needsRefresh }), others];
}

function hovers(service: TypeService, cell: string): Extension {
  const hover = async (view: EditorView, position: number): Promise<Hover | undefined> => {
    const known = await service.ask({ kind: "hover", cell, code: code(view), position });
    return known && known.to <= view.state.doc.length ? known : undefined;
  };
  const tooltip = (known: Hover): Tooltip => ({
    pos: known.from,
    end: known.to,
    above: true,
    create: () => ({ dom: drawDescription(known) }),
  });
  const show = async (view: EditorView): Promise<void> => {
    const position = view.state.selection.main.head;
    const known = await hover(view, position);
    if (view.state.selection.main.head !== position) return;
    const spoken = known ? `${known.declaration}. ${known.documentation}` : "Nothing is known of this place.";
    view.dispatch({ effects: [hold.of(known ? tooltip(known) : null), EditorView.announce.of(spoken)] });
  };
  return [
    hoverTooltip(
      async (view, position) => {
        const known = await hover(view, position);
        return known ? tooltip(known) : null;
      },
      { hideOnChange: true },
    ),
    heldTooltip,
    keymap.of([
      {
        key: "F1",
        run: (view) => {
          void show(view);
          return true;
        },
      },
      { key: "Escape", run: release },
    ]),
  ];
}

/** Shows a tooltip at the caret, or none. */
const hold = StateEffect.define<Tooltip | null>();
const heldTooltip = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(hold)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** Closes the tooltips at the caret, and lets the key go on to what else it does. */
function release(view: EditorView): boolean {
  const isShown = view.state.field(heldTooltip, false) != null || view.state.field(callTooltip, false) != null;
  if (isShown) view.dispatch({ effects: [hold.of(null), setCall.of(null)] });
  return false;
}

const setCall = StateEffect.define<Tooltip | null>();
const callTooltip = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCall)) return effect.value;
    return tooltip && transaction.docChanged ? { ...tooltip, pos: transaction.changes.mapPos(tooltip.pos) } : tooltip;
  },
  provide: (field) => showTooltip.from(field),
});

/** The parameters show when a call is begun, and stay up to its end. */
function callHelp(service: TypeService, cell: string): Extension {
  let running: AbortController | undefined;
  const ask = async (view: EditorView): Promise<void> => {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const position = view.state.selection.main.head;
    const found = await service.ask({ kind: "signature", cell, code: code(view), position }, signal);
    if (signal.aborted || view.state.selection.main.head !== position) return;
    const isShown = view.state.field(callTooltip) !== null;
    if (!found && !isShown) return;
    const tooltip = found
      ? { pos: Math.min(found.from, view.state.doc.length), above: true, create: () => ({ dom: drawSignature(found) }) }
      : null;
    view.dispatch({ effects: setCall.of(tooltip) });
  };
  const watch = EditorView.updateListener.of((update) => {
    const { view, state } = update;
    if (update.focusChanged && !view.hasFocus && state.field(callTooltip)) {
      queueMicrotask(() => view.dispatch({ effects: setCall.of(null) }));
      return;
    }
    if (!update.docChanged && !update.selectionSet) return;
    const { head, empty } = state.selection.main;
    const isTyped = update.transactions.some((transaction) => transaction.isUserEvent("input"));
    const begins = isTyped && empty && /[(,]\s?$/.test(state.sliceDoc(Math.max(0, head - 2), head));
    if (begins || state.field(callTooltip)) void ask(view);
  });
  const run = (view: EditorView): boolean => {
    void ask(view);
    return true;
  };
  return [
    callTooltip,
    watch,
    keymap.of([{ key: "Mod-Shift-Space", run }]),
    ViewPlugin.define(() => ({ destroy: () => running?.abort() })),
  ];
}

const setNotice = StateEffect.define<string | null>();
const notice = StateField.define<string | null>({
  create: () => null,
  update(text, transaction) {
    for (const effect of transaction.effects) if (effect.is(setNotice)) return effect.value;
    return text;
  },
  provide: (field) => showPanel.from(field, (text) => (text === null ? null : (view) => noticePanel(view, text))),
});

function noticePanel(view: EditorView, text: string): Panel {
  const dom = document.createElement("div");
  dom.className = "cm-panel cm-notice";
  dom.setAttribute("role", "status");
  const words = document.createElement("span");
  words.textContent = text;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "cm-button";
  close.textContent = "Close";
  close.onclick = () => {
    view.dispatch({ effects: setNotice.of(null) });
    view.focus();
  };
  dom.append(words, close);
  return { dom };
}

/** Services whose failure a reader has been told. */
const told = new WeakSet<TypeService>();

/** Says once, in the first editor that can, that there are no types. */
function failureNotice(service: TypeService): Extension {
  const plugin = ViewPlugin.define((view) => {
    const tell = (): void => {
      if (service.failure === undefined || told.has(service)) return;
      told.add(service);
      const text = `Types are not available here: ${service.failure}. Cells can be edited and run all the same.`;
      view.dispatch({ effects: setNotice.of(text) });
    };
    const end = service.listen(({ kind }) => {
      if (kind === "failed") tell();
    });
    // An update is under way while a plugin is made.
    if (service.failure !== undefined) queueMicrotask(tell);
    return { destroy: end };
  });
  return [notice, plugin];
}
