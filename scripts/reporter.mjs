// A vitest reporter: says first on which Node the tests run, and last, on a line of its own, how many passed and failed.
// Whatever breaks a run counts as a failure: a file that does not load, an error outside any test, a type error.

/**
 * @param {{ passed: number, failed: number, skipped: number }} totals
 * @returns {string}
 */
export function totalsLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Give it to vitest after its own reporter, so that its line is the last. */
export class TotalsReporter {
  onInit() {
    console.log(`Node ${process.version}`);
  }

  /**
   * @param {ReadonlyArray<import("vitest/node").TestModule>} modules
   * @param {ReadonlyArray<unknown>} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      totals.failed += module.errors().length;
      for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") totals.passed += 1;
        else if (state === "skipped") totals.skipped += 1;
        else totals.failed += 1;
      }
    }
    if (modules.length === 0) totals.failed += 1;
    console.log(totalsLine(totals));
  }
}
