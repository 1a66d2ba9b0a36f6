import { expect, test } from "vitest";
import { lockFaults } from "../../scripts/lock.mjs";

const manifest = { devDependencies: { tool: "1.0.0" } };
const entry = { version: "1.0.0", integrity: "sha512-x" };
const packages = { "": manifest, "node_modules/tool": entry };

test("a lock that agrees with its manifest has no faults", () => {
  expect(lockFaults(manifest, { packages })).toEqual([]);
});

test("a package for another platform may stand beside the one that asks, or above it, but must stand somewhere", () => {
  const asks = { ...entry, optionalDependencies: { "@tool/mac": "1.0.0" } };
  const nested = "node_modules/tool/node_modules/part";
  const beside = { ...packages, [nested]: asks, [`${nested}/node_modules/@tool/mac`]: entry };
  const above = { ...packages, [nested]: asks, "node_modules/@tool/mac": entry };
  expect(lockFaults(manifest, { packages: beside })).toEqual([]);
  expect(lockFaults(manifest, { packages: above })).toEqual([]);
  expect(lockFaults(manifest, { packages: { ...packages, [nested]: asks } })).toEqual([
    `${nested} may install @tool/mac, which is missing from the lock: npm ci will fail`,
  ]);
});

test("ranges, addresses, missing hashes and disagreements are faults", () => {
  const range = { devDependencies: { tool: "^1.0.0" } };
  expect(lockFaults(range, { packages: { ...packages, "": range } })[0]).toContain("pin one exact version");
  expect(lockFaults({ devDependencies: { tool: "1.0.1" } }, { packages })[0]).toContain(
    "1.0.1 in package.json and 1.0.0",
  );
  expect(lockFaults({}, { packages })[0]).toContain("absent in package.json");
  const other = { ...packages, "node_modules/tool": { ...entry, version: "2.0.0" } };
  expect(lockFaults(manifest, { packages: other })[0]).toContain("the lock installs 2.0.0");
  const addressed = { ...packages, "node_modules/tool": { ...entry, resolved: "https://example.org/tool.tgz" } };
  expect(lockFaults(manifest, { packages: addressed })[0]).toContain("names the address");
  const unhashed = { ...packages, "node_modules/tool": { version: "1.0.0" } };
  expect(lockFaults(manifest, { packages: unhashed })[0]).toContain("no integrity hash");
});

test("a workspace is locked beside the others, and needs no hash", () => {
  const workspace = { devDependencies: { tool: "2.0.0" } };
  const lock = { packages: { ...packages, site: workspace, "site/node_modules/tool": { ...entry, version: "2.0.0" } } };
  expect(lockFaults(manifest, lock)).toEqual([]);
  expect(lockFaults(workspace, lock, "site")).toEqual([]);
  expect(lockFaults({ devDependencies: { tool: "3.0.0" } }, lock, "site")[0]).toContain("3.0.0 in package.json");
});
