// Images in shades. The ink is a mask over the ink's colour, so that it follows the theme.

import type { Images } from "../../notebooks/plot/picture.d.mts";
import { html } from "./svg.ts";

export function drawImages(picture: Images, available: number): Element {
  const widest = Math.max(1, ...picture.images.map((image) => image.width));
  // A few large ones fill no more than they need.
  const wanted = picture.images.length === 1 ? Math.min(320, widest * 24) : Math.min(96, widest * 8);
  const columns = Math.min(picture.columns, Math.max(1, Math.floor(available / (Math.min(wanted, 44) + 8))));
  const element = html("div", { class: "picture-images" });
  element.style.gridTemplateColumns = `repeat(${columns}, minmax(0, ${wanted}px))`;
  for (const image of picture.images) {
    const paper = html("div", { class: "paper" });
    if (image.width > 0 && image.height > 0) {
      const ink = html("div", { class: "ink" });
      ink.style.aspectRatio = `${image.width} / ${image.height}`;
      const mask = `url(${maskOf(image)})`;
      ink.style.maskImage = mask;
      ink.style.setProperty("-webkit-mask-image", mask);
      paper.append(ink);
    }
    element.append(html("div", {}, paper, ...(image.label === undefined ? [] : [html("span", {}, image.label)])));
  }
  return element;
}

function maskOf({ width, height, ink }: Images["images"][number]): string {
  // Enlarged by whole numbers, so that pixels keep their edges.
  const scale = Math.max(1, Math.ceil(192 / width));
  const canvas = html("canvas", { width: width * scale, height: height * scale });
  const context = canvas.getContext("2d")!;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const value = ink[row * width + column] ?? 0;
      if (value === 0) continue;
      context.globalAlpha = value;
      context.fillRect(column * scale, row * scale, scale, scale);
    }
  }
  return canvas.toDataURL();
}
