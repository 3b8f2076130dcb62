/**
 * Strings of three to seven digits, with pauses and noise, recognised by several models: how many digits are wrong, and
 * where a model hears each of them. The strings of the test are joined from takes that no training has heard. Without
 * the recordings, tones stand for digits.
 */
import { Random, type datasets, text } from "lanegrad";
import { epochs, integer, oneOrAll } from "../settings.js";
import type { Lesson, Result, Stage } from "../stage.js";
import { count, duration, percent } from "../support/format.js";
import { showAlignment } from "./alignment.js";
import { digitErrorRate } from "./markovNumbers.js";
import { type SpokenNumber, joinNumbers, toneDigits, toneRate } from "./numbers.js";
import { numberRecognizers } from "./numberRecognizers.js";
import { fsddSource } from "./recordings.js";

const strings = (about: string, byDefault: number, most: number) =>
  integer({ about, default: byDefault, least: 20, slider: [20, most], isLogarithmic: true });

const settings = {
  model: oneOrAll("what recognises the strings, or all of them, one after the other", numberRecognizers),
  epochs: epochs(6),
  strings: strings("how many strings there are to train on", 750, 3000),
  test: strings("how many strings there are to test with", 300, 1000),
} as const;
type Settings = typeof settings;

const title = "strings of digits";

/** Models side by side. */
export const spokenNumbers: Lesson<Settings> = {
  name: "spoken-numbers",
  title: "Spoken numbers",
  about: "strings of spoken digits, by CTC, by attention, and by hidden Markov models with mixtures and with a network",
  chapter: "speech",
  kind: "comparison",
  settings,
  quick: { strings: 150, test: 60 },
  sources: [fsddSource],
  runsWithoutSources: true,
  saves: { what: "the network of ctc", setting: "model", values: ["all", "ctc"] },
  async run(stage) {
    const start = performance.now();
    const data = await dataOf(stage);
    const header = ["model", "what it is", "digits wrong", "strings right", "weights", "time"];
    stage.show({ kind: "table", title, section: "Models", header, wordColumns: 2, rows: [], widths: [8, 52, 12, 13, 9, 7] }); // prettier-ignore
    const results: Row[] = [];
    for (const name of Object.keys(numberRecognizers)) {
      if (stage.settings.model !== "all" && stage.settings.model !== name) continue;
      const row = await measured(stage, name, data);
      results.push(row);
      const { error, whole, weights, seconds } = row;
      const cells = [name, numberRecognizers[name].about, percent(error), percent(whole, 1), count(weights), duration(seconds)]; // prettier-ignore
      stage.show({ kind: "row", table: title, cells });
    }
    return findings(stage, results, (performance.now() - start) / 1000);
  },
};

/** Strings of each part. */
interface Numbers {
  readonly sampleRate: number;
  readonly train: readonly SpokenNumber[];
  readonly validation: readonly SpokenNumber[];
  readonly test: readonly SpokenNumber[];
}

/** The takes from 5 to before this one are for choosing, those before for the test. */
const trainedTakes = 10;

async function dataOf({ settings, seed, data, show }: Stage<Settings>): Promise<Numbers> {
  const random = new Random(seed).fork("numbers");
  const { data: recordings, place } = await data(fsddSource, true);
  const all = recordings ? [...recordings.train, ...recordings.test] : toneDigits(20, random.fork("tones"));
  const sampleRate = recordings?.sampleRate ?? toneRate;
  const parts = {
    train: { count: settings.strings, holds: (take: number) => take >= trainedTakes },
    validation: { count: Math.max(10, Math.floor(settings.strings / 6)), holds: (take: number) => take >= 5 && take < trainedTakes }, // prettier-ignore
    test: { count: settings.test, holds: (take: number) => take < 5 },
  };
  const joined = (part: keyof typeof parts): SpokenNumber[] => {
    const some = all.filter(({ take }: datasets.SpokenDigit) => parts[part].holds(take));
    return joinNumbers(some, sampleRate, parts[part].count, random.fork(part));
  };
  const numbers = { sampleRate, train: joined("train"), validation: joined("validation"), test: joined("test") };
  const seconds = numbers.train.reduce((sum, { samples }) => sum + samples.length, 0) / sampleRate;
  const from = recordings ? `recordings from ${place}` : `tones, since ${place}`;
  const sizes = `${count(settings.strings)} strings (${duration(seconds)}) to train on, ${count(settings.test)} to test`;
  show({ kind: "fact", name: "data", text: `${sizes}, joined from ${from}` });
  return numbers;
}

/** A line of the table. */
interface Row {
  readonly name: string;
  /** Digits to replace, put in or leave out, for each that was said. */
  readonly error: number;
  /** The share of strings without an error. */
  readonly whole: number;
  readonly weights: number;
  readonly seconds: number;
}

async function measured(stage: Stage<Settings>, name: string, data: Numbers): Promise<Row> {
  const start = performance.now();
  const { train, validation, test, sampleRate } = data;
  stage.show({ kind: "now", name: "model", text: name });
  const run = { stage, seed: stage.seed, sampleRate, epochs: stage.settings.epochs, validation };
  const trained = await numberRecognizers[name].train(train, run);
  try {
    const heard = await trained.recognize(test);
    const line = (digits: readonly number[]): string => digits.join(" ");
    const whole = text.exactMatch(heard.map(line), test.map(({ digits }) => line(digits))); // prettier-ignore
    const { toBytes } = trained;
    if (toBytes !== undefined) await stage.keep("trained", toBytes);
    await showAlignment(stage, name, trained, test[0], sampleRate);
    const seconds = (performance.now() - start) / 1000;
    return { name, error: digitErrorRate(heard, test), whole, weights: trained.weights, seconds };
  } finally {
    trained.dispose();
  }
}

function findings(stage: Stage<Settings>, results: readonly Row[], seconds: number): Result {
  const best = results.reduce((a, b) => (b.error < a.error ? b : a));
  const list = results.map(({ name, error }) => `${name} ${percent(error)}`).join(", ");
  stage.show({ kind: "conclusion", text: `Digits wrong in strings of unheard takes: ${list}.` });
  const [mixtures, network] = ["hmm-gmm", "hmm-dnn"].map((name) => results.find((row) => row.name === name));
  const gain = mixtures && network ? 1 - network.error / mixtures.error : NaN;
  if (Number.isFinite(gain)) {
    const wording =
      gain > 0
        ? `makes ${percent(gain, 0)} fewer errors than the mixtures, by the same chains and alignment`
        : "makes no fewer errors than the mixtures: try more epochs or strings";
    stage.show({ kind: "conclusion", text: `In place of mixtures, the network ${wording}.` });
  }
  return {
    digitErrorPercent: 100 * best.error,
    best: best.name,
    ...(Number.isFinite(gain) && { fewerErrorsPercent: 100 * gain }),
    results: results.map(({ name, error, whole, weights, seconds }) => {
      return { model: name, digitErrorPercent: 100 * error, stringsRightPercent: 100 * whole, weights, seconds };
    }),
    ...{ seed: stage.seed, seconds },
  };
}
