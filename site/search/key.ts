// The key `/` leads into the search from everywhere on a page, unless one is writing. Apart from the search itself, which is
// loaded by the first focus.

const fields = /^(?:INPUT|TEXTAREA|SELECT)$/;

/** Makes `/` focus a field. */
export function focusBySlash(input: HTMLInputElement): void {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const { target } = event;
    if (target instanceof HTMLElement && (target.isContentEditable || fields.test(target.tagName))) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
}
