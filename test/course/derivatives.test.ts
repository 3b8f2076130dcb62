/** The lesson on a graph of values and derivatives. */
import { expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";

it("at a = 2 and b = 1, (a + b) · (b + 1) is 6 and has the derivatives 2 by a and 5 by b", async () => {
  const recorded = record();
  expect(await lanegrad(["train", "derivatives", "--json"], recorded.surroundings)).toBe(0);
  const result = JSON.parse(recorded.stdout()) as { nodes: Record<string, { value: number; derivative: number }> };
  expect(result.nodes).toEqual({
    a: { value: 2, derivative: 2 },
    b: { value: 1, derivative: 5 },
    c: { value: 3, derivative: 2 },
    d: { value: 2, derivative: 3 },
    e: { value: 6, derivative: 1 },
  });
  expect(recorded.stderr()).toMatch(/^∂e\/∂b +5\.00000 +5\.00000$/m);
  expect(recorded.stderr()).toContain("The two ways agree");
});

it("other values are set on the command line, negative ones too", async () => {
  const recorded = record();
  const args = ["train", "derivatives", "--a=-1.5", "--b", "0.5", "--json"];
  expect(await lanegrad(args, recorded.surroundings)).toBe(0);
  expect(JSON.parse(recorded.stdout())).toMatchObject({ a: -1.5, b: 0.5, nodes: { e: { value: -1.5 } } });
  expect(recorded.stderr()).toContain("The two ways agree");
});
