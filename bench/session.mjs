// One process for one library: requests go in, answers come out, one line of JSON each.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Starts `node FILE`, or `python3 FILE ARGUMENTS`. */
export function start(file, args = [], env = {}) {
  const python = file.endsWith(".py");
  const child = spawn(python ? "python3" : process.execPath, [here(file), ...args], {
    cwd: here("."),
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const answers = [];
  let waiting;
  let ended;
  const settle = (answer) => {
    if (waiting === undefined) answers.push(answer);
    else waiting(answer);
    waiting = undefined;
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    // Libraries print too.
    if (line.startsWith("{")) settle(JSON.parse(line));
  });
  child.stdin.on("error", () => {});
  child.on("error", (error) => {
    ended = { error: error.message };
    settle(ended);
  });
  child.on("close", (code, signal) => {
    ended ??= { error: `the process ended: ${signal ?? `status ${code}`}` };
    settle(ended);
  });

  return {
    /** @returns {Promise<object>} the answer, or `{error}` if the process died or took longer than `seconds` */
    async ask(request, seconds, last = true) {
      if (ended !== undefined) return ended;
      child.stdin.write(`${JSON.stringify(request)}\n`);
      if (last) child.stdin.end();
      if (answers.length > 0) return answers.shift();
      const timer = setTimeout(() => {
        ended = { error: `took more than ${seconds} s` };
        child.kill("SIGKILL");
        settle(ended);
      }, seconds * 1000);
      const answer = await new Promise((resolve) => {
        waiting = resolve;
      });
      clearTimeout(timer);
      return answer;
    },
    close: () => child.stdin.end(),
  };
}
