// The server of the built site: types, headers, nothing from outside its folder, ports.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fileFor, listen, siteServer } from "../../site/serve.mjs";

let base = "";
let folder = "";
const servers: Server[] = [];

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "adjoint-site-"));
  folder = join(base, "site");
  mkdirSync(join(folder, "assets"), { recursive: true });
  mkdirSync(join(folder, "docs"));
  for (const file of ["index.html", "docs/index.html", "docs/start.html", "assets/a b.js", "search.json", "x.unknown"])
    writeFileSync(join(folder, file), file);
  writeFileSync(join(base, "secret.txt"), "secret");
  mkdirSync(join(base, "site-other"));
  writeFileSync(join(base, "site-other/secret.txt"), "secret");
  symlinkSync(join(base, "secret.txt"), join(folder, "link.txt"));
});

afterAll(() => rmSync(base, { recursive: true, force: true }));
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

test("addresses lead to files", () => {
  expect(fileFor(folder, "/")).toMatch(/site\/index\.html$/);
  expect(fileFor(folder, "/docs/start.html?a=1#b")).toMatch(/docs\/start\.html$/);
  expect(fileFor(folder, "/docs/start")).toMatch(/docs\/start\.html$/);
  expect(fileFor(folder, "/docs/")).toMatch(/docs\/index\.html$/);
  expect(fileFor(folder, "/assets/a%20b.js")).toMatch(/a b\.js$/);
  expect(fileFor(folder, "/none.html")).toBeUndefined();
});

test("nothing outside of the folder is served", () => {
  const bad = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/..%5csecret.txt",
    "/assets/../../secret.txt",
    "/../site-other/secret.txt",
    "//../secret.txt",
    "/link.txt",
    "/%00",
    "/%",
    "/assets",
  ];
  for (const url of bad) expect(fileFor(folder, url), url).toBeUndefined();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

async function ask(path: string, method = "GET"): Promise<Answer> {
  const server = siteServer(folder);
  servers.push(server);
  const port = await listen(server, { port: 0, host: "127.0.0.1" });
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, agent: false }, (response) => {
      let text = "";
      response.on("data", (piece) => {
        text += String(piece);
      });
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("an answer", () => {
  test("isolates the page, so that threads work", async () => {
    for (const path of ["/", "/assets/a%20b.js", "/none"]) {
      const { headers } = await ask(path);
      expect(headers).toMatchObject({
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-embedder-policy": "require-corp",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
      });
    }
  });

  test("has the right type and content", async () => {
    const types = [
      ["/", "text/html; charset=utf-8"],
      ["/assets/a%20b.js", "text/javascript; charset=utf-8"],
      ["/search.json", "application/json; charset=utf-8"],
      ["/x.unknown", "application/octet-stream"],
    ];
    for (const [path = "", type] of types) expect((await ask(path)).headers["content-type"]).toBe(type);
    expect(await ask("/docs/start")).toMatchObject({ status: 200, text: "docs/start.html" });
  });

  test("keeps assets, whose names change, and asks for pages each time", async () => {
    expect((await ask("/assets/a%20b.js")).headers["cache-control"]).toMatch("immutable");
    expect((await ask("/")).headers["cache-control"]).toBe("no-cache");
  });

  test("leads to a folder's own address, and never to another host", async () => {
    expect(await ask("/docs")).toMatchObject({ status: 301, headers: { location: "/docs/" } });
    expect(await ask("//docs")).toMatchObject({ status: 301, headers: { location: "/docs/" } });
  });

  test("refuses what is not there, and what is no reading", async () => {
    expect(await ask("/none")).toMatchObject({ status: 404 });
    expect(await ask("/../secret.txt")).toMatchObject({ status: 404 });
    expect(await ask("/", "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
    expect(await ask("/", "HEAD")).toMatchObject({ status: 200, text: "" });
  });
});

test("a port that was asked for and is taken is an error that says so", async () => {
  const first = siteServer(folder);
  servers.push(first);
  const port = await listen(first, { port: 0, host: "127.0.0.1" });
  await expect(listen(siteServer(folder), { port, host: "127.0.0.1" })).rejects.toThrow(
    `port ${port} is taken: choose another by --port, or leave it out`,
  );
});
