// The types of the picture helpers, as cells see them.

import type { NDArray } from "adjoint";
import type { Picture, PictureEvent } from "./picture.d.mts";

export type {
  Axis,
  Bars,
  Chart,
  ContourLayer,
  Drag,
  Figure,
  Handle,
  HeatMap,
  Images,
  Layer,
  LineStyle,
  Numbers,
  Picture,
  PictureEvent,
  PictureMime,
  Shape,
} from "./picture.d.mts";

/** What can be drawn: arrays of the library, typed arrays, nested lists of such, numbers. */
export type Values = NDArray | number | bigint | boolean | ArrayLike<number> | Iterable<bigint> | readonly Values[];

/** A function of one number: of the library's arrays, or of plain numbers. */
export type FunctionOfNumber = (x: NDArray) => NDArray | number;

/** A picture, ready to be shown: a page asks for its data, and a terminal for its text. */
export interface DisplayedPicture {
  /** The picture as plain data. */
  readonly picture: Picture;
  /** What there is to see, in words, and in characters where that helps. */
  toString(): string;
}

/** What stands on an axis: its label, or its range, or all that can be said about it. */
export type AxisOption =
  | string
  | readonly [number, number]
  | {
      readonly label?: string;
      /** Logarithmic; what is not positive is left out, and the text says so. */
      readonly log?: boolean;
      readonly from?: number;
      readonly to?: number;
    };

/** A line or a kind of points: coordinates, and what to call them. */
export interface Series {
  /** 0, 1, 2, ... if left out. */
  readonly x?: Values;
  readonly y: Values;
  readonly label?: string;
}

/** A line. */
export interface LineSeries extends Series {
  /** With `high`, a band around the line. */
  readonly low?: Values;
  readonly high?: Values;
  readonly dashed?: boolean;
  /** A line of the background: one of many. The text does not draw it. */
  readonly thin?: boolean;
}

/** Points that the reader can drag, in a picture with axes. */
export interface DragOption {
  /** What {@link onDrag} listens to. */
  readonly id: string;
  /** Where they are, of the shape `(n, 2)`. */
  readonly points: Values;
  readonly labels?: readonly string[];
}

/** Options of every picture with axes. */
export interface AxesOptions {
  readonly title?: string;
  readonly x?: AxisOption;
  readonly y?: AxisOption;
  /** Lines to draw on top. */
  readonly lines?: LineSeries | readonly LineSeries[] | Values;
  /** Points to draw on top: series, or points of the plane, `(n, 2)`. */
  readonly points?: Series | readonly Series[] | Values;
  /** Units of both axes are equally long. */
  readonly equal?: boolean;
  readonly drag?: DragOption;
}

/**
 * Lines through points: a list of heights, `(n,)`, points of the plane, `(n, 2)`, or series with labels. A value that is not
 * finite is a gap, and the text says how many there are.
 *
 * @throws {TypeError} where `x` and `y` are not equally long, or something is no number.
 * @example lines([{ y: losses, label: "training" }], { y: { label: "loss", log: true } })
 */
export function lines(
  series: LineSeries | readonly LineSeries[] | Values,
  options?: Omit<AxesOptions, "lines">,
): DisplayedPicture;

/**
 * Points: of the plane, `(n, 2)`, or series with labels.
 * @example scatter([{ x, y, label: "observed" }], { lines: { x, y: fitted, label: "fitted" } })
 */
export function scatter(
  series: Series | readonly Series[] | Values,
  options?: Omit<AxesOptions, "points">,
): DisplayedPicture;

/** Options of {@link curve}. */
export interface CurveOptions extends AxesOptions {
  readonly label?: string;
  /** Where to draw tangents. */
  readonly tangentAt?: Values;
  /** The derivative that they use; `grad` of the function if left out. */
  readonly derivative?: FunctionOfNumber | ((x: number) => number);
  /** At how many places the function is evaluated: 201 if left out. */
  readonly samples?: number;
}

/**
 * A function of one number over a range, or several by their labels, with tangents of the first. The function is mapped over all
 * places at once by `vmap`; one of plain numbers (`Math.sin`) is called for each.
 *
 * @throws {TypeError} where the function does not give one number for each place.
 * @example curve(f, [-3, 3], { tangentAt: 1 })
 * @example curve({ f, "f'": grad(f) }, [-3, 3])
 */
export function curve(
  f: FunctionOfNumber | Readonly<Record<string, FunctionOfNumber>>,
  range: readonly [number, number],
  options?: CurveOptions,
): DisplayedPicture;
export function curve(
  f: ((x: number) => number) | Readonly<Record<string, (x: number) => number>>,
  range: readonly [number, number],
  options?: CurveOptions,
): DisplayedPicture;

/** Points that belong to one way, such as that of an optimiser. */
export interface PathSeries {
  /** Of the shape `(n, 2)`, from the start on. */
  readonly points: Values;
  readonly label?: string;
}

/** A range of a contour, with a label or without. */
export type RangeOption =
  | readonly [number, number]
  | { readonly label?: string; readonly from: number; readonly to: number };

/** Options of {@link contour}. */
export interface ContourOptions extends Omit<AxesOptions, "x" | "y"> {
  readonly x: RangeOption;
  readonly y: RangeOption;
  /** Arrows along the gradient: true for `grad` of the function, or a function that gives it. */
  readonly gradient?:
    | boolean
    | ((p: NDArray) => NDArray)
    | ((x: NDArray, y: NDArray) => NDArray | readonly [NDArray, NDArray]);
  /** The ways of optimisers: points, `(n, 2)`, or several with labels. */
  readonly path?: Values | PathSeries | readonly PathSeries[];
  /** The heights of the lines, or about how many there are: 10 if left out. */
  readonly levels?: number | Values;
  /** Heights at powers of two, for hills that are flat where it matters. */
  readonly log?: boolean;
  /** Into how many places each side is divided: 61 if left out. */
  readonly samples?: number;
}

/**
 * A function of the plane by lines of equal height. It takes a point of the shape `(2,)`, or, if it declares two parameters, two
 * numbers; and is mapped over all places at once by `vmap`.
 *
 * @throws {TypeError} where it does not give one number for each place.
 * @example contour(f, { x: [-2, 2], y: [-1, 3], gradient: true, path: [{ points: way, label: "Adam" }] })
 */
export function contour(f: (p: NDArray) => NDArray | number, options: ContourOptions): DisplayedPicture;
export function contour(f: (x: NDArray, y: NDArray) => NDArray | number, options: ContourOptions): DisplayedPicture;
export function contour(f: (x: number, y: number) => number, options: ContourOptions): DisplayedPicture;

/**
 * A matrix in colours: diverging around 0 if there are negative values, else from nothing on. Small ones have their numbers in
 * the cells. What is not finite is a gap, and the others make the scale.
 *
 * @throws {TypeError} where the value is no matrix, or there are not as many names as rows or columns.
 * @example heatMap(hessian(f)(x), { title: "Hessian" })
 */
export function heatMap(
  matrix: Values,
  options?: {
    readonly title?: string;
    /** A name for each row. */
    readonly rows?: Iterable<string | number>;
    readonly columns?: Iterable<string | number>;
    /** What the columns are. */
    readonly x?: string;
    /** What the rows are. */
    readonly y?: string;
    readonly colours?: "diverging" | "sequential";
    /** The values at the ends of the colours. */
    readonly range?: readonly [number, number];
    /** Whether the numbers stand in the cells: they do if left out and there are at most 12 rows and columns. */
    readonly numbers?: boolean;
    /** How many decimals the numbers in the cells have. */
    readonly digits?: number;
  },
): DisplayedPicture;

/** An image: a matrix in shades, from paper for its smallest value (or `range[0]`) to ink for its largest. */
export function image(
  matrix: Values,
  options?: { readonly title?: string; readonly range?: readonly [number, number] },
): DisplayedPicture;

/**
 * Images side by side: a list of matrices, or an array of the shape `(count, height, width)`.
 * @example images(X.get(slice(0, 10)).reshape([10, 8, 8]), { labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] })
 */
export function images(
  matrices: Values,
  options?: {
    readonly title?: string;
    readonly labels?: Iterable<string | number>;
    /** How many stand in a row: 10 if left out. */
    readonly columns?: number;
    readonly range?: readonly [number, number];
  },
): DisplayedPicture;

/** Numbers that belong together in a histogram. */
export interface CountedSeries {
  readonly values: Values;
  readonly label?: string;
}

/**
 * How many numbers fall into each interval. The intervals end at round numbers, unless `range` says where they begin and end.
 * @example histogram(norms, { bins: 20, x: "norm of the gradient" })
 */
export function histogram(
  values: Values | CountedSeries | readonly CountedSeries[],
  options?: AxesOptions & {
    /** About how many intervals: 20 if left out; exactly so many with `range`. */
    readonly bins?: number;
    readonly range?: readonly [number, number];
  },
): DisplayedPicture;

/**
 * A bar for each name.
 * @example bars({ sepals: -1.6, petals: 7.5 }, { errors: [1.6, 3.7] })
 */
export function bars(
  values: Values | Readonly<Record<string, NDArray | number>>,
  options?: {
    readonly title?: string;
    readonly labels?: Iterable<string | number>;
    /** How far each value may be off, to either side. */
    readonly errors?: Values;
    /** What the values are. */
    readonly x?: string;
  },
): DisplayedPicture;

/** A line of a figure. */
export interface FigureLine {
  readonly points: Values;
  readonly closed?: boolean;
  /** Which of the colours, from 0. */
  readonly series?: number;
  readonly style?: "solid" | "dashed" | "thin" | "thick";
}

/** A circle of a figure. */
export interface FigureCircle {
  readonly centre: Values;
  readonly radius: NDArray | number;
  readonly series?: number;
  readonly style?: "solid" | "dashed" | "thin";
}

/** A dot of a figure. */
export interface FigureDot {
  readonly at: Values;
  readonly label?: string;
  readonly series?: number;
}

/**
 * Points, `(n, 2)`, that can be dragged, among lines, circles and dots, without axes.
 * @example points([[1, 2]], { lines: [{ points: arm, style: "thick" }], drag: "arm", x: [-3, 3], y: [-3, 3] })
 */
export function points(
  places: Values,
  options?: {
    readonly title?: string;
    readonly labels?: readonly string[];
    readonly lines?: FigureLine | readonly FigureLine[];
    readonly circles?: FigureCircle | readonly FigureCircle[];
    readonly dots?: FigureDot | readonly FigureDot[];
    readonly x?: readonly [number, number];
    readonly y?: readonly [number, number];
    /** What {@link onDrag} listens to; without it nothing can be dragged. */
    readonly drag?: string | { readonly id: string };
  },
): DisplayedPicture;

/**
 * Shows a value at once, while the cell still runs; the same id again replaces what it showed before. A terminal, which cannot
 * move what it has printed, shows nothing.
 * @example for (...) show(lines(losses, { title: `epoch ${i}` }), "losses")
 */
export function show(value: unknown, id?: string): void;

/** Calls the function whenever a point of the picture with this drag id is moved; the latest for an id counts. */
export function onDrag(id: string, callback: (event: PictureEvent) => void): void;

/**
 * Moves a point by program, as a reader would by hand.
 * @throws {Error} where nobody listens.
 */
export function dragTo(id: string, index: number, point: readonly [number, number]): void;
