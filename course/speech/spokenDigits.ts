/**
 * Spoken digits: networks and hidden Markov models on the same recordings. By the official split the speakers of the
 * test are known from the training, and only the takes are new; so besides, each of the speakers is left out once and
 * recognised by what the others have taught.
 */
import { count, decimal, duration, percent } from "../support/format.js";
import { epochs, integer, oneOrAll, yesOrNo } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import type { Recognizer } from "./recognizer.js";
import { recognizers } from "./recognizers.js";
import { type Recording, fsddSource } from "./recordings.js";

const settings = {
  model: oneOrAll("what recognises the digits, or all of them, one after the other", recognizers),
  epochs: epochs(16),
  recordings: integer({
    about: "how many recordings there are to train on, at most",
    default: 2700,
    least: 60,
    slider: [60, 2700],
    isLogarithmic: true,
  }),
  speakers: yesOrNo("whether each speaker is left out once, too"),
} as const;
type Settings = typeof settings;

const title = "spoken digits";

/** Models side by side. */
export const spokenDigits: Lesson<Settings> = {
  name: "spoken-digits",
  title: "Spoken digits",
  about: "spoken digits, recognised by networks and by hidden Markov models",
  chapter: "speech",
  kind: "comparison",
  settings,
  sources: [fsddSource],
  async run(stage) {
    const { model, recordings, speakers } = stage.settings;
    const { data, place } = await stage.data(fsddSource);
    const { sampleRate, test } = data!;
    const train = spread(data!.train, recordings);
    const known = new Set(train.map(({ speaker }) => speaker));
    const text = `${count(train.length)} recordings by ${known.size} speakers from ${place} to train on, ${count(test.length)} to test`;
    stage.show({ kind: "fact", name: "data", text });
    const header = ["model", "what it is", "takes right", "speakers right", "weights", "ms a step", "time"];
    stage.show({ kind: "table", title, section: "Models", header, wordColumns: 2, rows: [], widths: [8, 30, 11, 14, 9, 9, 7] }); // prettier-ignore
    const results: Row[] = [];
    for (const [name, recognizer] of Object.entries(recognizers)) {
      if (model !== "all" && model !== name) continue;
      const row = await measured(stage, name, recognizer, { sampleRate, train, test }, speakers === "yes");
      results.push(row);
      const { accuracy, leaveOneOut, weights, stepMs, seconds } = row;
      const cells = [name, recognizer.about, percent(accuracy, 1), percent(leaveOneOut, 1), count(weights), stepMs?.toFixed(1) ?? "", duration(seconds)]; // prettier-ignore
      stage.show({ kind: "row", table: title, cells });
    }
    return findings(stage, test, results);
  },
};

interface Data {
  readonly sampleRate: number;
  readonly train: readonly Recording[];
  readonly test: readonly Recording[];
}

/** A line of the table. */
interface Row {
  readonly name: string;
  /** The share of the test's recordings that are recognised. */
  readonly accuracy: number;
  /** The same of speakers that were left out, over all of them; NaN where it was not measured. */
  readonly leaveOneOut: number;
  readonly bySpeaker: Readonly<Record<string, number>>;
  readonly weights: number;
  /** Milliseconds of a training step, where it is trained by steps. */
  readonly stepMs: number | undefined;
  readonly heard: readonly number[];
  readonly seconds: number;
}

async function measured(
  stage: Stage<Settings>,
  name: string,
  recognizer: Recognizer,
  { sampleRate, train, test }: Data,
  leavesOut: boolean,
): Promise<Row> {
  const start = performance.now();
  const run = { stage, seed: stage.seed, sampleRate, epochs: stage.settings.epochs };
  const heardBy = async (text: string, some: readonly Recording[], others: readonly Recording[]) => {
    stage.show({ kind: "now", name: "model", text });
    const trained = await recognizer.train(some, run);
    try {
      const { weights, stepMs } = trained;
      return { heard: await trained.recognize(others), weights, stepMs };
    } finally {
      trained.dispose();
    }
  };
  const { heard, weights, stepMs } = await heardBy(name, train, test);
  const bySpeaker: Record<string, number> = {};
  const all = [...train, ...test];
  const speakers = leavesOut ? new Set(all.map(({ speaker }) => speaker)) : [];
  for (const left of speakers) {
    const others = all.filter(({ speaker }) => speaker === left);
    const some = train.filter(({ speaker }) => speaker !== left);
    bySpeaker[left] = shareRight(others, (await heardBy(`${name} without ${left}`, some, others)).heard);
  }
  const shares = Object.values(bySpeaker);
  const leaveOneOut = shares.reduce((sum, share) => sum + share, 0) / shares.length;
  const seconds = (performance.now() - start) / 1000;
  return { name, accuracy: shareRight(test, heard), leaveOneOut, bySpeaker, weights, stepMs, heard, seconds };
}

function shareRight(recordings: readonly Recording[], heard: readonly number[]): number {
  return recordings.filter(({ label }, i) => label === heard[i]).length / recordings.length;
}

/** At most so many recordings, evenly spread over digits and speakers. */
function spread(recordings: readonly Recording[], most: number): Recording[] {
  const step = Math.max(1, recordings.length / most);
  return Array.from({ length: Math.min(most, recordings.length) }, (_, i) => recordings[Math.floor(i * step)]);
}

function findings(stage: Stage<Settings>, test: readonly Recording[], results: readonly Row[]): Result {
  const best = results.reduce((a, b) => (b.accuracy > a.accuracy ? b : a));
  const classNames = Array.from({ length: 10 }, (_, digit) => String(digit));
  const counts = classNames.map(() => classNames.map(() => 0));
  for (const [i, { label }] of test.entries()) counts[label][best.heard[i]]++;
  stage.show({ kind: "confusion", title: `What ${best.name} hears in the test`, classNames, counts });
  const list = (share: (row: Row) => number): string =>
    results.map((row) => `${row.name} ${percent(share(row), 1)}`).join(", ");
  stage.show({ kind: "conclusion", text: `New takes of known speakers: ${list(({ accuracy }) => accuracy)}.` });
  if (!Number.isNaN(best.leaveOneOut)) {
    const text = `Speakers that were left out: ${list(({ leaveOneOut }) => leaveOneOut)}.`;
    stage.show({ kind: "conclusion", text });
  }
  const [flat, pyramid] = ["ctc", "pyramid"].map((name) => results.find((row) => row.name === name));
  if (flat?.stepMs && pyramid?.stepMs) {
    const times = flat.stepMs / pyramid.stepMs;
    const lost = 100 * (flat.accuracy - pyramid.accuracy);
    const isWorth = times >= 1.6 && lost <= 0.5;
    const text = `A step of the pyramid takes ${decimal(1 / times)} of the time, and it recognises ${Math.abs(lost).toFixed(1)} points ${lost > 0 ? "less" : "more"}: ${isWorth ? "joining steps pays" : "in this run joining steps does not clearly pay"}.`;
    stage.show({ kind: "conclusion", text });
  }
  return {
    accuracyPercent: 100 * best.accuracy,
    leaveOneOutPercent: 100 * best.leaveOneOut,
    best: best.name,
    results: results.map(({ name, accuracy, leaveOneOut, bySpeaker, weights, stepMs, seconds }) => ({
      ...{ model: name, accuracyPercent: 100 * accuracy, leaveOneOutPercent: 100 * leaveOneOut },
      bySpeakerPercent: Object.fromEntries(Object.entries(bySpeaker).map(([speaker, share]) => [speaker, 100 * share])),
      ...{ weights, stepMs: stepMs ?? null, seconds },
    })),
  };
}
