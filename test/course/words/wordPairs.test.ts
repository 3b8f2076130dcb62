/** Pairs of words: those of the sentence, two networks that find out which words are of a kind, and a conclusion that agrees with the numbers. */
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

interface Found {
  readonly results: readonly { readonly method: string; readonly together: number }[];
  readonly chance: number;
}

async function run(...args: string[]): Promise<{ result: Found; text: string }> {
  const recorded = record();
  const status = await lanegrad(["train", "word-pairs", "--json", "--threads", "1", ...args], recorded.surroundings);
  expect(status, recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Found, text: recorded.stderr() };
}

it("shows the pairs of the course, and both ways find which words are of a kind", async () => {
  const { result, text } = await run();
  expect(text).toMatch(/^the QUICK brown fox +\(quick, the\) \(quick, brown\) \(quick, fox\)$/m);
  expect(text).toMatch(/^over the LAZY dog +\(lazy, over\) \(lazy, the\) \(lazy, dog\)$/m);
  expect(result.chance).toBeCloseTo(4 / 29, 10);
  expect(result.results.map(({ method }) => method)).toEqual(["full softmax", "negative sampling"]);
  for (const { together } of result.results) expect(together).toBeGreaterThan(0.9);
  expect(text).toContain("Both ways find out which words are of a kind");
  expect(text).toMatch(/^full softmax .* 570 +560,450$/m); // 57 · 10 and 56,045 · 10
  expect(text).toMatch(/^negative sampling .* 60 +60$/m);
});

it("networks that learn nothing say so, and the same seed gives the same shares", async () => {
  const args = ["--steps", "20", "--lr", "0.0000001", "--seed", "3"];
  const [first, second] = [await run(...args), await run(...args)];
  const shares = ({ result }: typeof first) => result.results.map(({ together }) => together);
  expect(shares(second)).toEqual(shares(first));
  expect(first.text).toContain("Neither way finds out which words are of a kind");
});
