/** SpecAugment and noise: what is covered, ratios, the same seed twice, and what is refused. */
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, UsageError } from "../../src/errors.js";
import { addNoise, specAugment } from "../../src/speech/index.js";
import { ones, tensor, zeros } from "../../src/tensor/create.js";
import { Random } from "../../src/tensor/random.js";
import "../support/engine.js";

describe("specAugment", () => {
  const [T, F] = [100, 30];
  const x = tensor(
    Float32Array.from({ length: T * F }, (_, i) => 1 + Math.sin(i * i)),
    [T, F],
  );
  const given = x.toTypedArray().slice();
  const masks = { timeMasks: 2, timeWidth: 15, frequencyMasks: 3, frequencyWidth: 5 };

  it("covers whole frames and whole features, at most so many, and changes nothing else", () => {
    let covered = 0;
    for (let seed = 0; seed < 60; seed++) {
      const values = specAugment(x, { random: new Random(seed), ...masks, fill: -7 }).toArray() as number[][];
      const isFrame = values.map((row) => row.every((value) => value === -7));
      const isFeature = values[0].map((_, f) => values.every((row) => row[f] === -7));
      const expected = values.map((row, t) => row.map((_, f) => (isFrame[t] || isFeature[f] ? -7 : given[t * F + f])));
      expect(values).toEqual(expected);
      expect(isFrame.filter(Boolean).length).toBeLessThanOrEqual(30);
      expect(isFeature.filter(Boolean).length).toBeLessThanOrEqual(15);
      covered += isFrame.filter(Boolean).length;
    }
    expect(covered / 60).toBeGreaterThan(10); // two masks of 7.5 on average, some over each other
    expect(covered / 60).toBeLessThan(16);
  });

  it("the same seed gives the same masks, another one others; x stays as it was", () => {
    const once = (seed: number): unknown => specAugment(x, { random: new Random(seed), ...masks }).toArray();
    expect(once(3)).toEqual(once(3));
    expect(once(3)).not.toEqual(once(4));
    expect(x.toTypedArray()).toEqual(given);
  });

  it("fills with the mean of each feature by default", () => {
    const y = specAugment(tensor([[1, 10], [3, 30]]), { random: new Random(0), timeMasks: 100, timeShare: 1, frequencyMasks: 0 }); // prettier-ignore
    expect(y.toArray()).toEqual([[2, 20], [2, 20]]); // prettier-ignore
  });

  it("of a short recording no more than the share of frames is covered, of a few features all at most", () => {
    const y = specAugment(ones([4, 1]), { random: new Random(1), timeShare: 0.2, frequencyMasks: 0, fill: 0 });
    expect(y.toArray()).toEqual([[1], [1], [1], [1]]);
    expect(specAugment(ones([4, 1]), { random: new Random(1), frequencyMasks: 100, fill: 0 }).toArray()).toEqual([[0], [0], [0], [0]]); // prettier-ignore
  });
});

describe("addNoise", () => {
  const samples = Float32Array.from({ length: 8000 }, (_, i) => 0.3 * Math.sin(i / 5));
  const power = (x: Float32Array): number => x.reduce((sum, value) => sum + value * value, 0) / x.length;
  const added = (noisy: Float32Array): Float32Array => noisy.map((value, i) => value - samples[i]);

  it.each([20, 0, -10])("the powers of recording and noise are %i dB apart, white or recorded", (decibels) => {
    const noise = Float32Array.from({ length: 1000 }, (_, i) => Math.cos(i));
    for (const options of [{}, { noise }]) {
      const noisy = addNoise(samples, { random: new Random(1), decibels, ...options });
      expect(10 * Math.log10(power(samples) / power(added(noisy)))).toBeCloseTo(decibels, 2);
    }
  });

  it("recorded noise begins at a drawn place and again where it ends", () => {
    const noise = Float32Array.of(1, -2, 4);
    const got = added(addNoise(samples, { random: new Random(2), decibels: 0, noise }));
    const ratios = [...got.slice(0, 4)].map((value) => value / got[0]);
    expect(ratios[3]).toBeCloseTo(1, 3);
    expect([[1, -2, 4], [1, -2, -0.5], [1, 0.25, -0.5]].some((one) => one.every((value, i) => Math.abs(value - ratios[i]) < 1e-3))).toBe(true); // prettier-ignore
  });

  it("silence stays silent, and silent noise adds nothing", () => {
    const silence = new Float32Array(10);
    expect(addNoise(silence, { random: new Random(0), decibels: 10 })).toEqual(silence);
    expect(addNoise(samples, { random: new Random(0), decibels: 10, noise: silence })).toEqual(samples);
  });
});

const random = new Random(0);
it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["no generator", () => specAugment(ones([2, 2]), {} as never), UsageError, "speech.specAugment: random is no generator; expected new Random(seed), got undefined."],
  ["a share above 1", () => specAugment(ones([2, 2]), { random, timeShare: 1.5 }), UsageError, "timeShare is out of range; expected a number in [0, 1], got 1.5."],
  ["no frames", () => specAugment(zeros([0, 2]), { random }), ShapeError, "speech.specAugment: these are no features"],
  ["another filling", () => specAugment(ones([2, 2]), { random, fill: NaN }), UsageError, "fill is out of range"],
  ["a wrong count", () => specAugment(ones([2, 2]), { random, timeMasks: 0.5 }), UsageError, "timeMasks is out of range"],
  ["no ratio", () => addNoise(new Float32Array(2), { random } as never), UsageError, "speech.addNoise: decibels is missing; expected a number in [-60, 120]."],
  ["NaN in the noise", () => addNoise(new Float32Array(2), { random, decibels: 0, noise: Float32Array.of(NaN) }), DataError, "a sample is not finite"],
])("refuses %s", (_, call, error, text) => {
  expect(call).toThrow(error);
  expect(call).toThrow(text);
}); // prettier-ignore
