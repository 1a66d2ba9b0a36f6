// One cell on the page: its bar, its code (coloured text until it is touched, then an editor), its output, and its state.
// The HTML of stored cells is there before this file is loaded; it takes it over.

import { highlight } from "../../notebooks/runner/highlight.ts";
import { element, icon, menu } from "./dom.ts";
import { type OutputHost, OutputView } from "./output.ts";
import { type CellEditor, type EditorModule, loadEditor, type Mark, type RunWish, type TypeService } from "./parts.ts";

/**
 * `stored`: shows what is stored, has not run; `empty`: new; `queued`; `running`; `done`; `failed`; `stopped`; `stale`: its
 * code has changed since it ran; `lost`: it ran, and the kernel that it ran in is gone.
 */
export type CellState = "stored" | "empty" | "queued" | "running" | "done" | "failed" | "stopped" | "stale" | "lost";

/** What a cell asks of the page. */
export interface CellHost extends Omit<OutputHost, "runAbove"> {
  readonly types: (editor: EditorModule) => TypeService;
  readonly changed: (view: CellView, code: string) => void;
  readonly run: (view: CellView, wish: RunWish | "from-here" | "above" | "stop") => void;
  readonly edit: (view: CellView, what: "add-above" | "add-below" | "delete" | "up" | "down" | "reset") => void;
  readonly inspect: (view: CellView) => void;
  readonly isChanged: (view: CellView) => boolean;
  readonly say: (text: string) => void;
}

/** The HTML of a cell before anything runs; the build writes the same. */
export function makeCellNode(id: string): HTMLElement {
  return element(
    "section",
    { class: "cell", id, "data-cell": id, "data-state": "empty", "aria-label": labelOf(id) },
    element("div", { class: "cell-bar" }, element("span", { class: "cell-name" }, labelOf(id))),
    element("div", { class: "cell-code" }, element("pre", { class: "code" }, element("code"))),
    element("div", { class: "cell-output" }),
  );
}

/** How a cell is called in texts for readers: `Cell 3`. */
export function labelOf(id: string): string {
  return id.replace(/^cell-(\d+)$/, "Cell $1").replace(/^(?!Cell )/, "Cell ");
}

/** A cell on the page. */
export class CellView {
  readonly id: string;
  readonly label: string;
  readonly node: HTMLElement;
  readonly output: OutputView;
  readonly #host: CellHost;
  readonly #status: HTMLElement;
  readonly #runButton: HTMLButtonElement;
  readonly #code: HTMLElement;
  readonly #still: HTMLElement;
  #text: string;
  #editor: CellEditor | undefined;
  #opening: Promise<CellEditor | undefined> | undefined;
  #mark: Mark | undefined;
  #state: CellState = "stored";

  constructor(node: HTMLElement, code: string, host: CellHost) {
    this.node = node;
    this.id = node.dataset.cell!;
    this.label = labelOf(this.id);
    this.#host = host;
    this.#text = code;
    const runAbove = (): void => host.run(this, "above");
    this.output = new OutputView(node.querySelector<HTMLElement>(".cell-output")!, this.id, { ...host, runAbove });
    this.#code = node.querySelector<HTMLElement>(".cell-code")!;
    this.#still = this.#code.querySelector<HTMLElement>("pre")!;
    this.#status = element("span", { class: "cell-status" });
    this.#runButton = element("button", {
      type: "button",
      class: "icon-button run",
      onclick: () => host.run(this, this.#state === "running" || this.#state === "queued" ? "stop" : "cell"),
    });
    const lower = this.label.toLowerCase();
    const bar = node.querySelector<HTMLElement>(".cell-bar")!;
    bar.prepend(this.#runButton);
    bar.append(
      this.#status,
      element(
        "button",
        {
          type: "button",
          class: "icon-button inspect",
          "aria-label": `Inspect the functions of ${lower}`,
          title: "Inspect functions: jaxpr, gradient, kernels, time",
          onclick: () => host.inspect(this),
        },
        icon("inspect"),
      ),
      menu(
        `More for ${lower}`,
        icon("more"),
        [
          [
            { label: "Run from here", run: () => host.run(this, "from-here") },
            { label: "Run all above, then this", run: () => host.run(this, "above") },
          ],
          [
            { label: "Add a cell above", run: () => host.edit(this, "add-above") },
            { label: "Add a cell below", run: () => host.edit(this, "add-below") },
            { label: "Move up", run: () => host.edit(this, "up") },
            { label: "Move down", run: () => host.edit(this, "down") },
          ],
          [
            { label: "Reset this cell", run: () => host.edit(this, "reset"), enabled: () => host.isChanged(this) },
            { label: "Delete this cell", run: () => host.edit(this, "delete") },
          ],
        ],
        "icon-button",
      ),
    );
    this.#still.tabIndex = 0;
    this.#still.setAttribute("role", "group");
    this.#still.setAttribute("aria-label", `Code of ${lower}. Press Enter to edit it`);
    this.#still.addEventListener("click", (event) => {
      if (window.getSelection()?.isCollapsed ?? true) void this.edit(placeAt(this.#still, event));
    });
    node.addEventListener("keydown", (event) => this.#key(event));
    this.state(code === "" ? "empty" : "stored");
  }

  get code(): string {
    return this.#text;
  }

  /** Changes the code from outside: a reset. */
  set code(code: string) {
    this.#text = code;
    if (this.#editor !== undefined) this.#editor.text = code;
    this.#drawStill();
  }

  get current(): CellState {
    return this.#state;
  }

  /** Shows a state; `detail` stands behind its name, such as a time. */
  state(state: CellState, detail = ""): void {
    this.#state = state;
    this.node.dataset.state = state;
    const busy = state === "running" || state === "queued";
    const label = `${busy ? "Stop" : "Run"} ${this.label.toLowerCase()}`;
    if (this.#runButton.getAttribute("aria-label") !== label) {
      this.#runButton.setAttribute("aria-label", label);
      this.#runButton.title = busy ? "Stop" : "Run (Ctrl+Enter); run and move on (Shift+Enter)";
      this.#runButton.replaceChildren(icon(busy ? "stop" : "run"));
    }
    const words: Record<CellState, string> = {
      stored: "",
      empty: "",
      queued: "waits",
      running: "running",
      done: "",
      failed: "failed",
      stopped: "stopped",
      stale: "edited, not run",
      lost: "ran before the restart",
    };
    this.#status.textContent = [words[state], detail].filter((part) => part !== "").join(" · ");
  }

  /** Marks a place in the code, or nothing. */
  mark(mark: Mark | undefined): void {
    this.#mark = mark;
    this.#editor?.markError(mark);
  }

  /** Brings the focus to the code: the editor if there is one, otherwise the text. */
  focus(): void {
    if (this.#editor !== undefined) this.#editor.focus();
    else this.#still.focus();
    this.node.scrollIntoView({ block: "nearest" });
  }

  get isEditing(): boolean {
    return this.#editor !== undefined;
  }

  /** Opens the editor, with the cursor at a place. */
  async edit(at?: { line: number; column: number }): Promise<void> {
    this.#opening ??= this.#open();
    const editor = await this.#opening;
    if (editor === undefined) this.#opening = undefined;
    else editor.focus(at);
  }

  destroy(): void {
    this.#editor?.destroy();
    this.output.clear();
  }

  async #open(): Promise<CellEditor | undefined> {
    this.node.classList.add("opening");
    try {
      const module = await loadEditor();
      const parent = element("div", { class: "cell-editor" });
      this.#code.append(parent);
      this.#editor = module.createEditor({
        parent,
        text: this.#text,
        cell: this.id,
        label: `Code of ${this.label.toLowerCase()}`,
        types: this.#host.types(module),
        onChange: (text) => {
          if (text === this.#text) return;
          this.#text = text;
          this.mark(undefined);
          this.#host.changed(this, text);
        },
        onRun: (wish) => this.#host.run(this, wish),
      });
      this.#still.hidden = true;
      if (this.#mark !== undefined) this.#editor.markError(this.#mark);
      return this.#editor;
    } catch (error) {
      this.#host.say(`The editor could not be loaded: ${(error as Error).message}. Click again to retry.`);
      return undefined;
    } finally {
      this.node.classList.remove("opening");
    }
  }

  #drawStill(): void {
    const pieces = highlight(this.#text).map(({ kind, text }) =>
      kind === "plain" ? document.createTextNode(text) : element("span", { class: `code-${kind}` }, text),
    );
    this.#still.querySelector("code")!.replaceChildren(...pieces);
  }

  /** Keys outside of the editor, which has its own. */
  #key(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#host.run(this, event.shiftKey ? "cell-and-next" : "cell");
    } else if (event.key === "Enter" && event.target === this.#still) {
      event.preventDefault();
      void this.edit();
    }
  }
}

/** The line and column of the character under the pointer. */
function placeAt(within: HTMLElement, event: MouseEvent): { line: number; column: number } | undefined {
  const { clientX: x, clientY: y } = event;
  const caret = document.caretPositionFromPoint?.(x, y);
  const old = caret === undefined || caret === null ? document.caretRangeFromPoint?.(x, y) : undefined;
  const node = caret?.offsetNode ?? old?.startContainer;
  const offset = caret?.offset ?? old?.startOffset;
  if (node === undefined || offset === undefined || !within.contains(node)) return undefined;
  const range = document.createRange();
  range.setStart(within, 0);
  range.setEnd(node, offset);
  const lines = range.toString().split("\n");
  return { line: lines.length, column: lines.at(-1)!.length + 1 };
}
