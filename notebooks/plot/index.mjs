// Pictures that any cell can draw. Each helper takes arrays of the library, typed arrays, nested lists or numbers, and gives a display
// object: a page draws it, and a terminal prints what it shows.

export { lines, scatter } from "./chart.mjs";
export { bars, histogram } from "./counts.mjs";
export { dragTo, onDrag, show } from "./display.mjs";
export { points } from "./figure.mjs";
export { contour, curve } from "./functions.mjs";
export { heatMap, image, images } from "./matrix.mjs";
