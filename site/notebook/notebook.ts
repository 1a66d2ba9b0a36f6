// A live notebook: the text, the cells on the page, the kernel, and the reader's edits, brought together. In go what the
// reader does and what the kernel says; each changes the others.

import type { CompiledCell } from "../../notebooks/runner/cell.ts";
import { compareOutputs } from "../../notebooks/runner/compare.ts";
import type { Question } from "../inspector/protocol.ts";
import { type Connect, Kernel, type KernelState } from "../kernel/kernel.ts";
import type { RunResult } from "../kernel/protocol.ts";
import { type Built, cellNode, textNode } from "./blocks.ts";
import { Book } from "./book.ts";
import { type CellHost, CellView, labelOf } from "./cell.ts";
import { element } from "./dom.ts";
import { type EditorModule, loadInspector, type TypeService } from "./parts.ts";
import { type EditStore, fingerprint } from "./storage.ts";
import { banner, download } from "./talk.ts";
import { counted } from "./toolbar.ts";

/** The notebook as the build has stored it. */
export interface StoredNotebook {
  readonly source: string;
  /** The cells, compiled, in their order. */
  readonly compiled: readonly CompiledCell[];
}

/** Outputs of so many characters are kept, shared and downloaded with the notebook. */
const mostStored = 20_000;

/** What a notebook lives in. */
export interface NotebookOptions {
  readonly name: string;
  readonly root: string;
  readonly stored: StoredNotebook;
  readonly built: Built;
  readonly connect: Connect;
  readonly isolated: boolean;
  readonly holder: HTMLElement;
  readonly banners: HTMLElement;
  readonly say: (text: string) => void;
  readonly onKernel: (state: KernelState, detail: string) => void;
  readonly onThreads: (threads: number) => void;
  /** A cell was to run, and may not. */
  readonly onLocked: () => void;
}

/** A notebook on the page. */
export class LiveNotebook {
  readonly kernel: Kernel;
  readonly #options: NotebookOptions;
  readonly #views: Map<string, CellView> = new Map();
  readonly #nodes: Map<object, HTMLElement> = new Map();
  readonly #host: CellHost;
  /** What is stored for a code: its compiled form and its output. */
  readonly #stored: Map<string, { compiled: CompiledCell | undefined; output: string }> = new Map();
  readonly #initial: Map<string, string> = new Map();
  /** The code that each cell ran last, and how that ended. */
  readonly #ran: Map<string, string> = new Map();
  readonly #outcome: Map<string, { state: "done" | "failed" | "stopped" | "lost"; detail: string }> = new Map();
  readonly #published: string;
  #book: Book;
  #store: EditStore;
  #types: TypeService | undefined;
  #saving: ReturnType<typeof setTimeout> | undefined;
  #ticking: ReturnType<typeof setInterval> | undefined;
  /** Code that came by a link does not run before the reader says so. */
  #locked = false;

  constructor(options: NotebookOptions, text: string, store: EditStore) {
    this.#options = options;
    this.#book = new Book(options.stored.source);
    this.#published = withoutOutputs(this.#book);
    this.#store = store;
    this.#book.cells.forEach((cell, index) => {
      this.#stored.set(cell.code, { compiled: options.stored.compiled[index], output: cell.output ?? "" });
      this.#initial.set(cell.id, cell.code);
    });
    this.#host = {
      root: options.root,
      download,
      send: (id, event) => this.kernel.event(id, event),
      goTo: (cell) => this.#views.get(cell)?.focus(),
      types: (module) => this.#typeService(module),
      changed: (view, code) => this.#changed(view, code),
      run: (view, wish) => this.#run(view, wish),
      edit: (view, what) => this.#edit(view, what),
      inspect: (view) => void this.#inspect(view),
      isChanged: (view) => this.#initial.get(view.id) !== undefined && this.#initial.get(view.id) !== view.code,
      say: options.say,
      warn: (text) => this.#warn(text),
    };
    this.kernel = new Kernel({
      connect: options.connect,
      isolated: options.isolated,
      listener: {
        source: (id) => this.#source(id),
        names: () => this.#names(),
        state: (state) => this.#kernelState(state),
        threads: options.onThreads,
        queued: (id) => this.#views.get(id)?.state("queued"),
        dequeued: (id) => this.#settle(id),
        started: (id) => this.#started(id),
        output: (id, printed) => this.#views.get(id)?.output.print(printed),
        display: (id, bundle, name) => this.#views.get(id)?.output.display(bundle, name),
        progress: (id, progress) => this.#views.get(id)?.output.progress(progress),
        done: (id, result) => this.#done(id, result),
        fault: (id, error) => this.#views.get(id)?.output.fail(error),
        lost: (id, reason) => this.#lost(id, reason),
      },
    });
    this.#show(text);
  }

  /** The notebook as a text, with the outputs that stand on the page. */
  get text(): string {
    const outputs = new Map<string, string>();
    for (const view of this.#views.values()) {
      // What is long is shown when it is run again.
      const { text } = view.output;
      if (view.current === "done" && text.length <= mostStored) outputs.set(view.id, text);
    }
    return this.#book.textWith(outputs);
  }

  /** Whether the reader has changed anything; that a run gave other numbers is no edit. */
  get isEdited(): boolean {
    return withoutOutputs(this.#book) !== this.#published;
  }

  /** Shows another text in place of the present one, which it gives. */
  replace(text: string): string {
    const before = this.text;
    this.kernel.stop();
    this.#show(text);
    this.#save();
    return before;
  }

  /** Lets no cell run until {@link unlock}. */
  lock(): void {
    this.#locked = true;
  }

  unlock(): void {
    this.#locked = false;
  }

  runAll(): void {
    this.#start(this.#book.cells.map(({ id }) => id));
  }

  addCell(): void {
    this.#insert(undefined, "after");
  }

  /** Takes the place of what another tab has kept. */
  keep(): void {
    this.#save();
  }

  /** Keeps nothing from here on: another version takes this one's place. */
  abandon(): void {
    clearTimeout(this.#saving);
    this.#saving = undefined;
  }

  /** Writes edits down now. */
  flush(): void {
    if (this.#saving === undefined) return;
    clearTimeout(this.#saving);
    this.#save();
  }

  #show(text: string): void {
    const { holder, built } = this.#options;
    for (const view of this.#views.values()) view.destroy();
    this.#views.clear();
    this.#nodes.clear();
    this.#book = new Book(text);
    const nodes = this.#book.blocks.map((block) => {
      if (block.kind === "markdown") {
        const node = textNode(block.text, built);
        this.#nodes.set(block, node);
        return node;
      }
      return this.#view(block.id, block.code, block.output).node;
    });
    holder.replaceChildren(...nodes);
    this.#tellTypes();
  }

  #view(id: string, code: string, output: string | undefined): CellView {
    const view = new CellView(cellNode(id, this.#options.built), code, this.#host);
    if (this.#initial.get(id) !== code) view.code = code;
    view.output.store(output);
    this.#views.set(id, view);
    return view;
  }

  #source(id: string): { code: string; compiled: CompiledCell | undefined } | undefined {
    const view = this.#views.get(id);
    return view && { code: view.code, compiled: this.#stored.get(view.code)?.compiled };
  }

  /** The first cell that declares a name, for cells that are as stored. */
  #names(): Record<string, string> {
    const names: Record<string, string> = {};
    for (const { id, code } of this.#book.cells) {
      for (const name of this.#stored.get(code)?.compiled?.names ?? []) names[name] ??= id;
    }
    return names;
  }

  #typeService(module: EditorModule): TypeService {
    this.#types ??= module.createTypeService();
    this.#tellTypes();
    return this.#types;
  }

  #tellTypes(): void {
    this.#types?.setCells(this.#book.cells.map(({ id, code }) => ({ id, code })));
  }

  // What the reader does.

  #changed(view: CellView, code: string): void {
    this.#book.setCode(view.id, code);
    if (view.current !== "running" && view.current !== "queued") this.#settle(view.id);
    this.#tellTypes();
    this.#saveLater();
  }

  /** The state of a cell that neither runs nor waits. */
  #settle(id: string): void {
    const view = this.#views.get(id);
    if (view === undefined) return;
    const outcome = this.#outcome.get(id);
    if (outcome !== undefined && this.#ran.get(id) === view.code) view.state(outcome.state, outcome.detail);
    else if (view.code === "") view.state("empty");
    else if (this.#ran.has(id) || !this.#stored.has(view.code)) view.state("stale");
    else view.state("stored");
  }

  #run(view: CellView, wish: Parameters<CellHost["run"]>[1]): void {
    const ids = this.#book.cells.map(({ id }) => id);
    const at = ids.indexOf(view.id);
    if (wish === "stop") this.kernel.stop();
    else if (wish === "all") this.#start(ids);
    else if (wish === "from-here") this.#start(ids.slice(at));
    else if (wish === "above") this.#start(ids.slice(0, at + 1));
    else if (this.#start([view.id]) && wish === "cell-and-next") {
      const next = this.#views.get(ids[at + 1] ?? "");
      if (next === undefined) return;
      if (view.isEditing) void next.edit();
      else next.focus();
    }
  }

  #start(ids: readonly string[]): boolean {
    if (this.#locked) {
      this.#options.onLocked();
      return false;
    }
    this.kernel.run(ids);
    return true;
  }

  /** Opens the inspector for the functions of a cell. */
  async #inspect(view: CellView): Promise<void> {
    try {
      const { openInspector } = await loadInspector();
      const host = {
        root: this.#options.root,
        mayRun: () => !this.#locked,
        cells: () => this.#book.cells.map(({ id, code }) => ({ id, code })),
        running: () => this.kernel.running,
        ask: (question: Question) => this.kernel.inspect(question),
        run: (id: string, wish: "cell" | "above") => {
          const to = this.#views.get(id);
          if (to !== undefined) this.#run(to, wish);
        },
        stop: () => this.kernel.stop(),
        goTo: (id: string, line: number) => {
          this.#views.get(id)?.focus();
          void this.#views.get(id)?.edit({ line, column: 1 });
        },
        download,
      };
      openInspector(host, view.id);
    } catch (error) {
      this.#warn(`The inspector could not be loaded: ${(error as Error).message}. Press again to retry.`);
    }
  }

  /** For those who see the page, and for those who hear it. */
  #warn(text: string): void {
    banner(this.#options.banners, "part", text, [], "warning");
    this.#options.say(text);
  }

  #edit(view: CellView, what: Parameters<CellHost["edit"]>[1]): void {
    if (what === "add-above") this.#insert(view.id, "before");
    else if (what === "add-below") this.#insert(view.id, "after");
    else if (what === "delete") this.#remove(view);
    else if (what === "reset") this.#reset(view);
    else this.#move(view, what === "up" ? -1 : 1);
    this.#tellTypes();
    this.#saveLater();
  }

  #insert(beside: string | undefined, where: "before" | "after"): void {
    const id = this.#book.insert(beside, where);
    const view = this.#view(id, "", undefined);
    const neighbour = beside === undefined ? undefined : this.#views.get(beside)?.node;
    if (neighbour === undefined) this.#options.holder.append(view.node);
    else neighbour[where](view.node);
    this.#tellTypes();
    void view.edit();
    view.node.scrollIntoView({ block: "nearest" });
  }

  #remove(view: CellView): void {
    const removed = this.#book.remove(view.id);
    const undo = (): void => {
      // Cells may have come and gone above it in the meantime.
      const before = [...this.#options.holder.children].slice(0, [...this.#options.holder.children].indexOf(strip));
      const at = before.filter((node) => !node.classList.contains("deleted")).length;
      this.#book.restore({ ...removed, at });
      this.#views.set(view.id, view);
      strip.replaceWith(view.node);
      // What has become of it meanwhile was not shown.
      if (view.current !== "running" || this.kernel.running !== view.id) {
        view.output.end();
        this.#settle(view.id);
      }
      view.focus();
      this.#tellTypes();
      this.#saveLater();
    };
    const strip = element(
      "p",
      { class: "deleted" },
      `${view.label} was deleted. `,
      element("button", { type: "button", class: "button", onclick: undo }, "Undo"),
    );
    view.node.replaceWith(strip);
    this.#views.delete(view.id);
    strip.querySelector("button")!.focus();
    this.#options.say(`${view.label} was deleted.`);
  }

  #move(view: CellView, step: -1 | 1): void {
    if (!this.#book.move(view.id, step)) {
      this.#options.say(`${view.label} is at the ${step < 0 ? "top" : "end"}.`);
      return;
    }
    const at = this.#book.blocks.findIndex((block) => block.kind === "code" && block.id === view.id);
    const passed = this.#book.blocks[at - step]!;
    const node = passed.kind === "code" ? this.#views.get(passed.id)?.node : this.#nodes.get(passed);
    node?.[step < 0 ? "before" : "after"](view.node);
    view.focus();
    this.#options.say(`${view.label} was moved ${step < 0 ? "up" : "down"}.`);
  }

  #reset(view: CellView): void {
    const initial = this.#initial.get(view.id);
    if (initial === undefined) return;
    const before = view.code;
    const set = (code: string): void => {
      view.code = code;
      view.mark(undefined);
      this.#book.setCode(view.id, code);
      this.#settle(view.id);
      this.#tellTypes();
      this.#saveLater();
    };
    set(initial);
    view.output.store(this.#stored.get(initial)?.output);
    this.#options.say(`${view.label} was reset.`);
    const choices = [{ label: "Undo", run: () => set(before) }];
    banner(this.#options.banners, `reset ${view.id}`, `${view.label} is again as it was published.`, choices);
  }

  // What the kernel says.

  #kernelState(state: KernelState): void {
    const { running } = this.kernel;
    this.#options.onKernel(
      state,
      state === "busy" && running !== undefined ? `Running ${labelOf(running).toLowerCase()}` : "",
    );
    if (state !== "busy" && state !== "stopping") {
      clearInterval(this.#ticking);
      this.#ticking = undefined;
    }
  }

  #started(id: string): void {
    const view = this.#views.get(id);
    if (view === undefined) return;
    view.output.begin();
    view.mark(undefined);
    this.#ran.set(id, view.code);
    this.#options.onKernel("busy", `Running ${view.label.toLowerCase()}`);
    view.state("running");
    const begin = performance.now();
    clearInterval(this.#ticking);
    this.#ticking = setInterval(
      () => view.state("running", `${((performance.now() - begin) / 1000).toFixed(1)} s`),
      100,
    );
  }

  #done(id: string, { error, value, bundle, assertions, milliseconds }: RunResult): void {
    clearInterval(this.#ticking);
    const view = this.#views.get(id);
    if (view === undefined) {
      // The cell was deleted while it ran; if it comes back, it comes as one that has not run.
      this.#ran.delete(id);
      return;
    }
    if (bundle !== undefined) view.output.display(bundle, undefined);
    else if (value !== undefined) view.output.print(`${value}\n`);
    if (error !== undefined) view.output.fail(error);
    view.output.end();
    const time = milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`;
    if (error !== undefined) {
      this.#outcome.set(id, { state: error.stopped ? "stopped" : "failed", detail: time });
      this.#settle(id);
      const { place } = error;
      if (place !== undefined) {
        const message = `${error.name}: ${error.message}`;
        this.#views.get(place.cell)?.mark({ line: place.line, column: place.column, message });
      }
      this.#options.say(`${view.label} ${error.stopped ? "was stopped" : `failed: ${error.name}`}.`);
      return;
    }
    const stored = this.#stored.get(view.code);
    const text = bundle === undefined ? view.output.text : [view.output.text, value ?? ""].filter(Boolean).join("\n");
    const same = stored !== undefined && stored.output !== "" && compareOutputs(text, stored.output).length === 0;
    const checks = assertions === 0 ? "" : counted(assertions, "assertion");
    const detail = [time, checks, same ? "as stored" : ""].filter((part) => part !== "").join(" · ");
    this.#outcome.set(id, { state: "done", detail });
    this.#settle(id);
    view.node.toggleAttribute("data-as-stored", same);
    if (this.isEdited) this.#saveLater();
    this.#options.say(`${view.label} is done, ${time}.`);
  }

  #lost(id: string | undefined, reason: string): void {
    for (const view of this.#views.values()) {
      if (!this.#outcome.has(view.id)) continue;
      this.#outcome.set(view.id, { state: "lost", detail: "" });
      if (view.current !== "queued") this.#settle(view.id);
    }
    const view = id === undefined ? undefined : this.#views.get(id);
    if (view !== undefined) {
      view.output.fail({ name: "", message: reason, place: undefined, frame: "", trace: [], stopped: true });
      view.output.end();
      this.#outcome.set(view.id, { state: "stopped", detail: "" });
      this.#settle(view.id);
    }
    const above = view === undefined ? [] : [{ label: "Run all above", run: () => this.#runBefore(view) }];
    const text = `${reason[0]!.toUpperCase()}${reason.slice(1)}. All variables are lost; the text is not.`;
    banner(this.#options.banners, "lost", text, above);
    this.#options.say(text);
  }

  #runBefore(view: CellView): void {
    const ids = this.#book.cells.map(({ id }) => id);
    this.#start(ids.slice(0, ids.indexOf(view.id)));
  }

  // Keeping edits.

  #saveLater(): void {
    clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), 300);
  }

  #save(): void {
    this.#saving = undefined;
    if (!this.isEdited) {
      this.#store.clear();
      return;
    }
    const { source } = this.#options.stored;
    const failed = this.#store.save({ text: this.text, base: fingerprint(source) });
    const holder = this.#options.banners;
    if (failed === undefined) {
      holder.querySelector("[data-banner=storage]")?.remove();
      return;
    }
    if (holder.querySelector("[data-banner=storage]") !== null) return;
    const text = `${failed}, so your edits are only on this page. Download them before you leave.`;
    const keep = (): boolean => {
      download(`${this.#options.name}.md`, this.text, "text/markdown");
      return false;
    };
    banner(holder, "storage", text, [{ label: "Download", primary: true, run: keep }], "warning");
  }
}

function withoutOutputs(book: Book): string {
  return book.textWith(new Map(book.cells.map(({ id }) => [id, ""])));
}
