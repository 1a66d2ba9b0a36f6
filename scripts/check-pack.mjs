// What users install, tried as they would: the packed package in an empty project, run, type-checked, linted; and the
// one-file build with no other file beside it.
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { conclude, execute, filesUnder, root, shown } from "./common.mjs";

/** @type {string[]} */
const failures = [];
const node = process.execPath;
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const subpaths = Object.keys(manifest.exports).filter((key) => typeof manifest.exports[key] === "object");
const modules = subpaths.map((key) => manifest.name + key.slice(1));
const project = mkdtempSync(join(tmpdir(), "adjoint-pack-"));

/**
 * Writes a file into the project and runs a command there; what it must print, it must print exactly.
 * @param {string} what
 * @param {readonly string[]} args for node
 * @param {string} [expected]
 */
function expectRun(what, args, expected) {
  const { status, output } = execute(node, args, { cwd: project, env: { NODE_OPTIONS: "" } });
  if (status !== 0) failures.push(`${what} failed with status ${status}:\n${output}`);
  else if (expected !== undefined && output !== expected) failures.push(`${what} printed\n${output}\nand not\n${expected}`);
}

/** @param {string} name @param {string} text */
const write = (name, text) => writeFileSync(join(project, name), text);

function main() {
  write("package.json", JSON.stringify({ name: "empty-project", private: true, type: "module" }));

  // prepack cleans, builds and bundles, so nothing stale is packed.
  const packed = execute("npm", ["pack", "--json", "--pack-destination", project]);
  if (packed.status !== 0) return failures.push(`npm pack failed:\n${packed.output}`);
  const [{ filename, files, size, unpackedSize }] = JSON.parse(packed.stdout.slice(packed.stdout.search(/^\[/m)));
  /** @type {Set<string>} */
  const inside = new Set(files.map((/** @type {{ path: string }} */ file) => file.path));

  for (const name of ["README.md", "LICENSE", "CHANGELOG.md", "package.json", "dist/adjoint.min.js"]) {
    if (!inside.has(name)) failures.push(`the package lacks ${name}`);
  }
  for (const path of filesUnder(join(root, "src"), ".ts").map(shown)) {
    const built = path.replace(/^src\//, "dist/").replace(/\.ts$/, "");
    for (const name of [path, `${built}.js`, `${built}.d.ts`]) {
      if (!inside.has(name)) failures.push(`the package lacks ${name}`);
    }
  }
  for (const name of inside) {
    if (/tsbuildinfo|^(tests|scripts|notebooks|build|tools)\//.test(name)) failures.push(`the package holds ${name}`);
  }

  const install = ["install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", `./${filename}`];
  const installed = execute("npm", install, { cwd: project });
  if (installed.status !== 0) return failures.push(`npm install of the package failed:\n${installed.output}`);
  const extra = filesUnder(join(project, "node_modules"), ".package-lock.json");
  const lock = JSON.parse(readFileSync(extra[0] ?? join(project, "package-lock.json"), "utf8"));
  const names = Object.keys(lock.packages).filter((name) => name !== "");
  if (names.join() !== "node_modules/adjoint") failures.push(`installing the package installs ${names.join(", ")}`);

  for (const [key, module] of subpaths.map((key, i) => /** @type {const} */ ([key, modules[i] ?? ""]))) {
    write("subpath.js", `import * as all from "${module}";\nif (Object.keys(all).length === 0) throw new Error("no exports");\n`);
    expectRun(`import of "${module}" (exports["${key}"])`, ["subpath.js"]);
  }

  write("run.js", program);
  expectRun("the program in an empty project", ["run.js"], printed);

  write("run.ts", `${program}${typed}`);
  for (const [module, resolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const compilerOptions = {
      ...{ strict: true, noEmit: true, target: "es2022", module, moduleResolution: resolution },
      ...{ lib: ["es2022", "dom", "esnext.disposable"], types: [], skipLibCheck: false },
    };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["run.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    expectRun(`type-checking against the package (${resolution})`, [tsc, "-p", "."]);
  }

  const alone = mkdtempSync(join(tmpdir(), "adjoint-one-file-"));
  try {
    const source = join(root, "dist/adjoint.min.js");
    const file = join(alone, "adjoint.min.mjs");
    copyFileSync(source, file);
    write("file.js", program.replace(/"adjoint"/, JSON.stringify(pathToFileURL(file).href)));
    expectRun("the one-file build, as a file alone in its folder", ["file.js"], printed);
    // As a data: URL it has no address that anything relative could be resolved against.
    const imported = `const { grad, numpy } = await import("data:text/javascript;base64," + (await import("node:fs")).readFileSync(${JSON.stringify(file)}, "base64"));`;
    write("data.js", program.replace(/^import .*$/m, imported));
    expectRun("the one-file build, as a data: URL", ["data.js"], printed);
  } finally {
    rmSync(alone, { recursive: true, force: true });
  }
  return console.log(
    `pack: ${filename}: ${inside.size} files, ${(size / 1000).toFixed(0)} kB packed, ${(unpackedSize / 1000).toFixed(0)} kB unpacked`,
  );
}

const program = `import { grad, numpy } from "adjoint";
const f = (x) => numpy.multiply(numpy.multiply(x, x), x);
console.log(String(grad(f)(2)), String(grad(grad(f))(2)));
`.replace("(x) =>", "(/** @type {any} */ x) =>");
const printed = "12.0 12.0";
const typed = "";

try {
  main();
  if (!existsSync(join(root, "dist"))) failures.push("there is no dist to lint");
  const { messages } = await publint({ pkgDir: root, strict: true, pack: "npm" });
  for (const message of messages) failures.push(`publint: ${formatMessage(message, manifest)}`);
} finally {
  rmSync(project, { recursive: true, force: true });
}
conclude("pack", failures, `installs alone, runs from ${modules.join(", ")}, type-checks, and stands in one file`);
