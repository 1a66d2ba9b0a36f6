// What all tests in a browser share: a Chromium, the built site on its real server, and the same site on a host that knows
// nothing of isolation, in a folder. Where there is no Chromium, only the reason is handed on.
import { spawn, spawnSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { TestProject } from "vitest/node";
import { findChromium, launchOptions } from "../../site/chromium.mjs";
import { siteServer } from "../../site/serve.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the tests meet; the reason is given where there is no Chromium. */
    world: { readonly browser: string; readonly live: string; readonly plain: string } | { readonly reason: string };
  }
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = join(root, "build/site");

function newest(path: string): number {
  const stats = statSync(path);
  if (!stats.isDirectory()) return stats.mtimeMs;
  const names = readdirSync(path).filter((name) => name !== "node_modules" && name !== "images");
  return Math.max(0, ...names.map((name) => newest(join(path, name))));
}

/** Whether anything that the site is made of is younger than the site. */
function isStale(): boolean {
  const sources = ["src", "site", "docs", "notebooks", "package.json", "package-lock.json", "CHANGELOG.md"];
  try {
    // The start page is written among the last.
    const built = statSync(join(folder, "index.html")).mtimeMs;
    return sources.some((name) => newest(join(root, name)) > built);
  } catch {
    return true;
  }
}

function build(): void {
  const { status } = spawnSync("npm", ["run", "--silent", "build:site"], {
    cwd: root,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error("the site could not be built");
}

/** The real server in a process of its own, as `npm run live` starts it. */
async function serveLive(): Promise<{ address: string; end: () => void }> {
  const server = spawn(process.execPath, [join(root, "site/serve.mjs"), "--no-build", "--port", "0"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const piece of server.stdout) {
    said += piece;
    const address = /http:\/\/\S+\//.exec(said)?.[0];
    if (address !== undefined) return { address, end: () => server.kill() };
  }
  throw new Error(`the server ended before it gave its address: ${said}`);
}

/** Any host of files: no header but the type, and the site in a folder. */
async function servePlain(): Promise<{ address: string; end: () => void }> {
  const site = siteServer(folder);
  const server = createServer((request, response) => {
    const writeHead = response.writeHead.bind(response);
    response.writeHead = ((status: number, headers: Record<string, string | number> = {}) => {
      const kept = Object.entries(headers).filter(([name]) => !name.startsWith("Cross-Origin"));
      return writeHead(status, Object.fromEntries(kept));
    }) as typeof response.writeHead;
    request.url = request.url?.replace(/^\/some\/folder/, "") ?? "/";
    site.emit("request", request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://localhost:${port}/some/folder/`, end: () => server.close() };
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const { path, reason } = findChromium();
  if (path === undefined) {
    console.log(`\nThe tests in a browser are skipped: ${reason}\n`);
    project.provide("world", { reason });
    return undefined;
  }
  if (isStale()) build();
  const browser = await chromium.launchServer({ ...launchOptions, executablePath: path });
  const live = await serveLive();
  const plain = await servePlain();
  project.provide("world", { browser: browser.wsEndpoint(), live: live.address, plain: plain.address });
  return async () => {
    live.end();
    plain.end();
    await browser.close();
  };
}
