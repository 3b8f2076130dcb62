/**
 * Full batch, mini-batches and single samples: the same network on the same digits, until the loss of all of them is
 * low enough, counted in steps, in samples and in seconds. A step by all samples goes straight down but costs a pass; a
 * step by one costs little but goes astray and leaves the machine's lanes empty; mini-batches are between the two.
 * Source: LeCun, Bottou, Orr & Müller 1998, "Efficient backprop", §4.1.
 */
import type { Chart, Series } from "lanegrad/report";
import { batch, integer, real } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { fewDigits, freeDigits, mnistSource } from "../../support/digits.js";
import { count } from "../../support/format.js";
import { showPaths } from "./paths.js";
import { type Run, type Way, race } from "./race.js";

/** Mini-batches are clearly first if every other way takes at least so many times as long. */
const clearly = 1.25;

const settings = {
  samples: integer({ about: "digits to train on", default: 3000, least: 100, slider: [500, 10_000] }),
  batch: { ...batch(64), about: "samples of a mini-batch", least: 2, slider: [2, 512] },
  hidden: integer({ about: "units of the hidden layer", default: 32, least: 1, slider: [8, 128] }),
  target: real({ about: "the loss at which a training ends", default: 0.2, least: 0, slider: [0.05, 1] }),
} as const;
type Settings = typeof settings;

/** Learning rates of each way, of which the quickest to the target counts. */
const rates = { full: [0.3, 1, 3], mini: [0.1, 0.3, 1], single: [0.01, 0.03, 0.1] } as const;

const charts = [
  { title: "Loss against steps", xLabel: "steps", key: "steps" },
  { title: "Loss against samples", xLabel: "samples seen", key: "samples" },
  { title: "Loss against seconds", xLabel: "seconds", key: "seconds" },
] as const;

/** Three ways to go through the samples, in steps, samples and seconds. */
export const batches: Lesson<Settings> = {
  name: "batches",
  title: "All samples, some, or one",
  about: "full batch, mini-batches and single samples against steps, samples and seconds",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [mnistSource],
  runsWithoutSources: true,
  async run(stage) {
    const { show, settings } = stage;
    const data = await fewDigits(stage, settings.samples, 1);
    try {
      const [N] = data.train.x.shape;
      const place = data.kind === "mnist" ? data.description.replace(/,.*/, "") : "drawn digits";
      show({ kind: "fact", name: "data", text: `${count(N)} digits, ${place}` });
      const ways = [
        { name: `all ${count(N)}`, batchSize: N, rates: rates.full },
        { name: `batches of ${settings.batch}`, batchSize: Math.min(settings.batch, N), rates: rates.mini },
        { name: "single samples", batchSize: 1, rates: rates.single },
      ];
      // The first steps of a process are slower than all others: they are made here and not counted.
      const unseen = { ...settings, target: Infinity };
      for (const { name, batchSize } of ways)
        await race(stage, data.train, { name, batchSize, learningRate: 0.001 }, unseen, () => undefined);
      const [best, all] = [[] as Run[], [] as Run[]]; // prettier-ignore
      for (const { rates, ...way } of ways) {
        const runs: Run[] = [];
        for (const learningRate of rates) runs.push(await shown(stage, data.train, { ...way, learningRate }, best));
        best.push(quickest(runs));
        all.push(...runs);
      }
      draw(stage, best);
      const spreads = await showPaths(stage);
      report(stage, all, best);
      show({ kind: "conclusion", text: conclusionOf(best, settings.target) });
      const results = all.map((run) => ({ ...ended(run), name: run.name, learningRate: run.learningRate, isThere: run.isThere, isBest: best.includes(run) })); // prettier-ignore
      return { data: data.kind, target: settings.target, results, spreads };
    } finally {
      freeDigits(data);
    }
  },
};

/** A training whose points are added to the charts of the ways before. */
async function shown(
  stage: Stage<Settings>,
  train: Parameters<typeof race>[1],
  way: Way,
  before: readonly Run[],
): Promise<Run> {
  const series = `${way.name}, rate ${way.learningRate}`;
  stage.show({ kind: "now", text: series });
  draw(stage, before);
  return race(stage, train, way, stage.settings, (run) => {
    const y = run.losses.at(-1)!;
    for (const { title: chart, key } of charts) stage.show({ kind: "point", chart, series, x: run[key].at(-1)!, y });
  });
}

function draw({ show }: Stage<Settings>, runs: readonly Run[]): void {
  const axes = { yLabel: "loss of all samples", xLogarithmic: true, yLogarithmic: true, marks: "lines" } as const;
  for (const { title, xLabel, key } of charts) {
    const series: Series[] = runs.map((run) => ({ name: run.name, x: [...run[key]], y: [...run.losses] }));
    const chart: Chart = { kind: "chart", section: "The loss on the way down", title, xLabel, ...axes, series };
    show(chart);
  }
}

const ended = (run: Run) => ({ steps: run.steps.at(-1)!, samples: run.samples.at(-1)!, seconds: run.seconds.at(-1)!, loss: run.losses.at(-1)! }); // prettier-ignore

/** The first at the target, or the lowest if none came there. */
function quickest(runs: readonly Run[]): Run {
  const there = runs.filter(({ isThere }) => isThere);
  const rank = (run: Run): number => (there.length > 0 ? ended(run).seconds : ended(run).loss);
  return (there.length > 0 ? there : runs).toSorted((a, b) => rank(a) - rank(b))[0];
}

function report({ show, settings: { target } }: Stage<Settings>, all: readonly Run[], best: readonly Run[]): void {
  show({
    ...{ kind: "table", title: `Until the loss is ${target}`, wordColumns: 1 },
    caption:
      "Each way with three learning rates; the charts show its quickest, which is marked. Measuring is not timed.",
    header: ["way", "learning rate", "steps", "samples", "seconds", "loss"],
    rows: all.map((run) => {
      const { steps, samples, seconds, loss } = ended(run);
      const name = best.includes(run) ? `${run.name} ←` : run.name;
      return [name, String(run.learningRate), count(steps), count(samples), seconds.toFixed(3), loss.toFixed(3)];
    }),
  });
}

function conclusionOf(best: readonly Run[], target: number): string {
  const [full, mini, single] = best;
  const words = (run: Run, way: string): string =>
    run.isThere
      ? `${way} after ${count(ended(run).steps)} steps, ${count(ended(run).samples)} samples, ${ended(run).seconds.toFixed(2)} s`
      : `${way} not within ${ended(run).seconds.toFixed(0)} s`;
  const list = `The loss ${target} is reached by ${words(full, "all samples at once")}; by ${words(mini, mini.name)}; by ${words(single, "single samples")}.`; // prettier-ignore
  const others = [full, single].map((run) => (run.isThere ? ended(run).seconds / ended(mini).seconds : Infinity));
  const isFirst = mini.isThere && Math.min(...others) >= clearly;
  const lesson = isFirst
    ? `Mini-batches are first in seconds, the next takes ${Number.isFinite(Math.min(...others)) ? `${Math.min(...others).toFixed(1)} times as long` : "longer than was waited for"}: their steps are nearly as good as those of all samples, and they fill the lanes that a single sample leaves empty.`
    : `Mini-batches are not clearly first in seconds here (clear is ${clearly} times as long for every other way).`;
  return `${list} ${lesson}`;
}
