// The worker that knows types. Messages wait in a queue of its own, so that a question nobody waits for any more, or one
// that a newer question of the same kind has replaced, costs nothing.

import { TypeCore } from "./core.ts";
import type { Question, ToPage, ToWorker } from "./protocol.ts";

interface Scope {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: ToPage): void;
}

const scope = globalThis as unknown as Scope;
const waiting: { id: number; question: Question }[] = [];
let core: TypeCore | undefined;
let isPrepared = false;
let isFailed = false;

scope.onmessage = ({ data }) => {
  if (isFailed) return;
  try {
    switch (data.kind) {
      case "start":
        core = new TypeCore(JSON.parse(data.declarations));
        break;
      case "cells":
        core?.setCells(data.cells);
        // The first question comes only when the editor stands, and until then there is time.
        if (!isPrepared) core?.prepare();
        isPrepared = true;
        break;
      case "question": {
        const { kind, cell } = data.question;
        const old = waiting.findIndex(({ question }) => question.kind === kind && question.cell === cell);
        if (old >= 0) drop(waiting.splice(old, 1)[0]!.id);
        waiting.push(data);
        // What a reader is waiting for at the caret comes before the marks of errors.
        waiting.sort((a, b) => Number(a.question.kind === "diagnose") - Number(b.question.kind === "diagnose"));
        schedule();
        break;
      }
      case "cancel": {
        const old = waiting.findIndex(({ id }) => id === data.id);
        if (old >= 0) drop(waiting.splice(old, 1)[0]!.id);
        break;
      }
    }
  } catch (error) {
    isFailed = true;
    scope.postMessage({ kind: "failed", message: messageOf(error) });
  }
};

/** A turn of the event loop lies between two answers, in which newer messages come in. */
const turn = new MessageChannel();
let isScheduled = false;
turn.port1.onmessage = () => {
  isScheduled = false;
  const next = waiting.shift();
  if (!next || !core) return;
  const { id, question } = next;
  try {
    scope.postMessage({ kind: "answer", id, answer: core.answer(question) });
  } catch (error) {
    scope.postMessage({ kind: "fault", id, message: messageOf(error) });
  }
  if (waiting.length > 0) schedule();
};

function schedule(): void {
  if (isScheduled) return;
  isScheduled = true;
  turn.port2.postMessage(undefined);
}

const drop = (id: number): void => scope.postMessage({ kind: "answer", id, answer: undefined });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
