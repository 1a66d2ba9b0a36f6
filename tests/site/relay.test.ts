// What a cell prints and shows, on its way to the page.
import { expect, test } from "vitest";
import type { Reply } from "../../site/kernel/protocol.ts";
import { mostCharacters, OutputError, Relay } from "../../site/kernel/relay.ts";

function recorded() {
  const sent: Reply[] = [];
  const clock = { now: 0 };
  const relay = new Relay(
    1,
    (reply) => sent.push(reply),
    () => clock.now,
  );
  const text = () => sent.map((reply) => (reply.kind === "output" ? reply.text : "")).join("");
  return { sent, clock, relay, text };
}

test("the first lines are sent at once, many lines in few messages, and none is lost", () => {
  const { sent, relay, text } = recorded();
  relay.print("begin");
  expect(text()).toBe("begin\n");
  for (let i = 0; i < 5000; i++) relay.print(String(i));
  expect(sent.length).toBeLessThan(200);
  relay.flush();
  expect(text().split("\n")).toHaveLength(5002);
});

test("lines that wait are sent when their time has come", () => {
  const { clock, relay, text } = recorded();
  for (let i = 0; i < 200; i++) relay.print("x");
  const before = text().length;
  relay.poll();
  expect(text().length).toBe(before);
  clock.now = 20;
  relay.poll();
  expect(text().length).toBe(400);
});

test("a picture that changes too fast is sent once a frame, and its last state in any case", () => {
  const { sent, clock, relay } = recorded();
  for (let i = 0; i < 100; i++) {
    clock.now = i;
    relay.show({ step: i }, "path");
  }
  relay.flush();
  const steps = sent.map((reply) => (reply.kind === "display" ? reply.bundle.step : undefined));
  expect(steps.length).toBeLessThan(10);
  expect(steps[0]).toBe(0);
  expect(steps.at(-1)).toBe(99);
});

test("pictures without a name are all sent, in order with the text", () => {
  const { sent, relay } = recorded();
  relay.show({}, undefined);
  relay.print("a");
  relay.show({}, undefined);
  expect(sent.map(({ kind }) => kind)).toEqual(["display", "output", "display"]);
});

test("a cell that prints without end is stopped", () => {
  const { relay } = recorded();
  const line = "x".repeat(mostCharacters / 10);
  expect(() => {
    for (;;) relay.print(line);
  }).toThrow(OutputError);
});
