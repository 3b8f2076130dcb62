/** Features against the published formulas in float64, by plain loops; silence, short and damaged recordings; cost. */
import { describe, expect, it } from "vitest";
import { DataError, ShapeError, UsageError } from "../../src/errors.js";
import { deltas, featureStatistics, hertzToMel, logMel, melFilters, melToHertz, mfcc, normalizeFeatures, powerSpectrum, preEmphasize, windowOf, type LogMelOptions, type MelScale } from "../../src/speech/index.js"; // prettier-ignore
import { heap } from "../../src/runtime/runtime.js";
import { tensor, zeros } from "../../src/tensor/create.js";
import { scope } from "../../src/tensor/scope.js";
import { Random } from "../../src/tensor/random.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";

/** Two tones and noise. */
function sound(length: number, sampleRate: number, seed = 1): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length }, (_, i) => {
    const t = (2 * Math.PI * i) / sampleRate;
    return 0.5 * Math.sin(310 * t) + 0.2 * Math.cos(1720 * t) + 0.05 * random.uniform(-1, 1);
  });
}

interface Plan {
  readonly L: number;
  readonly hop: number;
  readonly N: number;
  readonly a: number;
  readonly window: (n: number, L: number) => number;
}
const hamming = (n: number, L: number): number => 0.54 - 0.46 * Math.cos((2 * Math.PI * n) / (L - 1));
const hann = (n: number, L: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * n) / (L - 1));

/** |X[k]|² of each frame by the definition, with e^{−2πikn/N} from the frame's first sample. */
function powers(x: Float32Array, { L, hop, N, a, window }: Plan): number[][] {
  const rows: number[][] = [];
  for (let from = 0; from + L <= x.length; from += hop) {
    const row: number[] = [];
    for (let k = 0; k <= N / 2; k++) {
      let [re, im] = [0, 0];
      for (let n = 0; n < L; n++) {
        const i = from + n;
        const value = (x[i] - a * x[Math.max(0, i - 1)]) * window(n, L);
        re += value * Math.cos((2 * Math.PI * k * n) / N);
        im -= value * Math.sin((2 * Math.PI * k * n) / N);
      }
      row.push(re * re + im * im);
    }
    rows.push(row);
  }
  return rows;
}

const scales: Record<MelScale, { mel: (f: number) => number; hertz: (m: number) => number }> = {
  htk: { mel: (f) => 1127 * Math.log(1 + f / 700) * (2595 / 1127 / Math.LN10), hertz: (m) => 700 * (10 ** (m / 2595) - 1) }, // prettier-ignore
  slaney: {
    mel: (f) => (f < 1000 ? (3 * f) / 200 : 15 + (27 * Math.log(f / 1000)) / Math.log(6.4)),
    hertz: (m) => (m < 15 ? (200 * m) / 3 : 1000 * 6.4 ** ((m - 15) / 27)),
  },
};

/** Weight of frequency f in filter m of M. */
function melWeight(
  f: number,
  m: number,
  M: number,
  low: number,
  high: number,
  scale: MelScale,
  isArea: boolean,
): number {
  // prettier-ignore
  const { mel, hertz } = scales[scale];
  const edge = (i: number): number => hertz(mel(low) + ((mel(high) - mel(low)) * i) / (M + 1));
  const [left, centre, right] = [edge(m), edge(m + 1), edge(m + 2)];
  const height = isArea ? 2 / (right - left) : 1;
  if (f <= left || f >= right) return 0;
  return height * (f < centre ? (f - left) / (centre - left) : (right - f) / (right - centre));
}

function worst(got: Tensor, expected: readonly (readonly number[])[]): number {
  expect(got.shape).toEqual([expected.length, expected[0].length]);
  return Math.max(...expected.flat().map((value, i) => Math.abs(value - got.toTypedArray()[i])));
}

describe("powerSpectrum", () => {
  it.each<[string, number, object, Plan]>([
    ["25 ms at 8,000 Hz", 1000, { sampleRate: 8000 }, { L: 200, hop: 80, N: 256, a: 0.97, window: hamming }],
    ["an odd length, Hann, no pre-emphasis", 700, { sampleRate: 10000, frameSeconds: 0.0101, hopSeconds: 0.005, window: "hann", preEmphasis: 0, dftLength: 130 }, { L: 101, hop: 50, N: 130, a: 0, window: hann }],
    ["no window, N = L", 300, { sampleRate: 1000, frameSeconds: 0.1, hopSeconds: 0.1, window: "rectangular", preEmphasis: 0.5, dftLength: 100 }, { L: 100, hop: 100, N: 100, a: 0.5, window: () => 1 }],
    ["frames of one sample", 5, { sampleRate: 100, frameSeconds: 0.01, hopSeconds: 0.01, window: "hann", preEmphasis: 0 }, { L: 1, hop: 1, N: 2, a: 0, window: () => 1 }],
    ["more frames than a chunk has", 1100, { sampleRate: 100, frameSeconds: 0.04, hopSeconds: 0.02 }, { L: 4, hop: 2, N: 4, a: 0.97, window: hamming }],
  ])("%s: as the definition in float64", (_, length, options, plan) => {
    const x = sound(length, 8000);
    const expected = powers(x, plan);
    const got = powerSpectrum(x, options as never);
    expect(worst(got, expected)).toBeLessThan(2e-6 * Math.max(...expected.flat()));
  }); // prettier-ignore

  it("a tone at the centre of a frequency is found in its column", () => {
    const x = Float32Array.from({ length: 256 }, (_, i) => Math.cos((2 * Math.PI * 40 * i) / 256));
    const options = { sampleRate: 8000, frameSeconds: 256 / 8000, window: "rectangular", preEmphasis: 0 } as const;
    const row = [...powerSpectrum(x, options).toTypedArray()];
    expect(row[40]).toBeCloseTo(128 ** 2, 1);
    expect(Math.max(...row.toSpliced(40, 1))).toBeLessThan(1e-3);
  });
});

describe("mel", () => {
  it("1,000 Hz are 999.99 mel of HTK's and 15 of Slaney's; 6,400 Hz are 42", () => {
    expect(hertzToMel(1000)).toBeCloseTo(999.9855, 3);
    expect(hertzToMel(1000, "slaney")).toBeCloseTo(15, 12);
    expect(hertzToMel(6400, "slaney")).toBeCloseTo(42, 12);
    for (const scale of ["htk", "slaney"] as const)
      for (const f of [0, 60, 999, 1001, 8000]) expect(melToHertz(hertzToMel(f, scale), scale)).toBeCloseTo(f, 8);
  });

  it.each<[MelScale, "peak" | "area", number, number, number]>([
    ["htk", "peak", 40, 0, 4000],
    ["slaney", "area", 26, 100, 3800],
  ])("%s, %s: %i filters from %i to %i Hz as published", (scale, norm, filters, low, high) => {
    const F = melFilters({ sampleRate: 8000, dftLength: 256, filters, low, high, scale, norm });
    const expected = Array.from({ length: 129 }, (_, k) =>
      Array.from({ length: filters }, (_, m) => melWeight(k * 31.25, m, filters, low, high, scale, norm === "area")),
    );
    expect(worst(F, expected)).toBeLessThan(1e-6);
  });

  it("a filter without a frequency is refused", () => {
    expect(() => melFilters({ sampleRate: 8000, dftLength: 256, filters: 128 })).toThrow(UsageError);
    expect(() => melFilters({ sampleRate: 8000, dftLength: 256, filters: 128 })).toThrow(/mel filter \d+ would be empty; expected a frequency between [\d.]+ and [\d.]+ Hz, got a transform of 256, with steps of 31.3 Hz\. Use fewer filters/); // prettier-ignore
  });
});

describe("logMel and mfcc", () => {
  const x = sound(1000, 8000);
  const plan: Plan = { L: 200, hop: 80, N: 256, a: 0.97, window: hamming };
  const energies = (scale: MelScale, isArea: boolean): number[][] =>
    powers(x, plan).map((row) =>
      Array.from({ length: 24 }, (_, m) =>
        Math.log(row.reduce((sum, power, k) => sum + power * melWeight(k * 31.25, m, 24, 60, 3900, scale, isArea), 0)),
      ),
    );
  const options: LogMelOptions = { sampleRate: 8000, filters: 24, low: 60, high: 3900 };

  it("log-mel as the formula in float64, on both scales", () => {
    expect(worst(logMel(x, options), energies("htk", false))).toBeLessThan(1e-4);
    expect(worst(logMel(x, { ...options, scale: "slaney", norm: "area" }), energies("slaney", true))).toBeLessThan(1e-4); // prettier-ignore
  });

  it.each([0, 22])("13 coefficients as the formula in float64, lifter %i", (lifter) => {
    const expected = energies("htk", false).map((row) =>
      Array.from({ length: 13 }, (_, j) => {
        const lift = lifter === 0 ? 1 : 1 + (lifter / 2) * Math.sin((Math.PI * j) / lifter);
        const sum = row.reduce((all, e, m) => all + e * Math.cos((Math.PI * j * (m + 0.5)) / 24), 0);
        return lift * Math.sqrt((j === 0 ? 1 : 2) / 24) * sum;
      }),
    );
    expect(worst(mfcc(x, { ...options, lifter }), expected)).toBeLessThan(2e-3);
  });

  it("deltas of deltas are the third block of columns", () => {
    const all = mfcc(x, { ...options, deltas: 2 });
    const plain = mfcc(x, options);
    expect(all.shape).toEqual([11, 39]);
    const expected = [plain, deltas(plain), deltas(deltas(plain))].map((one) => one.toArray() as number[][]);
    expect(all.toArray()).toEqual(expected[0].map((row, t) => [...row, ...expected[1][t], ...expected[2][t]]));
  });

  it("silence is ln(floor), and 0 when normalized", () => {
    const silence = logMel(new Float32Array(800), { sampleRate: 8000 });
    expect([...new Set(silence.toTypedArray())]).toEqual([Math.fround(Math.log(1e-10))]);
    expect([...new Set(normalizeFeatures(silence).toTypedArray())].map(Math.abs)).toEqual([0]);
  });

  it("a recording twice as long is cut alike, chunk by chunk; nothing is left in memory but the result", () => {
    const long = sound(8000 * 12, 8000);
    const before = heap().bytesInUse;
    scope(() => {
      const all = logMel(long, { sampleRate: 8000 });
      expect(all.shape).toEqual([1198, 40]);
      const part = logMel(long.subarray(80 * 600), { sampleRate: 8000, preEmphasis: 0 });
      const whole = logMel(long, { sampleRate: 8000, preEmphasis: 0 });
      expect([...part.toTypedArray()]).toEqual([...whole.toTypedArray().subarray(600 * 40)]);
    });
    expect(heap().bytesInUse).toBe(before);
  });

  it("the same at 48,000 Hz has frames of 1,200 samples", () => {
    expect(logMel(sound(48000, 48000), { sampleRate: 48000, filters: 80 }).shape).toEqual([98, 80]);
  });

  it("20 s at 16,000 Hz take less than 100 ms of processor time, on a busy machine too", () => {
    const long = sound(16000 * 20, 16000);
    let least = Infinity;
    for (let i = 0; i < 12; i++) {
      const from = process.cpuUsage();
      scope(() => void logMel(long, { sampleRate: 16000 }));
      const { user, system } = process.cpuUsage(from);
      least = Math.min(least, (user + system) / 1000);
    }
    expect(least).toBeLessThan(100);
  });
});

describe("deltas", () => {
  it("the slope of the neighbours, the ends repeated", () => {
    const x = tensor([[1], [2], [4], [7], [11]]);
    const value = (t: number): number => [1, 2, 4, 7, 11][Math.max(0, Math.min(4, t))];
    const expected = [0, 1, 2, 3, 4].map((t) => [
      (value(t + 1) - value(t - 1) + 2 * (value(t + 2) - value(t - 2))) / 10,
    ]);
    expect(worst(deltas(x), expected)).toBeLessThan(1e-6);
    expect(deltas(tensor([[3, 4]]), { width: 3 }).toArray()).toEqual([[0, 0]]);
  });
});

describe("normalization", () => {
  it("mean 0 and deviation 1 over all recordings, those of other recordings used as they are", () => {
    const [a, b] = [tensor([[1, 5], [3, 5]]), tensor([[8, 5]])]; // prettier-ignore
    const statistics = featureStatistics([a, b]);
    expect(statistics.mean.toArray()).toEqual([4, 5]);
    expect((statistics.deviation.toArray() as number[])[0]).toBeCloseTo(Math.sqrt(26 / 3), 6);
    const normal = normalizeFeatures(b, statistics).toArray() as number[][];
    expect(normal[0][0]).toBeCloseTo(4 / Math.sqrt(26 / 3), 5);
    expect(normal[0][1]).toBe(0);
    expect(normalizeFeatures(a).toArray()).toEqual([[-1, 0], [1, 0]]); // prettier-ignore
  });
});

it("windows and pre-emphasis by their formulas", () => {
  expect([...windowOf("hann", 5)].map((value) => Math.round(1e6 * value) / 1e6)).toEqual([0, 0.5, 1, 0.5, 0]);
  expect([...windowOf("hamming", 3)].map((value) => Math.round(1e6 * value) / 1e6)).toEqual([0.08, 1, 0.08]);
  expect([...windowOf("rectangular", 2), ...windowOf("hann", 1)]).toEqual([1, 1, 1]);
  expect([...preEmphasize(Float32Array.of(1, 2, 4), 0.5)]).toEqual([0.5, 1.5, 3]);
});

const some = new Float32Array(400).fill(0.1);
it.each<[string, () => unknown, abstract new () => Error, string]>([
  ["NaN samples", () => logMel(some.with(7, NaN), { sampleRate: 8000 }), DataError, "speech.logMel: a sample is not finite; expected finite numbers, got NaN as sample 7."],
  ["an infinite sample", () => mfcc(some.with(0, Infinity), { sampleRate: 8000 }), DataError, "speech.mfcc: a sample is not finite"],
  ["a recording shorter than a frame", () => logMel(new Float32Array(199), { sampleRate: 8000 }), UsageError, "speech.logMel: the recording is too short; expected at least one frame of 200 samples, got 199. Pad the recording"],
  ["no samples", () => mfcc(new Float32Array(0), { sampleRate: 8000 }), UsageError, "speech.mfcc: there are no samples."],
  ["stereo", () => logMel([some, some] as never, { sampleRate: 8000 }), UsageError, "samples must be those of one channel; expected a Float32Array, got [Float32Array, Float32Array]."],
  ["no rate", () => logMel(some, {} as never), UsageError, "speech.logMel: sampleRate is missing"],
  ["an unknown option", () => logMel(some, { sampleRate: 8000, mels: 80 } as never), UsageError, 'speech.logMel: unknown option; expected sampleRate, frameSeconds'],
  ["a transform shorter than a frame", () => powerSpectrum(some, { sampleRate: 8000, dftLength: 128 }), UsageError, "speech.powerSpectrum: dftLength is too short; expected at least the 200 samples of a frame, got 128."],
  ["an odd transform", () => powerSpectrum(some, { sampleRate: 8000, dftLength: 255 }), UsageError, "dftLength is odd; expected an even number, got 255."],
  ["frames beyond 8,192 samples", () => powerSpectrum(some, { sampleRate: 48000, frameSeconds: 0.2 }), UsageError, "a frame is too long; expected at most 8192 samples, got 9600."],
  ["another window", () => windowOf("kaiser" as never, 3), UsageError, 'speech.windowOf: unknown window; expected "hann", "hamming" or "rectangular", got "kaiser".'],
  ["filters above half of the rate", () => logMel(some, { sampleRate: 8000, high: 5000 }), UsageError, "high is out of range; expected a number in (0, 4000], got 5000."],
  ["more coefficients than filters", () => mfcc(some, { sampleRate: 8000, filters: 20, coefficients: 21 }), UsageError, "speech.mfcc: coefficients is out of range; expected an integer in [1, 20], got 21."],
  ["deltas of a vector", () => deltas(zeros([3])), ShapeError, "speech.deltas: these are no features; expected a float32 tensor [T, F] with T and F ≥ 1, got float32 [3]."],
  ["no recordings", () => featureStatistics([]), UsageError, "speech.featureStatistics: there are no recordings."],
  ["numbers as recordings", () => featureStatistics([1, 2] as never), ShapeError, "speech.featureStatistics: these are no features; expected a float32 tensor [T, F] with T and F ≥ 1, got 1."],
  ["recordings that differ", () => featureStatistics([zeros([1, 2]), zeros([1, 3])]), ShapeError, "expected a float32 tensor [T, F = 2] with T and F ≥ 1, got float32 [1, 3]."],
  ["statistics of other features", () => normalizeFeatures(zeros([1, 2]), featureStatistics([zeros([1, 3])])), ShapeError, "speech.normalizeFeatures: mean does not fit; expected [F] = [2], got [3]."],
])("refuses %s, and leaves no memory behind", (_, call, error, text) => {
  scope(() => {
    const before = heap().bytesInUse;
    scope(() => {
      expect(call).toThrow(text);
    });
    expect(heap().bytesInUse).toBe(before);
  });
  expect(call).toThrow(error);
}); // prettier-ignore
