/**
 * Inside an LSTM that predicts a text letter by letter: its gates, cell and output at each letter, how fast cell and
 * output change, and units that count or remember something, found by correlation. The cell is the slow memory: it
 * changes by sums that the gates let through. Letters: N streams, T letters of a window, H units, V different letters.
 * Source: Karpathy, Johnson & Fei-Fei 2015, "Visualizing and understanding recurrent networks".
 */
import { type Model, Random, layers, losses, metrics, optimizers, sequential, text } from "lanegrad";
import { type Picture, pictureOf } from "lanegrad/report";
import { batch, epochs, integer, learningRate } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { type Characters, charactersOf, textSource } from "../../support/characters.js";
import { fitOn } from "../../support/comparison.js";
import { percent } from "../../support/format.js";
import { type Found, features, unitsFor } from "./features.js";
import { type Trace, parts, relativeChanges, traceOf } from "./lstmTrace.js";
import { nestedText } from "./nestedText.js";

const settings = {
  ...{ epochs: epochs(20), batch: batch(16), lr: learningRate(0.01) },
  units: integer({ about: "units of the LSTM", default: 32, least: 1, slider: [8, 128] }),
  letters: integer({ about: "letters whose insides are drawn", default: 60, least: 2, slider: [20, 120] }),
};
type Settings = typeof settings;

const window = 64;
const embedding = 16;
/** Letters of the text that is drawn, the most of a text that is given, and those held out that are looked at. */
const [drawnLetters, mostGiven, mostRead] = [60_000, 120_000, 4000];
/** Stretches of the held-out text over which changes are compared, and the standard errors that are clear. */
const [stretches, clearly] = [20, 4];
/** A unit counts as found with at least this correlation and at most this p. */
const [strong, unlikely] = [0.5, 0.01];

const lossChart = "Loss, bits a letter";

/** An LSTM, looked into. */
export const insideLstm: Lesson<Settings> = {
  name: "inside-lstm",
  title: "Inside an LSTM, letter by letter",
  about: "gates, cell and output of an LSTM as it reads, and units that count or remember",
  chapter: "recurrent",
  kind: "comparison",
  settings,
  quick: { epochs: 10 },
  sources: [textSource],
  runsWithoutSources: true,
  async run(stage) {
    const { settings, seed, show } = stage;
    const data = await textOf(stage);
    show({ kind: "fact", name: "data", text: data.description });
    show({ kind: "chart", title: lossChart, section: "Learning", xLabel: "epoch", yLabel: "bits a letter", marks: "lines", series: [] }); // prettier-ignore
    const { classNames } = data;
    const tokens = data.test.subarray(0, mostRead);
    const letters = Array.from(tokens, (token) => classNames[token]).join("");
    const model = lstmModel(settings, seed, classNames.length);
    try {
      const seconds = await learn(model, data, stage, () => draw(stage, traceTokens(model, tokens), letters, true));
      const trace = traceTokens(model, tokens);
      draw(stage, trace, letters, false);
      const found = unitsFor(trace.cell, settings.units, letters, new Random(seed).fork("shifts"));
      drawFound(stage, trace, letters, found);
      return { ...findings(stage, trace, found), seconds };
    } finally {
      model.dispose();
    }
  },
};

/** A text that is given, or the one of brackets. */
async function textOf(stage: Stage<Settings>): Promise<Characters> {
  const { batch: N } = stage.settings;
  const { data, place } = await stage.data(textSource, true);
  const least = { characters: N * window + 1, why: `${N} streams, windows of ${window}` };
  if (data === undefined) return charactersOf(nestedText(drawnLetters, stage.seed), "sentences with brackets in brackets, drawn", least); // prettier-ignore
  return charactersOf(data.slice(0, mostGiven), `the beginning of ${place}`, least);
}

function lstmModel({ units, batch: batchSize }: Stage<Settings>["settings"], seed: number, V: number): Model {
  return sequential(
    [
      layers.embedding({ inputDim: V, outputDim: embedding, inputShape: [window] }),
      layers.lstm({ units, returnSequences: true, stateful: true, batchSize }),
      layers.dense({ units: V }),
    ],
    { seed },
  );
}

async function learn(model: Model, data: Characters, stage: Stage<Settings>, look: () => void): Promise<number> {
  const { epochs, batch: batchSize, lr: learningRate } = stage.settings;
  const [train, test] = [data.train, data.test].map((part) => text.streams(part, { batchSize, window }));
  model.compile({
    optimizer: optimizers.adam({ learningRate, globalClipNorm: 1 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  try {
    const { seconds } = await fitOn(stage, "LSTM", model, train, {
      ...{ epochs, batchSize, shuffle: false, validationData: test },
      callbacks: [
        {
          onEpochBegin: () => model.resetStates(),
          onEpochEnd(epoch, { loss, valLoss }) {
            for (const [series, nats] of [
              ["training", loss],
              ["held out", valLoss],
            ] as const)
              // prettier-ignore
              stage.show({ kind: "point", chart: lossChart, series, x: epoch + 1, y: nats / Math.LN2 });
            look();
          },
        },
      ],
    });
    return seconds;
  } finally {
    for (const { x, y } of [train, test]) for (const each of [x, y]) each.dispose();
  }
}

/** What goes on inside the model as it reads tokens from zero states. */
function traceTokens(model: Model, tokens: Int32Array): Trace {
  const [table, kernel, recurrentKernel, bias] = model.weights.map(({ value }) => value.toTypedArray());
  const x = Float32Array.from({ length: tokens.length * embedding }, (_, i) => table[tokens[Math.floor(i / embedding)] * embedding + (i % embedding)]); // prettier-ignore
  return traceOf(x, { kernel, recurrentKernel, bias });
}

/** A letter as it can be seen. */
const visible = (letter: string): string => (letter === " " ? "␣" : letter === "\n" ? "↵" : letter);

function draw(
  { settings: { units: H, letters }, show }: Stage<Settings>,
  trace: Trace,
  read: string,
  isDetail: boolean,
): void {
  // prettier-ignore
  const T = Math.min(letters, read.length);
  const columns = Array.from(read.slice(0, T), visible);
  const pictures: Picture[] = parts.map((part) => {
    const across = Float32Array.from({ length: H * T }, (_, at) => trace[part][(at % T) * H + Math.floor(at / T)]);
    return { ...pictureOf(across, T, part), columns };
  });
  const caption = "A row for each unit, a column for each letter that has just been read.";
  show({ kind: "images", title: "Gates, cell and output", section: "Inside", isDetail, caption, scale: 10, pictures });
}

/** The unit that was found first, beside what it goes with. */
function drawFound(
  { settings: { units: H, letters }, show }: Stage<Settings>,
  { cell }: Trace,
  read: string,
  found: readonly Found[],
): void {
  // prettier-ignore
  show({
    ...{ kind: "table", title: "Units that count or remember", section: "Units", wordColumns: 1 },
    caption: "Sought in the first half of the held-out text, measured in the second. p is by 199 shifts of the text along itself.", // prettier-ignore
    header: ["what", "unit", "correlation", "p"],
    rows: found.map(({ feature, unit, correlation, p }) => [feature, String(unit), correlation.toFixed(3), p.toFixed(3)]), // prettier-ignore
  });
  const best = strongest(found);
  if (best === undefined) return;
  const T = Math.min(4 * letters, read.length);
  const x = Array.from({ length: T }, (_, t) => t);
  show({
    ...{ kind: "chart", title: `Cell of unit ${best.unit} and ${best.feature}`, section: "Units" },
    ...{ xLabel: "letter", yLabel: "value", marks: "lines" },
    series: [
      { name: `cell of unit ${best.unit}`, x, y: x.map((t) => cell[t * H + best.unit]) },
      { name: best.feature, x, y: features[best.feature](read.slice(0, T)) },
    ],
  });
}

/** The strongest of those that count as found. */
function strongest(found: readonly Found[]): Found | undefined {
  const real = found.filter(({ correlation, p }) => Math.abs(correlation) >= strong && p <= unlikely);
  return real.toSorted((a, b) => Math.abs(b.correlation) - Math.abs(a.correlation))[0];
}

function findings({ settings: { units: H }, show }: Stage<Settings>, trace: Trace, found: readonly Found[]) {
  const [c, h] = [trace.cell, trace.output].map((values) => relativeChanges(values, H).slice(1));
  const [cellChange, outputChange] = [average(c), average(h)];
  const length = Math.floor(c.length / stretches);
  const differences = Array.from({ length: stretches }, (_, i) => {
    const [from, to] = [i * length, (i + 1) * length];
    return average(h.slice(from, to)) - average(c.slice(from, to));
  });
  const spread = Math.sqrt(average(differences.map((d) => (d - average(differences)) ** 2)) / (stretches - 1));
  const times = average(differences) / spread;
  const x = Array.from({ length: Math.min(200, c.length) }, (_, t) => t + 2);
  show({
    ...{ kind: "chart", title: "Change from letter to letter", section: "Change", marks: "lines", yLogarithmic: true },
    ...{ xLabel: "letter", yLabel: "‖v′ − v‖ / ‖v‖" },
    series: [["cell", c], ["output", h]].map(([name, values]) => ({ name: name as string, x, y: (values as number[]).slice(0, x.length) })), // prettier-ignore
  });
  const measured = `From letter to letter the cell changes by ${percent(cellChange, 0)} of its length, the output by ${percent(outputChange, 0)}; the difference is ${times.toFixed(1)} times its standard error over ${stretches} stretches of text (clear is more than ${clearly} times)`;
  const isSlower = times > clearly;
  show({ kind: "conclusion", text: `${measured}. ${isSlower ? "The cell is the slow memory; the output gate shows of it what is needed now." : "The cell is not clearly slower."}` }); // prettier-ignore
  const best = strongest(found);
  const units =
    best === undefined
      ? `No unit goes with what was looked for by a correlation of at least ${strong} and p ≤ ${unlikely}: try more epochs.`
      : `The cell of unit ${best.unit} goes with “${best.feature}”: correlation ${best.correlation.toFixed(2)} in the half of the text in which it was not sought, p = ${best.p.toFixed(3)} by shifts.`;
  show({ kind: "conclusion", text: units });
  return { cellChange, outputChange, standardErrors: times, isSlower, found, best: best ?? null };
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
