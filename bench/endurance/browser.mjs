// One long loop in a page of Chromium, cross-origin isolated. The page is silent while it runs, so the size of its process
// is read from the system, ten times a second; the tenths are assigned by the clock.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const types = { ".js": "text/javascript", ".mjs": "text/javascript", ".html": "text/html", ".map": "application/json" };
const page = "<!doctype html><title>endurance</title>";

/** The path of a Chromium on this machine, if there is one. */
export const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);

function serve() {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
    const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };
    const file = join(root, path);
    if (path === "/") response.writeHead(200, { ...isolation, "Content-Type": "text/html" }).end(page);
    else if (/^\/(dist|bench)\//.test(path) && existsSync(file)) {
      const type = types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { ...isolation, "Content-Type": type }).end(readFileSync(file));
    } else response.writeHead(404).end();
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** The largest of the processes that draw pages, in megabytes. */
function largestRenderer() {
  let largest = 0;
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
      largest = Math.max(largest, Number(resident?.[1] ?? 0) / 1000);
    } catch {
      // The process ended meanwhile.
    }
  }
  return largest;
}

/**
 * @param {string} name
 * @param {number} steps
 */
export async function runInBrowser(name, steps) {
  const { chromium: driver } = await import("playwright-core");
  const server = await serve();
  const browser = await driver.launch({ executablePath: chromium, args: ["--no-sandbox"] });
  const samples = [];
  const watch = setInterval(() => samples.push([Date.now(), largestRenderer()]), 100);
  try {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(0);
    await tab.goto(`http://127.0.0.1:${server.address().port}/`);
    const outcome = await tab.evaluate(
      async ([loop, count]) => {
        const [library, { runLoop }] = await Promise.all([
          import("/dist/index.js"),
          import("/bench/endurance/loops.mjs"),
        ]);
        const ends = [];
        const begin = Date.now();
        const result = runLoop(library, loop, count, () => ends.push(Date.now()));
        return { ...result, begin, ends };
      },
      [name, steps],
    );
    const { begin, ends, ...rest } = outcome;
    const megabytes = ends.map((end, i) => {
      const start = i === 0 ? begin : ends[i - 1];
      const within = samples.filter(([time]) => time >= start && time <= end).map(([, size]) => size);
      return within.length > 0 ? Math.max(...within) : Number.NaN;
    });
    return { ...rest, megabytes, version: browser.version() };
  } finally {
    clearInterval(watch);
    await browser.close();
    server.close();
  }
}
