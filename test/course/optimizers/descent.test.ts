/** Ways down a surface: who arrives, and after how many evaluations. */
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

interface Way {
  readonly name: string;
  readonly steps: number;
  readonly evaluations: number;
  readonly value: number;
}

async function run(...args: string[]): Promise<{ paths: Record<string, Way>; text: string }> {
  const recorded = record();
  const status = await lanegrad(["train", "descent", "--json", "--threads", "1", ...args], recorded.surroundings);
  expect(status, recorded.stderr()).toBe(0);
  const { paths } = JSON.parse(recorded.stdout()) as { paths: Way[] };
  return { paths: Object.fromEntries(paths.map((one) => [one.name, one])), text: recorded.stderr() };
}

it("the bowl: gradient descent's steps are those of its formula, a rate above 2/20 diverges, L-BFGS needs at most 15 evaluations", async () => {
  const { paths, text } = await run();
  // x shrinks by 1 − rate at each step, y by 1 − 20 · rate; the rest follows from the height below 1e-4.
  expect(paths["gradient, small rate"].steps).toBe(Math.ceil(Math.log(Math.sqrt(2e-4) / 4) / Math.log(0.99)));
  expect(paths["gradient, too large"].value).toBeGreaterThan(1e6);
  expect(paths["L-BFGS"].evaluations).toBeLessThanOrEqual(15);
  for (const name of ["gradient, large rate", "momentum", "Adam"]) expect(paths[name].value).toBeLessThan(1e-4);
  expect(text).toMatch(/Below 0\.0001 after so many evaluations: L-BFGS \d+, /);
  expect(text).toContain("ended no lower than it began: gradient, too large");
});

it("the valley: L-BFGS arrives within 60 evaluations, small rates do not within 1,000", async () => {
  const { paths, text } = await run("--surface", "valley");
  expect(paths["L-BFGS"].evaluations).toBeLessThanOrEqual(60);
  expect(paths["gradient, small rate"].value).toBeGreaterThan(1e-4);
  expect(text).toMatch(/too slow: .*gradient, small rate/);
});
