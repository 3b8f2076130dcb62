/** A GRU with forced gates is the simple network; with open gates it is not. */
import { expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";

it.each([[], ["--seed", "5", "--steps", "7", "--units", "5"], ["--steps", "100", "--units", "33"]])(
  "the difference of states falls below 1e-6 as the gates are forced %j",
  async (...args: string[]) => {
    const recorded = record();
    expect(await lanegrad(["train", "gru-to-rnn", "--json", ...args], recorded.surroundings), recorded.stderr()).toBe(
      0,
    );
    const { results } = JSON.parse(recorded.stdout()) as { results: { beta: number; difference: number }[] };
    expect(results[0]).toMatchObject({ beta: 0 });
    expect(results[0].difference).toBeGreaterThan(0.05);
    expect(results.at(-1)!.difference).toBeLessThan(1e-6);
    expect(recorded.stderr()).toContain("the GRU is the simple network");
  },
);
