/** The lesson on derivatives on a graph. */
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

it("at a = 2 and b = 1, (a + b) · (b + 1) is 6 and has the derivatives 2 by a and 5 by b, in either mode", async () => {
  const recorded = record();
  expect(await lanegrad(["train", "graph", "--json"], recorded.surroundings), recorded.stderr()).toBe(0);
  expect(JSON.parse(recorded.stdout())).toMatchObject({
    forward: { a: 2, b: 5 },
    reverse: { a: 2, b: 5 },
    paths: 9,
    derivativeOfPaths: 310,
    nodes: {
      a: { value: 2, derivative: 2 },
      b: { value: 1, derivative: 5 },
      v1: { value: 3, derivative: 2 },
      v2: { value: 2, derivative: 3 },
      e: { value: 6, derivative: 1 },
    },
  });
  expect(recorded.stderr()).toMatch(/^∂e\/∂b +5\.00000 +5\.00000 +5\.00000 +5\.00000 +5\.00000$/m);
  expect(recorded.stderr()).toContain("All ways agree");
});

it("other values are set on the command line, negative ones too", async () => {
  const recorded = record();
  const args = ["train", "graph", "--a=-1.5", "--b", "0.5", "--json"];
  expect(await lanegrad(args, recorded.surroundings)).toBe(0);
  expect(JSON.parse(recorded.stdout())).toMatchObject({ a: -1.5, b: 0.5, reverse: { a: 1.5, b: 0.5 } });
  expect(recorded.stderr()).toContain("All ways agree");
});
