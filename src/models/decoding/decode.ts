/**
 * Writes sequences with a model that predicts one token after the other: greedy, by drawing, or by beam search. The step
 * is recorded once and replayed; the strategy chooses in JavaScript, and the rows that go on are gathered by a kernel.
 * Letters: N sources, W rows of each, R = N·W rows, V tokens of the vocabulary.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import { logSoftmax } from "../../ops/norm/softmax.js";
import { gatherRows } from "../../ops/shape/gather.js";
import { reshape } from "../../ops/shape/reshape.js";
import { type Table, checkFunction, flag, integer, resolve, unchecked } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import { record } from "../../tensor/record.js";
import { scope } from "../../tensor/scope.js";
import { showShape } from "../../tensor/shape.js";
import { noGrad } from "../../tensor/tape.js";
import { Tensor } from "../../tensor/tensor.js";
import { beam } from "./beam.js";
import type { DecodingStrategy, Hypothesis } from "./hypotheses.js";
import { greedy, sampling } from "./oneByOne.js";
import { isListOf } from "../../lists.js";

/** What a step of a decoder gives. */
export interface DecoderStep {
  /** (R, V), or (R, 1, V) */
  readonly logits: Tensor;
  /** The states after the step, as many and of the same shapes as those before. Default: none. */
  readonly states?: readonly Tensor[];
}

/**
 * A step of a decoder: tokens (R) int32, the states (R, …) before the step, and the memory (R, …), whose rows are
 * already repeated for the rows of a source.
 */
export type DecoderStepFunction = (tokens: Tensor, states: readonly Tensor[], memory: readonly Tensor[]) => DecoderStep;

/** Options of {@link decode}. */
export interface DecodeOptions {
  /** The token before the first: one for all sources, or (N). */
  readonly start: number | readonly number[] | Int32Array;
  /** The token that ends a sequence. */
  readonly end: number;
  /** The most tokens that are written, ≥ 1, the end among them. */
  readonly maxLength: number;
  /** "greedy", or one of `strategies`: greedy(), sampling({ … }), beam({ … }). Default "greedy". */
  readonly strategy?: DecodingStrategy | "greedy" | "sampling" | "beam";
  /** The states before the first step, (N, …) each: what an encoder hands over. Default: none. */
  readonly states?: readonly Tensor[];
  /** What every step looks at, (N, …) each: outputs of an encoder, their mask. Default: none. */
  readonly memory?: readonly Tensor[];
  /**
   * True runs the step once and replays its kernels. False calls it for each token, for steps that read values or whose
   * states grow. Default true.
   */
  readonly recorded?: boolean;
}

const named = { greedy, sampling, beam };

const table = {
  start: unchecked<number | readonly number[] | Int32Array>(),
  end: integer("[0, 2147483647]"),
  maxLength: integer("[1, ∞)"),
  strategy: strategyOption,
  states: tensors,
  memory: tensors,
  recorded: flag(true),
} satisfies Table<DecodeOptions>;

/**
 * For each source its hypotheses, the best first: one, or as many as `beam({ best })` says.
 *
 *   const step = (tokens, [state], [memory]) => {
 *     const [logits, next] = decoder.call([reshape(tokens, [-1, 1]), state, memory]);
 *     return { logits, states: [next] };
 *   };
 *   const [[best]] = decode(step, { start: 1, end: 2, maxLength: 50, states: [state], memory: [memory] });
 *
 * The number of sources N is that of the states, the memory, or the starts, whichever is given; otherwise 1. The step
 * computes no gradients. A source that has ended is computed on with the others until all have.
 *
 * @param step  is called with W rows for each source, those of one source side by side
 * @throws {UsageError} for a wrong option, or an end that the vocabulary does not have
 * @throws {ShapeError} when states, memory, starts or what the step gives do not fit
 * @throws {DataError} when logits are NaN
 */
export function decode(step: DecoderStepFunction, options: DecodeOptions): Hypothesis[][] {
  checkFunction("decode", step);
  const { start, end, maxLength, strategy, states, memory, recorded } = resolve("decode", options, table);
  const N = sources(start, [...states, ...memory]);
  const W = strategy.width;
  const first = starts(start, N);
  return scope(() =>
    noGrad(() => {
      const tokens = tensor(Int32Array.from({ length: N * W }, (_, row) => first[Math.floor(row / W)]));
      const parents = tensor(Int32Array.from({ length: N * W }, (_, row) => row));
      const [chosen, from] = [Int32Array.from(tokens.toTypedArray()), new Int32Array(N * W)];
      const repeated = tensor(Int32Array.from({ length: N * W }, (_, row) => Math.floor(row / W)));
      const widened = (all: readonly Tensor[]): Tensor[] => all.map((one) => gatherRows(one, repeated));
      const once = (recorded ? recordedStep : calledStep)(step, tokens, parents, widened(states), widened(memory));
      const search = strategy.begin(N);
      try {
        for (let t = 1; t <= maxLength; t++) {
          const logProbabilities = once.run();
          const V = logProbabilities.shape[1];
          if (end >= V) throw noSuchEnd(end, V);
          const values = logProbabilities.toTypedArray() as Float32Array;
          const given = { logProbabilities: values, vocabulary: V, end, isLast: t === maxLength, maxLength };
          if (!search.next(given, chosen, from)) break;
          tokens.assign(chosen);
          parents.assign(from);
        }
      } finally {
        once.dispose();
      }
      return search.results();
    }),
  );
}

/** A step that can be run again and again. */
interface RunningStep {
  /** (R, V) log-probabilities; valid until the next run. */
  run(): Tensor;
  dispose(): void;
}

/** Runs the step once; afterwards its kernels are replayed on the tokens, parents and states that the buffers hold. */
function recordedStep(
  step: DecoderStepFunction,
  tokens: Tensor,
  parents: Tensor,
  states: readonly Tensor[],
  memory: readonly Tensor[],
): RunningStep {
  let recording: ReturnType<typeof record<Tensor>> | undefined;
  return {
    run() {
      if (recording === undefined) {
        recording = record(() => {
          const before = states.map((state) => gatherRows(state, parents));
          const [logProbabilities, after] = called(step, tokens, before, memory);
          for (const [i, state] of after.entries()) states[i].assign(state);
          return logProbabilities;
        });
      } else recording.replay();
      return recording.result;
    },
    dispose: () => recording?.dispose(),
  };
}

/** Calls the step each time. */
function calledStep(
  step: DecoderStepFunction,
  tokens: Tensor,
  parents: Tensor,
  states: readonly Tensor[],
  memory: readonly Tensor[],
): RunningStep {
  let current: { readonly states: readonly Tensor[]; readonly logProbabilities?: Tensor } = { states };
  const free = ({ states: all, logProbabilities }: typeof current): void => {
    for (const one of [...all, ...(logProbabilities ? [logProbabilities] : [])]) one.dispose();
  };
  return {
    run() {
      const next = scope(() => {
        const before = current.states.map((state) => gatherRows(state, parents));
        const [logProbabilities, after] = called(step, tokens, before, memory, false);
        return { logProbabilities, states: after };
      });
      free(current);
      current = next;
      return next.logProbabilities;
    },
    dispose: () => free(current),
  };
}

/** The log-probabilities (R, V) and the states after a step. @throws {ShapeError} for what does not fit */
function called(
  step: DecoderStepFunction,
  tokens: Tensor,
  before: readonly Tensor[],
  memory: readonly Tensor[],
  keepsShapes = true,
): [logProbabilities: Tensor, after: readonly Tensor[]] {
  const given: unknown = step(tokens, before, memory);
  const { logits, states: after = [] } = Object(given) as Partial<DecoderStep>;
  const [R] = tokens.shape;
  if (!(logits instanceof Tensor)) {
    throw new UsageError(
      message("decode", "the step gives no logits", { expected: "{ logits, states }", got: show(given) }),
    );
  }
  const V = logits.shape.at(-1)!;
  const fits = logits.rank >= 2 && logits.rank <= 3 && logits.shape[0] === R && logits.size === R * V && V > 0;
  if (!fits) {
    const expected = `[R, V] or [R, 1, V] with R = ${R}`;
    throw new ShapeError(message("decode", "the logits do not fit", { expected, got: logits.label() }));
  }
  const isList = isListOf(after, (one) => one instanceof Tensor);
  const shapes = (all: readonly Tensor[]): string => all.map(({ shape }) => showShape(shape)).join(", ") || "none";
  const isSame = isList && (keepsShapes ? shapes(after) === shapes(before) : after.length === before.length);
  if (!isSame) {
    const [expected, got] = [shapes(before), isList ? shapes(after) : show(after)];
    throw new ShapeError(message("decode", "the states after the step are not as before", { expected, got }));
  }
  return [logSoftmax(reshape(logits, [R, V])), after];
}

function strategyOption(op: string, name: string, value: unknown = "greedy"): DecodingStrategy {
  if (typeof value === "string" && Object.hasOwn(named, value)) return named[value as keyof typeof named]();
  const { begin, width } = Object(value) as Partial<DecodingStrategy>;
  if (typeof begin === "function" && Number.isInteger(width)) return value as DecodingStrategy;
  const expected = `${Object.keys(named)
    .map((one) => `"${one}"`)
    .join(", ")} or one of strategies`;
  throw new UsageError(message(op, `unknown ${name}`, { expected, got: show(value) }));
}

function tensors(op: string, name: string, value: unknown = []): readonly Tensor[] {
  const isList = isListOf(value, (one) => one instanceof Tensor && one.rank > 0);
  if (isList) return value as readonly Tensor[];
  throw new UsageError(message(op, `${name} must be a list`, { expected: "tensors [N, …]", got: show(value) }));
}

/** N. @throws {ShapeError} when there are several */
function sources(start: unknown, all: readonly Tensor[]): number {
  const counts = all.map(({ shape }) => shape[0]);
  if (typeof start === "object" && start !== null) counts.push((start as ArrayLike<number>).length);
  const [N = 1] = counts;
  if (N > 0 && counts.every((count) => count === N)) return N;
  const got = counts.join(", ");
  throw new ShapeError(
    message("decode", "numbers of sources differ", { expected: "the same N ≥ 1 in start, states and memory", got }),
  );
}

function starts(start: number | readonly number[] | Int32Array, N: number): readonly number[] {
  const all = typeof start === "number" ? Array<number>(N).fill(start) : Array.from(start ?? []);
  const isToken = (value: unknown): boolean =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;
  if (all.length === N && all.every(isToken)) return all;
  throw new UsageError(
    message("decode", "start is not a token", { expected: "an integer ≥ 0, or one for each source", got: show(start) }),
  );
}

function noSuchEnd(end: number, V: number): UsageError {
  const hint = 'A tokenizer made with marks has an end: tokenizer.tokenOf("<end>").';
  return new UsageError(
    message("decode", "the vocabulary has no such end", { expected: `a token below V = ${V}`, got: String(end), hint }),
  );
}
