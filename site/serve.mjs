// Serves the built site on this machine, with the headers that let its cells use several threads. `npm run live` builds,
// serves, and prints the address.
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, realpathSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const usage = `Builds the site and serves it on this machine.

  npm run live -- [options]

  --port N      the port; 5173, or the next one that is free, if left out
  --host NAME   where to listen; localhost if left out, and 0.0.0.0 for the whole network
  --no-build    serve what was built before
  --help        show this
`;

/** @type {Readonly<Record<string, string>>} */
const types = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".ico": "image/x-icon",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
};

/** A page with these is isolated from other origins, and may share memory with its workers. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
};

/**
 * The file that an address names, if it lies in the folder.
 * @param {string} folder
 * @param {string} url
 * @returns {string | undefined}
 */
export function fileFor(folder, url) {
  let path;
  try {
    path = decodeURIComponent((url.split(/[?#]/)[0] ?? "/").replace(/\\/g, "/"));
  } catch {
    return undefined;
  }
  if (path.includes("\0")) return undefined;
  const home = resolve(folder);
  let file = resolve(join(home, path));
  if (file !== home && !file.startsWith(home + sep)) return undefined;
  if (!existsSync(file) && existsSync(`${file}.html`)) file = `${file}.html`;
  else if (existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
  if (!existsSync(file) || !statSync(file).isFile()) return undefined;
  // A link in the folder may lead out of it.
  const real = realpathSync(file);
  return real.startsWith(realpathSync(home) + sep) ? real : undefined;
}

/**
 * A server of the files in a folder.
 * @param {string} folder
 */
export function siteServer(folder) {
  return createServer((request, response) => {
    /** @param {number} status @param {string} text */
    const refuse = (status, text) => {
      response.writeHead(status, { ...isolation, "Content-Type": "text/plain; charset=utf-8" });
      response.end(`${text}\n`);
    };
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      refuse(405, "Only GET and HEAD");
      return;
    }
    const url = request.url ?? "/";
    const file = fileFor(folder, url);
    if (file === undefined) {
      refuse(404, "There is no such page");
      return;
    }
    const path = url.split(/[?#]/)[0] ?? "/";
    if (!path.endsWith("/") && file.endsWith(`${sep}index.html`) && !path.endsWith("index.html")) {
      // Relative addresses in the page count from its folder. One slash at the front, or it would be another host.
      response.writeHead(301, { ...isolation, Location: `${path.replace(/^\/+/, "/")}/` });
      response.end();
      return;
    }
    // Names of assets change with what is in them; all else is asked for each time.
    const lasting = file.includes(`${sep}assets${sep}`);
    response.writeHead(200, {
      ...isolation,
      "Content-Type": types[extname(file)] ?? "application/octet-stream",
      "Content-Length": statSync(file).size,
      "Cache-Control": lasting ? "public, max-age=31536000, immutable" : "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else
      createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
  });
}

/**
 * Listens on a port, or on the next that is free if none was asked for by name.
 * @param {import("node:http").Server} server
 * @param {{ port: number | undefined, host: string }} where
 * @returns {Promise<number>} the port
 */
export async function listen(server, { port, host }) {
  const first = port ?? 5173;
  for (let at = first; ; at++) {
    try {
      await new Promise((resolveListening, reject) => {
        server.once("error", reject);
        server.listen(at, host, () => {
          server.off("error", reject);
          resolveListening(undefined);
        });
      });
      const address = server.address();
      return typeof address === "object" && address !== null ? address.port : at;
    } catch (error) {
      const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
      server.removeAllListeners("error");
      if (code === "EADDRINUSE" && port === undefined && at < first + 50) continue;
      if (code === "EADDRINUSE") throw new Error(`port ${at} is taken: choose another by --port, or leave it out`);
      if (code === "EACCES") throw new Error(`port ${at} may not be used: choose one above 1023 by --port`);
      if (code === "ENOTFOUND" || code === "EADDRNOTAVAIL") throw new Error(`this machine has no address ${host}`);
      throw new Error(message);
    }
  }
}

/** @param {readonly string[]} args */
function readArguments(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string" },
      host: { type: "string" },
      "no-build": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && !(/^\d+$/.test(values.port ?? "") && port < 65536))
    throw new Error(`--port takes a number from 0 to 65535, and not "${values.port}"`);
  return { port, host: values.host ?? "localhost", build: !values["no-build"], help: values.help ?? false };
}

/** @param {readonly string[]} args @returns {Promise<number>} the exit status, or -1 while the server runs */
async function main(args) {
  let settings;
  try {
    settings = readArguments(args);
  } catch (error) {
    console.error(`${/** @type {Error} */ (error).message.split(". ")[0]}\nSee npm run live -- --help`);
    return 2;
  }
  if (settings.help) {
    console.log(usage);
    return 0;
  }
  if (settings.build) {
    const shellNeeded = process.platform === "win32";
    const built = spawnSync("npm", ["run", "--silent", "build:site"], {
      cwd: root,
      stdio: "inherit",
      shell: shellNeeded,
    });
    if (built.status !== 0) return 1;
  }
  const folder = join(root, "build/site");
  if (!existsSync(join(folder, "index.html"))) {
    console.error("The site has not been built: run npm run live without --no-build");
    return 1;
  }
  try {
    const port = await listen(siteServer(folder), settings);
    const name = settings.host === "0.0.0.0" || settings.host === "::" ? "localhost" : settings.host;
    console.log(`\nAdjoint is live at http://${name.includes(":") ? `[${name}]` : name}:${port}/  (Ctrl+C ends it)`);
    return -1;
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    return 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const status = await main(process.argv.slice(2));
  if (status >= 0) process.exitCode = status;
}
