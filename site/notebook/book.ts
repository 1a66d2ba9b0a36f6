// The notebook that the reader sees and edits. In goes the text of a notebook; cells are changed, added, moved and removed;
// out comes a text again, which the runner reads like any other.

import {
  type Block,
  type CodeBlock,
  makeCell,
  type Notebook,
  parseNotebook,
  serialiseNotebook,
  withOutputs,
} from "../../notebooks/runner/document.ts";

/** A cell that was taken out, and where it stood. */
export interface Removed {
  readonly block: CodeBlock;
  readonly at: number;
}

/** An editable notebook. Ids of cells stay while the page is open, wherever cells move. */
export class Book {
  #blocks: Block[];
  readonly #newline: Notebook["newline"];
  #made: number;

  /** @throws {SyntaxError} where the text is no notebook. */
  constructor(text: string) {
    const { blocks, newline } = parseNotebook(text);
    this.#blocks = [...blocks];
    this.#newline = newline;
    this.#made = this.cells.length;
  }

  get blocks(): readonly Block[] {
    return this.#blocks;
  }

  get cells(): readonly CodeBlock[] {
    return this.#blocks.filter((block) => block.kind === "code");
  }

  cell(id: string): CodeBlock | undefined {
    return this.cells.find((cell) => cell.id === id);
  }

  /** Gives a cell other code; what is stored as its output then belongs to it no more. */
  setCode(id: string, code: string): void {
    this.#replace(id, (cell) =>
      cell.code === code ? cell : makeCell(id, code, undefined, infoOf(cell), this.#newline),
    );
  }

  /** Puts an empty cell before or after another, and gives its id. */
  insert(beside: string | undefined, where: "before" | "after"): string {
    const taken = new Set(this.cells.map(({ id }) => id));
    do this.#made += 1;
    while (taken.has(`cell-${this.#made}`));
    const id = `cell-${this.#made}`;
    const at = beside === undefined ? this.#blocks.length : this.#indexOf(beside) + (where === "after" ? 1 : 0);
    this.#blocks.splice(at, 0, makeCell(id, "", undefined, "ts", this.#newline));
    return id;
  }

  remove(id: string): Removed {
    const at = this.#indexOf(id);
    const [block] = this.#blocks.splice(at, 1);
    return { block: block as CodeBlock, at };
  }

  restore({ block, at }: Removed): void {
    this.#blocks.splice(Math.min(at, this.#blocks.length), 0, block);
  }

  /** Moves a cell past its neighbour, be that a cell or text; false at the edge. */
  move(id: string, step: -1 | 1): boolean {
    const at = this.#indexOf(id);
    const other = this.#blocks[at + step];
    if (other === undefined) return false;
    this.#blocks[at + step] = this.#blocks[at]!;
    this.#blocks[at] = other;
    return true;
  }

  /** The text of the notebook with other outputs, by the cells' ids. */
  textWith(outputs: ReadonlyMap<string, string>): string {
    return textOf(withOutputs({ blocks: this.#blocks, newline: this.#newline }, outputs));
  }

  /** The notebook as a text. */
  get text(): string {
    return textOf({ blocks: this.#blocks, newline: this.#newline });
  }

  #replace(id: string, change: (cell: CodeBlock) => CodeBlock): void {
    this.#blocks = this.#blocks.map((block) => (block.kind === "code" && block.id === id ? change(block) : block));
  }

  #indexOf(id: string): number {
    const at = this.#blocks.findIndex((block) => block.kind === "code" && block.id === id);
    if (at < 0) throw new Error(`there is no cell ${id}`);
    return at;
  }
}

/** The words behind the fence's mark: `ts`, `ts id=loss`. */
function infoOf(cell: CodeBlock): string {
  return cell.fences.open.trim().replace(/^[`~]+\s*/, "");
}

/** Blocks that have come to stand side by side are kept apart by a line break. */
function textOf({ blocks, newline }: Notebook): string {
  let text = "";
  let before: Block | undefined;
  for (const block of blocks) {
    if (text !== "" && !text.endsWith("\n")) text += newline;
    if (block.kind === "code" && before?.kind === "code") text += newline;
    text += serialiseNotebook({ blocks: [block], newline });
    before = block;
  }
  return text;
}
