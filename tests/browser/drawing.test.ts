// Pictures in a real browser: each kind is drawn, in words too; points are dragged by pointer and by keys; updates come once a frame.
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import {
  bars,
  contour,
  curve,
  type DisplayedPicture,
  heatMap,
  histogram,
  images,
  lines,
  type Picture,
  type PictureEvent,
  points,
  scatter,
} from "../../notebooks/plot/index.mjs";

const world = inject("world");
const origin = "http://picture.test/";

interface InPage {
  draw(id: string, picture: Picture): void;
  update(id: string, picture: Picture): void;
  events: PictureEvent[];
}

const entry = `
import { drawPicture } from "/site/picture/index.ts";
const drawn = {};
globalThis.events = [];
globalThis.draw = (id, picture) => {
  const parent = document.body.appendChild(document.createElement("section"));
  parent.id = id;
  drawn[id] = drawPicture(parent, picture, { send: (event) => globalThis.events.push(event) });
};
globalThis.update = (id, picture) => drawn[id].update(picture);
`;

const kinds: Record<string, [DisplayedPicture, string]> = {
  lines: [
    lines([
      { y: [1, 2, Number.NaN, 4], label: "a" },
      { y: [1, 2], label: "b" },
    ]),
    "path",
  ],
  scatter: [
    scatter([
      [0, 1],
      [2, 3],
    ]),
    "path, circle",
  ],
  curve: [curve(Math.sin, [0, 3], { tangentAt: 1, derivative: Math.cos }), "path"],
  contour: [
    contour((x: number, y: number) => x * y, {
      x: [-1, 1],
      y: [-1, 1],
      path: [
        [1, 1],
        [0, 0],
      ],
    }),
    "path",
  ],
  heatMap: [
    heatMap(
      [
        [1, -2],
        [Number.NaN, 3],
      ],
      { rows: "ab" },
    ),
    "rect",
  ],
  "large heatMap": [
    heatMap(Array.from({ length: 60 }, (_, i) => Array.from({ length: 60 }, (_, j) => i - j))),
    "image",
  ],
  histogram: [histogram([1, 2, 2, 3]), "rect"],
  bars: [bars({ a: 1, b: -2 }, { errors: [0.5, 0.5] }), "rect"],
  images: [
    images(
      [
        [
          [0, 1],
          [1, 0],
        ],
      ],
      { labels: ["x"] },
    ),
    ".ink",
  ],
  points: [
    points([[0, 1]], {
      lines: {
        points: [
          [0, 0],
          [0, 1],
        ],
      },
      labels: ["P"],
    }),
    "polyline",
  ],
};

describe.skipIf("reason" in world)("a page", () => {
  let browser: Browser;
  let page: Page;
  const errors: string[] = [];

  beforeAll(async () => {
    const result = await build({
      configFile: false,
      logLevel: "error",
      root: new URL("../..", import.meta.url).pathname,
      plugins: [
        {
          name: "entry",
          resolveId: (id) => (id === "virtual:entry" ? id : undefined),
          load: (id) => (id === "virtual:entry" ? entry : undefined),
        },
      ],
      build: {
        write: false,
        minify: false,
        rollupOptions: { input: "virtual:entry", output: { entryFileNames: "entry.js", chunkFileNames: "[name].js" } },
      },
    });
    const output = "output" in result ? result.output : Array.isArray(result) ? result[0]!.output : [];
    const files = new Map(
      output.flatMap((part) => (part.type === "chunk" ? [[part.fileName, part.code] as const] : [])),
    );
    if ("browser" in world) browser = await chromium.connect(world.browser);

    page = await browser.newPage({ viewport: { width: 700, height: 900 } });
    page.on("pageerror", (error) => errors.push(error.message));
    await page.route(`${origin}**`, async (route) => {
      const code = files.get(new URL(route.request().url()).pathname.slice(1));
      if (code !== undefined) await route.fulfill({ contentType: "text/javascript", body: code });
      else {
        const body =
          '<!doctype html><html lang="en"><title>Pictures</title><body><script type="module" src="entry.js"></script>';
        await route.fulfill({ contentType: "text/html", body });
      }
    });
    await page.goto(origin);
    await page.waitForFunction(() => "draw" in globalThis);
  }, 60_000);
  afterAll(async () => await browser?.close());

  const draw = (id: string, shown: DisplayedPicture): Promise<void> =>
    page.evaluate(([id, picture]) => (globalThis as unknown as InPage).draw(id, picture), [id, shown.picture] as const);
  const events = (): Promise<PictureEvent[]> => page.evaluate(() => (globalThis as unknown as InPage).events.splice(0));

  test.each(Object.entries(kinds))("draws %s", async (name, [shown, inside]) => {
    const id = name.replace(" ", "-");
    await draw(id, shown);
    const drawing = page.locator(`#${id} [role=img]`);
    await drawing.locator(inside).first().waitFor({ state: "attached" });
    expect(await drawing.getAttribute("aria-label")).toBe(shown.picture.text);
    expect(errors).toEqual([]);
  });

  test("small data stand in a table, which is closed at first", async () => {
    const details = page.locator("#bars details");
    expect(await details.getAttribute("open")).toBeNull();
    await details.locator("summary").click();
    expect(await details.locator("tbody tr").allInnerTexts()).toEqual(["a\t1\t0.5", "b\t-2\t0.5"]);
  });

  test("no data are said to be none", async () => {
    await draw("empty", lines([]));
    expect(await page.locator("#empty .picture-empty").innerText()).toBe("no data");
  });

  test("points are dragged by pointer and by keys", async () => {
    await draw("figure", points([[0, 0]], { labels: ["P"], drag: "p", x: [-1, 1], y: [-1, 1] }));
    const handle = page.locator("#figure .picture-handle");
    await handle.scrollIntoViewIfNeeded();
    const box = (await handle.locator(".dot").boundingBox())!;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 42, y - 21, { steps: 4 });
    await page.waitForFunction(() => (globalThis as unknown as InPage).events.length > 0);
    await page.waitForTimeout(50);
    await page.mouse.up();
    const moved = (await events()).at(-1)!;
    expect(moved).toMatchObject({ kind: "drag", id: "p", index: 0 });
    expect(moved.point[0]).toBeCloseTo(0.2, 2);
    expect(moved.point[1]).toBeCloseTo(0.1, 2);
    // The cell moved nothing, so the point is back where it was.
    await handle.focus();
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction(() => (globalThis as unknown as InPage).events.length > 0);
    const [pressed] = await events();
    expect(pressed!.point[0]).toBeCloseTo(0, 5);
    expect(pressed!.point[1]).toBeGreaterThan(0);
    expect(await handle.getAttribute("aria-label")).toBe("P at 0, 0; arrow keys move it");
  });

  test("a point that cannot be dragged takes no focus", async () => {
    expect(await page.locator("#points .picture-handle").getAttribute("tabindex")).toBeNull();
  });

  test("many updates are one drawing a frame, of the latest", async () => {
    await draw("moving", lines([0, 1]));
    await page.locator("#moving svg").first().waitFor();
    const pictures = Array.from({ length: 20 }, (_, i) => lines([0, 1, i + 1], { title: `epoch ${i}` }).picture);
    const drawings = await page.evaluate(async (pictures) => {
      let count = 0;
      const observer = new MutationObserver((records) => {
        count += records.length;
      });
      observer.observe(document.querySelector("#moving [role=img]")!, { childList: true });
      for (const picture of pictures) (globalThis as unknown as InPage).update("moving", picture);
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      observer.disconnect();
      return count;
    }, pictures);
    expect(drawings).toBe(1);
    expect(await page.locator("#moving figcaption").innerText()).toBe("epoch 19");
  });

  test("a narrow page has narrow pictures", async () => {
    await page.setViewportSize({ width: 360, height: 800 });
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    expect(errors).toEqual([]);
  });
});
