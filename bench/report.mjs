// The results as a table: of plain text for a terminal, of Markdown for the documentation.

const javaScript = ["jaxjs", "tfjs", "javascript"];
const titles = {
  adjoint: "adjoint",
  jaxjs: "jax-js",
  tfjs: "tfjs wasm",
  javascript: "by hand",
  numpy: "NumPy",
  jax: "JAX",
};

/** Peers are named "adjoint", "numpy:2" (two threads) and so on. */
export function title(peer) {
  const [library, threads] = peer.split(":");
  return titles[library] + (threads === undefined ? "" : ` ${threads}T`);
}

const digits = (x) =>
  x >= 1000 ? x.toFixed(0) : x >= 1 ? x.toPrecision(3) : x >= 0.01 ? x.toPrecision(2) : x.toPrecision(1);

/** A time in the row's unit. Everything is measured in milliseconds, but sizes. */
const inUnit = (row, value) => (row.unit === "us" ? value * 1000 : value);

function cell(row, answer) {
  if (answer === undefined) return "-";
  if (answer.error !== undefined) return "fails";
  if (answer.skipped !== undefined) return "not yet";
  let text = digits(inUnit(row, answer.median));
  if (answer.wrong !== undefined) text += " WRONG";
  if (answer.growth !== undefined) text += `, x${answer.growth.toFixed(1)}, ${answer.megabytes.toFixed(0)} MB`;
  return text;
}

const valid = (answer) => answer?.median !== undefined && answer.wrong === undefined;

const ours = (peer) => peer.split(":")[0] === "adjoint";

/** Our best right answer; without one, any. */
function best(answers) {
  const own = Object.entries(answers).flatMap(([peer, answer]) => (ours(peer) ? [answer] : []));
  return own.filter(valid).sort((a, b) => a.median - b.median)[0] ?? own[0];
}

/** Our time as a part of the best right time of some libraries. */
function ratio(answers, libraries) {
  const times = Object.entries(answers)
    .filter(([peer, answer]) => libraries.includes(peer.split(":")[0]) && valid(answer))
    .map(([, answer]) => answer.median);
  const own = best(answers);
  return valid(own) && times.length > 0 ? own.median / Math.min(...times) : undefined;
}

const groups = [
  ["/ best JS", javaScript],
  ["/ NumPy", ["numpy"]],
  ["/ JAX", ["jax"]],
];

/** @returns {{ ratios: Record<string, number | undefined> }} */
export const ratios = (answers) =>
  Object.fromEntries(groups.map(([name, libraries]) => [name, ratio(answers, libraries)]));

function rate(row, answer) {
  if (!valid(answer)) return "";
  if (row.flops !== undefined) return `${digits(row.flops / answer.median / 1e6)} GFLOP/s`;
  if (row.bytes !== undefined) return `${digits(row.bytes / answer.median / 1e6)} GB/s`;
  return answer.spread === undefined ? "" : `+-${(100 * answer.spread).toFixed(0)} %`;
}

/** @returns {string[][]} */
function cells(results, peers) {
  return results.map(({ row, answers }) => [
    `${row.name} (${row.unit})`,
    ...peers.filter(ours).map((peer) => cell(row, answers[peer])),
    rate(row, best(answers)),
    ...peers.filter((peer) => !ours(peer)).map((peer) => cell(row, answers[peer])),
    ...Object.values(ratios(answers)).map((x) => (x === undefined ? "" : digits(x))),
  ]);
}

const heads = (peers) => [
  "work",
  ...peers.filter(ours).map(title),
  "",
  ...peers.filter((peer) => !ours(peer)).map(title),
  ...groups.map(([name]) => name),
];

const notes = (results) =>
  results.flatMap(({ row, answers }) =>
    Object.entries(answers).flatMap(([peer, { error, wrong, skipped }]) => {
      const what = error !== undefined ? `fails: ${error}` : wrong !== undefined ? `is wrong: ${wrong}` : skipped;
      return what === undefined ? [] : [`${row.name}: ${title(peer)} ${what}`];
    }),
  );

const limitLines = (limits) =>
  Object.entries(limits).map(([name, { value, unit }]) => [name, `${digits(value)} ${unit}`]);

/** For the terminal. */
export function textTable({ results, peers, limits }) {
  const lines = [heads(peers), ...cells(results, peers)];
  const widths = lines[0].map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  const format = (line) =>
    line.map((text, i) => (i === 0 ? text.padEnd(widths[i]) : text.padStart(widths[i]))).join("  ");
  const parts = [lines.map(format), limitLines(limits).map(([name, value]) => `${name}: ${value}`), notes(results)];
  return parts
    .filter((part) => part.length > 0)
    .map((part) => part.join("\n"))
    .join("\n\n");
}

/** For a page. */
export function markdownTable({ results, peers, limits, card }) {
  const escaped = (text) => text.replace(/[|*<]/g, "\\$&");
  const format = (line) => `| ${line.map(escaped).join(" | ")} |`;
  const head = heads(peers);
  const rule = `|${head.map((_, i) => (i === 0 ? "---" : "---:")).join("|")}|`;
  const about = Object.entries(card)
    .map(([key, value]) => `${key} ${value}`)
    .join("; ");
  return [
    `${about}.`,
    [format(head), rule, ...cells(results, peers).map(format)].join("\n"),
    "The machine's own limits, in the same run:",
    [format(["limit", "value"]), "|---|---:|", ...limitLines(limits).map(format)].join("\n"),
    ...(notes(results).length > 0
      ? [
          notes(results)
            .map((note) => `- ${escaped(note)}`)
            .join("\n"),
        ]
      : []),
  ].join("\n\n");
}
