/**
 * Hidden Markov models whose states emit anything of which the likelihood in each frame is known: symbols of a discrete
 * model, mixtures of Gaussians, or a network's posteriors divided by the states' priors. Viterbi's best path, and the
 * forward–backward algorithm with what a step of Baum–Welch needs. In float64 and logarithms, so that no length
 * underflows. Does not fit a model: baumWelch.ts does. Letters: T frames, S states.
 * Source: Rabiner 1989, "A tutorial on hidden Markov models and selected applications in speech recognition".
 */
import { DataError, ShapeError, message, show } from "../../errors.js";
import { tensor } from "../../tensor/create.js";
import { showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { type MarkovChain, logChain } from "./chain.js";
import { chainGraph } from "./graph.js";
import { type Likelihoods, allPaths, bestPath } from "./paths.js";

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
 * Cost: T sums for each transition that is possible.
 * @param logLikelihoods  (T, S) float32: ln p(observation t | state s) up to a constant of each frame; −∞ for an
 *   impossible one
 * @throws {ShapeError} unless they are (T, S) with at least one frame
 * @throws {UsageError} when the chain is not one of S states, or its probabilities do not sum to 1
 * @throws {DataError} when a likelihood is NaN or +∞, or no path is possible
 */
export function viterbi(logLikelihoods: Tensor, chain: MarkovChain): StatePath {
  const op = "speech.viterbi";
  const likelihoods = likelihoodsOf(op, logLikelihoods);
  const graph = chainGraph(logChain(op, chain, likelihoods.U));
  const { states, score } = bestPath(op, graph, likelihoods, graph.columns);
  return { states, score };
}

/**
 * The forward–backward algorithm: likelihood, and posteriors of states and transitions, over all paths. Baum–Welch
 * takes these as counts: the new transitions are the rows of `transitionCounts`, each divided by its sum.
 *
 * Cost: 3·T sums of logarithms for each transition that is possible.
 * @param logLikelihoods  (T, S) float32, as for {@link viterbi}
 * @throws as {@link viterbi}; {UsageError} before `init`
 */
export function forwardBackward(logLikelihoods: Tensor, chain: MarkovChain): StateStatistics {
  const op = "speech.forwardBackward";
  const likelihoods = likelihoodsOf(op, logLikelihoods);
  const graph = chainGraph(logChain(op, chain, likelihoods.U));
  const { logLikelihood, posteriors, arcCounts } = allPaths(op, graph, likelihoods, graph.columns);
  const { T, U: S } = likelihoods;
  const counts = new Float32Array(S * S);
  for (let j = 0; j < S; j++)
    for (let a = graph.starts[j]; a < graph.starts[j + 1]; a++) counts[graph.origins[a] * S + j] = arcCounts[a];
  return {
    logLikelihood,
    posteriors: tensor(Float32Array.from(posteriors), [T, S]),
    transitionCounts: tensor(counts, [S, S]),
  };
}

/** The values of likelihoods (T, S). @throws {ShapeError} @throws {DataError} as {@link viterbi} says */
export function likelihoodsOf(op: string, x: Tensor, states?: number): Likelihoods {
  const isMatrix = x instanceof Tensor && x.rank === 2 && x.dtype === "float32" && x.size > 0;
  if (!isMatrix || (states !== undefined && x.shape[1] !== states)) {
    const got = x instanceof Tensor ? `${x.dtype} ${showShape(x.shape)}` : show(x);
    const expected = `a float32 tensor [T, S${states === undefined ? "" : ` = ${states}`}] with T and S ≥ 1`;
    throw new ShapeError(message(op, "these are no likelihoods", { expected, got }));
  }
  const [T, U] = x.shape;
  const values = x.toTypedArray();
  const wrong = values.findIndex((value) => !(value < Infinity));
  if (wrong >= 0) {
    const got = `${values[wrong]} in frame ${Math.floor(wrong / U)}`;
    throw new DataError(message(op, "a likelihood is wrong", { expected: "a finite logarithm or −∞", got }));
  }
  return { values, T, U };
}
