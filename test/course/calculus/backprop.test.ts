/** Back-propagation by hand: the numbers of a sample, and their agreement with the tape. */
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

interface Found {
  readonly loss: number;
  readonly errors: readonly (readonly number[])[];
  readonly gradients: readonly (readonly number[])[];
  readonly difference: number;
}

async function run(...args: string[]): Promise<{ result: Found; text: string }> {
  const recorded = record();
  expect(await lanegrad(["train", "backprop", "--json", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Found, text: recorded.stderr() };
}

it("errors and gradients agree with the tape, for several seeds and samples", async () => {
  for (const args of [[], ["--seed", "7", "--x1=-2", "--y2", "0.5"], ["--seed", "3", "--x2", "0"]]) {
    const { result, text } = await run(...args);
    expect(result.difference).toBeLessThan(1e-6);
    expect([result.errors.map((one) => one.length), result.gradients.map((one) => one.length)]).toEqual([[3, 2], [6, 6]]); // prettier-ignore
    expect(text).toContain("All 23 numbers agree");
    expect(text).toMatch(/^ε²₁ +(-?0\.\d{6}) +\1$/m);
  }
});

it("inputs of 0 move no weight of the first layer, though its errors are not 0", async () => {
  const { result } = await run("--x1", "0", "--x2", "0");
  const gradientOfInputs = result.gradients[0];
  expect(gradientOfInputs.every((value) => value === 0)).toBe(true); // a of the layer below is 0
  expect(result.errors[0].every((value) => value !== 0)).toBe(true);
});
