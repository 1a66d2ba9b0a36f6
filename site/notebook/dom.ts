// Elements in one expression.

type Child = Node | string | undefined;

/** Makes an element: attributes by name (true for one without a value, undefined for none), listeners by `on...`. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | boolean | undefined | ((event: Event) => void)>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined));
  return made;
}

const shapes = {
  run: "M6 4.2v11.6l9.2-5.8z",
  stop: "M5.5 5.5h9v9h-9z",
  restart: "M15.5 10a5.5 5.5 0 1 1-1.7-4M14.5 2.5V6H11",
  share: "M8 12l4.5-4.5M9 5.5l1.5-1.5a3.5 3.5 0 0 1 5 5L14 10.5M11 14.5 9.5 16a3.5 3.5 0 0 1-5-5L6 9.5",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  add: "M10 4v12M4 10h12",
  inspect: "M8.5 3.5a5 5 0 1 1 0 10 5 5 0 0 1 0-10zM12.2 12.2 17 17",
  close: "M5 5l10 10M15 5L5 15",
} as const;

/** A drawing for a button, which says nothing to those who hear the page. */
export function icon(name: keyof typeof shapes): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon-${name}`);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapes[name]);
  svg.append(path);
  return svg;
}

/** An item of a menu. */
export interface MenuItem {
  readonly label: string;
  readonly hint?: string;
  readonly run: () => void;
  readonly enabled?: () => boolean;
}

/**
 * A button that opens a list of buttons. It closes by Escape, by a choice, and by a click or the focus elsewhere; the
 * arrows move within it.
 */
export function menu(label: string, content: Node, groups: readonly (readonly MenuItem[])[], style = ""): HTMLElement {
  const list = element("div", { class: "menu-list", hidden: true });
  const button = element(
    "button",
    { type: "button", class: style, "aria-label": label, "aria-expanded": "false", title: label },
    content,
  );
  const holder = element("div", { class: "menu" }, button, list);
  const close = (): void => {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
  };
  const open = (): void => {
    list.replaceChildren(
      ...groups.map((group) =>
        element(
          "div",
          { class: "menu-group" },
          ...group.map(({ label: text, hint, run, enabled }) =>
            element(
              "button",
              {
                type: "button",
                disabled: enabled !== undefined && !enabled(),
                onclick: () => {
                  close();
                  button.focus();
                  run();
                },
              },
              element("span", {}, text),
              hint === undefined ? undefined : element("kbd", {}, hint),
            ),
          ),
        ),
      ),
    );
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
  };
  button.addEventListener("click", () => (list.hidden ? open() : close()));
  holder.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "Escape") {
      close();
      button.focus();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const items = [...list.querySelectorAll("button:not(:disabled)")] as HTMLButtonElement[];
      const at = items.indexOf(document.activeElement as HTMLButtonElement);
      const step = event.key === "ArrowDown" ? 1 : -1;
      items.at(at < 0 && step < 0 ? -1 : (at + step) % items.length)?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  holder.addEventListener("focusout", (event) => {
    if (!holder.contains(event.relatedTarget as Node | null)) setTimeout(close, 120);
  });
  return holder;
}
