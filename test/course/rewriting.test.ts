/** Copying and sorting: attention writes what one vector cannot hold, the conclusion agrees with the numbers, and the same seed gives the same result. */
import { expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";

interface Found {
  readonly networks: readonly {
    readonly network: string;
    readonly lengths: readonly number[];
    readonly exactPercent: readonly number[];
  }[];
}

async function run(lesson: string, ...args: string[]): Promise<{ result: Found; text: string }> {
  const recorded = record();
  const status = await lanegrad(["train", lesson, "--json", "--threads", "1", ...args], recorded.surroundings);
  expect(status, recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Found, text: recorded.stderr() };
}

it("copying: with attention nearly all sequences of up to 8 symbols after 400 steps, without it hardly any", async () => {
  const { result, text } = await run("copying", "--epochs", "4", "--length", "8", "--units", "32", "--lr", "0.01");
  const [without, looking] = result.networks;
  expect(looking.lengths).toEqual([2, 4, 6, 8, 10, 12]);
  expect(looking.exactPercent[3]).toBeGreaterThan(60);
  expect(without.exactPercent[3]).toBeLessThan(20);
  expect(text).toContain("Attention helps:");
  expect(text).toContain("At 12 symbols, longer than any in training");
});

it("sorting: the same seed gives the same shares, and one that learns nothing says so", async () => {
  const args = ["--epochs", "1", "--length", "4", "--units", "8", "--lr", "0.00001", "--seed", "3"];
  const [first, second] = [await run("sorting", ...args), await run("sorting", ...args)];
  const shares = ({ result }: typeof first) => result.networks.map(({ exactPercent }) => exactPercent);
  expect(shares(second)).toEqual(shares(first));
  expect(first.text).toContain("No clear help by attention at this length");
});
