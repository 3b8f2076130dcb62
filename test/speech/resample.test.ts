/** Another rate: sines of known frequency, what lies above the band, lengths, and what is refused. */
import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../src/errors.js";
import { changeSpeed, resample } from "../../src/speech/index.js";

const sine = (hertz: number, rate: number, length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * hertz * i) / rate));

/** The greatest difference from i = 2 × 64 samples of the lower rate after the edges. */
function worst(got: Float32Array, expected: Float32Array, edge: number): number {
  expect(got.length).toBe(expected.length);
  let greatest = 0;
  for (let i = edge; i < got.length - edge; i++) greatest = Math.max(greatest, Math.abs(got[i] - expected[i]));
  return greatest;
}

describe("resample", () => {
  it.each([
    [8000, 16000, 3600],
    [16000, 8000, 3600],
    [48000, 16000, 7200],
    [44100, 16000, 1000],
    [16000, 44100, 7200],
    [22050, 8000, 440],
    [8000, 8001, 3000],
  ])("from %i to %i Hz: a sine of %i Hz, in the band, stays itself to 0.1 %%", (from, to, hertz) => {
    const length = Math.ceil(0.25 * from);
    const got = resample(sine(hertz, from, length), { from, to });
    const edge = Math.ceil((128 * to) / Math.min(from, to));
    expect(worst(got, sine(hertz, to, Math.ceil((length * to) / from)), edge)).toBeLessThan(1e-3);
  });

  it.each([
    [16000, 8000, 4000],
    [16000, 8000, 5000],
    [48000, 16000, 20000],
    [44100, 16000, 8050],
  ])("from %i to %i Hz: a sine of %i Hz, beyond the band, is below −80 dB", (from, to, hertz) => {
    const got = resample(sine(hertz, from, from / 4), { from, to });
    expect(worst(got, new Float32Array(got.length), 128)).toBeLessThan(1e-4);
  });

  it("a constant stays the same but at the edges, silence stays silence, the same rate gives a copy", () => {
    const constant = new Float32Array(4000).fill(0.5);
    expect(worst(resample(constant, { from: 8000, to: 12000 }), new Float32Array(6000).fill(0.5), 200)).toBeLessThan(1e-6); // prettier-ignore
    expect(resample(new Float32Array(100), { from: 8000, to: 16000 })).toEqual(new Float32Array(200));
    const copy = resample(constant, { from: 8000, to: 8000 });
    expect(copy).toEqual(constant);
    expect(copy).not.toBe(constant);
  });

  it("one sample becomes ⌈to / from⌉", () => {
    expect(resample(Float32Array.of(1), { from: 8000, to: 44100 })).toHaveLength(6);
    expect(resample(Float32Array.of(1), { from: 44100, to: 8000 })).toHaveLength(1);
  });

  it("rates without a common divisor, whose filters are not kept, give the same as a table would", () => {
    const got = resample(sine(440, 100003, 3000), { from: 100003, to: 99991 });
    expect(worst(got, sine(440, 99991, 3000), 200)).toBeLessThan(1e-3);
  });

  it.each<[string, () => unknown, abstract new () => Error, string]>([
    ["no rates", () => resample(new Float32Array(9), {} as never), UsageError, "speech.resample: from is missing; expected an integer in [1, 768000]."],
    ["a rate of 0", () => resample(new Float32Array(9), { from: 8000, to: 0 }), UsageError, "to is out of range"],
    ["too low a rate", () => resample(new Float32Array(9), { from: 8000, to: 31 }), UsageError, "the rate is lowered too far; expected at least 8000 / 256 Hz, got 31."],
    ["NaN", () => resample(Float32Array.of(NaN), { from: 1, to: 2 }), DataError, "a sample is not finite; expected finite numbers, got NaN as sample 0."],
    ["no samples", () => resample(new Float32Array(0), { from: 1, to: 2 }), UsageError, "there are no samples"],
    ["a result beyond memory", () => resample(new Float32Array(1000), { from: 1, to: 768000 }), UsageError, "the result is too long; expected at most 268435456 samples, got 768000000."],
    ["a factor of 5", () => changeSpeed(new Float32Array(9), 5), UsageError, "speech.changeSpeed: factor is out of range; expected a number in [0.25, 4], got 5."],
  ])("refuses %s", (_, call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  }); // prettier-ignore
});

it("changeSpeed by 1.1: a sine of 400 Hz becomes one of 440 Hz, in 1 / 1.1 of the time", () => {
  const got = changeSpeed(sine(400, 8000, 4400), 1.1);
  expect(worst(got, sine(440, 8000, 4000), 150)).toBeLessThan(1e-3);
});
