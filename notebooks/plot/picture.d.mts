// A picture as plain data: what a cell draws, a worker sends and a page shows. Everything in it survives JSON; a value that
// is not finite is null and is drawn as a gap.

/** The MIME type under which a display object gives its picture. */
export type PictureMime = "application/vnd.adjoint.picture+json";

/** Numbers as JSON has them: what is NaN or infinite is null. */
export type Numbers = (number | null)[];

interface Base {
  readonly title?: string;
  /** One sentence that says what there is to see, for those who do not see it. */
  readonly text: string;
}

/** An axis of a chart. */
export interface Axis {
  readonly label?: string;
  readonly log: boolean;
  /** What the axis shows, from its lower to its upper end. */
  readonly domain: readonly [number, number];
}

interface Drawn {
  readonly label?: string;
  /** The number of the series, from 0 on, which chooses its colour. */
  readonly series: number;
}

/** What is drawn between the axes, from the first, below all others, to the last. */
export type Layer =
  | (Drawn & { readonly mark: "line"; readonly x: Numbers; readonly y: Numbers; readonly style: LineStyle })
  | (Drawn & { readonly mark: "points"; readonly x: Numbers; readonly y: Numbers })
  | (Drawn & { readonly mark: "band"; readonly x: Numbers; readonly low: Numbers; readonly high: Numbers })
  | (Drawn & { readonly mark: "steps"; readonly x: Numbers; readonly y: Numbers })
  | (Drawn & { readonly mark: "boxes"; readonly low: Numbers; readonly high: Numbers; readonly height: Numbers })
  | ContourLayer
  | (Drawn & {
      readonly mark: "arrows";
      readonly x: Numbers;
      readonly y: Numbers;
      readonly dx: Numbers;
      readonly dy: Numbers;
    });

/** `steps` is the way of an optimiser: a line with a dot at each of its points. */
export type LineStyle = "solid" | "dashed" | "thin";

/** Lines of equal height. */
export interface ContourLayer {
  readonly mark: "contour";
  readonly columns: number;
  readonly rows: number;
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  /** The heights, row by row, the row of the smallest y first. */
  readonly values: Numbers;
  readonly levels: number[];
}

/** A point that can be dragged. */
export interface Handle {
  readonly x: number;
  readonly y: number;
  readonly label?: string;
}

/** Where the events of dragged points go, see `onDrag`. */
export interface Drag {
  readonly id: string;
}

/** Curves, points and contours between two axes. */
export interface Chart extends Base {
  readonly kind: "chart";
  readonly x: Axis;
  readonly y: Axis;
  readonly layers: Layer[];
  /** Units of both axes are equally long. */
  readonly equal: boolean;
  readonly handles: Handle[];
  readonly drag?: Drag;
}

/** A matrix in colours. */
export interface HeatMap extends Base {
  readonly kind: "heatMap";
  readonly values: Numbers[];
  /** A name for each row and each column; none if they are only counted. */
  readonly rows?: string[];
  readonly columns?: string[];
  readonly x?: string;
  readonly y?: string;
  /** Diverging colours have their middle at 0, and `range` is then symmetric. */
  readonly colours: "diverging" | "sequential";
  readonly range: readonly [number, number];
  /** The text in each cell, where there is room for it. */
  readonly cells?: string[][];
}

/** Small pictures of shades between paper and ink. */
export interface Images extends Base {
  readonly kind: "images";
  readonly images: {
    readonly width: number;
    readonly height: number;
    /** From 0, paper, to 1, ink, row by row. */
    readonly ink: Numbers;
    readonly label?: string;
  }[];
  /** How many stand in a row. */
  readonly columns: number;
}

/** A bar for each name. */
export interface Bars extends Base {
  readonly kind: "bars";
  readonly labels: string[];
  readonly values: Numbers;
  /** How far each value may be off, to either side. */
  readonly errors?: Numbers;
  readonly x?: string;
}

/** A shape of a figure. */
export type Shape =
  | {
      readonly shape: "line";
      readonly points: readonly (readonly [number, number])[];
      readonly series: number;
      readonly style: LineStyle | "thick";
      readonly closed: boolean;
    }
  | {
      readonly shape: "circle";
      readonly centre: readonly [number, number];
      readonly radius: number;
      readonly series: number;
      readonly style: LineStyle;
    }
  | { readonly shape: "dot"; readonly at: readonly [number, number]; readonly series: number; readonly label?: string };

/** A drawing without axes, whose points can be dragged. */
export interface Figure extends Base {
  readonly kind: "figure";
  readonly x: readonly [number, number];
  readonly y: readonly [number, number];
  readonly shapes: Shape[];
  readonly handles: Handle[];
  readonly drag?: Drag;
}

/** Every picture. */
export type Picture = Chart | HeatMap | Images | Bars | Figure;

/** What the page tells the cell: the point `index` of the picture `id` was dragged to `point`. */
export interface PictureEvent {
  readonly kind: "drag";
  readonly id: string;
  readonly index: number;
  readonly point: readonly [number, number];
}
