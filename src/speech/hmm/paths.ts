/**
 * The likeliest path through a graph (Viterbi), and all of them at once (forward–backward), in float64 and logarithms.
 * Note [Arcs]: both walk arcs, not pairs of states, since a state of a left-to-right chain has two. Checks nothing.
 * Letters: T frames, S states of the graph, A arcs, U columns of the likelihoods.
 * Source: Rabiner 1989, section III.
 */
import { DataError, message } from "../../errors.js";
import { type Graph, leastFrames } from "./graph.js";

/** ln p(observation t | state u), (T, U). */
export interface Likelihoods {
  readonly values: ArrayLike<number>;
  readonly T: number;
  readonly U: number;
}

/** The likeliest path. */
export interface BestPath {
  readonly score: number;
  /** (T): the state of the graph in each frame. */
  readonly states: Int32Array<ArrayBuffer>;
  /** (T): 1 where a word begins. */
  readonly begins: Uint8Array;
}

/** Viterbi's algorithm. @param columns  (S): the column of each state @throws {DataError} when there is no path */
export function bestPath(op: string, graph: Graph, { values, T, U }: Likelihoods, columns: Int32Array): BestPath {
  const { S, entry, exit, starts, origins, weights, crossing } = graph;
  let best = Float64Array.from(entry, (weight, s) => weight + values[columns[s]]); // ln P of the best path ending in s
  let next = new Float64Array(S);
  const arcs = new Int32Array(T * S); // the last arc of that path
  for (let t = 1; t < T; t++) {
    for (let s = 0; s < S; s++) {
      let most = -Infinity;
      for (let a = starts[s]; a < starts[s + 1]; a++) {
        const value = best[origins[a]] + weights[a];
        if (value <= most) continue;
        most = value;
        arcs[t * S + s] = a;
      }
      next[s] = most + values[t * U + columns[s]];
    }
    [best, next] = [next, best];
  }
  let [score, state] = [-Infinity, 0];
  for (let s = 0; s < S; s++) if (best[s] + exit[s] > score) [score, state] = [best[s] + exit[s], s];
  if (score === -Infinity) throw noPath(op, graph, T);
  const [states, begins] = [new Int32Array(T), new Uint8Array(T)];
  for (let t = T - 1; t > 0; t--) {
    const arc = arcs[t * S + state];
    [states[t], begins[t]] = [state, crossing[arc]];
    state = origins[arc];
  }
  [states[0], begins[0]] = [state, 1];
  return { score, states, begins };
}

/** What all paths say together. */
export interface AllPaths {
  /** ln P(observations). */
  readonly logLikelihood: number;
  /** (T, S): the probability of each state in each frame. */
  readonly posteriors: Float64Array;
  /** (A): how often each arc is expected to be taken. */
  readonly arcCounts: Float64Array;
}

/** The forward–backward algorithm. @throws {DataError} when there is no path */
export function allPaths(op: string, graph: Graph, { values, T, U }: Likelihoods, columns: Int32Array): AllPaths {
  const { S, entry, exit, starts, origins, weights } = graph;
  const forward = new Float64Array(T * S); // ln P(observations to t, state s at t)
  for (let s = 0; s < S; s++) forward[s] = entry[s] + values[columns[s]];
  for (let t = 1; t < T; t++) {
    const before = forward.subarray((t - 1) * S, t * S);
    for (let s = 0; s < S; s++) {
      let sum = -Infinity;
      for (let a = starts[s]; a < starts[s + 1]; a++) sum = logSum(sum, before[origins[a]] + weights[a]);
      forward[t * S + s] = sum + values[t * U + columns[s]];
    }
  }
  let logLikelihood = -Infinity;
  for (let s = 0; s < S; s++) logLikelihood = logSum(logLikelihood, forward[(T - 1) * S + s] + exit[s]);
  if (logLikelihood === -Infinity) throw noPath(op, graph, T);

  const posteriors = new Float64Array(T * S);
  const arcCounts = new Float64Array(weights.length);
  let after = exit.slice(); // ln P(observations after t | state s at t)
  let before = new Float64Array(S);
  for (let t = T - 1; t >= 0; t--) {
    for (let s = 0; s < S; s++) posteriors[t * S + s] = probability(forward[t * S + s] + after[s] - logLikelihood);
    if (t === 0) break;
    before.fill(-Infinity);
    for (let s = 0; s < S; s++) {
      const rest = values[t * U + columns[s]] + after[s];
      if (rest === -Infinity) continue;
      for (let a = starts[s]; a < starts[s + 1]; a++) {
        const from = origins[a];
        before[from] = logSum(before[from], weights[a] + rest);
        arcCounts[a] += probability(forward[(t - 1) * S + from] + weights[a] + rest - logLikelihood);
      }
    }
    [after, before] = [before, after];
  }
  return { logLikelihood, posteriors, arcCounts };
}

/** Terms smaller than e⁻³⁷ of a sum do not change its float64. */
const negligible = -37;

/** eˣ, or 0 where that is less than 10⁻³⁵. */
const probability = (x: number): number => (x < -80 ? 0 : Math.exp(x));

/** ln(eᵃ + eᵇ) */
function logSum(a: number, b: number): number {
  const difference = a > b ? b - a : a - b; // NaN for two −∞
  return difference > negligible ? Math.max(a, b) + Math.log1p(Math.exp(difference)) : a > b ? a : b;
}

function noPath(op: string, graph: Graph, T: number): DataError {
  const frames = leastFrames(graph);
  if (frames <= T) return new DataError(message(op, "no path of states can emit these observations"));
  const expected = `at least ${frames}, one for each state on the shortest way`;
  return new DataError(message(op, "there are too few frames", { expected, got: `${T}` }));
}
