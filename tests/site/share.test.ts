// Links that carry a notebook: there and back, and a clear word about those that are broken.
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { decodeShare, encodeShare, isShare, ShareError } from "../../site/notebook/share.ts";

const text = "# Ω: a notebook\n\n```ts\nconst x = 1; // 😀\n```\n```output\n1\n```\n";

test("a link gives back the notebook that it was made from", async () => {
  const hash = await encodeShare(text);
  expect(isShare(hash)).toBe(true);
  expect(hash).toMatch(/^#share=1\.[\w-]+$/);
  expect(await decodeShare(hash)).toBe(text);
  expect(await decodeShare(await encodeShare(""))).toBe("");
});

test("it is much shorter than a text that repeats itself", async () => {
  expect((await encodeShare("const x = 1;\n".repeat(1000))).length).toBeLessThan(300);
});

test("an address without a notebook is none", () => {
  expect(isShare("")).toBe(false);
  expect(isShare("#derivatives")).toBe(false);
});

test("a link that was cut, or changed, is said to be broken", async () => {
  const hash = await encodeShare(text.repeat(3));
  const middle = hash.length - 20;
  const changed = `${hash.slice(0, middle)}${hash[middle] === "A" ? "B" : "A"}${hash.slice(middle + 1)}`;
  for (const broken of [
    hash.slice(0, -3),
    hash.slice(0, 40),
    changed,
    "#share=1.",
    "#share=1.AAAA",
    "#share=1.%20",
    "#share=x",
  ]) {
    await expect(decodeShare(broken), broken).rejects.toThrow(/^this link is broken/);
    await expect(decodeShare(broken), broken).rejects.toBeInstanceOf(ShareError);
  }
});

test("a link of another version says so", async () => {
  await expect(decodeShare("#share=7.abcd")).rejects.toThrow("another version of this page (7; this one reads 1)");
  await expect(decodeShare("#section")).rejects.toThrow("this link carries no notebook");
});

test("a small link does not unpack to a huge text", async () => {
  const bomb = deflateSync(Buffer.alloc(50_000_000)).toString("base64url");
  await expect(decodeShare(`#share=1.${bomb}`)).rejects.toThrow("more than a notebook can be");
});
