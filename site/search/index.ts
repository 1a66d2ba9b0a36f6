// The search box of every page. In goes the field in the header; below it come results while one types. The index is loaded
// when the field is first used. The pattern is ARIA's combobox with a list of options.
import MiniSearch from "minisearch";
import { excerpt, find, marked, settings } from "./terms.mjs";

type Result = ReturnType<typeof find>[number];

const kinds: Readonly<Record<string, string>> = { notebook: "notebook", page: "page" };

/** A text with its marked pieces, without any HTML of its own. */
function fill(parent: HTMLElement, pieces: readonly { text: string; marked: boolean }[]): void {
  for (const piece of pieces) {
    if (piece.marked) {
      const mark = document.createElement("mark");
      mark.textContent = piece.text;
      parent.append(mark);
    } else parent.append(piece.text);
  }
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  return made;
}

/** An option of the list: where it leads, its title, where that stands, and a piece of its text. */
function optionOf(result: Result, root: string, id: string): HTMLAnchorElement {
  const option = element("a", "search-result");
  option.id = id;
  option.role = "option";
  option.tabIndex = -1;
  option.href = `${root}${result.path}`;
  option.setAttribute("aria-selected", "false");
  const head = element("span", "search-head");
  const title = element(
    "span",
    result.kind === "" || result.kind in kinds ? "search-title" : "search-title search-name",
  );
  fill(title, marked(result.title, result.terms));
  const place = element("span", "search-place");
  place.textContent = [result.page === result.title ? "" : result.page, result.kind]
    .filter((x) => x !== "")
    .join(" · ");
  head.append(title, place);
  option.append(head);
  if (result.text !== "") {
    const text = element("span", "search-text");
    fill(text, excerpt(result.text, result.terms));
    option.append(text);
  }
  return option;
}

/** Makes a field the search box of the page. Addresses count from the `data-root` of the document's element. */
export function mountSearch(input: HTMLInputElement): void {
  const root = document.documentElement.dataset.root ?? "";
  const panel = element("div", "search-panel");
  const list = element("div", "search-list");
  const status = element("p", "search-status");
  list.id = "search-results";
  list.role = "listbox";
  list.setAttribute("aria-label", "Results");
  status.role = "status";
  panel.hidden = true;
  panel.append(status, list);
  input.after(panel);
  input.role = "combobox";
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-controls", list.id);
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-keyshortcuts", "/");

  let loading: Promise<MiniSearch> | undefined;
  let options: HTMLAnchorElement[] = [];
  let chosen = -1;

  const load = (): Promise<MiniSearch> => {
    loading ??= (async () => {
      const answer = await fetch(`${root}search.json`);
      if (!answer.ok) throw new Error(`search.json: ${answer.status} ${answer.statusText}`);
      return MiniSearch.loadJSON(await answer.text(), settings);
    })().catch((error: unknown) => {
      // The next use of the field tries again.
      loading = undefined;
      throw error;
    });
    return loading;
  };

  const open = (shown: boolean): void => {
    panel.hidden = !shown;
    input.setAttribute("aria-expanded", String(shown && options.length > 0));
    if (!shown) choose(-1);
  };

  const choose = (index: number): void => {
    options[chosen]?.setAttribute("aria-selected", "false");
    chosen = index;
    const option = options[chosen];
    if (option === undefined) {
      input.removeAttribute("aria-activedescendant");
      return;
    }
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  };

  const show = (results: readonly Result[], question: string): void => {
    options = results.map((result, i) => optionOf(result, root, `search-result-${i}`));
    chosen = -1;
    input.removeAttribute("aria-activedescendant");
    list.replaceChildren(...options);
    list.scrollTop = 0;
    const count = options.length === 1 ? "1 result" : `${options.length} results`;
    status.textContent = options.length === 0 ? `Nothing is found for “${question}”.` : count;
    status.classList.toggle("visually-hidden", options.length > 0);
    open(true);
  };

  const search = async (): Promise<void> => {
    const question = input.value.trim();
    if (question === "") {
      options = [];
      list.replaceChildren();
      open(false);
      return;
    }
    try {
      const index = await load();
      // What was typed meanwhile is searched by its own event.
      if (input.value.trim() === question) show(find(index, question), question);
    } catch (error) {
      options = [];
      list.replaceChildren();
      status.classList.remove("visually-hidden");
      status.textContent = `The index of the search could not be loaded. ${error instanceof Error ? error.message : ""}`;
      open(true);
    }
  };

  const begin = (): void => {
    load().catch(() => {
      // Said when something is searched.
    });
    if (input.value.trim() !== "") void search();
  };
  input.addEventListener("focus", begin);
  // This code itself may have been loaded by the focus.
  if (document.activeElement === input) begin();
  input.addEventListener("input", () => void search());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = options.length;
    if (event.key === "Escape") {
      if (!panel.hidden) open(false);
      else if (input.value !== "") input.value = "";
      else input.blur();
      event.preventDefault();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && count > 0) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      open(true);
      // Before the first and behind the last stands the field itself.
      choose(((chosen + 1 + step + (count + 1)) % (count + 1)) - 1);
      event.preventDefault();
    } else if (event.key === "Enter" && count > 0 && !panel.hidden) {
      const target = options[Math.max(chosen, 0)];
      event.preventDefault();
      target?.click();
    }
  });
  // The field keeps the focus, so that a press on a result does not close the list before the click.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  // A result on this very page only moves the view.
  list.addEventListener("click", () => {
    open(false);
    input.blur();
  });
  input.addEventListener("blur", () => open(false));
}
