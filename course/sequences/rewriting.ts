/**
 * What copying and sorting share: an encoder reads symbols, a decoder writes symbols of the same number. Without attention
 * all that was read must pass through the encoder's last state; with it, each step of the decoder looks at the steps of
 * the encoder. How many sequences are written without an error, against their length, shows which of the two holds.
 * Letters: N sequences, T symbols, K different symbols, H units.
 */
import {
  type Model,
  Random,
  type SymbolicTensor,
  decode,
  layers,
  losses,
  metrics,
  model,
  noGrad,
  optimizers,
  reshape,
  scope,
  tensor,
} from "lanegrad";
import type { Shown } from "lanegrad/report";
import { batch, epochs, integer, learningRate } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { differenceOf } from "../support/comparison.js";
import { classes } from "../support/classes.js";
import { count, duration, percent } from "../support/format.js";
import { weightCount } from "../support/networkLesson.js";
import { TrainingProgress } from "../support/progress.js";
import { attentionTable } from "./attentionTable.js";

/** K: symbols are 1 … K, 0 is none. */
export const symbols = 20;
const [start, end] = [symbols + 1, symbols + 2];
const vocabulary = symbols + 3;
const vectorSize = 32;
const stepsPerEpoch = 100;
/** Sequences of each length that are written after training. */
const tested = 200;
/** How many of the first lengths up to the longest, and beyond it, are tested. */
const lengthsTested = 6;

const settings = {
  ...{ epochs: epochs(20), batch: batch(64), lr: learningRate(0.005) },
  length: integer({ about: "the most symbols of a sequence in training", default: 16, least: 4, slider: [4, 32] }),
  units: integer({ about: "the units of the encoder and of the decoder", default: 64, least: 8, slider: [16, 256] }),
};
type Settings = typeof settings;

/** What distinguishes such a lesson. */
export interface Rewriting {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  /** The symbols to be written, as many as those that are read. */
  readonly target: (read: readonly number[]) => readonly number[];
}

/** A lesson that trains both networks on the same sequences. */
export function rewriting({ target, ...about }: Rewriting): Lesson<Settings> {
  return {
    ...{ ...about, chapter: "sequences", kind: "comparison", settings, sources: [] },
    async run(stage) {
      const { length, units } = stage.settings;
      const size = `${symbols} different symbols, up to ${length} in a sequence, ${units} units`;
      stage.show({ kind: "fact", name: "data", text: size });
      const axes = { xLabel: "symbols of a sequence", yLabel: "% written without an error", marks: "lines" } as const;
      stage.show({ kind: "chart", title: chartTitle, section: "Charts", ...axes, series: [] });
      const results: Rewritten[] = [];
      for (const looks of [false, true]) results.push(await trained(stage, target, looks));
      return findings(stage, results);
    },
  };
}

const chartTitle = "Sequences without an error, against their length";

/** What became of a network. */
interface Rewritten {
  readonly network: string;
  readonly weights: number;
  readonly seconds: number;
  readonly lengths: readonly number[];
  /** The share of sequences without an error, for each length. */
  readonly exact: readonly number[];
}

async function trained(stage: Stage<Settings>, target: Rewriting["target"], looks: boolean): Promise<Rewritten> {
  const network = looks ? "with attention" : "without attention";
  const { epochs, batch, lr, length, units } = stage.settings;
  const parts = partsOf(units, looks, stage.seed);
  const { trainer } = parts;
  try {
    trainer.compile({
      optimizer: optimizers.adam({ learningRate: lr, globalClipNorm: 1 }),
      loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
      metrics: [metrics.accuracy()],
    });
    stage.show({ kind: "now", name: "network", text: network });
    const lengths = [1, 2, 3, 4].map((quarter) => Math.round((quarter * length) / 4)); // few: a step is recorded for each
    const begin = performance.now();
    await trainer.fit(batches(new Random(stage.seed).fork("training"), batch, lengths, target), {
      ...{ epochs, stepsPerEpoch, signal: stage.signal },
      callbacks: [new TrainingProgress(stage, classes.wording)],
    });
    const seconds = (performance.now() - begin) / 1000;
    const random = new Random(stage.seed).fork("test");
    const testLengths = Array.from({ length: lengthsTested }, (_, i) => Math.round(((i + 1) * length) / 4));
    const exact: number[] = [];
    for (const T of testLengths) {
      await stage.turn();
      const sequences = Array.from({ length: tested }, () => drawn(random, T));
      const written = parts.write(sequences);
      const right = sequences.filter((one, n) => target(one).join() === written[n].join()).length;
      exact.push(right / tested);
      stage.show({ kind: "point", chart: chartTitle, series: network, x: T, y: (100 * right) / tested });
    }
    if (looks) stage.show(parts.alignment(drawn(random, Math.min(length, 12)), target));
    return { network, weights: weightCount(trainer), seconds, lengths: testLengths, exact };
  } finally {
    trainer.dispose();
  }
}

const drawn = (random: Random, T: number): number[] => Array.from({ length: T }, () => 1 + random.integer(symbols));

/** Batches without an end, each of sequences of one length. */
function* batches(random: Random, N: number, lengths: readonly number[], target: Rewriting["target"]) {
  for (let step = 0; ; step++) {
    const T = lengths[step % lengths.length];
    const read = Array.from({ length: N }, () => drawn(random, T));
    const written = read.map(target);
    const x = [ints(read), ints(written.map((row) => [start, ...row]))];
    yield { x, y: ints(written.map((row) => [...row, end])) };
  }
}

const ints = (rows: readonly (readonly number[])[]) => tensor(Int32Array.from(rows.flat()), [rows.length, rows[0].length]); // prettier-ignore

/** A network for training, and what writes with its layers. */
interface Parts {
  readonly trainer: Model;
  write(sequences: readonly (readonly number[])[]): number[][];
  /** Where each step of the decoder looks while it is given the right symbols. */
  alignment(sequence: readonly number[], target: Rewriting["target"]): Shown;
}

function partsOf(units: number, looks: boolean, seed: number): Parts {
  const vectors = layers.embedding({ inputDim: vocabulary, outputDim: vectorSize });
  const options = { units, returnSequences: true, returnState: true } as const;
  const [reader, writer] = [layers.gru(options), layers.gru(options)];
  const look = layers.attention({ score: "general", returnWeights: true });
  const mix = layers.dense({ units, activation: "tanh" });
  const logits = layers.dense({ units: vocabulary });
  const read = layers.input({ shape: [null] });
  const [memory, last] = reader.applyMany(vectors.apply(read));
  const say = (tokens: SymbolicTensor, state: SymbolicTensor, seen: SymbolicTensor): SymbolicTensor[] => {
    const [steps, next] = writer.applyMany([vectors.apply(tokens), state]);
    if (!looks) return [logits.apply(mix.apply(steps)), next];
    const [context, weights] = look.applyMany([steps, seen]);
    return [logits.apply(mix.apply(layers.concatenate().apply([steps, context]))), next, weights];
  };
  const written = layers.input({ shape: [null] });
  const spoken = say(written, last, memory);
  const trainer = model({ inputs: [read, written], outputs: spoken[0], name: "rewriter", seed });
  const encoder = model({ inputs: read, outputs: [memory, last] });
  const [token, state, seen] = [[null], [units], [null, units]].map((shape) => layers.input({ shape }));
  const step = model({ inputs: looks ? [token, state, seen] : [token, state], outputs: say(token, state, seen).slice(0, 2) }); // prettier-ignore
  return {
    trainer,
    write: (sequences) =>
      scope(() =>
        noGrad(() => {
          const [remembered, first] = encoder.call([ints(sequences)]);
          const found = decode(
            (tokens, [before], known) => {
              const [scores, after] = step.call([reshape(tokens, [-1, 1]), before, ...known]);
              return { logits: scores, states: [after] };
            },
            { start, end, maxLength: sequences[0].length + 4, states: [first], ...(looks && { memory: [remembered] }) },
          );
          return found.map(([{ tokens }]) => [...tokens]);
        }),
      ),
    alignment(sequence, target) {
      const right = target(sequence);
      const aligner = model({ inputs: [read, written], outputs: spoken[2] });
      const weights = scope(() =>
        noGrad(() => aligner.call([ints([sequence]), ints([[start, ...right.slice(0, -1)]])])[0].toTypedArray()),
      );
      return attentionTable({
        title: "Where the decoder looks, in percent",
        caption: "A column for each symbol that was read, a row for each that is written.",
        ...{ read: sequence.map(String), written: right.map(String), weights },
      });
    },
  };
}

function findings({ settings: { length }, show }: Stage<Settings>, results: readonly Rewritten[]): Result {
  const { lengths } = results[0];
  show({
    ...{ kind: "table", title: `Written without an error, of ${tested} sequences of each length` },
    header: ["network", ...lengths.map((T) => `${T} symbols`), "weights", "time"],
    rows: results.map(({ network, exact, weights, seconds }) => [
      network,
      ...exact.map((share) => percent(share, 1)),
      count(weights),
      duration(seconds),
    ]),
  });
  const at = lengths.indexOf(length);
  const [without, looking] = results.map(({ exact }) => exact[at]);
  const { isClear, text } = differenceOf(looking, without, tested);
  const shares = `${percent(looking, 1)} of sequences of ${length} symbols with attention, ${percent(without, 1)} without`;
  const verdict = isClear ? "Attention helps" : "No clear help by attention at this length";
  show({ kind: "conclusion", text: `${verdict}: ${shares}. ${text}.` });
  const beyond = results.map(({ network, exact }) => `${percent(exact.at(-1)!, 1)} ${network}`).join(", ");
  show({
    kind: "conclusion",
    text: `At ${lengths.at(-1)} symbols, longer than any in training: ${beyond}.`,
  });
  return {
    networks: results.map(({ network, lengths: of, exact, weights, seconds }) => {
      return { network, lengths: of, exactPercent: exact.map((share) => 100 * share), weights, seconds };
    }),
  };
}
