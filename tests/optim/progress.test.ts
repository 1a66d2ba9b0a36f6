/** The progress bar: what it hands out, and what it says where. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { ArgumentError, OptionError } from "../../src/errors/index.ts";
import type { ProgressState } from "../../src/optim/index.ts";
import * as optim from "../../src/optim/index.ts";

const collect = (): [ProgressState[], optim.ProgressOptions] => {
  const states: ProgressState[] = [];
  return [states, { report: (state) => void states.push(state), interval: 0 }];
};

describe("the loop", () => {
  test("hands out numbers, or the items of anything", () => {
    const [, silent] = collect();
    expect([...optim.progress(3, silent)]).toEqual([0, 1, 2]);
    expect([...optim.progress("ab".split(""), silent)]).toEqual(["a", "b"]);
    expect([...optim.progress(new Map([[1, 2]]), silent)]).toEqual([[1, 2]]);
  });

  test("tells where it stands, and what the loop notes", () => {
    const [states, options] = collect();
    const bar = optim.progress(2, { ...options, description: "work" });
    for (const i of bar) bar.note(`at ${i}`);
    expect(states.map((s) => [s.done, s.total, s.note, s.finished])).toEqual([
      [0, 2, "", false],
      [1, 2, "at 0", false],
      [2, 2, "at 1", false],
      [2, 2, "at 1", true],
    ]);
    expect(states[0]!.description).toBe("work");
  });

  test("ends at a break, and can run again", () => {
    const [states, options] = collect();
    const bar = optim.progress(5, options);
    for (const i of bar) if (i === 2) break;
    expect(states.at(-1)).toMatchObject({ done: 2, finished: true });
    expect([...bar].length).toBe(5);
  });

  test("waits for what comes later", async () => {
    const later = async function* () {
      yield 1;
      yield 2;
    };
    const [states, options] = collect();
    const seen: number[] = [];
    for await (const x of optim.progress(later(), { ...options, total: 2 })) seen.push(x);
    expect(seen).toEqual([1, 2]);
    expect(states.at(-1)).toMatchObject({ done: 2, total: 2, finished: true });
    expect(() => [...optim.progress(later(), options)]).toThrow(ArgumentError);
  });

  test("does not take just anything", () => {
    expect(() => optim.progress(2.5)).toThrow(ArgumentError);
    expect(() => optim.progress(undefined as never)).toThrow(ArgumentError);
    expect(() => optim.progress(1, { descripton: "" } as never)).toThrow(OptionError);
  });
});

describe("where it is shown", () => {
  const written: string[] = [];
  const stderr = process.stderr as { isTTY?: boolean };
  const tty = stderr.isTTY;
  afterEach(() => {
    vi.restoreAllMocks();
    stderr.isTTY = tty as boolean;
    optim.setProgressReporter(null);
    written.length = 0;
  });
  const run = (isTTY: boolean): void => {
    vi.spyOn(process.stderr, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
    stderr.isTTY = isTTY;
    for (const _ of optim.progress(2, { description: "loop", interval: 0 }));
  };

  test("a terminal gets a line that is drawn over", () => {
    run(true);
    expect(written.length).toBe(4);
    expect(written.every((chunk) => chunk.startsWith("\r\u001b[2Kloop "))).toBe(true);
    expect(written.map((chunk) => chunk.endsWith("\n"))).toEqual([false, false, false, true]);
  });

  test("a pipe gets one line", () => {
    run(false);
    expect(written).toEqual(["loop ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ 100% 2/2 00:00\n"]);
  });

  test("a page sets who is told", () => {
    const states: ProgressState[] = [];
    expect(optim.setProgressReporter((state) => void states.push(state))).toBeNull();
    run(true);
    expect(written).toEqual([]);
    expect(states.at(-1)!.finished).toBe(true);
  });
});

describe("the line", () => {
  const state: ProgressState = { description: "d", done: 1, total: 4, seconds: 61, note: "loss 1", finished: false };

  test("fits the width", () => {
    expect(optim.formatProgress(state, 60)).toBe("d ━━━━━━━────────────────────  25% 1/4 01:01 < 03:03 loss 1");
    expect(optim.formatProgress(state, 60).length).toBeLessThanOrEqual(60);
    expect(optim.formatProgress(state, 20)).toBe("d  25% 1/4 01:01 < 0");
  });

  test("knows hours, and loops without end", () => {
    expect(optim.formatProgress({ ...state, total: undefined, seconds: 3723 }, 60)).toBe("d 1 rounds 1:02:03 loss 1");
  });
});
