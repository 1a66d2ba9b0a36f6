// What users install, tried as they would: the packed package in an empty project, run, type-checked and linted; and the
// one-file build with no other file beside it.
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { conclude, execute, filesUnder, root, shown } from "./common.mjs";

const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
/** The modules that can be imported: "adjoint", "adjoint/numpy", ... */
const modules = Object.keys(manifest.exports)
  .filter((key) => typeof manifest.exports[key] === "object")
  .map((key) => manifest.name + key.slice(1));

const source = `
const f = (x) => numpy.multiply(numpy.multiply(x, x), x);
console.log(String(grad(f)(2)), String(grad(grad(f))(2)));
`;
const printed = "12.0 12.0";
const program = `import { grad, numpy } from "adjoint";${source}`;

const typedProgram = `import { grad, numpy, type NDArray } from "adjoint";
${modules.map((module, i) => `import * as module${i} from "${module}";`).join("\n")}
const f = (x: NDArray): NDArray => numpy.multiply(numpy.multiply(x, x), x);
export const slope: NDArray = grad(f)(2);
export const inferred: NDArray = grad((x) => x.pow(3).sum())(2);
// @ts-expect-error a number is no function
export const wrong = grad(1);
export const all = [${modules.map((_, i) => `module${i}`).join(", ")}];
`;

/** @type {string[]} */
const failures = [];

/**
 * Runs Node on files in a folder and holds it to what it must print.
 * @param {string} what
 * @param {string} folder
 * @param {readonly string[]} args
 * @param {string} expected
 */
function expectRun(what, folder, args, expected) {
  const { status, output } = execute(process.execPath, args, { cwd: folder });
  if (status !== 0) failures.push(`${what} failed with status ${status}:\n${output.slice(0, 2000)}`);
  else if (output !== expected) failures.push(`${what} printed\n${output}\nand not\n${expected}`);
}

/**
 * Packs the package into a folder. Its prepack script cleans, builds and bundles first, so nothing stale is packed.
 * @param {string} folder
 * @returns {{ tarball: string, inside: Set<string>, size: number } | null}
 */
function pack(folder) {
  const { status, stdout, output } = execute("npm", ["pack", "--json", "--pack-destination", folder]);
  if (status !== 0) {
    failures.push(`npm pack failed:\n${output}`);
    return null;
  }
  const [{ filename, files, size }] = JSON.parse(stdout.slice(stdout.search(/^\[/m)));
  return {
    tarball: join(folder, filename),
    inside: new Set(files.map((/** @type {{ path: string }} */ file) => file.path)),
    size,
  };
}

/** @param {ReadonlySet<string>} inside the paths in the package */
function checkFiles(inside) {
  const wanted = ["README.md", "LICENSE", "CHANGELOG.md", "package.json", "dist/adjoint.min.js"];
  for (const path of filesUnder(join(root, "src"), ".ts").map(shown)) {
    const built = path.replace(/^src\//, "dist/").replace(/\.ts$/, "");
    wanted.push(path, `${built}.js`, `${built}.d.ts`);
  }
  for (const name of wanted) if (!inside.has(name)) failures.push(`the package lacks ${name}`);
  const others = [...inside].filter(
    (name) => !/^(dist|src)\/|^(README|CHANGELOG)\.md$|^LICENSE$|^package\.json$/.test(name),
  );
  for (const name of others) failures.push(`the package holds ${name}, which no user needs`);
  for (const name of inside) if (name.endsWith(".tsbuildinfo")) failures.push(`the package holds ${name}`);
}

/**
 * An empty project that has nothing but the package.
 * @param {string} folder
 * @param {string} tarball
 */
async function checkProject(folder, tarball) {
  /** @param {string} name @param {string} text */
  const write = (name, text) => writeFileSync(join(folder, name), text);
  write("package.json", JSON.stringify({ name: "empty-project", private: true, type: "module" }));
  const options = ["--offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { status, output } = execute("npm", ["install", ...options, tarball], { cwd: folder });
  if (status !== 0) {
    failures.push(`npm install of the package failed:\n${output}`);
    return;
  }
  const lock = JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8"));
  const others = Object.keys(lock.packages).filter(
    (place) => place !== "" && place !== `node_modules/${manifest.name}`,
  );
  if (others.length > 0) failures.push(`installing the package also installs ${others.join(", ")}`);

  for (const module of modules) {
    write("import.js", `console.log(Object.keys(await import("${module}")).length > 0 ? "names" : "no names");`);
    expectRun(`importing "${module}"`, folder, ["import.js"], "names");
  }
  write("program.js", program);
  expectRun("the program in an empty project", folder, ["program.js"], printed);

  write("program.ts", typedProgram);
  for (const [module, moduleResolution] of [
    ["nodenext", "nodenext"],
    ["esnext", "bundler"],
  ]) {
    const lib = ["es2023", "esnext.disposable", "dom"];
    const compilerOptions = { strict: true, noEmit: true, target: "es2022", module, moduleResolution, lib, types: [] };
    write("tsconfig.json", JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    expectRun(`type-checking against the package (${moduleResolution})`, folder, [tsc, "-p", "."], "");
  }

  const pkgDir = join(folder, "node_modules", manifest.name);
  const { messages } = await publint({ pkgDir, strict: true, pack: false });
  for (const message of messages) failures.push(`publint: ${formatMessage(message, manifest)}`);
}

/**
 * The one-file build, copied into a folder where nothing else is.
 * @param {string} folder
 */
function checkOneFile(folder) {
  copyFileSync(join(root, "dist/adjoint.min.js"), join(folder, "adjoint.min.mjs"));
  writeFileSync(join(folder, "file.mjs"), program.replace('"adjoint"', '"./adjoint.min.mjs"'));
  expectRun("the one-file build, imported as a file", folder, ["file.mjs"], printed);

  // A data: URL has no address that anything relative could be resolved against.
  const read = 'import { readFileSync } from "node:fs";\nconst text = readFileSync("adjoint.min.mjs", "base64");\n';
  const load = "const { grad, numpy } = await import(`data:text/javascript;base64,$" + "{text}`);";
  writeFileSync(join(folder, "data.mjs"), read + load + source);
  expectRun("the one-file build, imported as a data: URL", folder, ["data.mjs"], printed);
}

const temporary = mkdtempSync(join(tmpdir(), "adjoint-pack-"));
let summary = "";
try {
  const packed = pack(temporary);
  if (packed) {
    for (const name of ["project", "alone"]) mkdirSync(join(temporary, name));
    checkFiles(packed.inside);
    await checkProject(join(temporary, "project"), packed.tarball);
    if (packed.inside.has("dist/adjoint.min.js")) checkOneFile(join(temporary, "alone"));
    summary = `${packed.inside.size} files, ${(packed.size / 1000).toFixed(0)} kB; ${modules.length} modules import, run and type-check`;
  }
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
conclude("pack", failures, `${summary}, and the one-file build stands alone`);
