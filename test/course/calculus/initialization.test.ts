/** Activations and initial weights: known values, and conclusions that agree with them. */
import { expect, it } from "vitest";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

async function run(
  lesson: string,
  ...args: string[]
): Promise<{ results: Record<string, number | string>[]; text: string }> {
  const recorded = record();
  const status = await lanegrad(["train", lesson, "--json", "--threads", "1", ...args], recorded.surroundings);
  expect(status, recorded.stderr()).toBe(0);
  return {
    ...(JSON.parse(recorded.stdout()) as { results: Record<string, number | string>[] }),
    text: recorded.stderr(),
  };
}

it("activations: the sigmoid's largest derivative is ¼, that of GELU 1.129, ReLU is flat on one half", async () => {
  const { results, text } = await run("activations");
  const by = Object.fromEntries(results.map((one) => [one.name, one]));
  expect(by.sigmoid.largest).toBeCloseTo(0.25, 3);
  expect(by.tanh.largest).toBeCloseTo(1, 2);
  expect(by.GELU.largest).toBeCloseTo(1.129, 2);
  expect(by.ReLU.flat).toBe(0.5);
  expect(text).toContain("agree to within 0.002");
});

it("initialization: ReLU needs He's weights, the same seed gives the same numbers", async () => {
  const small = ["--samples", "100"];
  const { results, text } = await run("initialization", ...small);
  const of = (activation: string, beginning: string) =>
    results.find((one) => one.activation === activation && one.beginning === beginning)!;
  // Weights of N(0, s²) multiply a gradient by s · √H at each layer, and ReLU lets half of its square through.
  expect(of("ReLU", "N(0, 1)").back).toBeGreaterThan(50 ** 2.5 / 3);
  expect(of("ReLU", "N(0, 1)").back).toBeLessThan(50 ** 2.5 * 3);
  expect(of("ReLU", "He").back).toBeGreaterThan(0.5);
  expect(of("ReLU", "He").back).toBeLessThan(2);
  expect(of("tanh", "N(0, 0.01)").back).toBeCloseTo(0.1 ** 5, 5);
  expect(of("sigmoid", "Glorot").back).toBeLessThan(0.25 ** 5 * 2);
  expect([of("ReLU", "zeros").back, of("ReLU", "zeros").idle]).toEqual([0, 1]);
  expect(text).toMatch(/for tanh: Glorot, He; sigmoid: N\(0, 1\); ReLU: Glorot, He\./);
  expect((await run("initialization", ...small)).results).toEqual(results);
});
