/**
 * Baum–Welch: chains and emissions that make recordings likelier, from step to step. A recording is of a known row of
 * words (embedded training), of one word, or of a model of one chain. Letters: T frames, S states, U of them in a
 * recording's words.
 *
 *   ā_ij = Σ_t ξ_t(i, j) / Σ_t γ_t(i)        with γ_t(i) = P(state i at t | all observations), ξ_t(i, j) that of i at t and j next
 *
 * and the emissions' parameters by the frames, each weighed by γ: for mixtures, μ̄ = Σ γ·x / Σ γ for each component.
 * Source: Baum et al. 1970; Rabiner 1989, sections III.C, IV.A and V.B (several recordings).
 */
import { DataError, UsageError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkList, checkNumber } from "../../options.js";
import { scope } from "../../tensor/scope.js";
import { Tensor } from "../../tensor/tensor.js";
import type { MarkovChain } from "./chain.js";
import type { Collector, Emissions } from "./emissions.js";
import { type Graph, type Words, rowGraph } from "./graph.js";
import { type MarkovModel, checkModel, checkWords, wordsOf } from "./model.js";
import { type AllPaths, allPaths } from "./paths.js";

/** A recording to learn from. */
export interface HmmRecording {
  /** As the model's emissions take them: (T, F) features or (T) symbols. */
  readonly observations: Tensor;
  /** The words that are spoken, by their numbers. Default: word 0 alone. */
  readonly words?: ArrayLike<number> | undefined;
}

/** Options of {@link baumWelch}. */
export interface BaumWelchOptions {
  /** The most steps. Default 10. */
  readonly iterations?: number;
  /** Steps end when the log-likelihood rises by less than this share of its size. Default 10⁻⁴. */
  readonly tolerance?: number;
}

/** What {@link baumWelch} returns. */
export interface BaumWelchResult<E extends Emissions<E>> {
  readonly model: MarkovModel<E>;
  /** Σ ln P(recording) before each step and after the last; it never falls, but for the rounding of float32. */
  readonly logLikelihoods: readonly number[];
}

/**
 * Fits a model to recordings by steps of Baum–Welch. Transitions that are impossible stay so; a state that no recording
 * visits keeps what it has. The result is a new model.
 *
 * Cost: a product and a pass over the frames for each recording and step.
 * @param model       where the steps begin, such as mixtures of {@link fitMixtures} on an even alignment
 * @param recordings  at least one
 * @throws {UsageError} before `init`, for a model that does not fit itself, an unknown word, an option out of range
 * @throws {ShapeError} when observations do not fit the emissions
 * @throws {DataError} when a recording has NaN, or fewer frames than its words have states; it names the recording
 */
export function baumWelch<E extends Emissions<E>>(
  model: MarkovModel<E>,
  recordings: readonly HmmRecording[],
  options: BaumWelchOptions = {},
): BaumWelchResult<E> {
  const op = "speech.baumWelch";
  let words = checkModel(op, model);
  checkRecordings(op, recordings, words);
  checkKeys(op, options, ["iterations", "tolerance"]);
  const { iterations = 10, tolerance = 1e-4 } = options;
  checkInteger(op, "iterations", iterations, "[0, 10000]");
  checkNumber(op, "tolerance", tolerance, "[0, ∞)");
  const logLikelihoods: number[] = [];
  for (let step = 0; ; step++) {
    const counts = new ChainCounts(words);
    const collector = model.emissions.collect();
    const graphs = new Map<string, Row>();
    let total = 0;
    for (const [n, { observations, words: sequence = [0] }] of recordings.entries()) {
      const key = Array.from(sequence).join();
      const row = graphs.get(key) ?? rowOf(op, words, sequence);
      graphs.set(key, row);
      total += learn(`${op}: recordings[${n}]`, row, observations, collector, counts);
    }
    logLikelihoods.push(total);
    const gain = step === 0 ? Infinity : (total - logLikelihoods[step - 1]) / Math.abs(total);
    if (step === iterations || gain < tolerance) return { model, logLikelihoods };
    model = { ...model, chains: counts.estimate(model.chains), emissions: collector.estimate() };
    words = wordsOf(op, model);
  }
}

/** Words in a row, and which states of the model they have. */
export interface Row {
  readonly graph: Graph;
  /** (U): the states, ascending. */
  readonly states: Int32Array;
  /** For each state of the graph, its place in `states`. */
  readonly columns: Int32Array;
}

/** @throws as rowGraph */
export function rowOf(op: string, words: Words, sequence: ArrayLike<number>): Row {
  const graph = rowGraph(op, words, sequence);
  const states = Int32Array.from(new Set(graph.columns)).sort();
  const places = new Map([...states].map((state, u) => [state, u]));
  return { graph, states, columns: graph.columns.map((state) => places.get(state)!) };
}

/** Adds what one recording says. @returns its log-likelihood */
function learn(
  op: string,
  { graph, states, columns }: Row,
  observations: Tensor,
  collector: Collector<unknown>,
  counts: ChainCounts,
): number {
  return scope(() => {
    const visit = collector.visit(observations, states);
    const [T, U] = [observations.shape[0], states.length];
    for (let i = 0; i < T * U; i++) {
      if (visit.logLikelihoods[i] < Infinity) continue;
      throw new DataError(
        message(op, "the likelihood of a frame is not finite", { got: `frame ${Math.floor(i / U)}` }),
      );
    }
    const paths = allPaths(op, graph, { values: visit.logLikelihoods, T, U }, columns);
    const posteriors = new Float64Array(T * U);
    for (let t = 0; t < T; t++)
      for (let s = 0; s < graph.S; s++) posteriors[t * U + columns[s]] += paths.posteriors[t * graph.S + s];
    visit.add(posteriors);
    counts.add(graph, paths, T);
    return paths.logLikelihood;
  });
}

/** How often each word begins, goes on and ends where. */
class ChainCounts {
  readonly #words: Words;
  readonly #initial: Float64Array[];
  readonly #transitions: Float64Array[];
  readonly #final: Float64Array[];

  constructor(words: Words) {
    this.#words = words;
    this.#initial = words.chains.map(({ S }) => new Float64Array(S));
    this.#transitions = words.chains.map(({ S }) => new Float64Array(S * S));
    this.#final = words.chains.map(({ S }) => new Float64Array(S));
  }

  add(graph: Graph, { posteriors, arcCounts }: AllPaths, T: number): void {
    const { S, words, columns, starts, origins, crossing } = graph;
    const { chains, firsts } = this.#words;
    const placeOf = (s: number): number => columns[s] - firsts[words[s]];
    for (let s = 0; s < S; s++) {
      const [w, j] = [words[s], placeOf(s)];
      this.#initial[w][j] += posteriors[s];
      this.#final[w][j] += posteriors[(T - 1) * S + s];
      for (let a = starts[s]; a < starts[s + 1]; a++) {
        const from = origins[a];
        const i = placeOf(from);
        if (crossing[a] === 0) this.#transitions[w][i * chains[w].S + j] += arcCounts[a];
        else {
          this.#initial[w][j] += arcCounts[a];
          this.#final[words[from]][i] += arcCounts[a];
        }
      }
    }
  }

  /** Each row divided by its sum; rows without counts are those of `before`. */
  estimate(before: readonly MarkovChain[]): MarkovChain[] {
    return before.map((chain, w) => {
      const { S } = this.#words.chains[w];
      const share = (counts: ArrayLike<number>, sum: number, old: ArrayLike<number>): number[] =>
        Array.from(counts, (count, i) => (sum > 0 ? count / sum : old[i]));
      const sumOf = (counts: Float64Array): number => counts.reduce((a, b) => a + b, 0);
      const ends = chain.final === undefined ? new Float64Array(S) : this.#final[w];
      const rows = Array.from({ length: S }, (_, i) => this.#transitions[w].subarray(i * S, (i + 1) * S));
      const sums = rows.map((row, i) => sumOf(row) + ends[i]);
      return {
        initial: share(this.#initial[w], sumOf(this.#initial[w]), chain.initial),
        transitions: rows.map((row, i) => share(row, sums[i], chain.transitions[i])),
        ...(chain.final && { final: sums.map((sum, i) => (sum > 0 ? ends[i] / sum : chain.final![i])) }),
      };
    });
  }
}

function checkRecordings(op: string, recordings: readonly HmmRecording[], words: Words): void {
  checkList(op, "recordings", recordings);
  if (recordings.length === 0) throw new UsageError(message(op, "there are no recordings"));
  for (const [n, recording] of recordings.entries()) {
    checkKeys(op, recording, ["observations", "words"]);
    if (!(recording.observations instanceof Tensor)) {
      const got = show(recording.observations);
      throw new UsageError(message(op, `recordings[${n}] has no observations`, { expected: "a tensor", got }));
    }
    if (recording.words !== undefined) checkWords(op, recording.words, words);
  }
}
