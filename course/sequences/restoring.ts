/**
 * Networks that give a bare text its diacritics, tested by the share of syllables that they restore. A long text is read
 * in windows that overlap by half, and each syllable is taken from the window in whose middle it stands. Letters: T
 * syllables of a window, P patterns of marks.
 */
import { DataError, type Model, tensor } from "lanegrad";
import type { Block } from "lanegrad/report";
import { count, decimal, percent } from "../support/format.js";
import type { Task, TrainingData } from "../support/networkLesson.js";
import {
  SyllableNumbers,
  type Syllables,
  type SyllablesConfig,
  bareOf,
  columns,
  marked,
  syllablesOf,
} from "./syllables.js";

/** T */
export const windowLength = 64;
/** Windows that are computed at once. */
const windowsAtOnce = 128;
const [mostExamples, mostConfused] = [12, 20];

/** What a network for diacritics is trained and tested on. */
export interface MarkedTexts extends TrainingData {
  readonly numbers: SyllableNumbers;
  /** The paragraphs of the test text. */
  readonly testParagraphs: readonly Syllables[];
}

/** Syllables restored, how many of a bare text were right as they stood, and what is confused. */
export const restoring: Task = {
  wording: {
    live: ({ loss, accuracy }) => ({
      score: `${percent(accuracy, 1)} of syllables`,
      details: [`loss ${decimal(loss)}`],
    }),
    epoch: ({ accuracy, valAccuracy, valLoss }) => [
      `${percent(accuracy)} of syllables`,
      ...(valAccuracy === undefined
        ? []
        : [`${percent(valAccuracy)} of the held-out text`, `loss ${decimal(valLoss)}`]),
    ],
  },
  counted: ({ train }) => ({ name: "syllables", perRow: train.x.shape[1] }),
  notes: (data) => ({ input: "syllables", syllables: (data as MarkedTexts).numbers.config }),
  async test(_, model, data) {
    const { testParagraphs } = data as MarkedTexts;
    const bare = testParagraphs.map(({ forms, between }) => ({ forms: forms.map(bareOf), between }));
    const restored = await restore(model, bare);
    const pairs = testParagraphs.flatMap(({ forms }, p) =>
      forms.map((form, i) => ({ form, bare: bare[p].forms[i], restored: restored[p][i] })),
    );
    const right = pairs.filter(({ form, restored }) => form === restored).length;
    const unchanged = pairs.filter(({ form, bare }) => form === bare).length;
    const [accuracy, bareAccuracy] = [right, unchanged].map((some) => some / pairs.length);
    const wrong = count(pairs.length - right);
    return {
      summary: `${percent(accuracy)} of ${count(pairs.length)} syllables right, ${wrong} wrong; left bare ${percent(bareAccuracy, 1)}`,
      numbers: { syllableAccuracyPercent: 100 * accuracy, bareAccuracyPercent: 100 * bareAccuracy },
      blocks: [examples(testParagraphs, bare, restored), confused(pairs)],
    };
  },
};

/**
 * The syllables of texts with their diacritics.
 *
 * @param model       (windows, T, columns) → (windows, T, P) logits; its notes give what its numbers mean
 * @param paragraphs  in the order in which they stand; diacritics that they have are not used
 * @throws {DataError} where the model's notes are damaged
 */
export async function restore(model: Model, paragraphs: readonly Syllables[]): Promise<string[][]> {
  const numbers = numbersOf(model);
  const T = model.inputShape[0]!; // windows of one length
  const encoded = paragraphs.map((paragraph) => numbers.encode(paragraph));
  const bare = paragraphs.flatMap(({ forms }) => forms.map(bareOf));
  const whole = new Int32Array(bare.length * columns);
  let end = 0;
  for (const one of encoded) {
    whole.set(one, end);
    end += one.length;
  }
  const restored = new Array<string>(bare.length);
  const half = Math.ceil(T / 2);
  const starts = [0];
  while (starts.at(-1)! + T < bare.length) starts.push(starts.at(-1)! + half);
  for (let first = 0; first < starts.length && bare.length > 0; first += windowsAtOnce) {
    const some = starts.slice(first, first + windowsAtOnce);
    const x = new Int32Array(some.length * T * columns);
    for (const [w, start] of some.entries())
      x.set(whole.subarray(columns * start, columns * Math.min(start + T, bare.length)), w * T * columns);
    const rows = tensor(x, [some.length, T, columns]);
    const outputs = await model.predict(rows, { lengths: some.map((start) => Math.min(T, bare.length - start)) });
    const logits = outputs.toTypedArray() as Float32Array;
    for (const each of [rows, outputs]) each.dispose();
    for (const [w, start] of some.entries()) {
      const from = start === 0 ? 0 : start + Math.floor(half / 2); // later windows overwrite what stands at the edges
      for (let i = from; i < Math.min(start + T, bare.length); i++) {
        const scores = logits.subarray(
          (w * T + i - start) * numbers.patterns,
          (w * T + i - start + 1) * numbers.patterns,
        );
        restored[i] = likeliest(numbers, bare[i], scores);
      }
    }
  }
  let begin = 0;
  return paragraphs.map(({ forms }) => restored.slice(begin, (begin += forms.length)));
}

/** A text with its diacritics; everything but its syllables stays as it is. */
export async function restoreText(model: Model, bare: string): Promise<string> {
  const paragraphs = bare.split("\n").map(syllablesOf);
  const restored = await restore(model, paragraphs);
  return paragraphs.map(({ between }, p) => between.map((gap, i) => gap + (restored[p][i] ?? "")).join("")).join("\n");
}

/** The likeliest of the forms in which a bare syllable was seen in training; one that was never seen stays bare. */
function likeliest(numbers: SyllableNumbers, bare: string, scores: Float32Array): string {
  const seen = numbers.seenOf(bare);
  if (seen.length === 0) return bare;
  const best = seen.reduce((a, b) => (scores[b] > scores[a] ? b : a));
  return marked(bare, numbers.config.patterns[best]);
}

const loaded = new WeakMap<object, SyllableNumbers>();

function numbersOf({ notes }: Model): SyllableNumbers {
  const config = notes.syllables as SyllablesConfig | undefined;
  if (config?.format !== "lanegrad syllables") {
    throw new DataError("restore: the model's notes have no syllables; expected a model of the lesson on diacritics.");
  }
  let numbers = loaded.get(config);
  if (numbers === undefined) loaded.set(config, (numbers = new SyllableNumbers(config)));
  return numbers;
}

/** The beginnings of some paragraphs: bare, restored, and what is wrong in them. */
function examples(
  texts: readonly Syllables[],
  bare: readonly Syllables[],
  restored: readonly (readonly string[])[],
): Block {
  const stride = Math.max(1, Math.ceil(texts.length / mostExamples));
  const lines = texts.flatMap(({ forms }, p) => {
    if (p % stride > 0) return [];
    const some = Math.min(forms.length, 16);
    const wrong = forms
      .slice(0, some)
      .flatMap((form, i) => (form === restored[p][i] ? [] : [`${restored[p][i]} (${form})`]));
    const errors = wrong.length === 0 ? "" : `\n    wrong: ${wrong.join(", ")}`;
    return [`${bare[p].forms.slice(0, some).join(" ")}\n  → ${restored[p].slice(0, some).join(" ")}${errors}`];
  });
  return { kind: "text", title: "Restored", section: "Examples", text: lines.join("\n") };
}

/** The pairs of forms that are confused most often. */
function confused(pairs: readonly { readonly form: string; readonly restored: string }[]): Block {
  const counts = new Map<string, number>();
  for (const { form, restored } of pairs) {
    if (form === restored) continue;
    const pair = `${form.toLowerCase()} ${restored.toLowerCase()}`;
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const most = [...counts].sort(([, a], [, b]) => b - a).slice(0, mostConfused);
  return {
    ...{ kind: "table", title: "What is still confused", header: ["in the text", "restored", "times"], wordColumns: 2 },
    rows: most.map(([pair, times]) => [...pair.split(" "), String(times)]),
  };
}
