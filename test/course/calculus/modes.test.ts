/** The lesson on what a gradient costs in either mode. */
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

it("both modes find the same gradient, and forward mode is continued where it takes too long", async () => {
  const recorded = record();
  expect(
    await lanegrad(["train", "modes", "--inputs", "100", "--json"], recorded.surroundings),
    recorded.stderr(),
  ).toBe(0);
  const { rows } = JSON.parse(recorded.stdout()) as { rows: Record<string, number>[] };
  expect(rows.map(({ n, isMeasured }) => [n, isMeasured])).toEqual([
    ...[1, 10, 100].map((n) => [n, true]),
    ...[1000, 10_000, 100_000, 1_000_000].map((n) => [n, false]),
  ]);
  for (const row of rows.slice(0, 3)) expect(row.difference).toBeLessThan(1e-5);
  expect(rows[6].forwardSeconds).toBeGreaterThan(100 * rows[6].reverseSeconds);
  expect(recorded.stderr()).toContain("Both modes find the same gradient; at 100 inputs forward mode takes");
});
