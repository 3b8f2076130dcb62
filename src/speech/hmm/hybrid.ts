/**
 * What a hybrid of network and hidden Markov model needs: frames with their neighbours, which the network sees; how
 * frequent the states are; and its posteriors divided by that, which take the place of the mixtures' likelihoods.
 *
 *   p(x | s) = p(s | x) · p(x) / p(s) ∝ p(s | x) / p(s)
 *
 * Letters: T frames, F features, S states.
 * Source: Bourlard & Morgan 1994, "Connectionist speech recognition: a hybrid approach"; Hinton et al. 2012, "Deep
 * neural networks for acoustic modeling in speech recognition".
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkList, checkNumber } from "../../options.js";
import { sub } from "../../ops/pointwise/arithmetic.js";
import { tensor } from "../../tensor/create.js";
import { scope } from "../../tensor/scope.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFeatures } from "../features.js";
import { checkMatrix } from "./emissions.js";

/** Options of {@link contextFrames}. */
export interface ContextOptions {
  /** Frames before each, and after it: integers in [0, 1000]. Default 5. */
  readonly before?: number;
  readonly after?: number;
}

/**
 * Each frame with its neighbours, side by side: row t is x[t − before], …, x[t + after]. Before the first frame and
 * after the last, these are repeated.
 *
 * @param x  (T, F)
 * @returns  (T, (before + 1 + after)·F)
 * @throws {ShapeError} unless x is (T, F) float32 with frames
 * @throws {UsageError} for an option out of range
 */
export function contextFrames(x: Tensor, options: ContextOptions = {}): Tensor {
  const op = "speech.contextFrames";
  checkFeatures(op, x);
  checkKeys(op, options, ["before", "after"]);
  const { before = 5, after = 5 } = options;
  for (const [name, frames] of Object.entries({ before, after })) checkInteger(op, name, frames, "[0, 1000]");
  const [T, F] = x.shape;
  const values = x.toTypedArray() as Float32Array;
  const width = (before + 1 + after) * F;
  const rows = new Float32Array(T * width);
  for (let t = 0; t < T; t++) {
    for (let n = -before; n <= after; n++) {
      const from = Math.min(T - 1, Math.max(0, t + n)) * F;
      rows.set(values.subarray(from, from + F), t * width + (n + before) * F);
    }
  }
  return tensor(rows, [T, width]);
}

/** Options of {@link statePriors}. */
export interface StatePriorsOptions {
  /** The least share, so that a state that was never seen does not become infinitely likely. Default 10⁻⁵. */
  readonly floor?: number;
}

/**
 * The share of all frames that each state has in alignments, at least the floor.
 *
 * @param alignments  the state of each frame, for each recording
 * @param states      S
 * @returns (S)
 * @throws {UsageError} when there are no frames, or a state is not in [0, S)
 */
export function statePriors(
  alignments: readonly Int32Array[],
  states: number,
  options: StatePriorsOptions = {},
): Float32Array<ArrayBuffer> {
  const op = "speech.statePriors";
  checkList(op, "alignments", alignments);
  checkInteger(op, "states", states, "[1, 1000000]");
  checkKeys(op, options, ["floor"]);
  const { floor = 1e-5 } = options;
  checkNumber(op, "floor", floor, "(0, 1]");
  const counts = new Float64Array(states);
  let frames = 0;
  for (const alignment of alignments) {
    if (!(alignment instanceof Int32Array)) {
      throw new UsageError(message(op, "an alignment must be an Int32Array", { got: show(alignment) }));
    }
    for (const s of alignment) {
      if (!(s >= 0 && s < states)) throw new UsageError(message(op, "a state is out of range", { expected: `[0, ${states})`, got: `${s}` })); // prettier-ignore
      counts[s]++;
    }
    frames += alignment.length;
  }
  if (frames === 0) throw new UsageError(message(op, "there are no frames"));
  return Float32Array.from(counts, (count) => Math.max(floor, count / frames));
}

/**
 * A network's posteriors in place of likelihoods: ln p(s | x) − ln p(s), which is ln p(x | s) but for a constant of
 * each frame.
 *
 * @param logPosteriors  (T, S), such as `logSoftmax` of the network's output
 * @param priors         (S), of {@link statePriors}
 * @returns (T, S), for viterbi, alignWords and decodeWords
 * @throws {ShapeError} when they do not fit
 * @throws {UsageError} when a prior is not above 0
 */
export function scaledLikelihoods(logPosteriors: Tensor, priors: Float32Array): Tensor {
  const op = "speech.scaledLikelihoods";
  checkMatrix(op, "logPosteriors", logPosteriors, "[T, S]");
  if (!(priors instanceof Float32Array) || priors.length !== logPosteriors.shape[1]) {
    const expected = `a Float32Array of S = ${logPosteriors.shape[1]} (logPosteriors ${showShape(logPosteriors.shape)})`;
    const got = priors instanceof Float32Array ? `${priors.length}` : show(priors);
    throw new ShapeError(message(op, "priors do not fit", { expected, got }));
  }
  const wrong = priors.findIndex((prior) => !(prior > 0 && prior <= 1));
  if (wrong >= 0) {
    const got = `${priors[wrong]} for state ${wrong}`;
    throw new UsageError(message(op, "a prior is out of range", { expected: "(0, 1]", got }));
  }
  return scope(() => sub(logPosteriors, tensor(priors.map(Math.log))));
}
