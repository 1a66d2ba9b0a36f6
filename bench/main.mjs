// Runs this library and others on the same work, each in a process of its own, one after another, and prints how their
// times compare. `npm run bench -- --help` says what it takes.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, release, tmpdir, type } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { fault } from "./check.mjs";
import { guards, runs, verdicts } from "./guard.mjs";
import { budgets, summary } from "./measure.mjs";
import { markdownTable, ratios, textTable, title } from "./report.mjs";
import { rows } from "./rows/index.mjs";
import { start } from "./session.mjs";
import { bundleSize } from "./sizes.mjs";

const help = `npm run bench -- [options]

  --only TEXT       only rows whose name contains the text; may be given more than once
  --peers A,B       of adjoint, javascript (loops by hand), jaxjs, tfjs, numpy, jax; default all that are installed
  --threads N,M     for this library, NumPy and JAX; default 1 and as many as there are cores
  --quick           a run of a minute or two: fewer repetitions, one setting of threads
  --guard           a quick run of the rows in bench/guard.json: fails if a ratio to another library is above its limit
  --json FILE       write the results as JSON
  --markdown FILE   write the table into a page, between the lines <!-- bench --> and <!-- /bench -->
  --library FILE    another build of this library than dist
  --list            print the names of the rows
  --help

The other libraries for JavaScript are installed by: npm ci --prefix bench
NumPy and JAX are those of python3.`;

const { values: options } = parseArgs({
  options: {
    only: { type: "string", multiple: true, default: [] },
    peers: { type: "string" },
    threads: { type: "string" },
    quick: { type: "boolean", default: false },
    guard: { type: "boolean", default: false },
    json: { type: "string" },
    markdown: { type: "string" },
    library: { type: "string" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const root = fileURLToPath(new URL("..", import.meta.url));
// Bundlers and Node get different files of the package.
const library = resolve(options.library ?? join(root, "dist/index.js"));
const env = { ADJOINT_LIBRARY: pathToFileURL(resolve(options.library ?? join(root, "dist/node/index.js"))).href };
const quick = options.quick || options.guard;
const cores = availableParallelism();
const seconds = quick ? 60 : 300;
/** New processes for a row that is measured once in each. */
const processes = quick ? 1 : 5;

/** Which libraries can run here: their versions, by name. */
async function installed() {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const found = { adjoint: version, javascript: process.version };
  for (const [peer, name] of [
    ["jaxjs", "@jax-js/jax"],
    ["tfjs", "@tensorflow/tfjs"],
  ]) {
    const manifest = join(root, "bench/node_modules", name, "package.json");
    if (existsSync(manifest)) found[peer] = JSON.parse(readFileSync(manifest, "utf8")).version;
  }
  const answer = await start("versions.py").ask({}, 60);
  return { ...found, ...(answer.error === undefined ? answer : {}) };
}

function chosenPeers(versions) {
  const wanted = options.peers?.split(",") ?? Object.keys(versions);
  for (const peer of wanted) {
    if (versions[peer] === undefined) {
      const install = ["jaxjs", "tfjs"].includes(peer) ? ": run npm ci --prefix bench" : "";
      throw new Error(`the peer "${peer}" is not installed here${install}`);
    }
  }
  const threads = options.threads?.split(",").map(Number) ?? (quick ? [cores] : [...new Set([1, cores])]);
  if (!threads.every((n) => Number.isInteger(n) && n > 0))
    throw new Error(`--threads ${options.threads}: numbers from 1`);
  const threaded = ["adjoint", "numpy", "jax"];
  return wanted.flatMap((peer) => (threaded.includes(peer) ? threads.map((n) => `${peer}:${n}`) : [peer]));
}

const scratch = mkdtempSync(join(tmpdir(), "adjoint-bench-"));
const sessions = new Map();

/** Asks a Python library. Its process stays for the next row, unless the row is about its start. */
async function askPython(peer, row) {
  const [name, threads] = peer.split(":");
  const once = row.kind === "cold" || row.kind === "import" || row.kind === "loop";
  const session = (!once && sessions.get(peer)) || start("peers/python.py", [name, threads]);
  const inputs = row.inputs?.() ?? {};
  const files = Object.entries(inputs).map(([key, { data, shape }]) => {
    const file = join(scratch, key);
    writeFileSync(file, data);
    return [key, { file, shape }];
  });
  const result = join(scratch, "result");
  const request = {
    kind: row.kind ?? "warm",
    code: row[name],
    inputs: Object.fromEntries(files),
    steps: quick ? Math.ceil(row.steps / 10) : row.steps,
    budget: quick ? budgets.quick : budgets.full,
    result,
  };
  const answer = await session.ask(request, seconds, once);
  if (once) session.close();
  else if (answer.error?.includes("process")) sessions.delete(peer);
  else sessions.set(peer, session);
  if (answer.error === undefined && row.kind !== "import") {
    const bytes = readFileSync(result);
    answer.wrong = fault(row, inputs, new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8), answer.steps);
  }
  return answer;
}

function askJavaScript(peer, row) {
  const [name, threads] = peer.split(":");
  return start("worker.mjs", [], env).ask({ row: row.name, peer: name, threads: Number(threads), quick }, seconds);
}

async function ask(peer, row, first) {
  const [name] = peer.split(":");
  // What does not depend on threads is measured once.
  if ((row.kind === "size" || row.kind === "import") && !first) return undefined;
  if (row.kind === "size") {
    if (row.programs[name] === undefined) return undefined;
    try {
      return { median: await bundleSize(row.programs[name], library) };
    } catch (error) {
      return { error: String(error.message).split("\n")[0] };
    }
  }
  if (row[name] === undefined) return undefined;
  const once = () => (name === "numpy" || name === "jax" ? askPython(peer, row) : askJavaScript(peer, row));
  if (row.kind !== "cold" && row.kind !== "import") return once();
  const answers = [];
  for (let i = 0; i < processes; i++) {
    answers.push(await once());
    if (answers[i].median === undefined) return answers[i];
  }
  const wrong = answers.find((answer) => answer.wrong !== undefined)?.wrong;
  return { ...summary(answers.map(({ median }) => median)), wrong };
}

/** Measures rows, one after the other, each by all peers. */
async function measureRows(chosen, peers) {
  const results = [];
  for (const row of chosen) {
    const answers = {};
    for (const peer of peers) {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${row.name}: ${title(peer)}`);
      const first = peers.find((other) => other.split(":")[0] === peer.split(":")[0]) === peer;
      const answer = await ask(peer, row, first);
      if (answer !== undefined) answers[peer] = answer;
    }
    results.push({ row, answers });
  }
  if (process.stderr.isTTY) process.stderr.write("\r\x1b[K");
  return results;
}

/** Runs what is guarded, and again what is above its limit: a busy machine is no reason to fail. */
async function guard(versions) {
  const peers = ["adjoint:1", ...["jaxjs", "tfjs"].filter((peer) => versions[peer] !== undefined)];
  let open = guards;
  for (let run = 0; run < runs && open.length > 0; run++) {
    const limits = await start("limits.mjs").ask({ quick }, seconds);
    const guarded = rows.filter(({ name }) => open.some(({ row }) => row === name));
    const found = verdicts(open, await measureRows(guarded, peers), limits);
    for (const { holds, text } of found) if (holds !== false || run === runs - 1) console.log(text);
    open = found.filter(({ holds }) => holds === false).map((verdict) => verdict.guard);
  }
  if (open.length === 0) return;
  throw new Error(`${open.length} of ${guards.length} guarded ratios are above their limits in bench/guard.json`);
}

async function main() {
  const chosen = rows.filter(
    ({ name }) => options.only.length === 0 || options.only.some((text) => name.includes(text)),
  );
  if (options.help) return void console.log(help);
  if (options.list) return void console.log(rows.map(({ family, name }) => `${name.padEnd(36)} ${family}`).join("\n"));
  if (chosen.length === 0) throw new Error(`no row is named like ${options.only.join(" or ")}; --list lists them`);
  if (!existsSync(library)) throw new Error(`there is no ${library}: npm run build`);

  const versions = await installed();
  if (options.guard) return guard(versions);
  const peers = chosenPeers(versions);
  const card = {
    CPU: `${cpus()[0]?.model.trim()}, ${cores} cores`,
    system: `${type()} ${release()}`,
    Node: process.version,
    V8: process.versions.v8,
    ...Object.fromEntries([...new Set(peers.map((p) => p.split(":")[0]))].map((peer) => [title(peer), versions[peer]])),
    date: new Date().toISOString().slice(0, 10),
    run: quick ? "quick" : "full",
  };
  console.log(
    Object.entries(card)
      .map(([key, value]) => `${key}: ${value}`)
      .join("\n"),
  );
  for (const name of ["jaxjs", "tfjs", "numpy", "jax"]) {
    if (versions[name] === undefined) console.log(`${title(name)}: not installed`);
  }
  console.log("");

  const limits = await start("limits.mjs").ask({ quick }, seconds);
  const results = await measureRows(chosen, peers);
  for (const session of sessions.values()) session.close();

  const report = { results, peers, limits, card };
  console.log(textTable(report));
  if (options.json !== undefined) {
    const plain = results.map(({ row: { name, family, unit }, answers }) => ({
      name,
      family,
      unit,
      answers,
      ratios: ratios(answers),
    }));
    writeFileSync(options.json, `${JSON.stringify({ card, limits, rows: plain }, null, 1)}\n`);
  }
  if (options.markdown !== undefined) {
    const page = readFileSync(options.markdown, "utf8");
    const place = /(<!-- bench -->\n)[\s\S]*?(<!-- \/bench -->)/;
    if (!place.test(page)) throw new Error(`${options.markdown} has no lines <!-- bench --> and <!-- /bench -->`);
    writeFileSync(
      options.markdown,
      page.replace(place, (_, open, close) => `${open}\n${markdownTable(report)}\n\n${close}`),
    );
  }
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error.message}`);
  process.exitCode = 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
