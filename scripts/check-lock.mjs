// The manifests and their locks: exact versions, no host names, nothing missing that would make npm ci fail.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { conclude, filesUnder, root, shown } from "./common.mjs";
import { lockFaults } from "./lock.mjs";

/** @type {string[]} */
const failures = [];
const manifests = filesUnder(root, "package.json").map((path) => shown(path));
let packages = 0;

const { dependencies, workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const isWorkspace = (/** @type {string} */ folder) => (workspaces ?? []).includes(folder);

for (const manifest of manifests) {
  const read = () => JSON.parse(readFileSync(join(root, manifest), "utf8"));
  const workspace = dirname(manifest);
  if (isWorkspace(workspace)) {
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    for (const fault of lockFaults(read(), lock, workspace)) failures.push(`${manifest}: ${fault}`);
    continue;
  }
  const folder = join(root, manifest, "..");
  const lockPath = join(folder, "package-lock.json");
  if (!existsSync(lockPath)) {
    failures.push(`${manifest} has no package-lock.json beside it`);
    continue;
  }
  const npmrc = join(folder, ".npmrc");
  if (!existsSync(npmrc) || !/^omit-lockfile-registry-resolved=true$/m.test(readFileSync(npmrc, "utf8"))) {
    failures.push(`${shown(npmrc)} lacks the line omit-lockfile-registry-resolved=true`);
  }
  const lock = JSON.parse(readFileSync(lockPath, "utf8"));
  packages += Object.keys(lock.packages).length - 1;
  for (const fault of lockFaults(read(), lock)) {
    failures.push(`${shown(lockPath)}: ${fault}`);
  }
}

if (Object.keys(dependencies ?? {}).length > 0) failures.push("package.json: the library has no run-time dependencies");
conclude("lock", failures, `${manifests.join(", ")}: ${packages} packages, all pinned, none missing`);
