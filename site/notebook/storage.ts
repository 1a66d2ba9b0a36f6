// The reader's edits, kept in the browser. In goes the text of an edited notebook; it is there when the page is opened
// again. Storage may be full or forbidden: then the answer says so, for the page to offer another way.

/** What browsers keep strings in; a part of their `Storage`. */
export interface StringStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/** An edited notebook. */
export interface Saved {
  /** Its text, as in a file. */
  readonly text: string;
  /** Which text it was made from, see {@link fingerprint}. */
  readonly base: string;
}

/** Keeps edits under a name, one for each notebook. */
export class EditStore {
  readonly #store: () => StringStore;
  readonly #key: string;

  /** `store` is asked each time, since already to ask for it may be forbidden. */
  constructor(store: () => StringStore, name: string) {
    this.#store = store;
    this.#key = `adjoint:notebook:${name}`;
  }

  /** Where it is kept: what the browser calls it in its events. */
  get key(): string {
    return this.#key;
  }

  /** What is kept; undefined if there is nothing, or nothing that can be read. */
  load(): Saved | undefined {
    try {
      const value: unknown = JSON.parse(this.#store().getItem(this.#key) ?? "null");
      if (typeof value !== "object" || value === null) return undefined;
      const { text, base } = value as Partial<Saved>;
      return typeof text === "string" && typeof base === "string" ? { text, base } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Keeps edits. The answer is undefined if that went well, and otherwise says why not. */
  save(saved: Saved): string | undefined {
    try {
      this.#store().setItem(this.#key, JSON.stringify(saved));
      return undefined;
    } catch (error) {
      return reasonFor(error);
    }
  }

  /** Forgets the edits. */
  clear(): void {
    try {
      this.#store().removeItem(this.#key);
    } catch {
      // Where nothing can be kept, nothing is there to forget.
    }
  }
}

function reasonFor(error: unknown): string {
  const name = error instanceof Error || error instanceof DOMException ? error.name : "";
  if (/quota/i.test(name)) return "The browser's storage for this site is full";
  if (name === "SecurityError") return "The browser forbids this site to keep anything";
  return "The browser did not keep your edits";
}

/** A short word that two different texts hardly share (FNV-1a), to see that a notebook has changed since it was edited. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return `${text.length}-${(hash >>> 0).toString(36)}`;
}
