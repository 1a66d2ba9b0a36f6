// The parts of the page that are loaded when they are needed: the editor when a cell is first touched, the drawing of
// pictures when a cell first shows one, the rendering of Markdown for text that was not there when the site was built.

import type { Answer, CellText, Question } from "../inspector/protocol.ts";

/** A place that the editor marks. Line and column count from one. */
export interface Mark {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** The editor of one cell. */
export interface CellEditor {
  text: string;
  focus(at?: { readonly line: number; readonly column: number }): void;
  markError(place: Mark | undefined): void;
  destroy(): void;
}

/** Knows the types in all cells. */
export interface TypeService {
  setCells(cells: readonly { readonly id: string; readonly code: string }[]): void;
}

/** What a reader asks an editor to run. */
export type RunWish = "cell" | "cell-and-next" | "all";

/** site/editor/index.ts */
export interface EditorModule {
  createEditor(options: {
    readonly parent: HTMLElement;
    readonly text: string;
    readonly cell: string;
    readonly label: string;
    readonly types: TypeService | undefined;
    readonly onChange: (text: string) => void;
    readonly onRun: (what: RunWish) => void;
  }): CellEditor;
  createTypeService(): TypeService;
}

/** A picture on the page. */
export interface Drawn {
  update(picture: unknown): void;
  destroy(): void;
}

/** site/picture/index.ts */
export interface PictureModule {
  drawPicture(
    parent: HTMLElement,
    picture: unknown,
    options: { readonly send?: (event: { readonly id: string }) => void },
  ): Drawn;
}

/** site/inspector/index.ts */
export interface InspectorModule {
  openInspector(host: InspectorHost, cell: string): void;
}

/** What the inspector needs of the notebook. */
export interface InspectorHost {
  /** From this page to the site's root. */
  readonly root: string;
  /** Whether the notebook's code may run. */
  readonly mayRun: () => boolean;
  readonly cells: () => readonly CellText[];
  /** The cell that is running, for which answers wait. */
  readonly running: () => string | undefined;
  readonly ask: (question: Question) => Promise<Answer>;
  /** Runs a cell, or all up to it; the next answer comes after that. */
  readonly run: (cell: string, wish: "cell" | "above") => void;
  readonly stop: () => void;
  /** Shows a line of a cell. */
  readonly goTo: (cell: string, line: number) => void;
  readonly download: (name: string, text: string, type: string) => void;
}

/** The MIME type of a picture. */
export const pictureType = "application/vnd.adjoint.picture+json";

const editors = import.meta.glob<EditorModule>("../editor/index.ts");
const inspectors = import.meta.glob<InspectorModule>("../inspector/index.ts");
const pictures = import.meta.glob<PictureModule>("../picture/index.ts");

/** Loads a part; a failure is not remembered, so that the next try may succeed. */
function part<T>(loaders: Readonly<Record<string, () => Promise<T>>>, name: string): () => Promise<T> {
  let loading: Promise<T> | undefined;
  return () => {
    const load = Object.values(loaders)[0];
    if (load === undefined) return Promise.reject(new Error(`this site was built without ${name}`));
    loading ??= load().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  };
}

export const loadEditor: () => Promise<EditorModule> = part(editors, "the editor");
export const loadPictures: () => Promise<PictureModule> = part(pictures, "pictures");
export const loadInspector: () => Promise<InspectorModule> = part(inspectors, "the inspector");
