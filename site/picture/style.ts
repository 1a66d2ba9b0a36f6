// The look of pictures. Colours are custom properties, which a page may set for itself; those here follow its `color-scheme`, and
// have no specificity, so that any rule of the page is stronger.

const css = `
:where(:root) {
  --picture-1: light-dark(#0f62c9, #6ea8ff);
  --picture-2: light-dark(#c2410c, #ff9a5c);
  --picture-3: light-dark(#0b7a58, #4fd1a5);
  --picture-4: light-dark(#8b3fb5, #cf9bf0);
  --picture-5: light-dark(#a16207, #e9c46a);
  --picture-6: light-dark(#be185d, #ff8fbd);
  --picture-paper: light-dark(#ffffff, #16181d);
  --picture-ink: light-dark(#22252b, #e4e6eb);
  --picture-soft: light-dark(#6a707c, #9aa1ad);
  --picture-faint: light-dark(#dfe2e8, #343944);
  --picture-hill: light-dark(#5f7a94, #7f97b2);
  --picture-up: light-dark(#0f62c9, #5c9dff);
  --picture-down: light-dark(#c2410c, #ff8a4c);
}
:where(.picture) { margin: 0; max-width: 44rem; color: var(--picture-ink); container-type: inline-size; }
:where(.picture) figcaption { font-weight: 600; margin: 0 0 0.4em; font-size: 0.9em; }
:where(.picture-drawing) { position: relative; touch-action: pan-y; }
.picture svg { display: block; max-width: 100%; overflow: visible; font-family: inherit; font-size: 12px; background: none; }
.picture svg text { font-family: inherit; font-variant-numeric: tabular-nums; }
.picture-keys { display: flex; flex-wrap: wrap; gap: 0.2em 1.2em; margin: 0.2em 0 0; padding: 0; list-style: none; font-size: 0.8em; color: var(--picture-ink); }
.picture-keys li { display: inline-flex; align-items: center; gap: 0.5em; margin: 0; }
.picture-keys svg { flex: none; }
.picture-handles { position: absolute; inset: 0; pointer-events: none; }
.picture-handle { pointer-events: auto; cursor: grab; touch-action: none; outline: none; }
.picture-handle:active { cursor: grabbing; }
.picture-handle .dot { fill: var(--picture-paper); stroke: var(--picture-2); stroke-width: 3px; }
.picture-handle .halo { fill: var(--picture-2); fill-opacity: 0; transition: fill-opacity 0.15s; }
.picture-handle:hover .halo { fill-opacity: 0.15; }
.picture-handle:focus-visible .halo { fill-opacity: 0.3; }
.picture-handle text { fill: var(--picture-ink); font-weight: 600; pointer-events: none; paint-order: stroke; stroke: var(--picture-paper); stroke-width: 3px; }
.picture-images { display: grid; gap: 0.5rem; }
.picture-images > div { display: grid; gap: 0.2rem; justify-items: center; font-size: 0.8em; color: var(--picture-soft); }
.picture-images .paper { width: 100%; background: var(--picture-paper); box-shadow: 0 0 0 1px var(--picture-faint); border-radius: 3px; overflow: hidden; }
.picture-images .ink { width: 100%; background: var(--picture-ink); mask-size: 100% 100%; -webkit-mask-size: 100% 100%; }
.picture details { margin: 0.4em 0 0; font-size: 0.8em; color: var(--picture-soft); }
.picture details summary { cursor: pointer; width: fit-content; }
.picture .picture-scroll { overflow: auto; max-height: 16rem; margin-top: 0.4em; }
.picture table { border-collapse: collapse; font-variant-numeric: tabular-nums; width: auto; margin: 0; }
.picture :is(th, td) { padding: 0.15em 0.8em 0.15em 0; text-align: right; border: 0; font-weight: normal; background: none; }
.picture th { color: var(--picture-ink); }
.picture-empty { padding: 2rem 1rem; text-align: center; color: var(--picture-soft); border: 1px dashed var(--picture-faint); border-radius: 4px; }
@media (prefers-reduced-motion: reduce) { .picture-handle .halo { transition: none; } }
`;

let installed = false;

/** Adds the rules to the document, once. */
export function installStyle(): void {
  if (installed) return;
  installed = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}

/** The colour of a series, counted from 0. */
export const colourOf = (series: number): string => `var(--picture-${(series % 6) + 1})`;
