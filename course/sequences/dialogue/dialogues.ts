/**
 * Dialogues as samples: a line, the turns before it, and the answer that was given. Also makes dialogues of plays. Letters:
 * N answers, C turns that are read (the line is the last), T tokens of a turn, U tokens of an answer with its mark.
 */
import { DataError, type Tensor, type datasets, tensor, type text } from "lanegrad";

/** T: of a longer turn the last tokens are read. */
export const turnTokens = 20;
/** U: of a longer answer the first tokens are predicted. */
const answerTokens = 24;
export const [begin, end] = ["<begin>", "<end>"] as const;

/** What a network that answers reads and predicts. */
export interface Answers {
  /** (N, C, T) int32: the turns, the line that is answered last; 0 where there was none. */
  readonly turns: Tensor;
  /** (N, U) int32: the answer behind its mark, which the decoder reads. */
  readonly written: Tensor;
  /** (N, U) int32: the answer in front of its end, to be predicted; 0 behind it. */
  readonly predicted: Tensor;
}

/** Every turn of the dialogues but the first as an answer. @param context  turns before the line; C is one more */
export function answersOf(
  dialogues: readonly datasets.Dialogue[],
  vocabulary: text.BytePairs,
  context: number,
): Answers {
  const encoded = dialogues.map((turns) => turns.map((turn) => vocabulary.encode(turn)));
  const N = encoded.reduce((sum, turns) => sum + turns.length - 1, 0);
  const C = context + 1;
  const turns = new Int32Array(N * C * turnTokens);
  const [written, predicted] = [new Int32Array(N * answerTokens), new Int32Array(N * answerTokens)];
  const [first, last] = marksOf(vocabulary);
  let n = 0;
  for (const own of encoded)
    for (let i = 1; i < own.length; i++, n++) {
      turns.set(turnsOf(own.slice(0, i), C), n * C * turnTokens);
      written.set(Int32Array.of(first, ...own[i]).subarray(0, answerTokens), n * answerTokens);
      predicted.set(Int32Array.of(...own[i], last).subarray(0, answerTokens), n * answerTokens);
    }
  return {
    turns: tensor(turns, [N, C, turnTokens]),
    written: tensor(written, [N, answerTokens]),
    predicted: tensor(predicted, [N, answerTokens]),
  };
}

/** The last C turns (C, T), the last one at the end, each padded behind; turns that there were not are all padding. */
export function turnsOf(encoded: readonly Int32Array[], C: number, T = turnTokens): Int32Array {
  const rows = new Int32Array(C * T);
  const some = encoded.slice(-C);
  for (const [i, tokens] of some.entries()) rows.set(tokens.slice(-T), (C - some.length + i) * T);
  return rows;
}

/** The tokens of the two marks. */
export function marksOf(vocabulary: text.BytePairs): readonly [begin: number, end: number] {
  return [vocabulary.tokenOf(begin)!, vocabulary.tokenOf(end)!];
}

/** The same answers to the line alone, the turns before it hidden. */
export function withoutContext({ turns }: Pick<Answers, "turns">): Tensor {
  const [N, C, T] = turns.shape;
  const values = turns.toTypedArray().slice() as Int32Array;
  for (let n = 0; n < N; n++) values.fill(0, n * C * T, (n * C + C - 1) * T);
  return tensor(values, [N, C, T]);
}

/**
 * Mean cross-entropy, in nats a token, of guessing every token by how often it occurs in training, once more each so
 * that none is impossible.
 * @param V  the size of the vocabulary
 */
export function unigramLoss(train: Tensor, test: Tensor, V: number): number {
  const counts = new Float64Array(V).fill(1);
  for (const token of train.toTypedArray()) counts[token]++;
  counts[0] = 0; // padding
  const total = counts.reduce((sum, one) => sum + one, 0);
  const tokens = Array.from(test.toTypedArray()).filter((token) => token !== 0);
  return tokens.reduce((sum, token) => sum - Math.log(counts[token] / total), 0) / tokens.length;
}

/** Turns of a play needed at least, so that each part has some answers. */
const fewestTurns = 30;

/**
 * The turns of plays as a dialogue each for training (the first 80 %), validation and test. A turn is a block of lines
 * of which the first is the speaker's name with a colon.
 * @throws {DataError} for a text with few of them
 */
export function playDialogues(text: string): datasets.DailyDialog {
  const turns = text
    .split(/\r?\n\s*\n/)
    .map((block) => /^[^\n:]{1,40}:\s*\n(.+)$/s.exec(block.trim())?.[1].replaceAll(/\s+/g, " ").trim())
    .filter((turn) => turn !== undefined && turn !== "") as string[];
  if (turns.length < fewestTurns) {
    const rule = `expected at least ${fewestTurns} blocks of NAME: on a line and what is said below`;
    throw new DataError(`train: the text has few turns; ${rule}, got ${turns.length}.`);
  }
  const [a, b] = [0.8, 0.9].map((share) => Math.floor(share * turns.length));
  return { train: [turns.slice(0, a)], validation: [turns.slice(a, b)], test: [turns.slice(b)] };
}
