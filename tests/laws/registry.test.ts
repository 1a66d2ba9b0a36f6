/** Every primitive that the library defines stands in the table, under its own name. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { registry } from "../../src/registry.ts";
import "./install.ts";

const rooms = ["prims", "control"];

function isPrimitive(value: unknown): value is { readonly name: string } {
  return typeof value === "function" && "lower" in value && "laws" in value && "transpose" in value;
}

for (const room of rooms) {
  const folder = new URL(`../../src/${room}/`, import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".ts"))) {
    test(`${room}/${file}`, async () => {
      const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
      const primitives = Object.values(module).filter(isPrimitive);
      const text = readFileSync(new URL(file, folder), "utf8");
      const defined = text.match(/= (?:\/\* @__PURE__ \*\/ )?define(?:Many)?Primitive\b/g)?.length ?? 0;
      expect(primitives.length, "primitives that the file exports, against those that it defines").toBe(defined);
      for (const primitive of primitives) expect(registry[primitive.name], primitive.name).toBe(primitive);
    });
  }
}

test("keys are names", () => {
  for (const [key, primitive] of Object.entries(registry)) expect(primitive.name).toBe(key);
});
