// The tests run on the sources: every entry of the package's exports map is an alias for the source file behind it.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./scripts/reporter.mjs";

const manifest: { exports: Record<string, string | { default: string }> } = JSON.parse(
  readFileSync(new URL("package.json", import.meta.url), "utf8"),
);

const alias = Object.entries(manifest.exports).flatMap(([key, target]) => {
  if (typeof target === "string") return [];
  const source = target.default.replace("./dist/", "./src/").replace(/\.js$/, ".ts");
  const name = `adjoint${key.slice(1)}`;
  return [{ find: new RegExp(`^${name}$`), replacement: fileURLToPath(new URL(source, import.meta.url)) }];
});

// The site's scripts run on the notebooks' runner as it is built; the tests, on its sources.
const runner = fileURLToPath(new URL("notebooks/runner/", import.meta.url));
alias.push({ find: /^.*\/build\/notebooks\/runner\/([\w-]+)\.js$/, replacement: `${runner}$1.ts` });

export default defineConfig({
  resolve: { alias },
  test: {
    include: ["tests/**/*.test.ts"],
    // Every test may use the reference backend and config.enableChecks.
    setupFiles: ["tests/setup.ts"],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    reporters: ["default", new TotalsReporter()],
    typecheck: {
      enabled: true,
      include: ["tests/types/**/*.test-d.ts"],
      // Named, because the checker passes silently over files that the tsconfig it finds does not include
      // (scripts/check-types.mjs holds the negative control).
      tsconfig: "./tsconfig.types.json",
    },
  },
});
