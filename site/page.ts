// What every page does: the switch of the theme, the navigation on a phone, the search.

const html = document.documentElement;
const key = "adjoint:theme";

type Theme = "light" | "dark" | undefined;

const themeSwitch = document.querySelector<HTMLButtonElement>(".theme-switch");
const themes: readonly Theme[] = [undefined, "light", "dark"];

function setTheme(theme: Theme): void {
  if (theme === undefined) delete html.dataset.theme;
  else html.dataset.theme = theme;
  try {
    if (theme === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, theme);
  } catch {
    // It holds for this page then.
  }
  sayTheme();
}

function sayTheme(): void {
  const label = `Theme: ${html.dataset.theme ?? "as the system"}`;
  themeSwitch?.setAttribute("aria-label", label);
  if (themeSwitch) themeSwitch.title = label;
}

themeSwitch?.addEventListener("click", () => {
  const at = themes.indexOf(html.dataset.theme as Theme);
  setTheme(themes[(at + 1) % themes.length]);
});
sayTheme();

const side = document.querySelector<HTMLElement>("#side");
const sideSwitch = document.querySelector<HTMLButtonElement>(".side-switch");

function openSide(open: boolean): void {
  side?.classList.toggle("open", open);
  sideSwitch?.setAttribute("aria-expanded", String(open));
}

sideSwitch?.addEventListener("click", () => openSide(!side?.classList.contains("open")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !side?.classList.contains("open")) return;
  openSide(false);
  sideSwitch?.focus();
});

const search = document.querySelector<HTMLInputElement>("#search");
const searches = import.meta.glob<{ mountSearch(input: HTMLInputElement): void }>("./search/index.ts");
const load = Object.values(searches)[0];
if (search && load) {
  search.addEventListener(
    "focus",
    () => {
      load().then(
        ({ mountSearch }) => mountSearch(search),
        () => {
          search.placeholder = "The search could not be loaded";
        },
      );
    },
    { once: true },
  );
} else {
  search?.parentElement?.remove();
}

/** What can be scrolled must be reachable by keys; a formula that fits need not be a stop on the way. */
function markWide(): void {
  for (const formula of document.querySelectorAll<HTMLElement>(".katex-display")) {
    if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    else formula.removeAttribute("tabindex");
  }
}

let marking = 0;
window.addEventListener("resize", () => {
  clearTimeout(marking);
  marking = window.setTimeout(markWide, 200);
});
// Widths are known when the fonts of formulas are there.
void document.fonts.ready.then(markWide);
