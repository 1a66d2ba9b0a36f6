// Makes a notebook's page live. The text, the code and the stored outputs are on it already; this adds what a reader can
// do, and shows the reader's own version, or one that came with the link, in place of the stored one.

import { parseNotebook, serialiseNotebook } from "../../notebooks/runner/document.ts";
import { fromIpynb, toIpynb } from "../../notebooks/runner/ipynb.ts";
import type { Connect } from "../kernel/kernel.ts";
import type { Reply, Request } from "../kernel/protocol.ts";
import { collectBuilt } from "./blocks.ts";
import { element } from "./dom.ts";
import { LiveNotebook, type StoredNotebook } from "./notebook.ts";
import { decodeShare, encodeShare, isShare } from "./share.ts";
import { EditStore, fingerprint } from "./storage.ts";
import { ask, banner, chooseFile, copyText, download } from "./talk.ts";
import { Toolbar } from "./toolbar.ts";

const holder = document.querySelector<HTMLElement>("[data-notebook]")!;
const name = holder.dataset.notebook!;
const root = document.documentElement.dataset.root ?? "";
const banners = document.querySelector<HTMLElement>(".banners")!;
const said = document.querySelector<HTMLElement>("#said")!;

const store = (key: string): EditStore => new EditStore(() => localStorage, key);
const say = (text: string): void => {
  said.textContent = text;
};

const connect: Connect = (receive, fail) => {
  const worker = new Worker(new URL("../kernel/worker.ts", import.meta.url), { type: "module", name: "kernel" });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => receive(data);
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message || "its program could not be loaded");
  };
  worker.onmessageerror = () => fail("a message from it could not be read");
  return { post: (request: Request) => worker.postMessage(request), terminate: () => worker.terminate() };
};

/** Which text to show, and where edits of it are kept. */
interface Version {
  readonly text: string;
  readonly store: EditStore;
  readonly shared: boolean;
}

async function choose(stored: StoredNotebook): Promise<Version> {
  const own = store(name);
  const hash = location.hash;
  if (isShare(hash)) {
    try {
      const text = await decodeShare(hash);
      parseNotebook(text);
      // The reader's own edits of this notebook stay, and so do edits of what was shared.
      const apart = store(`${name}:shared:${fingerprint(hash)}`);
      return { text: apart.load()?.text ?? text, store: apart, shared: true };
    } catch (error) {
      const reason = (error as Error).message;
      banner(
        banners,
        "broken",
        `${reason[0]!.toUpperCase()}${reason.slice(1)}. This is the original notebook.`,
        [],
        "warning",
      );
      return { text: stored.source, store: own, shared: false };
    }
  }
  const saved = own.load();
  if (saved === undefined) return { text: stored.source, store: own, shared: false };
  try {
    parseNotebook(saved.text);
  } catch (error) {
    const text = `Your edits of this notebook cannot be read as a notebook (${(error as Error).message}).`;
    banner(
      banners,
      "unreadable",
      text,
      [{ label: "Download them", run: () => download(`${name}.md`, saved.text) }],
      "warning",
    );
    return { text: stored.source, store: store(`${name}:second`), shared: false };
  }
  return { text: saved.text, store: own, shared: false };
}

async function start(): Promise<void> {
  const response = await fetch(new URL(`${name}.json`, location.href));
  if (!response.ok) throw new Error(`the notebook's data could not be loaded (${response.status})`);
  const stored = (await response.json()) as StoredNotebook;
  const built = collectBuilt(holder, parseNotebook(stored.source).blocks);
  const version = await choose(stored);

  const toolbar = new Toolbar(document.querySelector<HTMLElement>(".toolbar")!, {
    runAll: () => notebook.runAll(),
    stop: () => notebook.kernel.stop(),
    restart: () => notebook.kernel.restart(),
    share: () => void share(),
    items: [
      [{ label: "Add a cell at the end", run: () => notebook.addCell() }],
      [
        { label: "Download as Markdown", run: () => download(`${name}.md`, notebook.text, "text/markdown") },
        { label: "Download for Jupyter", run: () => downloadIpynb() },
        { label: "Open a file", run: () => void open() },
      ],
      [{ label: "Reset this notebook", run: () => void reset(), enabled: () => notebook.isEdited }],
    ],
  });
  const notebook = new LiveNotebook(
    {
      name,
      root,
      stored,
      built,
      connect,
      isolated: crossOriginIsolated,
      holder,
      banners,
      say,
      onKernel: (state, detail) => toolbar.kernel(state, detail),
      onThreads: (threads) => toolbar.threads(threads),
      onLocked: () => {
        announceShared();
        const allow = banners.querySelector<HTMLElement>("[data-banner=shared] button");
        allow?.focus();
        allow?.scrollIntoView({ block: "center" });
        say("This code came with a link. Allow it to run first.");
      },
    },
    version.text,
    version.store,
  );
  // A reader who reaches for a button will soon press it.
  const reach = (event: Event): void => {
    if (!(event.target as Element).closest?.(".run, .toolbar .primary")) return;
    document.removeEventListener("pointerover", reach);
    document.removeEventListener("focusin", reach);
    if (notebook.kernel.state === "off") notebook.kernel.warm();
  };
  document.addEventListener("pointerover", reach);
  document.addEventListener("focusin", reach);
  window.addEventListener("pagehide", () => notebook.flush());
  window.addEventListener("storage", (event) => {
    if (event.key === version.store.key && event.newValue !== null) announceOtherTab();
  });
  window.addEventListener("hashchange", () => {
    if (isShare(location.hash)) location.reload();
  });
  if (version.shared) {
    notebook.lock();
    announceShared();
  } else if (notebook.isEdited) announceEdits();
  document.documentElement.dataset.live = "";

  function announceShared(): void {
    const text =
      "Someone shared this version of the notebook with you. Its code has not run, and runs only if you allow it.";
    banner(banners, "shared", text, [
      { label: "Allow it to run", primary: true, run: () => notebook.unlock() },
      { label: "Show the original", run: showOriginal },
    ]);
  }

  function showOriginal(): void {
    notebook.flush();
    history.replaceState(undefined, "", location.pathname + location.search);
    location.reload();
  }

  /** Two tabs edit one notebook, of which one version can be kept. */
  function announceOtherTab(): void {
    const text = "This notebook was edited in another tab. The version that is edited last is the one that is kept.";
    const showOther = (): void => {
      notebook.abandon();
      location.reload();
    };
    banner(
      banners,
      "tabs",
      text,
      [
        { label: "Show the other version", run: showOther },
        { label: "Keep this one", run: () => notebook.keep() },
      ],
      "warning",
    );
  }

  function announceEdits(): void {
    const saved = version.store.load();
    if (saved === undefined || saved.base === "" || saved.base === fingerprint(stored.source)) return;
    const text = "The notebook has changed since you edited it. This is your version.";
    banner(banners, "changed", text, [{ label: "Show the new one", run: () => exchange(stored.source) }]);
  }

  /** Shows another text, and offers the way back. */
  function exchange(text: string): void {
    const before = notebook.replace(text);
    banner(banners, "reset", "The notebook is again as it was published.", [
      { label: "Undo", run: () => notebook.replace(before) },
    ]);
    say("The notebook is again as it was published.");
  }

  async function reset(): Promise<void> {
    const answer = await ask(
      "Reset this notebook?",
      ["All your edits of it go. You can undo that while this page is open."],
      [{ label: "Keep my edits" }, { label: "Reset", primary: true }],
    );
    if (answer === "Reset") exchange(stored.source);
  }

  async function share(): Promise<void> {
    const url = new URL(location.href);
    url.hash = await encodeShare(notebook.text);
    const field = element("input", { type: "text", readonly: true, value: url.href, "aria-label": "The link" });
    field.addEventListener("focus", () => field.select());
    const size = url.href.length;
    const content: (Node | string)[] = ["The link holds the whole notebook as you see it. No server keeps it.", field];
    if (size > 8000) content.push(`It has ${size} characters; some programs cut links that are so long.`);
    const answer = await ask("Share this notebook", content, [
      { label: "Close" },
      { label: "Copy the link", primary: true },
    ]);
    if (answer !== "Copy the link") return;
    say((await copyText(url.href)) ? "The link was copied." : "The link could not be copied.");
  }

  function downloadIpynb(): void {
    download(`${name}.ipynb`, toIpynb(parseNotebook(notebook.text)), "application/x-ipynb+json");
  }

  async function open(): Promise<void> {
    const file = await chooseFile(".md,.ipynb,text/markdown,application/x-ipynb+json");
    if (file === undefined) return;
    const scratch = store("scratch");
    try {
      const content = await file.text();
      const text = file.name.endsWith(".ipynb") ? serialiseNotebook(fromIpynb(content)) : content;
      parseNotebook(text);
      const open = `Open ${file.name}`;
      const taken = scratch.load() !== undefined;
      const question = "The scratch notebook, where files are opened, holds something already. It would be replaced.";
      if (
        taken &&
        (await ask(
          "Replace the scratch notebook?",
          [question],
          [{ label: "Cancel" }, { label: open, primary: true }],
        )) !== open
      )
        return;
      const failed = scratch.save({ text, base: "" });
      if (failed !== undefined) throw new Error(`${failed}, so the file cannot be opened`);
    } catch (error) {
      banner(banners, "open", `${file.name}: ${(error as Error).message}`, [], "warning");
      return;
    }
    notebook.flush();
    if (name === "scratch") location.reload();
    else location.href = `${root}notebooks/scratch.html`;
  }
}

start().catch((error: unknown) => {
  const text = `Cells cannot be run: ${(error as Error).message}. The text is complete.`;
  banner(banners, "start", text, [{ label: "Reload the page", run: () => location.reload() }], "warning");
});
