/**
 * `node scripts/countTests.mjs <report> <exit status>` prints "passed failed" from the report of vitest's json
 * reporter. A file that could not be loaded counts as one failure, and so does a run that ended badly without a failed
 * test or a report.
 */
import { existsSync, readFileSync } from "node:fs";

const [report, status] = process.argv.slice(2);
let passed = 0;
let failed = 0;
if (existsSync(report)) {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
  const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
  passed = numPassedTests;
  failed = numFailedTests + broken.length;
}
if (status !== "0" && failed === 0) failed = 1;
console.log(passed, failed);
