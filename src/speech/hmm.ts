/**
 * Hidden Markov models whose states emit anything of which the likelihood in each frame is known: symbols of a discrete
 * model, mixtures of Gaussians, or a network's posteriors divided by the states' priors. Viterbi's best path, and the
 * forward–backward algorithm with what a step of Baum–Welch needs. In float64 and logarithms, so that no length
 * underflows. Does not fit a model. Letters: T frames, S states.
 * Source: Rabiner 1989, "A tutorial on hidden Markov models and selected applications in speech recognition".
 */
import { DataError, ShapeError, UsageError, checkKeys, message, show } from "../errors.js";
import { checkList, checkSequence } from "../options.js";
import { tensor } from "../tensor/create.js";
import { showShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { logSum } from "./ctc.js";

/** States and how they follow each other. */
export interface MarkovChain {
  /** (S): the probability that the first frame is in each state; their sum is 1. */
  readonly initial: ArrayLike<number>;
  /** (S, S): row i has the probabilities of the state after state i; the sum of each row is 1. */
  readonly transitions: readonly ArrayLike<number>[];
}

/** The likeliest path of states. */
export interface StatePath {
  /** (T) int32: the state of each frame. */
  readonly states: Int32Array<ArrayBuffer>;
  /** ln P(states and observations). */
  readonly score: number;
}

/** What the forward–backward algorithm finds. */
export interface StateStatistics {
  /** ln P(observations), summed over all paths. */
  readonly logLikelihood: number;
  /** (T, S): the probability of each state in each frame, given all observations. Rows sum to 1. */
  readonly posteriors: Tensor;
  /** (S, S): how often state j is expected to follow state i, summed over the T − 1 steps. */
  readonly transitionCounts: Tensor;
}

/**
 * Viterbi's algorithm: the likeliest path of states, given observations. Of equally likely ones, that of lower
 * states, decided from the end.
 *
 * Cost: T·S² sums.
 * @param logLikelihoods  (T, S) float32: ln p(observation t | state s) up to a constant of each frame; −∞ for an
 *   impossible one
 * @throws {ShapeError} unless they are (T, S) with at least one frame
 * @throws {UsageError} when the chain is not one of S states, or its probabilities do not sum to 1
 * @throws {DataError} when a likelihood is NaN or +∞, or no path is possible
 */
export function viterbi(logLikelihoods: Tensor, chain: MarkovChain): StatePath {
  const op = "speech.viterbi";
  const { emissions, initial, transitions, T, S } = checkModel(op, logLikelihoods, chain);
  let best = Float64Array.from(initial, (value, s) => value + emissions[s]); // ln P of the best path that ends in s
  const from = new Int32Array(T * S); // the state before, on that path
  for (let t = 1; t < T; t++) {
    const next = new Float64Array(S).fill(-Infinity);
    for (let j = 0; j < S; j++) {
      for (let i = 0; i < S; i++) {
        const value = best[i] + transitions[i * S + j];
        if (value <= next[j]) continue;
        next[j] = value;
        from[t * S + j] = i;
      }
      next[j] += emissions[t * S + j];
    }
    best = next;
  }
  const score = best.reduce((a, b) => Math.max(a, b));
  if (score === -Infinity) throw impossible(op);
  const states = new Int32Array(T);
  states[T - 1] = best.indexOf(score);
  for (let t = T - 1; t > 0; t--) states[t - 1] = from[t * S + states[t]];
  return { states, score };
}

/**
 * The forward–backward algorithm: likelihood, and posteriors of states and transitions, over all paths. Baum–Welch takes
 * these as counts: the new transitions are the rows of `transitionCounts`, each divided by its sum.
 *
 * Cost: 3·T·S² sums of logarithms.
 * @param logLikelihoods  (T, S) float32, as for {@link viterbi}
 * @throws as {@link viterbi}; {UsageError} before `init`
 */
export function forwardBackward(logLikelihoods: Tensor, chain: MarkovChain): StateStatistics {
  const op = "speech.forwardBackward";
  const { emissions, initial, transitions, T, S } = checkModel(op, logLikelihoods, chain);
  const forward = new Float64Array(T * S).fill(-Infinity); // ln P(observations to t, state s at t)
  const backward = new Float64Array(T * S).fill(-Infinity).fill(0, (T - 1) * S); // ln P(observations after t | state s at t)
  for (let s = 0; s < S; s++) forward[s] = initial[s] + emissions[s];
  for (let t = 1; t < T; t++) {
    for (let j = 0; j < S; j++) {
      let sum = -Infinity;
      for (let i = 0; i < S; i++) sum = logSum(sum, forward[(t - 1) * S + i] + transitions[i * S + j]);
      forward[t * S + j] = sum + emissions[t * S + j];
    }
  }
  const logLikelihood = forward.subarray((T - 1) * S).reduce(logSum, -Infinity);
  if (logLikelihood === -Infinity) throw impossible(op);
  const counts = new Float64Array(S * S);
  for (let t = T - 2; t >= 0; t--) {
    for (let i = 0; i < S; i++) {
      for (let j = 0; j < S; j++) {
        const after = transitions[i * S + j] + emissions[(t + 1) * S + j] + backward[(t + 1) * S + j];
        backward[t * S + i] = logSum(backward[t * S + i], after);
        counts[i * S + j] += Math.exp(forward[t * S + i] + after - logLikelihood);
      }
    }
  }
  const posteriors = Float32Array.from(forward, (value, i) => Math.exp(value + backward[i] - logLikelihood));
  return {
    logLikelihood,
    posteriors: tensor(posteriors, [T, S]),
    transitionCounts: tensor(Float32Array.from(counts), [S, S]),
  };
}

const impossible = (op: string): DataError =>
  new DataError(message(op, "no path of states can emit these observations"));

interface Checked {
  readonly T: number;
  readonly S: number;
  /** (T, S), (S) and (S, S), logarithms. */
  readonly emissions: Float64Array;
  readonly initial: Float64Array;
  readonly transitions: Float64Array;
}

function checkModel(op: string, x: Tensor, chain: MarkovChain): Checked {
  if (!(x instanceof Tensor) || x.rank !== 2 || x.dtype !== "float32" || x.size === 0) {
    const got = x instanceof Tensor ? `${x.dtype} ${showShape(x.shape)}` : show(x);
    const expected = "a float32 tensor [T, S] with T and S ≥ 1";
    throw new ShapeError(message(op, "these are no likelihoods", { expected, got }));
  }
  checkKeys(op, chain, ["initial", "transitions"]);
  const [T, S] = x.shape;
  const initial = logsOf(op, "initial", chain.initial, S);
  checkList(op, "transitions", chain.transitions);
  if (chain.transitions.length !== S) {
    const got = `${chain.transitions.length}`;
    throw new UsageError(message(op, "transitions do not fit", { expected: `a row for each of S = ${S} states`, got }));
  }
  const transitions = new Float64Array(S * S);
  for (let i = 0; i < S; i++) transitions.set(logsOf(op, `transitions[${i}]`, chain.transitions[i], S), i * S);
  const emissions = Float64Array.from(x.toTypedArray());
  const wrong = emissions.findIndex((value) => !(value < Infinity));
  if (wrong >= 0) {
    const got = `${emissions[wrong]} in frame ${Math.floor(wrong / S)}`;
    throw new DataError(message(op, "a likelihood is wrong", { expected: "a finite logarithm or −∞", got }));
  }
  return { T, S, emissions, initial, transitions };
}

/** The logarithms of probabilities. @throws {UsageError} unless they are S numbers ≥ 0 with the sum 1 */
function logsOf(op: string, name: string, values: ArrayLike<number>, S: number): Float64Array {
  checkSequence(op, name, values);
  const probabilities = Float64Array.from(values);
  const sum = probabilities.reduce((a, b) => a + b, 0);
  if (probabilities.length !== S || !probabilities.every((value) => value >= 0) || !(Math.abs(sum - 1) < 1e-4)) {
    const expected = `${S} probabilities with the sum 1`;
    throw new UsageError(message(op, `${name} does not fit`, { expected, got: show([...probabilities]) }));
  }
  return probabilities.map(Math.log);
}
