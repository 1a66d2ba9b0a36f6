// The line above the notebook: run all, stop, restart, the state of the kernel, share, and a menu of what is rare.

import type { KernelState } from "../kernel/kernel.ts";
import { element, icon, type MenuItem, menu } from "./dom.ts";

/** What the buttons do. */
export interface ToolbarHost {
  readonly runAll: () => void;
  readonly stop: () => void;
  readonly restart: () => void;
  readonly share: () => void;
  readonly items: readonly (readonly MenuItem[])[];
}

/** The line, built into the place that the page keeps free for it. */
export class Toolbar {
  readonly #stop: HTMLButtonElement;
  readonly #restart: HTMLButtonElement;
  readonly #state: HTMLElement;
  #threads = 0;
  #kernel: KernelState = "off";
  #detail = "";

  constructor(holder: HTMLElement, host: ToolbarHost) {
    const button = (label: string, drawing: Parameters<typeof icon>[0], run: () => void, style = "button") =>
      element(
        "button",
        { type: "button", class: style, onclick: run, title: label },
        icon(drawing),
        element("span", {}, label),
      );
    this.#stop = button("Stop", "stop", host.stop);
    this.#restart = button("Restart", "restart", host.restart);
    this.#state = element("span", { class: "kernel-state", "data-kernel": "off" });
    holder.replaceChildren(
      button("Run all", "run", host.runAll, "button primary"),
      this.#stop,
      this.#restart,
      this.#state,
      button("Share", "share", host.share),
      menu("More for this notebook", icon("more"), host.items, "button"),
    );
    this.#show();
  }

  /** Shows the kernel's state; `detail` says what runs. */
  kernel(state: KernelState, detail = ""): void {
    this.#kernel = state;
    this.#detail = detail;
    this.#show();
  }

  threads(threads: number): void {
    this.#threads = threads;
    this.#show();
  }

  #show(): void {
    const words: Record<KernelState, string> = {
      off: "Nothing has run yet",
      starting: "Starting",
      idle: "Ready",
      busy: "Running",
      stopping: "Stopping",
    };
    const threads = this.#threads === 0 || this.#kernel === "off" ? "" : counted(this.#threads, "thread");
    const parts = [this.#detail === "" ? words[this.#kernel] : this.#detail, threads].filter((part) => part !== "");
    this.#state.textContent = parts.join(" · ");
    this.#state.dataset.kernel = this.#kernel;
    this.#stop.disabled = this.#kernel !== "busy";
    this.#restart.disabled = this.#kernel === "off";
  }
}

/** `1 thread`, `2 threads`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
