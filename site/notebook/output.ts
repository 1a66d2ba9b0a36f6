// What a cell has put out, as elements: printed text, pictures, bars of progress, and the error that ended it. Text that
// comes fast is drawn once a frame, and text without end is cut, with its size and a way to see the rest.

import type { Bundle, Failure, Progress } from "../kernel/protocol.ts";
import { element } from "./dom.ts";
import { messageParts } from "./failure.ts";
import { safeHtml } from "./html.ts";
import { type Drawn, loadPictures, pictureType } from "./parts.ts";

/** So many characters are shown at first. */
export const shownCharacters = 100_000;

/** What an output needs from the page around it. */
export interface OutputHost {
  /** Tells the kernel what the reader did with a picture. */
  readonly send: (id: string, event: unknown) => void;
  /** From this page to the site's root. */
  readonly root: string;
  /** Gives the reader a file. */
  readonly download: (name: string, text: string) => void;
  /** Leads to a cell. */
  readonly goTo: (cell: string) => void;
  /** Runs the cells above this one, and this one. */
  readonly runAbove: () => void;
}

interface Picture {
  readonly holder: HTMLElement;
  drawn: Drawn | undefined;
  /** The part that draws is being loaded. */
  loading: boolean;
  next: Bundle | undefined;
}

/** The output of one cell. */
export class OutputView {
  readonly node: HTMLElement;
  readonly #cell: string;
  readonly #host: OutputHost;
  readonly #pictures: Map<string, Picture> = new Map();
  readonly #bars: Map<string, { bar: HTMLProgressElement; text: HTMLElement }> = new Map();
  /** All that was printed, in pieces; the value's text too. */
  #text: string[] = [];
  #size = 0;
  #shown = 0;
  #all = false;
  #stream: HTMLElement | undefined;
  #waiting = "";
  #note: HTMLElement | undefined;
  #frame = 0;
  /** The output of the run before stays until there is something new. */
  #fresh = false;

  constructor(node: HTMLElement, cell: string, host: OutputHost) {
    this.node = node;
    this.#cell = cell;
    this.#host = host;
  }

  /** All that was printed, with no line break at its end. */
  get text(): string {
    return this.#text.join("").replace(/\n+$/, "");
  }

  /** A run begins: what is there goes when something new comes, or when the run ends. */
  begin(): void {
    this.#fresh = false;
    this.node.classList.add("old");
  }

  clear(): void {
    for (const { drawn } of this.#pictures.values()) drawn?.destroy();
    cancelAnimationFrame(this.#frame);
    this.#pictures.clear();
    this.#bars.clear();
    this.#text = [];
    this.#size = 0;
    this.#shown = 0;
    this.#all = false;
    this.#stream = undefined;
    this.#note = undefined;
    this.#waiting = "";
    this.#frame = 0;
    this.node.replaceChildren();
  }

  /** Shows a stored text. */
  store(text: string | undefined): void {
    this.clear();
    this.#fresh = true;
    this.node.classList.remove("old");
    if (text !== undefined && text !== "") this.print(`${text}\n`);
    this.#draw();
  }

  print(text: string): void {
    this.#renew();
    this.#text.push(text);
    this.#size += text.length;
    this.#waiting += text;
    this.#schedule();
  }

  /** A picture or another form of a value. The same id takes the place of the one before. */
  display(bundle: Bundle, id: string | undefined): void {
    this.#renew();
    const html = bundle["text/html"];
    const plain = bundle["text/plain"];
    if (bundle[pictureType] !== undefined) {
      const known = id === undefined ? undefined : this.#pictures.get(id);
      if (known !== undefined) {
        known.next = bundle;
        this.#schedule();
        return;
      }
      const holder = element("div", { class: "picture" });
      const picture: Picture = { holder, drawn: undefined, loading: false, next: bundle };
      this.#append(picture.holder);
      this.#pictures.set(id ?? `unnamed ${this.#pictures.size}`, picture);
      this.#schedule();
    } else if (typeof html === "string") {
      const holder = element("div", { class: "html table", tabindex: "0" });
      holder.append(safeHtml(html));
      this.#append(holder);
    } else if (typeof plain === "string") {
      this.print(`${plain}\n`);
    }
  }

  progress({ description, done, total, seconds, note, finished }: Progress): void {
    this.#renew();
    const key = `${description} ${total ?? ""}`;
    let known = this.#bars.get(key);
    if (known === undefined) {
      const bar = element("progress", { "aria-label": description === "" ? "Progress" : description });
      const text = element("span");
      known = { bar, text };
      this.#bars.set(key, known);
      this.#append(element("div", { class: "progress" }, bar, text));
    }
    if (total !== undefined) {
      known.bar.max = Math.max(total, 1);
      known.bar.value = done;
    } else if (finished) {
      known.bar.max = 1;
      known.bar.value = 1;
    }
    const count = total === undefined ? `${done}` : `${done}/${total}`;
    const parts = [description, count, `${seconds.toFixed(1)} s`, note].filter((part) => part !== "");
    known.text.textContent = parts.join(" · ");
  }

  fail(error: Failure): void {
    this.#renew();
    this.#append(this.#failure(error));
  }

  /** The run has ended: what it has not printed again is gone. */
  end(): void {
    this.#renew();
    this.#draw();
  }

  #renew(): void {
    if (this.#fresh) return;
    this.clear();
    this.#fresh = true;
    this.node.classList.remove("old");
  }

  #append(child: HTMLElement): void {
    this.#draw();
    // Text that comes after this begins anew below it.
    this.#stream = undefined;
    this.node.append(child);
    if (this.#note !== undefined) this.node.append(this.#note);
  }

  #schedule(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#waiting !== "") this.#drawText();
    for (const picture of this.#pictures.values()) {
      if (picture.next === undefined || picture.loading) continue;
      const { next } = picture;
      picture.next = undefined;
      if (picture.drawn !== undefined) picture.drawn.update(next[pictureType]);
      else void this.#drawPicture(picture, next);
    }
  }

  #drawText(): void {
    const room = this.#all ? Number.POSITIVE_INFINITY : shownCharacters - this.#shown;
    const piece = this.#waiting.slice(0, Math.max(0, room));
    this.#waiting = "";
    if (piece !== "") {
      if (this.#stream === undefined) {
        this.#stream = element("pre", { class: "output", tabindex: "0" });
        this.node.append(this.#stream);
      }
      this.#stream.append(piece);
      this.#shown += piece.length;
    }
    if (this.#shown < this.#size) this.#cut();
  }

  /** Says that there is more, and how to see it. */
  #cut(): void {
    const words = `Cut: ${sized(this.#shown)} of ${sized(this.#size)} are shown.`;
    if (this.#note !== undefined) {
      this.#note.firstElementChild!.textContent = words;
      return;
    }
    const showAll = (): void => {
      this.#note?.remove();
      this.#note = undefined;
      this.#all = true;
      this.#waiting = this.#text.join("").slice(this.#shown);
      this.#draw();
    };
    const keep = (): void => this.#host.download(`${this.#cell}-output.txt`, this.#text.join(""));
    this.#note = element(
      "p",
      { class: "cut" },
      element("span", {}, words),
      element("button", { type: "button", class: "button", onclick: showAll }, "Show all"),
      element("button", { type: "button", class: "button", onclick: keep }, "Download"),
    );
    this.node.append(this.#note);
  }

  async #drawPicture(picture: Picture, bundle: Bundle): Promise<void> {
    picture.loading = true;
    try {
      const { drawPicture } = await loadPictures();
      const latest = picture.next ?? bundle;
      picture.next = undefined;
      if (!picture.holder.isConnected) return;
      const send = (event: { readonly id: string }): void => this.#host.send(event.id, event);
      picture.drawn = drawPicture(picture.holder, latest[pictureType], { send });
    } catch (error) {
      const text = bundle["text/plain"];
      picture.holder.replaceChildren(
        element("p", { class: "cut" }, `The picture could not be drawn: ${(error as Error).message}`),
        element("pre", { class: "output", tabindex: "0" }, typeof text === "string" ? text : ""),
      );
    } finally {
      picture.loading = false;
    }
  }

  #failure(error: Failure): HTMLElement {
    const { name, message, place, frame, trace, stopped } = error;
    if (stopped) return element("p", { class: "stopped" }, message[0]!.toUpperCase() + message.slice(1), ".");
    const { what, where, fix, anchor } = messageParts(message);
    const link = (cell: string, text: string): HTMLElement =>
      element(
        "a",
        {
          href: `#${cell}`,
          onclick: (event) => {
            event.preventDefault();
            this.#host.goTo(cell);
          },
        },
        text,
      );
    const others = [...new Set(trace.map(({ cell }) => cell))].filter((cell) => cell !== this.#cell);
    return element(
      "div",
      { class: "failure", role: "group", "aria-label": `Error: ${name}` },
      element("p", { class: "failure-what" }, element("strong", {}, name), ` ${what}`),
      where.length === 0
        ? undefined
        : element("ul", { class: "failure-where" }, ...where.map((line) => element("li", {}, line))),
      fix === "" ? undefined : element("p", { class: "failure-fix" }, element("strong", {}, "Fix:"), ` ${fix}`),
      frame === "" ? undefined : element("pre", { class: "frame-lines", tabindex: "0" }, frame),
      place === undefined || others.length === 0
        ? undefined
        : element("p", {}, "On the way: ", ...others.map((cell) => link(cell, `${cell} `))),
      anchor === ""
        ? undefined
        : element(
            "p",
            {},
            element("a", { href: `${this.#host.root}docs/errors.html#${anchor}` }, `More about ${name}`),
          ),
      /run that cell first$/.test(message)
        ? element(
            "button",
            { type: "button", class: "button", onclick: this.#host.runAbove },
            "Run all above, then this",
          )
        : undefined,
    );
  }
}

/** A size as people say it. */
export function sized(characters: number): string {
  if (characters < 1000) return `${characters} characters`;
  return characters < 1e6 ? `${Math.round(characters / 1000)} kB` : `${(characters / 1e6).toFixed(1)} MB`;
}
