// The rules of the house, as functions of texts: the table of rooms from ARCHITECTURE.md and the source files go in,
// breaches come out, one sentence each. Every import counts, those of types too: a room that needs another's types knows it.
import { posix } from "node:path";
import { parseAst } from "rolldown/parseAst";

const start = "<!-- imports:start -->";
const end = "<!-- imports:end -->";

/**
 * Reads the table: one list item a line, `` - `room` `` or `` - `room` `peer` ``, in order, from the bottom of the house up.
 * @param {string} text the text of ARCHITECTURE.md
 * @returns {string[][]} the rooms of each line
 */
export function readTable(text) {
  const from = text.indexOf(start);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`ARCHITECTURE.md lacks the table between ${start} and ${end}`);
  /** @type {string[][]} */
  const lines = [];
  for (const line of text.slice(from + start.length, to).split("\n")) {
    if (line.trim() === "") continue;
    const item = /^- ((?:`[^`]+`\s*)+)(?::.*)?$/.exec(line);
    if (!item) throw new Error(`ARCHITECTURE.md: this line of the import table is not a list of rooms: ${line}`);
    lines.push([...(item[1] ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ""));
  }
  const rooms = lines.flat();
  const twice = rooms.find((room, i) => rooms.indexOf(room) !== i);
  if (twice !== undefined) throw new Error(`ARCHITECTURE.md: the room ${twice} stands twice in the import table`);
  if (rooms.length === 0) throw new Error("ARCHITECTURE.md: the import table is empty");
  return lines;
}

/**
 * The room of a file: its first folder under src, or the file itself where it stands in src.
 * @param {string} path relative to src
 */
export function roomOf(path) {
  return path.split("/")[0] ?? path;
}

/**
 * @typedef {{ specifier: string | null, dynamic: boolean, line: number }} Import
 * @typedef {{ imports: Import[], impure: number[] }} Facts
 */

/**
 * What a source file imports, and the lines on which it calls definePrimitive without the mark that lets bundlers drop it.
 * @param {string} text
 * @returns {Facts}
 */
export function readFile(text) {
  /** @type {Facts} */
  const facts = { imports: [], impure: [] };
  /** @param {number} at */
  const lineOf = (at) => text.slice(0, at).split("\n").length;

  /** @param {any} node */
  const visit = (node) => {
    if (Array.isArray(node)) {
      for (const child of node) visit(child);
      return;
    }
    if (node === null || typeof node !== "object") return;
    const { type } = node;
    const dynamic = type === "ImportExpression";
    const imports = dynamic || /^(Import|ExportNamed|ExportAll)Declaration$|^TSImportType$/.test(type);
    const source = type === "TSExternalModuleReference" ? node.expression : imports ? node.source : null;
    if (source) {
      facts.imports.push({
        specifier: source.type === "Literal" && typeof source.value === "string" ? source.value : null,
        dynamic,
        line: lineOf(node.start),
      });
    }
    if (type === "CallExpression" && node.callee.type === "Identifier" && node.callee.name === "definePrimitive") {
      if (!/\/\*\s*@__PURE__\s*\*\/\s*$/.test(text.slice(0, node.start))) facts.impure.push(lineOf(node.start));
    }
    for (const key in node) visit(node[key]);
  };

  visit(parseAst(text, { lang: "ts" }).body);
  return facts;
}

/**
 * @param {string[][]} table the rooms, line by line
 * @param {ReadonlyMap<string, string>} files path relative to src, and text
 * @returns {string[]} the breaches
 */
export function breaches(table, files) {
  /** @type {string[]} */
  const found = [];
  const floor = new Map(table.flatMap((rooms, i) => rooms.map((room) => /** @type {[string, number]} */ ([room, i]))));
  /** room -> room it imports -> the first place that does @type {Map<string, Map<string, string>>} */
  const graph = new Map();

  for (const [path, text] of files) {
    const room = roomOf(path);
    const own = floor.get(room);
    if (own === undefined) {
      found.push(`src/${path}: the room ${room} is not in the import table of ARCHITECTURE.md`);
      continue;
    }
    const facts = readFile(text);
    for (const line of facts.impure) {
      found.push(
        `src/${path}:${line}: write "= /* @__PURE__ */ definePrimitive(", or bundlers must keep the primitive`,
      );
    }
    for (const { specifier, dynamic, line } of facts.imports) {
      const place = `src/${path}:${line}`;
      if (specifier === null) {
        found.push(
          `${place}: the name of an imported module must be a string, so that bundlers and this check can read it`,
        );
      } else if (!specifier.startsWith(".")) {
        const fine = dynamic && specifier.startsWith("node:");
        if (fine) continue;
        found.push(
          specifier.startsWith("node:")
            ? `${place}: imports ${specifier}; use process.getBuiltinModule or a dynamic import, so that browsers load the file`
            : `${place}: imports ${specifier}; the library has no dependencies, and imports its own files by relative paths`,
        );
      } else {
        const target = posix.normalize(posix.join(posix.dirname(path), specifier));
        const targetRoom = roomOf(target);
        const other = floor.get(targetRoom);
        if (!files.has(target)) {
          found.push(`${place}: imports ${specifier}, which is not a file of src (an import ends in .ts)`);
        } else if (targetRoom === room) {
          // Inside one room every import is fine.
        } else if (other === undefined) {
          found.push(`${place}: imports the room ${targetRoom}, which is not in the import table of ARCHITECTURE.md`);
        } else if (other > own) {
          found.push(`${place}: ${room} imports ${targetRoom}, which stands after it in the import table`);
        } else {
          const edges = graph.get(room) ?? new Map();
          if (!edges.has(targetRoom)) edges.set(targetRoom, place);
          graph.set(room, edges);
        }
      }
    }
  }

  for (const circle of circles(graph)) {
    const steps = circle.map((room, i) => {
      const next = circle[(i + 1) % circle.length] ?? room;
      return `${room} imports ${next} (${graph.get(room)?.get(next)})`;
    });
    found.push(`a circle of rooms: ${steps.join(", ")}`);
  }
  return found;
}

/**
 * The circles that a depth-first walk closes; none where the graph has none.
 * @param {ReadonlyMap<string, ReadonlyMap<string, string>>} graph
 * @returns {string[][]}
 */
function circles(graph) {
  /** @type {string[][]} */
  const found = [];
  const done = new Set();
  /** @type {string[]} */
  const path = [];
  /** @param {string} room */
  const visit = (room) => {
    const at = path.indexOf(room);
    if (at >= 0) {
      found.push(path.slice(at));
      return;
    }
    if (done.has(room)) return;
    path.push(room);
    for (const next of graph.get(room)?.keys() ?? []) visit(next);
    path.pop();
    done.add(room);
  };
  for (const room of graph.keys()) visit(room);
  return found;
}
