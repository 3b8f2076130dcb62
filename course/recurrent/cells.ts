/**
 * Cells compared: which recurrent network remembers how far. Two tasks: to add two marked numbers of a long sequence, and
 * to say at the end which of four symbols came first, with noise in between. Each cell is trained at growing lengths,
 * until it fails. Letters: N sequences, T steps, H units.
 * Sources: Hochreiter & Schmidhuber 1997 (both tasks, LSTM); Gers & Schmidhuber 2000 (peepholes); Cho et al. 2014 (GRU);
 * Le, Jaitly & Hinton 2015 (ReLU that begins as the identity); Kalchbrenner et al. 2015 (Grid LSTM).
 */
import {
  type Layer,
  type Model,
  Random,
  callbacks,
  initializers,
  layers,
  losses,
  optimizers,
  sequential,
} from "lanegrad";
import { batch, integer, learningRate } from "../settings.js";
import type { Lesson, Stage } from "../stage.js";
import { fitOn } from "../support/comparison.js";
import { count, duration, percent } from "../support/format.js";
import { intervalOf } from "../support/interval.js";
import { weightCount } from "../support/networkLesson.js";
import { type Task, emptySequences, tasks } from "./memoryTasks.js";

const settings = {
  ...{ batch: batch(32), lr: learningRate(0.005) },
  longest: integer({ about: "the longest sequences", default: 100, least: 10, slider: [10, 400], isLogarithmic: true }),
  steps: integer({ about: "the most training steps of a network", default: 1000, least: 50, slider: [100, 5000], isLogarithmic: true }), // prettier-ignore
};
type Settings = typeof settings;

const units = 24;
/** Steps between two looks at new sequences. */
const stepsPerEpoch = 50;
const testSequences = 500;
/** A length is learnt where the 95 % interval of the share of right answers lies above this. */
const learnt = 0.9;
/** Training ends where it lies above this on sequences of a trial, which are others. */
const enough = 0.95;
/** Each length is about so many times the one before. */
const growth = 2;
const shortest = 10;

const cells: Readonly<Record<string, (T: number, I: number) => Layer>> = {
  "simple RNN (tanh)": (T, I) => layers.simpleRnn({ units, inputShape: [T, I] }),
  "simple RNN (ReLU)": (T, I) =>
    layers.simpleRnn({ units, activation: "relu", recurrentInitializer: initializers.identity(), inputShape: [T, I] }),
  LSTM: (T, I) => layers.lstm({ units, inputShape: [T, I] }),
  "peephole LSTM": (T, I) => layers.lstm({ units, peephole: true, inputShape: [T, I] }),
  GRU: (T, I) => layers.gru({ units, inputShape: [T, I] }),
  "Grid LSTM": (T, I) => layers.gridLstm({ units, depth: 1, inputShape: [T, I] }),
};

/** Six cells against length. */
export const cellsLesson: Lesson<Settings> = {
  name: "cells",
  title: "Which cell remembers how far",
  about: "simple networks, LSTM, peephole LSTM, GRU and Grid LSTM against the length of what they must remember",
  chapter: "recurrent",
  kind: "comparison",
  settings,
  quick: { longest: 50, steps: 600 },
  sources: [],
  async run(stage) {
    const { longest } = stage.settings;
    const lengths: number[] = [];
    for (let T = longest; T >= shortest; T = Math.round(T / growth)) lengths.unshift(T);
    for (const { title } of tasks) {
      const axes = { xLabel: "length of the sequences, steps", yLabel: "share of right answers", xLogarithmic: true, marks: "lines" } as const; // prettier-ignore
      stage.show({ kind: "chart", title: chartOf(title), section: "Against length", ...axes, series: [] });
    }
    const results: Trained[] = [];
    for (const task of tasks)
      for (const cell of Object.keys(cells))
        for (const T of lengths) {
          const one = await trained(stage, task, cell, T);
          results.push(one);
          stage.show({ kind: "point", chart: chartOf(task.title), series: cell, x: T, y: one.share });
          if (!one.isLearnt) break;
        }
    return findings(stage, lengths, results);
  },
};

const chartOf = (title: string): string => `Right answers: ${title}`;

/** A network after training at one length. */
interface Trained {
  readonly task: string;
  readonly cell: string;
  readonly length: number;
  readonly parameters: number;
  /** Steps of training until it was learnt, or all that were allowed. */
  readonly steps: number;
  readonly seconds: number;
  /** The share of right answers to new sequences, and the lower end of its 95 % interval. */
  readonly share: number;
  readonly from: number;
  readonly isLearnt: boolean;
}

async function trained(stage: Stage<Settings>, task: Task, cell: string, T: number): Promise<Trained> {
  const { batch: batchSize, lr: learningRate, steps } = stage.settings;
  const random = new Random(stage.seed).fork(task.title).fork(T);
  const epochs = Math.max(1, Math.round(steps / stepsPerEpoch));
  const model = sequential([cells[cell](T, task.inputs), layers.dense({ units: task.outputs })], { seed: stage.seed });
  const train = emptySequences(task, stepsPerEpoch * batchSize, T);
  try {
    model.compile({
      optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
      loss: task.outputs === 1 ? losses.meanSquaredError() : losses.categoricalCrossentropy({ fromLogits: true }),
    });
    let done = 0;
    const { seconds } = await fitOn(stage, `${cell}, ${T} steps: ${task.title}`, model, train, {
      ...{ epochs, batchSize, shuffle: false },
      callbacks: [
        callbacks.terminateOnNaN(), // a simple network with ReLU may explode: it has failed then
        {
          onEpochBegin: (epoch) => task.fill(train, random.fork("train").fork(epoch)),
          async onEpochEnd(epoch, _logs, training) {
            done = (epoch + 1) * stepsPerEpoch;
            const { from } = await shareOf(model, task, T, random.fork("trial").fork(epoch), stage.signal);
            if (from > enough) training.stop("learnt");
          },
        },
      ],
    });
    const { share, from } = await shareOf(model, task, T, random.fork("test"), stage.signal);
    const numbers = { steps: done, seconds, share, from, isLearnt: from > learnt };
    return { task: task.title, cell, length: T, parameters: weightCount(model), ...numbers };
  } finally {
    for (const each of [train.x, train.y]) each.dispose();
    model.dispose();
  }
}

/** The share of right answers to new sequences. */
async function shareOf(model: Model, task: Task, T: number, random: Random, signal: AbortSignal) {
  const test = emptySequences(task, testSequences, T);
  try {
    task.fill(test, random);
    const answers = await model.predict(test.x, { batchSize: testSequences, signal });
    const right = task.right(answers.toTypedArray(), test.y.toTypedArray());
    answers.dispose();
    return { share: right / testSequences, ...intervalOf(right, testSequences) };
  } finally {
    for (const each of [test.x, test.y]) each.dispose();
  }
}

function findings(
  { settings: { longest, steps }, show }: Stage<Settings>,
  lengths: readonly number[],
  results: readonly Trained[],
) {
  // prettier-ignore
  show({
    ...{ kind: "table", title: "Right answers to new sequences, by length", section: "Results", wordColumns: 2 },
    caption: `${count(testSequences)} sequences. A cell that fails at a length (95 % interval by Wilson not above ${percent(learnt, 0)}) is not trained at longer ones.`,
    header: ["task", "cell", ...lengths.map((T) => `T = ${T}`), "weights", "time"],
    rows: tasks.flatMap(({ title }) =>
      Object.keys(cells).map((cell) => {
        const own = results.filter((one) => one.task === title && one.cell === cell);
        const shares = lengths.map((T) => own.find(({ length }) => length === T)?.share);
        const seconds = own.reduce((sum, one) => sum + one.seconds, 0);
        return [title, cell, ...shares.map((share) => (share === undefined ? "–" : percent(share, 0))), count(own[0].parameters), duration(seconds)]; // prettier-ignore
      }),
    ),
  });
  const reach = tasks.map(({ title }) =>
    Object.keys(cells).map((cell) => {
      const lengths = results.filter((one) => one.task === title && one.cell === cell && one.isLearnt);
      return { task: title, cell, length: Math.max(0, ...lengths.map(({ length }) => length)) };
    }),
  );
  for (const own of reach) {
    const best = Math.max(...own.map(({ length }) => length));
    const named = [...new Set(own.map(({ length }) => length))]
      .sort((a, b) => b - a)
      .map((length) => {
        const names = own.filter((one) => one.length === length).map(({ cell }) => cell);
        return `${length === 0 ? "no length" : `${length} steps`}: ${names.join(", ")}`;
      });
    const more = best === longest ? ` Nothing longer than ${longest} was tried.` : ` Try steps = ${4 * steps}.`;
    show({ kind: "conclusion", text: `To ${own[0].task}, over ${named.join("; ")}. A length counts where more than ${percent(learnt, 0)} of new sequences are answered rightly, by the 95 % interval (Wilson).${more}` }); // prettier-ignore
  }
  return { lengths, reach: reach.flat(), networks: results };
}
