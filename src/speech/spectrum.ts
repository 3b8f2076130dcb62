/**
 * The power of each frequency in each frame, by two products with a DFT matrix instead of an FFT: at the lengths of
 * speech a product at the machine's limit is as fast, and it is the library's own. Letters: T frames, L samples a frame,
 * N length of the transform, K = N / 2 + 1 frequencies.
 *
 * Note [Folded frames]: power does not depend on where time begins, so it is counted from the middle of the frame. Then
 * the cosine is even and the sine odd, and it is enough to transform the sums and the differences of the two samples at
 * each distance d from the middle:
 *
 *   Re X[k] = Σ_d (x[+d] + x[−d])·cos(2πkd / N)     Im X[k] = −Σ_d (x[+d] − x[−d])·sin(2πkd / N)
 *
 * And since cos(2π(N/2 − k)d / N) = (−1)^d·cos(2πkd / N), and the same of the sine but for its sign, frequencies k and
 * N/2 − k share their products: with the sums over even d, A and C, and over odd d, B and D,
 *
 *   |X[k]|² = (A + B)² + (C + D)²     |X[N/2 − k]|² = (A − B)² + (C − D)²     for k = 0 … ⌊N/4⌋
 *
 * which is a quarter of the work of the plain product.
 */
import { UsageError, checkKeys, message } from "../errors.js";
import { checkInteger, checkNumber, oneOf } from "../options.js";
import { add, sub } from "../ops/pointwise/arithmetic.js";
import { square } from "../ops/pointwise/unary.js";
import { matmul } from "../ops/product/matmul.js";
import { concat } from "../ops/shape/concat.js";
import { flip } from "../ops/shape/flip.js";
import { slice } from "../ops/shape/slice.js";
import { tensor } from "../tensor/create.js";
import { scope } from "../tensor/scope.js";
import type { Tensor } from "../tensor/tensor.js";
import { type WindowName, emphasized, frameCount, windowNames, windowOf } from "./frames.js";
import { checkDftLength } from "./mel.js";
import { checkSamples } from "./samples.js";

/** How a recording is cut into frames. */
export interface FrameOptions {
  /** Samples a second, in Hz: an integer in [1, 768000]. */
  readonly sampleRate: number;
  /** The length of a frame in seconds, in (0, 1]; L is this many samples, rounded. Default 0.025. */
  readonly frameSeconds?: number;
  /** From the beginning of a frame to that of the next, in seconds, in (0, 1]. Default 0.01. */
  readonly hopSeconds?: number;
  /** The window by which frames are multiplied. Default "hamming". */
  readonly window?: WindowName;
  /** The coefficient of {@link preEmphasize}; 0 leaves it out. Default 0.97. */
  readonly preEmphasis?: number;
  /**
   * N, the length of the discrete Fourier transform: an even integer in [L, 8192]; frames are filled up with zeros. Default: the least
   * power of 2 that is at least L.
   */
  readonly dftLength?: number;
}

/** The names of {@link FrameOptions}. */
export const frameOptionNames = ["sampleRate", "frameSeconds", "hopSeconds", "window", "preEmphasis", "dftLength"];

/** Frame options that were checked, in samples. */
export interface FramePlan {
  readonly sampleRate: number;
  readonly length: number;
  readonly hop: number;
  readonly window: WindowName;
  readonly preEmphasis: number;
  readonly dftLength: number;
}

/** @throws {UsageError} for an option out of range */
export function planFrames(op: string, options: FrameOptions): FramePlan {
  const { sampleRate, frameSeconds = 0.025, hopSeconds = 0.01, window = "hamming", preEmphasis = 0.97 } = options;
  checkInteger(op, "sampleRate", sampleRate, "[1, 768000]");
  checkNumber(op, "frameSeconds", frameSeconds, "(0, 1]");
  checkNumber(op, "hopSeconds", hopSeconds, "(0, 1]");
  oneOf(windowNames, "hamming")(op, "window", window);
  checkNumber(op, "preEmphasis", preEmphasis, "[0, 1]");
  const length = Math.max(1, Math.round(frameSeconds * sampleRate));
  if (length > 8192) {
    const hint = "Resample the recording, or choose shorter frames.";
    throw new UsageError(message(op, "a frame is too long", { expected: "at most 8192 samples", got: `${length}`, hint })); // prettier-ignore
  }
  const { dftLength = Math.max(2, 2 ** Math.ceil(Math.log2(length))) } = options;
  checkDftLength(op, dftLength);
  if (dftLength < length) {
    const expected = `at least the ${length} samples of a frame`;
    throw new UsageError(message(op, "dftLength is too short", { expected, got: `${dftLength}` }));
  }
  const hop = Math.max(1, Math.round(hopSeconds * sampleRate));
  return { sampleRate, length, hop, window, preEmphasis, dftLength };
}

/**
 * The power spectrum |X[k]|² of each frame: k · sampleRate / N Hz in column k. Frame t begins at sample t · hop; there are
 * 1 + ⌊(samples − L) / hop⌋ of them, and samples after the last whole frame are left out. Silence is 0.
 *
 * Cost: L·K flops a frame.
 * @param samples  of one channel
 * @returns (T, K)
 * @throws {UsageError} before `init`, for a wrong option, or when the recording is shorter than a frame
 * @throws {DataError} when a sample is not finite
 * @throws {MemoryError}
 */
export function powerSpectrum(samples: Float32Array, options: FrameOptions): Tensor {
  const op = "speech.powerSpectrum";
  checkKeys(op, options, frameOptionNames);
  const plan = planFrames(op, options);
  checkSamples(op, samples);
  const { dftLength } = plan;
  return ofFrames(op, samples, plan, ({ low, high }) => {
    const rest = dftLength / 2 - Math.floor(dftLength / 4); // frequencies that low does not have
    return concat([low, flip(slice(high, [0, 0], [low.shape[0], rest]), 1)], 1);
  });
}

/** Frames that are transformed at once, so that memory does not depend on the length of the recording. */
const chunkFrames = 512;

/** Power spectra of t frames, half and half: Note [Folded frames]. Q = ⌊N / 4⌋. */
export interface HalfSpectra {
  /** (t, Q + 1): frequency k in column k. */
  readonly low: Tensor;
  /** (t, Q + 1): frequency N / 2 − k in column k. Where 4 divides N, the last column is again that of low. */
  readonly high: Tensor;
}

/**
 * What `each` makes of the power spectra, chunk by chunk, in one tensor.
 * @param each  in a scope
 */
export function ofFrames(
  op: string,
  samples: Float32Array,
  plan: FramePlan,
  each: (power: HalfSpectra) => Tensor,
): Tensor {
  const { length, hop, dftLength, preEmphasis } = plan;
  const count = frameCount(op, samples.length, length, hop);
  const sound = preEmphasis === 0 ? samples : emphasized(samples, preEmphasis);
  const window = windowOf(plan.window, length);
  return scope(() => {
    const rows = Math.min(chunkFrames, count);
    const matrices = dftMatrices(length, dftLength).map(({ values, shape }) => tensor(values, shape));
    const [evens, odds] = [matrices[0].shape[0], matrices[1].shape[0]];
    const folded = [evens, odds, evens, odds].map((n) => new Float32Array(rows * n));
    const parts: Tensor[] = [];
    for (let from = 0; from < count; from += rows) {
      const n = Math.min(rows, count - from);
      fold(sound, window, from, n, hop, folded);
      const part = scope(() => {
        const [A, B, C, D] = matrices.map((matrix, i) => {
          const width = matrix.shape[0];
          return matmul(tensor(folded[i].subarray(0, n * width), [n, width]), matrix); // (n, Q + 1)
        });
        return each({
          low: add(square(add(A, B)), square(add(C, D))),
          high: add(square(sub(A, B)), square(sub(C, D))),
        });
      });
      parts.push(part);
    }
    return parts.length === 1 ? parts[0] : concat(parts);
  });
}

/**
 * The frames from..from + rows, times the window: Note [Folded frames].
 * @param folded  out: sums at even distances, at odd ones, differences at even ones, at odd ones; row by row
 */
function fold(
  sound: Float32Array,
  window: Float32Array,
  from: number,
  rows: number,
  hop: number,
  folded: readonly Float32Array[],
): void {
  const middle = Math.floor(window.length / 2);
  const last = window.length - 1 - middle; // the greatest distance after the middle; before it there may be one more
  const [evens, odds] = distancesOf(window.length);
  for (let row = 0; row < rows; row++) {
    const centre = (from + row) * hop + middle;
    for (let parity = 0; parity < 2; parity++) {
      const [sums, differences] = [folded[parity], folded[parity + 2]];
      let at = row * (parity === 0 ? evens : odds);
      for (let d = parity; d <= middle; d += 2, at++) {
        const before = sound[centre - d] * window[middle - d];
        const after = d <= last ? sound[centre + d] * window[middle + d] : 0;
        sums[at] = d === 0 ? before : after + before;
        differences[at] = after - before;
      }
    }
  }
}

/** How many even distances from the middle there are in a frame, and how many odd ones; at least one place for each. */
function distancesOf(length: number): [evens: number, odds: number] {
  const middle = Math.floor(length / 2);
  return [Math.floor(middle / 2) + 1, Math.max(1, Math.ceil(middle / 2))];
}

interface Matrix {
  readonly values: Float32Array;
  readonly shape: readonly [number, number];
}

/** Matrices of the last few lengths, the newest last, since a program uses one or two and calls for each recording. */
const kept = new Map<string, readonly Matrix[]>();

/** The cosine at even and at odd distances, and the sine: (distances, Q + 1) each. */
function dftMatrices(length: number, dftLength: number): readonly Matrix[] {
  const key = `${length} ${dftLength}`;
  const found = kept.get(key) ?? newMatrices(length, dftLength);
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > 4) kept.delete(kept.keys().next().value!);
  return found;
}

function newMatrices(length: number, dftLength: number): readonly Matrix[] {
  const columns = Math.floor(dftLength / 4) + 1;
  const turn = Float64Array.from({ length: dftLength }, (_, i) => (2 * Math.PI * i) / dftLength);
  return [Math.cos, Math.sin].flatMap((wave) => {
    const values = turn.map(wave);
    return distancesOf(length).map((rows, parity) => {
      const matrix = new Float32Array(rows * columns);
      for (let i = 0, at = 0; i < rows; i++)
        for (let k = 0; k < columns; k++, at++) matrix[at] = values[(k * (2 * i + parity)) % dftLength];
      return { values: matrix, shape: [rows, columns] as const };
    });
  });
}
