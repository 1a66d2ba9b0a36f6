// How the page speaks to the reader: banners above the notebook, dialogs, short words for those who hear the page, files.

import { element, icon } from "./dom.ts";

/** A button in a banner or a dialog. */
export interface Choice {
  readonly label: string;
  readonly primary?: boolean;
  /** What a banner's button does; it then goes, unless this gives false. */
  readonly run?: () => unknown;
}

/** Shows a banner, in place of one of the same name, and gives the way to take it away. */
export function banner(
  holder: HTMLElement,
  name: string,
  text: string,
  choices: readonly Choice[] = [],
  kind: "note" | "warning" = "note",
): () => void {
  holder.querySelector(`[data-banner="${name}"]`)?.remove();
  const node = element("div", { class: `banner ${kind}`, "data-banner": name }, element("p", {}, text));
  const close = (): void => node.remove();
  for (const { label, primary, run } of choices) {
    const press = (): void => {
      if (run?.() !== false) close();
    };
    const style = primary ? "button primary" : "button";
    node.append(element("button", { type: "button", class: style, onclick: press }, label));
  }
  const label = "Close this message";
  node.append(
    element("button", { type: "button", class: "icon-button", "aria-label": label, onclick: close }, icon("close")),
  );
  holder.append(node);
  return close;
}

/** Asks the reader; the answer is the label of a choice, or undefined if the dialog was closed. */
export function ask(
  title: string,
  content: readonly (Node | string)[],
  choices: readonly Choice[],
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const buttons = choices.map(({ label, primary }) =>
      element("button", { class: primary ? "button primary" : "button", value: label }, label),
    );
    const node = element(
      "dialog",
      { class: "dialog", "aria-labelledby": "dialog-title" },
      element(
        "form",
        { method: "dialog" },
        element("h2", { id: "dialog-title" }, title),
        ...content.map((part) => (typeof part === "string" ? element("p", {}, part) : part)),
        element("div", { class: "dialog-buttons" }, ...buttons),
      ),
    );
    node.addEventListener("close", () => {
      node.remove();
      resolve(node.returnValue === "" ? undefined : node.returnValue);
    });
    document.body.append(node);
    node.showModal();
  });
}

/** Gives the reader a text as a file. */
export function download(name: string, text: string, type = "text/plain"): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  element("a", { href: url, download: name }).click();
  // The browser reads it after this task.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Lets the reader choose a file; undefined if none was chosen. */
export function chooseFile(accept: string): Promise<File | undefined> {
  return new Promise((resolve) => {
    const input = element("input", { type: "file", accept });
    input.addEventListener("change", () => resolve(input.files?.[0]));
    input.addEventListener("cancel", () => resolve(undefined));
    input.click();
  });
}

/** Copies a text; false where the browser does not allow it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
