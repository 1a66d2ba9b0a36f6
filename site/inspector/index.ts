// The inspector: a drawer that shows of any function of the notebook its jaxpr, that of its gradient, what it is compiled
// to, and how long each kernel takes. It is loaded when it is opened first.

import "./inspector.css";
import { element, icon } from "../notebook/dom.ts";
import type { InspectorHost } from "../notebook/parts.ts";
import type { Answer, FunctionEntry, Proposal, Question, Replaced } from "./protocol.ts";
import { type ViewHost, view } from "./views.ts";

const tabs = [
  { id: "jaxpr", label: "Jaxpr" },
  { id: "gradient", label: "Gradient" },
  { id: "compiled", label: "Compiled" },
  { id: "profile", label: "Time" },
] as const;
type Tab = (typeof tabs)[number]["id"];

const cellName = (id: string): string => id.replace(/^cell-(\d+)$/, "cell $1");
/** The value of the choice that lets the reader write an expression. */
const expression = "expression";

/** Opens the inspector with the functions of a cell first. */
export function openInspector(host: InspectorHost, cell: string): void {
  new Inspector(host, cell).open();
}

class Inspector {
  readonly #host: InspectorHost;
  readonly #cell: string;
  readonly #dialog: HTMLDialogElement;
  readonly #select: HTMLSelectElement;
  readonly #own: HTMLInputElement;
  readonly #args: HTMLInputElement;
  readonly #proposals: HTMLElement;
  readonly #notice: HTMLElement;
  readonly #panel: HTMLElement;
  readonly #status: HTMLElement;
  readonly #tabs: ReadonlyMap<Tab, HTMLButtonElement>;
  #functions: readonly FunctionEntry[] = [];
  /** The function that was chosen last. */
  #before = "";
  #tab: Tab = "jaxpr";
  /** What has been answered for the present function and arguments. */
  #answers: Map<Tab, Answer> = new Map();
  /** Counts what was asked, so that late answers are known as such. */
  #asked = 0;

  constructor(host: InspectorHost, cell: string) {
    this.#host = host;
    this.#cell = cell;
    this.#select = element("select", { id: "inspector-function", onchange: () => this.#choose() });
    const field = (id: string, label: string): HTMLInputElement =>
      element("input", {
        id,
        type: "text",
        "aria-label": label,
        spellcheck: "false",
        autocomplete: "off",
        autocapitalize: "off",
      });
    this.#own = field("inspector-own", "An expression for the function");
    this.#own.placeholder = "vmap(f), or (x) => f(x, 0)";
    this.#args = field("inspector-args", "Arguments");
    this.#proposals = element("div", { class: "inspector-proposals" });
    this.#notice = element("div", { class: "inspector-notice", role: "status" });
    this.#status = element("p", { class: "visually-hidden", role: "status" });
    this.#panel = element("div", {
      class: "inspector-panel",
      id: "inspector-panel",
      role: "tabpanel",
      tabindex: "0",
    });
    this.#tabs = new Map(
      tabs.map(({ id, label }) => [
        id,
        element(
          "button",
          {
            type: "button",
            role: "tab",
            id: `inspector-tab-${id}`,
            "aria-controls": "inspector-panel",
            onclick: () => this.#show(id),
          },
          label,
        ),
      ]),
    );
    const list = element(
      "div",
      { class: "inspector-tabs", role: "tablist", "aria-label": "What to see" },
      ...this.#tabs.values(),
    );
    list.addEventListener("keydown", (event) => this.#key(event));
    const form = element(
      "form",
      { class: "inspector-form" },
      element("label", { for: "inspector-function" }, "Function"),
      element("div", { class: "inspector-fields" }, this.#select, this.#own),
      element("label", { for: "inspector-args" }, "Arguments"),
      element(
        "div",
        { class: "inspector-fields" },
        this.#args,
        element("button", { class: "button primary" }, "Inspect"),
      ),
      this.#proposals,
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#inspect();
    });
    this.#dialog = element(
      "dialog",
      { class: "inspector", "aria-labelledby": "inspector-heading" },
      element(
        "div",
        { class: "inspector-body" },
        element(
          "header",
          {},
          element("h2", { id: "inspector-heading" }, "Inspector"),
          element(
            "button",
            {
              type: "button",
              class: "icon-button",
              "aria-label": "Close the inspector",
              onclick: () => this.#dialog.close(),
            },
            icon("close"),
          ),
        ),
        form,
        this.#notice,
        list,
        this.#panel,
        this.#status,
      ),
    );
    this.#dialog.addEventListener("click", (event) => {
      // The drawer has no padding: only a click beside it hits the dialog itself.
      if (event.target === this.#dialog) this.#dialog.close();
    });
    this.#dialog.addEventListener("close", () => {
      this.#asked += 1;
      this.#dialog.remove();
    });
  }

  open(): void {
    document.body.append(this.#dialog);
    this.#markTab();
    // The browser keeps the focus within, gives it back when the dialog closes, and closes it by Escape.
    this.#dialog.showModal();
    this.#select.focus();
    void this.#list();
  }

  /** Asks for the functions, and chooses one. */
  async #list(chosen?: { name: string; cell: string }): Promise<void> {
    this.#wait("Looking for functions");
    const answer = await this.#ask({ kind: "functions", cells: this.#host.cells() });
    if (answer === undefined) return;
    if (answer.kind !== "functions") {
      this.#panel.replaceChildren(...view(answer, this.#views()));
      return;
    }
    const isOwn = ({ cell }: FunctionEntry): boolean => cell === this.#cell;
    this.#functions = [...answer.functions.filter(isOwn), ...answer.functions.filter((entry) => !isOwn(entry))];
    const group = (label: string, entries: readonly FunctionEntry[]): HTMLElement | undefined =>
      entries.length === 0
        ? undefined
        : element(
            "optgroup",
            { label },
            ...entries.map((entry) => {
              const { name, parameters } = entry;
              const value = String(this.#functions.indexOf(entry));
              return element("option", { value }, parameters === undefined ? name : `${name}(${parameters})`);
            }),
          );
    const cells = [...new Set(this.#functions.map(({ cell }) => cell))];
    const groups = cells.map((cell) =>
      group(
        cell === this.#cell
          ? `This cell (${cellName(cell)})`
          : cellName(cell)[0]!.toUpperCase() + cellName(cell).slice(1),
        this.#functions.filter((entry) => entry.cell === cell),
      ),
    );
    this.#select.replaceChildren(
      ...groups.filter((each) => each !== undefined),
      element("option", { value: expression }, "Another expression…"),
    );
    const index = this.#functions.findIndex(({ name, cell }) => name === chosen?.name && cell === chosen.cell);
    this.#select.value = this.#functions.length === 0 ? expression : String(Math.max(0, index));
    if (chosen !== undefined && index < 0) this.#select.value = expression;
    this.#choose();
  }

  get #entry(): FunctionEntry | undefined {
    return this.#functions[Number(this.#select.value)];
  }

  /** A function was chosen: proposes arguments, and inspects it if nothing stands in the way. */
  #choose(): void {
    this.#asked += 1;
    const entry = this.#entry;
    this.#answers.clear();
    this.#panel.replaceChildren();
    this.#notice.replaceChildren();
    this.#own.hidden = entry !== undefined;
    this.#proposals.replaceChildren();
    if (entry === undefined) {
      // What was chosen before is what most expressions are made of.
      if (this.#own.value === "") this.#own.value = this.#before;
      this.#args.placeholder = "";
      const none = "No cell declares a function that is known yet. Run the cells, or write an expression.";
      this.#say(this.#functions.length === 0 ? none : "Write a function in the notebook's names, and its arguments.");
      return;
    }
    const { name, parameters, proposals, replaced } = entry;
    this.#before = name;
    this.#args.placeholder = parameters ?? "";
    const [best] = proposals;
    this.#args.value = best?.text ?? "";
    this.#proposals.append(
      ...(proposals.length > 1 ? [element("span", {}, "As in the notebook:")] : []),
      ...(proposals.length > 1 ? proposals.map((proposal) => this.#chip(proposal)) : []),
    );
    if (replaced !== undefined) this.#missing(replaced);
    else if (best === undefined && parameters !== "") {
      const hint = parameters === undefined ? "" : `: ${parameters}`;
      this.#say(`No call of ${name} was found whose arguments are names of the notebook. Write its arguments${hint}.`);
      this.#args.focus();
    } else if (best !== undefined && best.replaced.length > 0) this.#changed(best);
    else {
      this.#inspect();
      if (best?.guessed) {
        this.#say(`No call of ${name} with names of the notebook was found. These are the names of its parameters.`);
      }
    }
  }

  #chip(proposal: Proposal): HTMLElement {
    const use = (): void => {
      this.#args.value = proposal.text;
      this.#notice.replaceChildren();
      if (proposal.replaced.length > 0) this.#changed(proposal);
      else this.#inspect();
    };
    const title = `From ${cellName(proposal.cell)}`;
    return element("button", { type: "button", class: "chip", title, onclick: use }, proposal.text || "no arguments");
  }

  /** The function is not there, or its name means another one now. */
  #missing({ name, meant, by }: Replaced): void {
    const text =
      by === undefined
        ? `${name} is not there yet: ${cellName(meant)} has not run.`
        : `${name} is now what ${cellName(by)} declared. Run ${cellName(meant)} again to inspect its own.`;
    this.#offer(text, meant, by !== undefined);
  }

  /** The arguments of a proposal are not what they were where it stands. */
  #changed({ replaced, cell }: Proposal): void {
    const names = replaced.map(({ name }) => name).join(", ");
    const one = replaced.length === 1;
    const isThere = replaced.every(({ by }) => by !== undefined);
    const [first] = replaced;
    const detail = `${first?.name} is what ${cellName(first?.by ?? "")} declared`;
    const text = isThere
      ? `${names} in the arguments ${one ? "has" : "have"} another value now: ${detail}.`
      : `${names} in the arguments ${one ? "is not there" : "are not all there"} as ${cellName(cell)} means ${one ? "it" : "them"}.`;
    // One cell is enough if it declares all of them.
    const meant = new Set(replaced.map((each) => each.meant));
    const [only] = meant.size === 1 ? meant : [];
    this.#offer(text, only ?? cell, isThere && only !== undefined, isThere);
  }

  /** Says something, with the ways to run what is needed. */
  #offer(text: string, cell: string, hasRun: boolean, anyway = false): void {
    const run = (wish: "cell" | "above") => (): void => {
      if (!this.#allowed()) return;
      const entry = this.#entry;
      this.#notice.replaceChildren();
      this.#host.run(cell, wish);
      void this.#list(entry);
    };
    const button = (label: string, press: () => void, primary = false): HTMLElement =>
      element("button", { type: "button", class: primary ? "button primary" : "button", onclick: press }, label);
    this.#panel.replaceChildren();
    this.#notice.replaceChildren(
      element("p", {}, text),
      button(`Run ${cellName(cell)}`, run("cell"), hasRun),
      button(`Run all up to ${cellName(cell)}`, run("above"), !hasRun),
      ...(anyway ? [button("Inspect anyway", () => this.#inspect())] : []),
    );
  }

  #say(text: string): void {
    this.#notice.replaceChildren(element("p", {}, text));
  }

  #allowed(): boolean {
    if (this.#host.mayRun()) return true;
    this.#say("This code came with a link. Close the inspector and allow the notebook to run first.");
    return false;
  }

  /** Asks anew for what the open tab shows. */
  #inspect(): void {
    this.#answers.clear();
    void this.#fill();
  }

  /** Fills the panel with the open tab, asking if need be. */
  async #fill({ runs = 10, all = false } = {}): Promise<void> {
    const known = this.#answers.get(this.#tab);
    if (known !== undefined) {
      this.#asked += 1;
      this.#draw(known);
      return;
    }
    if (!this.#allowed()) return;
    const tab = this.#tab;
    const subject = { f: this.#entry?.name ?? this.#own.value, args: this.#args.value };
    this.#notice.replaceChildren();
    this.#wait(tab === "profile" ? "Measuring" : "Tracing");
    const answer = await this.#ask({ kind: tab, ...subject, runs, all });
    if (answer === undefined) return;
    this.#answers.set(tab, answer);
    this.#draw(answer);
  }

  #draw(answer: Answer): void {
    this.#panel.replaceChildren(...view(answer, this.#views()));
    this.#panel.setAttribute("aria-busy", "false");
    this.#status.textContent = answer.kind === "failed" ? "" : "Done.";
  }

  #views(): ViewHost {
    const { root, download, goTo } = this.#host;
    return {
      root,
      download,
      goTo: (cell, line) => {
        this.#dialog.close();
        goTo(cell, line);
      },
      say: (text) => {
        this.#status.textContent = text;
      },
      measure: (runs) => {
        this.#answers.delete("profile");
        void this.#fill({ runs });
      },
      differentiate: (all) => {
        this.#answers.delete("gradient");
        void this.#fill({ all });
      },
    };
  }

  /** The answer, or undefined if something else was asked meanwhile. */
  async #ask(question: Question): Promise<Answer | undefined> {
    this.#asked += 1;
    const number = this.#asked;
    const answer = await this.#host.ask(question);
    return number === this.#asked ? answer : undefined;
  }

  #wait(doing: string): void {
    const running = this.#host.running();
    const text = running === undefined ? doing : `Waiting until ${cellName(running)} is done`;
    this.#panel.setAttribute("aria-busy", "true");
    this.#status.textContent = text;
    const stop = element("button", { type: "button", class: "button", onclick: () => this.#host.stop() });
    stop.textContent = running === undefined ? "Stop" : `Stop ${cellName(running)}`;
    const waiting = element("p", { class: "inspector-waiting" }, element("span", {}, `${text} …`), stop);
    this.#panel.replaceChildren(waiting);
  }

  #show(tab: Tab): void {
    this.#tab = tab;
    this.#markTab();
    if (this.#notice.querySelector("button") !== null) return;
    if (this.#args.value === "" && this.#answers.size === 0 && this.#entry?.parameters !== "") return;
    void this.#fill();
  }

  #markTab(): void {
    for (const [id, button] of this.#tabs) {
      const isChosen = id === this.#tab;
      button.setAttribute("aria-selected", String(isChosen));
      button.tabIndex = isChosen ? 0 : -1;
    }
    this.#panel.setAttribute("aria-labelledby", `inspector-tab-${this.#tab}`);
  }

  /** The arrows move between tabs. */
  #key(event: KeyboardEvent): void {
    const ids = tabs.map(({ id }) => id);
    const at = ids.indexOf(this.#tab);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: ids.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = ids[(to + ids.length) % ids.length]!;
    this.#show(next);
    this.#tabs.get(next)!.focus();
  }
}
