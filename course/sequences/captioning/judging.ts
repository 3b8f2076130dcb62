/**
 * Networks that write captions, beside their training: how good what they write is, whether attention is on the object
 * that is named, and where the decoder looked, drawn over the picture. Writing itself is in captioner.ts.
 */
import { type Tensor, type datasets, strategies, text } from "lanegrad";
import { type Block, type Picture, colorPicture } from "lanegrad/report";
import { count, decimal, percent } from "../../support/format.js";
import type { Task, TestResult, TrainingData } from "../../support/networkLesson.js";
import { type Looks, captionerOf, search } from "./captioner.js";
import { commonest, nearest } from "./baselines.js";

const [examples, drawn] = [8, 4];

/** Pictures, what is right to say of them, and for drawn scenes where the named objects are. */
export interface CaptionedPictures {
  /** (N, H, W, 3) uint8 */
  readonly pictures: Tensor;
  /** For each picture the sentences that are right, as the network would write them. */
  readonly references: readonly (readonly string[])[];
  readonly nouns?: readonly (readonly datasets.SceneNoun[])[];
}

/** Captions as words, with the vocabulary. */
export interface CaptionData extends TrainingData {
  readonly words: text.Tokenizer;
  /** What the network was trained on, for comparison. */
  readonly known: CaptionedPictures;
  readonly tested: CaptionedPictures;
}

/** For drawn scenes sentences that are right as a whole, and attention on what is named; for photographs BLEU. */
export const captioning: Task = {
  wording: {
    live: ({ loss }) => ({ score: `loss ${decimal(loss)}`, details: [] }),
    epoch: ({ loss, valLoss }) => [
      `loss ${decimal(loss)}`,
      ...(valLoss === undefined ? [] : [`validation ${decimal(valLoss)}`]),
    ],
  },
  counted: () => ({ name: "pictures", perRow: 1 }),
  notes: (data) => ({ input: "captions", words: (data as CaptionData).words.toJSON() }),
  test(_, model, data) {
    const { known, tested } = data as CaptionData;
    const { pictures, references } = tested;
    const using = captionerOf(model);
    const written = using.write(pictures, tested.nouns && strategies.greedy());
    const shown = written.slice(0, examples).map((sentence, i) => `${sentence}\n  (${references[i][0]})`);
    const blocks: Block[] = [
      { kind: "text", title: "Captions, and in brackets what is right", text: shown.join("\n") },
    ];
    const some = written.slice(0, drawn);
    for (const [i, looks] of using.look(pictures, some).entries()) blocks.push(drawnLooks(pictures, i, some[i], looks));
    const { summary, numbers } = tested.nouns
      ? exactness(written, tested, using.look(pictures, references.map(([first]) => first))) // prettier-ignore
      : bleus(written, tested, known);
    return Promise.resolve({ summary, numbers, blocks });
  },
};

type Numbers = Pick<TestResult, "summary" | "numbers">;

/** @param looks  where the decoder looks when it writes the right sentences */
function exactness(written: readonly string[], tested: CaptionedPictures, looks: readonly Looks[]): Numbers {
  const { pictures, references, nouns = [] } = tested;
  const exact = written.filter((sentence, i) => references[i].includes(sentence)).length / written.length;
  const summary = `${percent(exact, 1)} of ${count(written.length)} sentences right`;
  if (looks.length === 0) return { summary, numbers: { exactPercent: 100 * exact } };
  const [, side] = pictures.shape;
  const onObject = nouns.flatMap((some, i) => some.map(({ word, box }) => isOn(looks[i], word, box, side)));
  const share = onObject.filter(Boolean).length / onObject.length;
  return {
    summary: `${summary}, attention on the object for ${percent(share, 1)} of ${count(onObject.length)} nouns`,
    numbers: { exactPercent: 100 * exact, attentionOnObjectPercent: 100 * share },
  };
}

function bleus(written: readonly string[], tested: CaptionedPictures, known: CaptionedPictures): Numbers {
  const { pictures, references } = tested;
  const scores = (sentences: readonly string[]): { readonly bleu1: number; readonly bleu4: number } => {
    return {
      bleu1: 100 * text.bleu(sentences, references, { maxOrder: 1 }),
      bleu4: 100 * text.bleu(sentences, references),
    };
  };
  const own = scores(written);
  const common = scores(
    written.map(
      (
        (sentence) => () =>
          sentence
      )(commonest(known.references)),
    ),
  );
  const near = scores(nearest(pictures, known));
  const both = ({ bleu1, bleu4 }: typeof own): string => `${bleu1.toFixed(1)} / ${bleu4.toFixed(1)}`;
  return {
    summary: `BLEU-1 / BLEU-4 ${both(own)}; the commonest caption ${both(common)}, the nearest picture's ${both(near)}`,
    numbers: {
      ...{
        ...own,
        beam: search.width,
        lengthPenalty: search.lengthPenalty,
        bleu1Commonest: common.bleu1,
        bleu4Commonest: common.bleu4,
      },
      ...{ bleu1Nearest: near.bleu1, bleu4Nearest: near.bleu4 },
    },
  };
}

/** Whether the part of the picture with the greatest weight is on the object: whether it overlaps its box. */
export function isOn({ width, height, weights }: Looks, word: number, box: datasets.Box, side: number): boolean {
  const P = width * height;
  let best = 0;
  for (let p = 1; p < P; p++) if (weights[word * P + p] > weights[word * P + best]) best = p;
  const [left, top] = [((best % width) * side) / width, (Math.floor(best / width) * side) / height];
  return left < box[2] && left + side / width > box[0] && top < box[3] && top + side / height > box[1];
}

/** The picture, and for each word the picture lit where the decoder looked. */
function drawnLooks(pictures: Tensor, i: number, sentence: string, { width, height, weights }: Looks): Block {
  const [, H, W] = pictures.shape;
  const P = width * height;
  const bytes = pictures.toTypedArray().subarray(3 * H * W * i, 3 * H * W * (i + 1));
  const lit = (word: string, u: number): Picture => {
    const own = weights.subarray(u * P, (u + 1) * P);
    const most = own.reduce((a, b) => Math.max(a, b));
    const light = (pixel: number): number => {
      const [row, column] = [Math.floor(pixel / W), pixel % W];
      const part = Math.floor((row * height) / H) * width + Math.floor((column * width) / W);
      return 0.2 + 0.8 * (own[part] / most);
    };
    return colorPicture(
      Float32Array.from(bytes, (value, at) => value * light(Math.floor(at / 3))),
      W,
      word,
    );
  };
  return {
    ...{
      kind: "images",
      title: `Picture ${i + 1}: ${sentence}`,
      section: "Where the decoder looked",
      isDetail: true,
      scale: 2,
    },
    caption: "Each picture is lit where the decoder looked when it wrote the word below it.",
    pictures: [colorPicture(bytes, W, "the picture"), ...sentence.split(" ").map(lit)],
  };
}
