// The tests of the site in a real browser: `npm run test:browser`. They are apart from the others since they need a Chromium
// and the built site; where there is no Chromium they are skipped, and say why.
import { defineConfig } from "vitest/config";
import { TotalsReporter } from "./scripts/reporter.mjs";

export default defineConfig({
  test: {
    include: ["tests/browser/**/*.test.ts"],
    globalSetup: ["tests/browser/setup.ts"],
    // One browser, one page at a time: a browser uses all processors by itself.
    maxWorkers: 1,
    fileParallelism: false,
    // Guards against hanging, and no measures of speed.
    testTimeout: 120_000,
    hookTimeout: 60_000,
    reporters: ["default", new TotalsReporter()],
  },
});
