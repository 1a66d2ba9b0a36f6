// Edits in the browser's storage, with storage that fails in the ways of browsers.
import { expect, test } from "vitest";
import { EditStore, fingerprint, type StringStore } from "../../site/notebook/storage.ts";

function memory(): StringStore & { readonly items: Map<string, string> } {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

test("edits are kept by notebook, and forgotten", () => {
  const store = memory();
  const one = new EditStore(() => store, "one");
  const two = new EditStore(() => store, "two");
  expect(one.load()).toBeUndefined();
  expect(one.save({ text: "# mine", base: "b" })).toBeUndefined();
  expect(one.load()).toEqual({ text: "# mine", base: "b" });
  expect(two.load()).toBeUndefined();
  one.clear();
  expect(store.items.size).toBe(0);
});

test("what cannot be read is as if it were not there", () => {
  const store = memory();
  const edits = new EditStore(() => store, "one");
  for (const value of ["{", "3", "null", '{"text":1,"base":"b"}', '{"text":"t"}']) {
    store.setItem("adjoint:notebook:one", value);
    expect(edits.load(), value).toBeUndefined();
  }
});

test("full or forbidden storage is said in words", () => {
  const full = { ...memory(), setItem: () => failing("QuotaExceededError") };
  expect(new EditStore(() => full, "one").save({ text: "", base: "" })).toMatch("is full");
  const forbidden = new EditStore(() => failing("SecurityError"), "one");
  expect(forbidden.save({ text: "", base: "" })).toMatch("forbids");
  expect(forbidden.load()).toBeUndefined();
  expect(() => forbidden.clear()).not.toThrow();
});

function failing(name: string): never {
  throw new DOMException("no", name);
}

test("texts have fingerprints", () => {
  expect(fingerprint("a")).toBe(fingerprint("a"));
  expect(new Set(["", "a", "b", "ab", "ba"].map(fingerprint)).size).toBe(5);
});
