// The picture helpers: what they give is plain data with words beside it, bad input is refused in words, and what is not finite is a gap.
import { grad, jit, numpy as jnp, type NDArray } from "adjoint";
import { afterEach, describe, expect, test } from "vitest";
import {
  bars,
  contour,
  curve,
  type DisplayedPicture,
  dragTo,
  heatMap,
  histogram,
  image,
  images,
  lines,
  onDrag,
  type PictureEvent,
  points,
  scatter,
  show,
} from "../../notebooks/plot/index.mjs";
import { hasOwnText } from "../../notebooks/runner/execute.ts";

const mime = "application/vnd.adjoint.picture+json";
const bundle = (shown: DisplayedPicture): Record<string, unknown> =>
  (shown as unknown as Record<symbol, () => Record<string, unknown>>)[Symbol.for("Jupyter.display")]!();
const sentence = (shown: DisplayedPicture): string => String(shown).split("\n")[0]!;
const chart = (shown: DisplayedPicture) => {
  if (shown.picture.kind !== "chart") throw new Error(shown.picture.kind);
  return shown.picture;
};
const bowl = (p: NDArray) => p.pow(2).sum();

const every: Record<string, () => DisplayedPicture> = {
  lines: () => lines([{ y: jnp.arange(5), label: "a", low: [0, 0, 0, 0, 0], high: [5, 5, 5, 5, 5] }, { y: [3, 1, 2] }]),
  scatter: () =>
    scatter(
      jnp.array([
        [0, 1],
        [2, 3],
      ]),
      { lines: [1, 2], title: "t" },
    ),
  curve: () => curve((x) => x.pow(2), [-1, 1], { tangentAt: 0.5 }),
  contour: () =>
    contour(bowl, {
      x: [-1, 1],
      y: [-1, 1],
      gradient: true,
      path: [
        [1, 1],
        [0, 0],
      ],
      samples: 9,
    }),
  "contour to drag": () => contour(bowl, { x: [-1, 1], y: [-1, 1], samples: 3, drag: { id: "a", points: [[0, 0]] } }),
  heatMap: () => heatMap(jnp.eye(3), { rows: "abc", columns: [1, 2, 3] }),
  image: () => image(jnp.eye(8)),
  images: () => images(jnp.ones([2, 3, 4]), { labels: ["x", "y"] }),
  histogram: () => histogram([1, 2, 2, 3], { bins: 3 }),
  bars: () => bars({ a: jnp.array(1), b: -2 }, { errors: [0.1, 0.2] }),
  points: () =>
    points([[0, 1]], {
      lines: {
        points: [
          [0, 0],
          [0, 1],
        ],
      },
      circles: { centre: [0, 0], radius: 1 },
      drag: "a",
    }),
};

describe.each(Object.entries(every))("%s", (_name, make) => {
  test("gives plain data and its text", () => {
    const shown = make();
    const { [mime]: picture, "text/plain": text } = bundle(shown);
    expect(JSON.parse(JSON.stringify(picture))).toEqual(picture);
    expect(structuredClone(picture)).toEqual(picture);
    expect(text).toBe(String(shown));
    expect(sentence(shown)).toBe(shown.picture.text);
    expect(shown.picture.text.length).toBeGreaterThan(10);
    expect(Object.isFrozen(shown)).toBe(true);
  });

  test("shows its text in a terminal", () => {
    const shown = make();
    expect(hasOwnText(shown)).toBe(true);
    expect(String(shown)).not.toMatch(/undefined|object Object/);
  });
});

describe("words", () => {
  test.each([
    [
      heatMap(
        [
          [1, -2],
          [9, 4],
        ],
        { title: "Hessian" },
      ),
      'heat map of a 2 by 2 matrix "Hessian": from -2 to 9',
    ],
    [lines({ y: [1, 2, 3], label: "loss" }, { x: "epoch" }), "line of loss: epoch from 0 to 2, y from 1 to 3"],
    [histogram([0.5, 1.5, 1.6], { range: [0, 2], bins: 2 }), "histogram: x from 0 to 2, count from 0 to 2, 3 values"],
    [
      histogram([0.5, 9], { range: [0, 2], bins: 2 }),
      "histogram: x from 0 to 2, count from 0 to 1, 2 values, 1 of them outside",
    ],
    [bars([1, 2], { labels: ["a", "b"] }), "2 bars: from 1 to 2"],
    [images(jnp.zeros([2, 8, 8]), { labels: "07" }), "2 images of 8 by 8: 0, 7"],
    [points([[1, 2]], { labels: ["P"], drag: "p" }), "figure of 1 point to drag: P at (1, 2)"],
    [
      curve((x) => x.mul(3), [0, 2], { tangentAt: 1 }),
      "curve: x from 0 to 2, y from 0 to 6; the tangent at 1 has the slope 3",
    ],
    [
      contour(bowl, {
        x: [-1, 1],
        y: [-1, 1],
        gradient: true,
        path: {
          points: [
            [1, 1],
            [0, 0],
          ],
          label: "Adam",
        },
      }),
      "contour of Adam: x from -1 to 1, y from -1 to 1, heights from 0 to 2, with arrows along the gradient, with 1 step of Adam",
    ],
    [lines([{ y: [1, 2], thin: true }]), "line: x from 0 to 1, y from 1 to 2, 1 thin line"],
  ])("%s", (shown, text) => {
    expect(sentence(shown)).toBe(text);
  });

  test("a small matrix has its numbers, a larger one shades", () => {
    expect(
      String(heatMap([[1, -2.5]], { columns: "ab", rows: ["row"] }))
        .split("\n")
        .slice(1),
    ).toEqual(["     a     b", "row  1  -2.5"]);
    expect(String(heatMap(jnp.eye(13)))).toContain("@@");
    expect(String(heatMap([[1, -1]], { numbers: false })).split("\n")[1]).toBe("# ~");
    expect(String(heatMap(jnp.ones([50, 50])))).not.toContain("\n");
  });

  test("what is equal but for rounding gives the same characters", () => {
    const wave = Array.from({ length: 40 }, (_, i) => Math.sin(i / 4));
    const nudged = wave.map((v, i) => v * (1 + (i % 2 === 0 ? 1e-7 : -1e-7)));
    expect(String(lines(nudged))).toBe(String(lines(wave)));
    const counts = (by: number) => String(histogram([0, 1 + by, 2 - by, 3 + by, 4 - by]));
    expect(counts(1e-7)).toBe(counts(0));
    const grid = (by: number) =>
      contour(
        (p) =>
          p
            .get(0)
            .mul(p.get(1))
            .mul(1 + by),
        { x: [-2, 2], y: [-1, 1] },
      );
    expect(String(grid(1e-6))).toBe(String(grid(0)));
    expect(
      String(
        heatMap([
          [1, 1e-9],
          [-1e-9, 1],
        ]),
      ),
    ).toBe(
      String(
        heatMap(
          [
            [1, 0],
            [0, 1],
          ],
          { colours: "diverging" },
        ),
      ),
    );
  });
});

describe("functions", () => {
  test("of the library, of plain numbers, compiled", () => {
    const of = (f: DisplayedPicture) => chart(f).layers[0] as { y: number[] };
    const wanted = of(curve((x) => jnp.sin(x), [0, 3])).y;
    for (const shown of [
      curve(Math.sin, [0, 3]),
      curve(
        jit((x: NDArray) => jnp.sin(x)),
        [0, 3],
      ),
    ])
      of(shown).y.forEach((value, i) => void expect(value).toBeCloseTo(wanted[i]!, 5));
  });
  test("of a point, of two numbers, of plain numbers", () => {
    const range = { x: [-1, 1], y: [0, 2], samples: 5 } as const;
    const values = (shown: DisplayedPicture) => (chart(shown).layers[0] as { values: number[] }).values;
    const wanted = values(contour((p) => p.get(0).add(p.get(1).mul(10)), range));
    expect(wanted[1]).toBe(-0.5);
    expect(values(contour((x: NDArray, y: NDArray) => x.add(y.mul(10)), range))).toEqual(wanted);
    expect(values(contour((x: number, y: number) => x + y * 10, range))).toEqual(wanted);
  });
  test("the gradient is that of the function", () => {
    const arrows = (gradient: true | ((p: NDArray) => NDArray)) =>
      chart(contour(bowl, { x: [-1, 1], y: [-1, 1], gradient })).layers[1];
    expect(arrows(true)).toEqual(arrows(grad(bowl)));
  });
  test("the tangent of a plain function needs its derivative", () => {
    expect(() => curve(Math.sin, [0, 1], { tangentAt: 0.5 })).toThrow("give its derivative");
    expect(sentence(curve(Math.sin, [0, 1], { tangentAt: 0, derivative: Math.cos }))).toContain(
      "the tangent at 0 has the slope 1",
    );
  });
  test("an error of the function is the one that is seen", () => {
    expect(() => contour((p) => (p as unknown as { nothing(): number }).nothing(), { x: [0, 1], y: [0, 1] })).toThrow(
      "nothing is not a function",
    );
  });
});

describe("input that makes no sense", () => {
  const unknown = (value: unknown): never => value as never;
  test.each<[string, () => unknown]>([
    ["the shape (3,); expected two dimensions, (rows, columns)", () => heatMap([1, 2, 3])],
    ["the shape (2, 2, 2); expected two dimensions", () => heatMap(jnp.zeros([2, 2, 2]))],
    ["rows has 1 name; expected 2", () => heatMap(jnp.eye(2), { rows: ["a"] })],
    ["parts of different shapes, (1,) and (2,)", () => heatMap([[1], [1, 2]])],
    ["must be numbers", () => heatMap(unknown("text"))],
    ["it is null", () => lines(unknown([1, null]))],
    ["x has 1 numbers and y has 2; expected as many", () => lines({ x: [1], y: [1, 2] })],
    ["lines[1]: y is missing", () => lines([{ y: [1] }, unknown({ x: [1] })])],
    ["low has 1 numbers, high 2, and y 2", () => lines({ y: [1, 2], low: [1], high: [1, 2] })],
    ["has no option lable; it has x, y, label", () => lines({ y: [1], ...({ lable: "a" } as object) })],
    ["lines has no option titel", () => lines([1], unknown({ titel: "a" }))],
    ["no place for numbers that are not positive", () => lines([1], { y: { log: true, from: 0 } })],
    ["must go from a smaller to a larger number", () => lines([1, 2], { y: { from: 9 } })],
    ["expected (n,), or points of the plane, (n, 2)", () => scatter(jnp.zeros([4, 3]))],
    ["[from, to] with from < to", () => curve(Math.sin, [1, 0])],
    ["gives the shape (2,) at each place; expected one number, ()", () => curve((x) => jnp.stack([x, x]), [0, 1])],
    ["gives the shape (2,) at each place", () => contour((p) => p, { x: [0, 1], y: [0, 1] })],
    ["contour: y must be two numbers", () => contour(bowl, unknown({ x: [0, 1] }))],
    ["expected points of the plane, (n, 2)", () => contour(bowl, { x: [0, 1], y: [0, 1], path: [1, 2, 3] })],
    ["expected three dimensions, (count, height, width)", () => images(jnp.eye(3))],
    ["expected two dimensions, (height, width)", () => image(jnp.ones([2, 2, 2]))],
    ["bins must be a whole number", () => histogram([1], { bins: 0 })],
    ["1 label for 2 values", () => bars([1, 2], { labels: ["a"] })],
    ["is not finite", () => points([[Number.NaN, 0]])],
    [
      "expected a label for each of the 2 points",
      () =>
        points(
          [
            [0, 0],
            [1, 1],
          ],
          { labels: ["a"] },
        ),
    ],
    ["style must be", () => points([[0, 0]], { lines: { points: [[0, 0]], style: unknown("wavy") } })],
    ["is complex", () => lines(unknown({ shape: [1], dtype: "complex64", tolist: () => [{ re: 1, im: 2 }] }))],
  ])("%s", (message, draw) => {
    expect(draw).toThrow(TypeError);
    expect(draw).toThrow(message);
  });
});

describe("what is not finite", () => {
  test("is a gap in a line, and is said", () => {
    const shown = lines([1, Number.NaN, 3, Number.POSITIVE_INFINITY]);
    expect(chart(shown).layers[0]).toMatchObject({ y: [1, null, 3, null] });
    expect(sentence(shown)).toBe("line: x from 0 to 3, y from 1 to 3; 2 values are not finite and left out");
    expect(chart(shown).y.domain.every(Number.isFinite)).toBe(true);
  });
  test("leaves the colours to the others", () => {
    const shown = heatMap([
      [Number.NaN, 2],
      [-4, Number.NEGATIVE_INFINITY],
    ]);
    expect(shown.picture).toMatchObject({
      range: [-4, 4],
      values: [
        [null, 2],
        [-4, null],
      ],
      cells: [
        ["nan", "2"],
        ["-4", "-inf"],
      ],
    });
    expect(sentence(shown)).toBe("heat map of a 2 by 2 matrix: from -4 to 2; 2 values are not finite and left out");
  });
  test("does not count in a histogram, and not on a logarithmic axis", () => {
    expect(sentence(histogram([1, 2, Number.NaN]))).toContain("2 values; 1 value is not finite");
    const shown = lines([1, 0, -1, 10], { y: { log: true } });
    expect(sentence(shown)).toBe(
      "line: x from 0 to 3, y from 1 to 10 (log); 2 values not positive and left out of the logarithmic axis",
    );
    expect(chart(shown).y.domain[0]).toBeGreaterThan(0);
  });
  test("everywhere still gives a picture", () => {
    const nan = [Number.NaN, Number.NaN];
    for (const shown of [
      lines(nan),
      heatMap([nan]),
      scatter([nan]),
      histogram(nan),
      bars(nan),
      image([nan]),
      curve(() => Number.NaN, [0, 1]),
    ]) {
      expect(JSON.parse(JSON.stringify(shown.picture))).toEqual(shown.picture);
      expect(sentence(shown)).toContain("not finite");
    }
    expect(sentence(contour(() => jnp.array(Number.NaN), { x: [0, 1], y: [0, 1] }))).toContain("no finite height");
  });
});

describe("no data", () => {
  test.each([
    [lines([]), "lines, no data"],
    [lines({ y: [] }), "line, no data"],
    [scatter([]), "0 points, no data"],
    [heatMap([]), "heat map of an empty matrix"],
    [images([]), "0 images"],
    [histogram([]), "histogram, no data, 0 values"],
    [bars({}), "0 bars"],
    [points([]), "figure of 0 points"],
  ])("%s", (shown, text) => {
    expect(String(shown)).toBe(text);
  });
  test("one value, and equal values, have a scale", () => {
    expect(chart(lines([7, 7])).y.domain).toEqual([3.5, 10.5]);
    expect(heatMap([[0, 0]]).picture).toMatchObject({ range: [0, 1] });
    expect(histogram([5, 5]).picture.text).toContain("2 values");
  });
});

describe("pictures that move", () => {
  const [shows, listens] = [Symbol.for("adjoint.show"), Symbol.for("adjoint.listen")];
  afterEach(() => {
    Reflect.deleteProperty(globalThis, shows);
    Reflect.deleteProperty(globalThis, listens);
  });

  test("reach whoever shows them, with their id", () => {
    const seen: unknown[] = [];
    Reflect.set(globalThis, shows, (shown: Record<string, unknown>, id?: string) =>
      seen.push([Object.keys(shown), id]),
    );
    show(lines([1, 2]), "loss");
    show(jnp.array([1, 2]));
    show("text");
    expect(seen).toEqual([
      [["text/plain", mime], "loss"],
      [["text/plain", "text/html"], undefined],
      [["text/plain"], undefined],
    ]);
  });
  test("are nothing where nobody shows them", () => {
    expect(show(lines([1, 2]), "loss")).toBeUndefined();
    expect(() => show(1, 2 as unknown as string)).toThrow("the id must be a string");
  });
  test("are told of dragged points, by a reader and by program", () => {
    const heard: PictureEvent[] = [];
    const registered: string[] = [];
    Reflect.set(globalThis, listens, (id: string) => registered.push(id));
    onDrag("arm", () => void expect.unreachable());
    onDrag("arm", (event) => void heard.push(event));
    dragTo("arm", 1, [2, 3]);
    expect(heard).toEqual([{ kind: "drag", id: "arm", index: 1, point: [2, 3] }]);
    expect(registered).toEqual(["arm", "arm"]);
    expect(() => dragTo("leg", 0, [0, 0])).toThrow('nobody listens to "leg"');
  });
});
