/** What the backend made of a program, for people: its functions with their sizes, in the order of the module. */
import type { Program } from "../../compile/ir.ts";
import type { Compiled } from "./program.ts";

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

export function programText(program: Program, compiled: Compiled): string {
  const lines = [
    `wasm module ${program.name}: ${count(compiled.bytes.length, "byte")}, workspace ${count(compiled.workspaceBytes, "byte")}`,
    `  table: ${compiled.table.map((buffer) => `%${buffer}`).join(" ")} workspace`,
  ];
  for (const name of compiled.imports) lines.push(`  import ${name}`);
  for (const f of compiled.module.functions) {
    const calls = new Map<string, number>();
    for (const { target } of f.calls) calls.set(target.name, (calls.get(target.name) ?? 0) + 1);
    const called = [...calls].map(([name, n]) => (n === 1 ? name : `${name} x ${n}`));
    lines.push(
      `  func ${f.name} (${f.params.join(" ")}) -> (${f.results.join(" ")}): ${count(f.code.length, "byte")}, ${count(f.locals.length, "local")}` +
        (called.length > 0 ? `, calls ${called.join(", ")}` : ""),
    );
  }
  return lines.join("\n");
}
