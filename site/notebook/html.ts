// HTML that a cell displays. In goes text that nobody vouches for; out come elements from a short list, with no attributes
// but the ones that tables need: nothing that loads, runs, or covers the page.

const allowed = new Set(
  (
    "a b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i ins kbd li " +
    "mark ol p pre q s samp small span strong sub summary sup table tbody td tfoot th thead tr u ul var"
  ).split(" "),
);
/** These go with all that is in them; of others that are not allowed, the content stays. */
const dropped = new Set("script style template iframe object embed noscript svg math title head".split(" "));
const attributes = new Set(["colspan", "rowspan", "scope", "title"]);

/** The allowed part of a piece of HTML. */
export function safeHtml(html: string): DocumentFragment {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const result = document.createDocumentFragment();
  copy(parsed.body, result);
  return result;
}

function copy(from: Node, to: Node): void {
  for (const child of from.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) {
      to.appendChild(document.createTextNode(child.textContent ?? ""));
    } else if (child instanceof Element || child.nodeType === Node.ELEMENT_NODE) {
      const name = (child as Element).localName;
      if (dropped.has(name)) continue;
      if (!allowed.has(name)) {
        copy(child, to);
        continue;
      }
      const made = document.createElement(name);
      for (const { name: attribute, value } of (child as Element).attributes) {
        if (attributes.has(attribute)) made.setAttribute(attribute, value);
      }
      copy(child, made);
      to.appendChild(made);
    }
  }
}
