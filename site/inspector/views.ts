// What the inspector has found, as elements: a jaxpr with the lines it comes from, a compiled program, a table of times, and
// what went wrong. Long texts are cut, with a button that shows the rest.

import { element } from "../notebook/dom.ts";
import { messageParts } from "../notebook/failure.ts";
import { copyText } from "../notebook/talk.ts";
import type { Answer, CompiledText, JaxprText, Origin, ProfileText } from "./protocol.ts";

/** What the views need of the inspector. */
export interface ViewHost {
  readonly root: string;
  readonly goTo: (cell: string, line: number) => void;
  readonly download: (name: string, text: string, type: string) => void;
  readonly say: (text: string) => void;
  /** Measures again with so many calls. */
  readonly measure: (runs: number) => void;
  /** Differentiates by all arguments, or by the first. */
  readonly differentiate: (all: boolean) => void;
}

/** So many lines of a text are shown at first. */
const shownLines = 300;

const cellName = (id: string): string => id.replace(/^cell-(\d+)$/, "cell $1");

/** The elements of an answer. */
export function view(answer: Answer, host: ViewHost): HTMLElement[] {
  switch (answer.kind) {
    case "jaxpr":
      return jaxprView(answer.jaxpr, host);
    case "compiled":
      return compiledView(answer.compiled, host);
    case "profile":
      return profileView(answer.profile, host);
    case "failed":
      return [failureView(answer, host)];
    default:
      return [];
  }
}

function heading(title: string, remarks: readonly string[]): HTMLElement[] {
  return [
    element("p", { class: "inspector-title" }, element("code", {}, title)),
    ...remarks.map((remark) => element("p", { class: "inspector-remark" }, remark)),
  ];
}

function button(label: string, run: () => void): HTMLButtonElement {
  return element("button", { type: "button", class: "button", onclick: run }, label);
}

function copyButton(text: string, what: string, host: ViewHost): HTMLButtonElement {
  const made = button("Copy", () => {
    void copyText(text).then((copied) => {
      made.textContent = copied ? "Copied" : "Not allowed";
      host.say(copied ? `${what} was copied.` : "The browser does not allow to copy.");
      setTimeout(() => {
        made.textContent = "Copy";
      }, 1500);
    });
  });
  made.setAttribute("aria-label", `Copy ${what.toLowerCase()}`);
  return made;
}

/** Colours what is worth seeing in a jaxpr or in kernels: words, types, numbers, names of primitives. */
const pattern =
  /(?<keyword>\b(?:lambda|let|in|map|reduce|cumulative|contract|sort|scatter|loop|while|branch|do|case|over)\b)|(?<type>\b(?:bf16|[fiuc]\d+|bool|key<\w+>)\[[^\]\s]*\])|(?<call>(?<= = )(?![bict]\d)[a-z][\w.-]*)|(?<number>(?<![\w.])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?::\w+(?:\[\])?)?)/g;

function coloured(line: string): Node[] {
  const pieces: Node[] = [];
  let end = 0;
  for (const match of line.matchAll(pattern)) {
    if (match.index > end) pieces.push(document.createTextNode(line.slice(end, match.index)));
    end = match.index + match[0].length;
    const { keyword, type, call } = match.groups!;
    const kind =
      keyword !== undefined ? "keyword" : type !== undefined ? "type" : call !== undefined ? "call" : "number";
    pieces.push(element("span", { class: `code-${kind}` }, match[0]));
  }
  if (end < line.length) pieces.push(document.createTextNode(line.slice(end)));
  return pieces;
}

/** A text line by line, cut if it is long; beside each line stands where it comes from. */
function textBlock(
  text: string,
  what: string,
  host: ViewHost,
  origins: readonly (readonly Origin[])[] = [],
): HTMLElement {
  const lines = text.split("\n");
  const hasOrigins = origins.some((line) => line.length > 0);
  const block = element("div", {
    class: hasOrigins ? "inspector-text with-origins" : "inspector-text",
    role: "group",
    tabindex: "0",
    "aria-label": what,
  });
  let last = "";
  const add = (from: number, to: number): void => {
    const rows = lines.slice(from, to).map((line, i) => {
      const code = element("code", {});
      code.append(...coloured(line), "\n");
      const found = origins[from + i] ?? [];
      // The same place is not said again on each line.
      const places = found.map(({ cell, line: number }) => `${cell}:${number}`).join();
      const isNew = places !== "" && places !== last;
      if (isNew) last = places;
      return element(
        "div",
        { class: "line" },
        code,
        hasOrigins ? element("span", { class: "from" }, ...(isNew ? found.slice(0, 3).map(link) : [])) : undefined,
      );
    });
    block.append(...rows);
  };
  const link = ({ cell, line, source }: Origin): HTMLElement =>
    element(
      "button",
      {
        type: "button",
        class: "origin",
        title: source,
        onclick: () => host.goTo(cell, line),
      },
      element("span", { class: "place" }, `${cellName(cell)}:${line}`),
      element("span", { class: "source" }, source),
    );
  add(0, shownLines);
  const tools = element("div", { class: "inspector-tools" }, copyButton(text, what, host));
  if (lines.length > shownLines) {
    const rest = lines.length - shownLines;
    const note = element("span", {}, `${rest} more lines`);
    const all = button(`Show all ${lines.length} lines`, () => {
      add(shownLines, lines.length);
      note.remove();
      all.remove();
      block.focus();
    });
    tools.prepend(note, all);
  }
  return element("div", { class: "inspector-block" }, block, tools);
}

function jaxprView({ title, remarks, text, origins, equations, by }: JaxprText, host: ViewHost): HTMLElement[] {
  const other = by?.all ? "By the first argument alone" : `By all ${by?.most} arguments of floats`;
  return [
    ...heading(title, remarks),
    element(
      "div",
      { class: "inspector-count" },
      element("span", {}, counted(equations, "equation")),
      by === undefined || by.most < 2 ? undefined : button(other, () => host.differentiate(!by.all)),
    ),
    textBlock(text, "The jaxpr", host, origins),
  ];
}

function facts(rows: readonly (readonly [string, string])[]): HTMLElement {
  return element(
    "dl",
    { class: "inspector-facts" },
    ...rows.map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))),
  );
}

function details(summary: string, content: () => HTMLElement): HTMLElement {
  const node = element("details", { class: "inspector-details" }, element("summary", {}, summary));
  // What is closed costs nothing.
  node.addEventListener("toggle", () => node.append(content()), { once: true });
  return node;
}

function compiledView(compiled: CompiledText, host: ViewHost): HTMLElement[] {
  const { title, remarks, equations, kinds, kernels, backend } = compiled;
  const total = kinds.reduce((sum, [, count]) => sum + count, 0);
  const list = kinds.map(([kind, count]) => `${count} ${kind}`).join(", ");
  const text = kernels.map(({ head, body }) => (body === "" ? head : `${head}\n${indented(head, body)}`)).join("\n");
  return [
    ...heading(title, remarks),
    element(
      "p",
      { class: "inspector-lead" },
      element("strong", {}, `${counted(equations, "equation")} became ${counted(total, "kernel")}`),
      list === "" ? "." : `: ${list}.`,
    ),
    facts([
      ["Arguments", bytes(compiled.argumentBytes)],
      ["Results", bytes(compiled.outputBytes)],
      ["Workspace", bytes(compiled.workspaceBytes)],
      ["Operations", compact(compiled.flops)],
      ["Memory traffic", bytes(compiled.bytesAccessed)],
    ]),
    element("h3", {}, "What fused"),
    element(
      "p",
      { class: "inspector-remark" },
      "Each kernel is one loop over memory. All that stands in its expressions is computed there at once and is never stored.",
    ),
    kernels.length === 0
      ? element("p", { class: "inspector-remark" }, "There are no kernels: the results are known or are the arguments.")
      : textBlock(text, "The kernels", host),
    details("Buffers and the memory plan", () => textBlock(compiled.buffers, "The buffers", host)),
    details("Why it was compiled", () => textBlock(compiled.history, "The history", host)),
    details(`The code for ${backend}`, () => textBlock(compiled.code, "The code", host)),
  ];
}

/** Kernels in loops have their indentation already. */
const indented = (head: string, body: string): string =>
  /^(loop|while|branch)\b/.test(head) ? body : body.replace(/^/gm, "  ");

function profileView(profile: ProfileText, host: ViewHost): HTMLElement[] {
  const { title, remarks, kernels, calls, clocked, plain, plainCalls, trace } = profile;
  const sum = kernels.reduce((all, { time }) => all + time, 0);
  const most = Math.max(...kernels.map(({ time }) => time), Number.MIN_VALUE);
  const rows = [...kernels]
    .sort((a, b) => b.time - a.time)
    .map(({ label, inside, runs, time, bytes: moved, flops }) => {
      const share = sum > 0 ? time / sum : 0;
      const bar = element("span", { class: "bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", `${(100 * time) / most}%`);
      const rate = (amount: number): string => (time > 0 ? compact((runs * amount) / (time / 1000)) : "");
      return element(
        "tr",
        {},
        element(
          "th",
          { scope: "row" },
          element("code", {}, label),
          inside.length === 0 ? undefined : element("span", { class: "inside" }, `in ${inside.join(", ")}`),
          bar,
        ),
        element("td", {}, duration(time)),
        element("td", {}, `${(100 * share).toFixed(1)} %`),
        element("td", {}, `${runs}`),
        element("td", {}, rate(moved)),
        element("td", {}, rate(flops)),
      );
    });
  const head = ["Kernel", "Time", "Share", "Runs", "Bytes/s", "Flop/s"];
  const choice = element(
    "select",
    { id: "inspector-runs" },
    ...[1, 10, 100].map((n) => element("option", { value: `${n}` }, counted(n, "call"))),
  );
  choice.value = String([1, 10, 100].find((n) => calls <= n) ?? 100);
  return [
    ...heading(title, remarks),
    element(
      "p",
      { class: "inspector-lead" },
      "One call takes ",
      element("strong", {}, duration(plain)),
      ` at its best, of ${counted(plainCalls, "call")}; with a clock after each kernel ${duration(clocked)}${calls === 1 ? "" : `, the mean of the faster half of ${counted(calls, "call")}`}.`,
    ),
    kernels.length === 0
      ? element("p", { class: "inspector-remark" }, "There are no kernels to time.")
      : element(
          "div",
          { class: "inspector-table", tabindex: "0", role: "group", "aria-label": "Time per kernel" },
          element(
            "table",
            {},
            element("thead", {}, element("tr", {}, ...head.map((name) => element("th", { scope: "col" }, name)))),
            element("tbody", {}, ...rows),
          ),
        ),
    element(
      "div",
      { class: "inspector-tools" },
      element("label", { for: "inspector-runs" }, "Measure"),
      choice,
      button("Measure again", () => host.measure(Number(choice.value))),
      button("Download trace", () => host.download("trace.json", trace, "application/json")),
    ),
    element(
      "p",
      { class: "inspector-remark" },
      "Browsers round their clocks, so that single short kernels may show as nothing; more calls make it right. The trace is for chrome://tracing and Perfetto.",
    ),
  ];
}

function failureView({ part, error }: Extract<Answer, { kind: "failed" }>, host: ViewHost): HTMLElement {
  const { name, message, place, frame, stopped } = error;
  if (stopped) return element("p", { class: "inspector-remark" }, "Stopped.");
  const { what, where, fix, anchor } = messageParts(message);
  const lead = { function: "The function: ", arguments: "The arguments: ", inspection: "" }[part];
  return element(
    "div",
    { class: "failure", role: "alert" },
    element(
      "p",
      { class: "failure-what" },
      name === "" ? undefined : element("strong", {}, name),
      ` ${name === "" ? "" : lead}${what}`,
    ),
    where.length === 0
      ? undefined
      : element("ul", { class: "failure-where" }, ...where.map((line) => element("li", {}, line))),
    fix === "" ? undefined : element("p", { class: "failure-fix" }, element("strong", {}, "Fix:"), ` ${fix}`),
    frame === "" ? undefined : element("pre", { class: "frame-lines", tabindex: "0" }, frame),
    place === undefined
      ? undefined
      : element(
          "p",
          {},
          button(`Go to ${cellName(place.cell)}, line ${place.line}`, () => host.goTo(place.cell, place.line)),
        ),
    anchor === ""
      ? undefined
      : element("p", {}, element("a", { href: `${host.root}docs/errors.html#${anchor}` }, `More about ${name}`)),
  );
}

const counted = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** Three digits and a letter for the power of a thousand. */
export function compact(value: number): string {
  const units = ["", "k", "M", "G", "T"];
  let power = 0;
  while (value >= 1000 && power < units.length - 1) {
    value /= 1000;
    power += 1;
  }
  const digits = power === 0 ? `${Math.round(value)}` : value.toPrecision(3);
  return units[power] === "" ? digits : `${value >= 999.5 ? Math.round(value) : digits} ${units[power]}`;
}

/** A number of bytes. */
export const bytes = (count: number): string => {
  const text = compact(count);
  return /[a-zA-Z]$/.test(text) ? `${text}B` : `${text} B`;
};

/** Milliseconds as people say them. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1000) return `${(milliseconds / 1000).toPrecision(3)} s`;
  if (milliseconds >= 1) return `${milliseconds.toPrecision(3)} ms`;
  return `${(1000 * milliseconds).toPrecision(milliseconds >= 0.001 ? 3 : 2)} µs`;
}
