// The queue of cells and the life of the worker, with a worker that the test plays.
import { expect, test } from "vitest";
import { Kernel, type KernelListener } from "../../site/kernel/kernel.ts";
import type { Failure, Reply, Request, RunResult } from "../../site/kernel/protocol.ts";

const result: RunResult = { error: undefined, value: "1", bundle: undefined, assertions: 0, milliseconds: 1 };
const error: Failure = { name: "Error", message: "no", place: undefined, frame: "", trace: [], stopped: false };

interface Worker {
  readonly requests: Request[];
  readonly say: (reply: Reply) => void;
  readonly fail: (reason: string) => void;
  ended: boolean;
}

function play(isolated = true) {
  const events: string[] = [];
  const workers: Worker[] = [];
  const timers: { call: () => void; off: boolean }[] = [];
  const codes = new Map<string, string>();
  const note = (what: string) => (cell: string) => void events.push(`${what} ${cell}`);
  const listener: KernelListener = {
    source: (cell) => (cell === "gone" ? undefined : { code: codes.get(cell) ?? cell, compiled: undefined }),
    names: () => ({ f: "a" }),
    state: note("state"),
    threads: (threads) => void events.push(`threads ${threads}`),
    queued: note("queued"),
    dequeued: note("dequeued"),
    started: note("started"),
    output: (cell, text) => void events.push(`output ${cell} ${text}`),
    display: note("display"),
    progress: note("progress"),
    done: note("done"),
    fault: note("fault"),
    lost: (cell, reason) => void events.push(`lost ${cell}: ${reason.split(":")[0]}`),
  };
  const kernel = new Kernel({
    listener,
    isolated,
    connect: (say, fail) => {
      const worker: Worker = { requests: [], say, fail, ended: false };
      workers.push(worker);
      return {
        post: (request) => void worker.requests.push(request),
        terminate: () => {
          worker.ended = true;
        },
      };
    },
    later: (_milliseconds, call) => {
      const timer = { call, off: false };
      timers.push(timer);
      return () => {
        timer.off = true;
      };
    },
  });
  const take = () => events.splice(0);
  const ready = () => {
    workers.at(-1)!.say({ kind: "ready", threads: 2 });
    return workers.at(-1)!;
  };
  return { kernel, workers, timers, codes, take, ready };
}

const stopWord = (worker: Worker): number => {
  const [start] = worker.requests;
  if (start?.kind !== "start" || start.stop === undefined) throw new Error("no word to stop by");
  return new Int32Array(start.stop)[0]!;
};

test("the worker starts with the first cell, and cells run one after the other", () => {
  const { kernel, workers, take, ready } = play();
  expect([kernel.state, workers.length]).toEqual(["off", 0]);
  kernel.run(["a", "b", "a"]);
  expect(take()).toEqual(["queued a", "queued b", "state starting"]);
  const worker = ready();
  expect(take()).toEqual(["threads 2", "state idle", "state busy", "started a"]);
  expect(worker.requests).toMatchObject([
    { kind: "start", names: { f: "a" } },
    { kind: "run", run: 1, cell: "a", code: "a" },
  ]);
  worker.say({ kind: "output", run: 1, text: "hello" });
  worker.say({ kind: "done", run: 1, result });
  expect(take()).toEqual(["output a hello", "done a", "started b"]);
  worker.say({ kind: "done", run: 2, result });
  expect(take()).toEqual(["done b", "state idle"]);
});

test("code is taken when the turn comes, and cells that are gone are passed over", () => {
  const { kernel, codes, ready } = play();
  kernel.run(["a", "gone", "b"]);
  const worker = ready();
  codes.set("b", "edited");
  worker.say({ kind: "done", run: 1, result });
  expect(worker.requests.at(-1)).toMatchObject({ run: 2, cell: "b", code: "edited" });
});

test("after a failure the rest does not run", () => {
  const { kernel, take, ready } = play();
  kernel.run(["a", "b", "c"]);
  const worker = ready();
  take();
  worker.say({ kind: "done", run: 1, result: { ...result, error } });
  expect(take()).toEqual(["done a", "dequeued b", "dequeued c", "state idle"]);
  expect(worker.requests).toHaveLength(2);
});

test("stop asks the cell, which answers, and nothing is lost", () => {
  const { kernel, take, timers, ready } = play();
  kernel.run(["a", "b"]);
  const worker = ready();
  take();
  kernel.stop();
  expect(take()).toEqual(["dequeued b", "state stopping"]);
  expect(stopWord(worker)).toBe(1);
  worker.say({ kind: "done", run: 1, result: { ...result, error: { ...error, stopped: true } } });
  expect(timers).toMatchObject([{ off: true }]);
  kernel.run(["c"]);
  expect(stopWord(worker)).toBe(0);
  expect(take()).toEqual(["done a", "state idle", "queued c", "state busy", "started c"]);
  expect(worker.ended).toBe(false);
});

test("a cell that does not answer loses its worker", () => {
  const { kernel, workers, timers, take, ready } = play();
  kernel.run(["a"]);
  const worker = ready();
  take();
  kernel.stop();
  kernel.stop();
  expect(timers).toHaveLength(1);
  timers[0]!.call();
  expect(worker.ended).toBe(true);
  expect(take()).toEqual([
    "state stopping",
    "state off",
    "lost a: the cell did not stop when it was asked to, so the kernel was ended",
  ]);
  worker.say({ kind: "done", run: 1, result });
  expect(take()).toEqual([]);
  kernel.run(["b"]);
  expect(workers).toHaveLength(2);
});

test("cells that are asked for while one is stopping run in the worker that follows", () => {
  const { kernel, workers, timers, take, ready } = play();
  kernel.run(["a"]);
  ready();
  kernel.stop();
  kernel.run(["b"]);
  take();
  timers[0]!.call();
  expect(workers).toHaveLength(2);
  expect(ready().requests.at(-1)).toMatchObject({ cell: "b" });
});

test("without shared memory, stop ends the worker at once", () => {
  const { kernel, workers, timers, take, ready } = play(false);
  kernel.run(["a"]);
  const worker = ready();
  expect(worker.requests[0]).toMatchObject({ kind: "start", stop: undefined });
  take();
  kernel.stop();
  expect(take()[1]).toMatch(/^lost a: the cell was stopped/);
  expect([worker.ended, timers.length, workers.length]).toEqual([true, 0, 1]);
});

test("stop with nothing to stop does nothing", () => {
  const { kernel, take, ready } = play();
  kernel.stop();
  kernel.warm();
  ready();
  take();
  kernel.stop();
  expect(take()).toEqual([]);
});

test("restart begins anew", () => {
  const { kernel, workers, take, ready } = play();
  kernel.run(["a", "b"]);
  const worker = ready();
  take();
  kernel.restart();
  expect(take()).toEqual(["dequeued b", "state off", "lost a: the kernel was restarted", "state starting"]);
  expect([worker.ended, workers.length]).toEqual([true, 2]);
  ready();
  expect(take()).toEqual(["threads 2", "state idle"]);
});

test("a worker that breaks down is told of, and the next run starts another", () => {
  const { kernel, workers, take, ready } = play();
  kernel.run(["a", "b"]);
  workers[0]!.fail("no memory");
  expect(take()).toEqual([
    "queued a",
    "queued b",
    "state starting",
    "dequeued a",
    "dequeued b",
    "state off",
    "lost undefined: the kernel broke down",
  ]);
  kernel.run(["a"]);
  expect(ready().requests).toHaveLength(2);
});

test("what comes after its run still finds its cell", () => {
  const { kernel, take, ready } = play();
  kernel.run(["a", "b"]);
  const worker = ready();
  worker.say({ kind: "done", run: 1, result });
  take();
  worker.say({ kind: "display", run: 1, id: "p", bundle: {} });
  worker.say({ kind: "fault", run: 1, error });
  worker.say({ kind: "output", run: 99, text: "of nobody" });
  kernel.event("p", { kind: "drag" });
  expect(take()).toEqual(["display a", "fault a"]);
  expect(worker.requests.at(-1)).toEqual({ kind: "event", id: "p", event: { kind: "drag" } });
});
