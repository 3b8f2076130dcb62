/** What a convolutional network sees, on a tiny set of digits: the windows of its kernels, and ink that is blanked out. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { responsesOf } from "../../../course/convolution/featureMaps/responses.js";
import { init, initializers, layers, sequential, tensor } from "../../../src/index.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";
import { writeTinyMnist } from "../../cli/tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-feature-maps-"));
beforeAll(() => writeTinyMnist(folder, [400, 100]));
afterAll(() => rmSync(folder, { recursive: true }));

it("a kernel of ones over 3 × 3 responds most where the bright square is, and a kernel of zeros is silent", async () => {
  await init({ threads: 1 });
  const pixels = new Uint8Array(2 * 784);
  for (const at of [0, 1, 2, 28, 29, 30, 56, 57, 58]) pixels[28 * 10 + 5 + at] = 200;
  pixels[784] = 100;
  const conv = { filters: 1, kernelSize: 3, padding: "same", activation: "relu" } as const;
  const x = tensor(pixels, [2, 28, 28, 1]);
  const { signal } = new AbortController();
  for (const [weights, silent] of [
    ["ones", 0],
    ["zeros", 1],
  ] as const) {
    const layer = layers.conv2d({ ...conv, name: "first", kernelInitializer: initializers[weights](), inputShape: [28, 28, 1] }); // prettier-ignore
    const model = sequential([layer], { name: "kernels", seed: 0 });
    const responses = await responsesOf(model, x, { layer: "first", size: 3, step: 1, first: -1 }, signal);
    expect(responses.silent).toBe(silent);
    if (weights === "zeros") continue;
    const [{ width, height, pixels: drawn, caption }] = responses.pictures;
    expect([width, height]).toEqual([7, 3]);
    const bytes = Array.from(atob(drawn), (one) => one.charCodeAt(0));
    // The square of the first picture, a grey line, and the corner of the second, whose window is half outside.
    expect(bytes.slice(0, 7)).toEqual([255, 255, 255, 128, 0, 0, 0]);
    expect(bytes.filter((byte) => byte === 128)).toHaveLength(4);
    expect(caption).toMatch(/^0: up to \d/);
    model.dispose();
  }
  x.dispose();
});

it("feature-maps: without the ink of the greatest gradient fewer digits are read than without as much by lot", async () => {
  const recorded = record();
  const args = ["--json", "--threads", "1", "--epochs", "8", "--batch", "20", "--blanked", "0.3", "--data", folder];
  expect(await lanegrad(["train", "feature-maps", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  const result = JSON.parse(recorded.stdout()) as Record<string, number>;
  expect(result.accuracy).toBeGreaterThan(0.9);
  expect(result.withoutGreatestGradient).toBeLessThan(result.withoutInkByLot);
  expect(result.silentKernels).toBeLessThan(24);
  expect(recorded.stderr()).toMatch(/The difference is [\d.]+ % of the test digits/);
});
