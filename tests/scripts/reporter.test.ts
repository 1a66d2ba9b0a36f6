import { expect, test } from "vitest";
import { totalsLine } from "../../scripts/reporter.mjs";

test("the totals are one line, and name skipped tests where there are some", () => {
  expect(totalsLine({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  expect(totalsLine({ passed: 12, failed: 1, skipped: 2 })).toBe("12 passed, 1 failed, 2 skipped");
});
