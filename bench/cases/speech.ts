/**
 * Speech: log-mel energies of a minute of sound, and a step of the CTC loss, with the gradient of the logits, log-softmax
 * included. Letters: N recordings, T frames, C classes, L labels; Q = 129 frequencies, M filters.
 */
import { ctcLoss, record, tensor } from "lanegrad";
import { logMel } from "lanegrad/speech";
import type { Case, Prepared } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";

const [N, T, C, L] = [32, 200, 29, 30];
const [sampleRate, seconds, filters] = [16000, 60, 40];
const [frame, hop, dft] = [400, 160, 512];

const logSum = (a: number, b: number): number => {
  const most = Math.max(a, b);
  return most === -Infinity ? most : most + Math.log1p(Math.exp(-Math.abs(a - b)));
};

/** −ln P of one recording in float64, state by state, with blank 0. @param logits (T, C) */
function plainLoss(logits: ArrayLike<number>, labels: ArrayLike<number>): number {
  const states = [0, ...Array.from(labels).flatMap((label) => [label, 0])];
  let before = states.map((_, s) => (s < 1 ? 0 : -Infinity));
  for (let t = 0; t < T; t++) {
    let sum = -Infinity;
    for (let c = 0; c < C; c++) sum = logSum(sum, logits[t * C + c]);
    before = states.map((label, s) => {
      if (t === 0 && s > 1) return -Infinity;
      const skips = s > 1 && label !== 0 && label !== states[s - 2] ? before[s - 2] : -Infinity;
      const near = s > 0 ? logSum(before[s], t === 0 ? before[0] : before[s - 1]) : before[0];
      return logSum(near, skips) + logits[t * C + label] - sum;
    });
  }
  return -logSum(before.at(-1)!, before.at(-2)!);
}

/** Losses of all recordings, and the gradient of their sum. */
function ctcTrain(): Prepared {
  const name = "ctc-train";
  const values = randomValues(N * T * C);
  const labels = Int32Array.from({ length: N * L }, (_, i) => 1 + ((i * 7 + Math.floor(i / L)) % (C - 1)));
  const [logits, targets] = [tensor(values, [N, T, C], { requiresGrad: true }), tensor(labels, [N, L])];
  const ones = tensor(new Float32Array(N).fill(1));
  const recording = record(() => {
    const losses = ctcLoss(logits, targets);
    losses.backward(ones);
    return losses;
  });
  const { result } = recording;
  const one = (n: number, moved = 0): number => {
    const own = Array.from(values.subarray(n * T * C, (n + 1) * T * C), (value, i) => value + moved * Math.sin(i));
    return plainLoss(own, labels.subarray(n * L, (n + 1) * L));
  };
  const expected = Array.from({ length: N }, (_, n) => one(n));
  const slope = (one(1, 1e-4) - one(1, -1e-4)) / 2e-4;
  return {
    run: () => recording.replay(),
    check() {
      logits.grad?.assign(new Float32Array(logits.size)); // a replay adds to it
      result.assign(new Float32Array(N).fill(NaN));
      recording.replay();
      checkSamples(name, result.toTypedArray(), { value: (n) => expected[n], tolerance: (loss) => 2e-6 * loss });
      const gradient = logits.grad!.toTypedArray().subarray(T * C, 2 * T * C);
      let got = 0;
      for (let i = 0; i < T * C; i++) got += gradient[i] * Math.sin(i);
      checkSamples(`${name}: slope`, [got], { value: () => slope, tolerance: () => 1e-3 * Math.abs(slope) + 1e-3 });
    },
    dispose() {
      recording.dispose();
      for (const each of [result, logits, targets, ones]) each.dispose();
    },
  };
}

const frames = 1 + Math.floor((seconds * sampleRate - frame) / hop);

/** A sine of 1,000 Hz, which one filter hears most, under a little noise. */
function logMelMinute(): Prepared {
  const noise = randomValues(seconds * sampleRate);
  const samples = noise.map((value, i) => 0.5 * Math.sin((2 * Math.PI * 1000 * i) / sampleRate) + 1e-3 * value);
  const compute = () => logMel(samples, { sampleRate, filters });
  const mel = (hertz: number): number => 2595 * Math.log10(1 + hertz / 700);
  const loudest = Math.round((mel(1000) / mel(sampleRate / 2)) * (filters + 1)) - 1;
  return {
    run: () => compute().dispose(),
    check() {
      const energies = compute();
      const rows = energies.toTypedArray() as Float32Array;
      const [found, length] = [[] as number[], rows.length / frames];
      for (let t = 0; t < frames; t++) {
        const row = rows.subarray(t * filters, (t + 1) * filters);
        found.push(row.indexOf(Math.max(...row)));
      }
      energies.dispose();
      checkSamples("logmel: filters", [length], { value: () => filters, tolerance: () => 0 });
      checkSamples("logmel: loudest", found, { value: () => loudest, tolerance: () => 0 });
    },
    dispose() {},
  };
}

/** The cases of the group. */
export const speechCases: readonly Case[] = [
  {
    group: "speech",
    name: "ctc-train",
    work: { parts: N * T * (2 * L + 1) }, // a state of a frame
    prepare: ctcTrain,
  },
  {
    group: "speech",
    name: "logmel-60s",
    work: { flops: frames * (frame * (dft / 4 + 1) + 2 * (dft / 2 + 1) * filters), sound: seconds },
    prepare: logMelMinute,
  },
];
