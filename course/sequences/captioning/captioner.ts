/**
 * A trained network that writes captions, ready to write: its encoder and the step of its decoder, made of the network's
 * layers. Letters: N pictures, P parts of the grid with F features each, U words, V vocabulary, H units.
 */
import {
  DataError,
  type Model,
  type Tensor,
  add,
  decode,
  expandDims,
  layers,
  matmul,
  model as network,
  noGrad,
  reshape,
  scope,
  softmax,
  strategies,
  tanh,
  tensor,
  text,
  upTo,
  zeros,
} from "lanegrad";

export const [begin, end] = ["<begin>", "<end>"] as const;
/** How sentences are searched; for photographs by BLEU on the validation part: with a penalty of 1 they are too long. */
export const search = { width: 5, lengthPenalty: 0.7 };
/** Pictures that are looked at at once. */
const atOnce = 50;
const mostWords = 30;

/** Where the decoder looked when it wrote a sentence and then the end: (U + 1, height · width) weights. */
export interface Looks {
  readonly width: number;
  readonly height: number;
  readonly weights: Float32Array;
}

/** A trained network, ready to write. */
export interface Captioner {
  /** Height and width of the pictures. */
  readonly size: readonly [height: number, width: number];
  /** Sentences for pictures (N, height, width, 3) uint8, by a beam of 5. @param strategy  another one of `decode` */
  write(pictures: Tensor, strategy?: ReturnType<typeof strategies.beam>): string[];
  /**
   * Where the decoder looks when it writes given sentences, one for each of the first pictures; none for a network
   * without attention.
   */
  look(pictures: Tensor, sentences: readonly string[]): Looks[];
}

/** True for a network that writes captions. */
export function writesCaptions({ notes }: Model): boolean {
  return notes.input === "captions";
}

/** @throws {DataError} for a network that writes no captions, or whose notes are damaged */
export function captionerOf(model: Model): Captioner {
  if (!writesCaptions(model))
    throw new DataError("predict: the model writes no captions. lanegrad train captions makes one that does.");
  const words = text.tokenizerFrom(model.notes.words);
  const named = new Map(model.layers.map((layer) => [layer.name, layer]));
  const at = (name: string) => named.get(name)!;
  const weight = (name: string): Tensor => model.weights.find((one) => one.name === name)!.value;
  const attention = named.get("attention");
  const [start, stop] = [words.tokenOf(begin)!, words.tokenOf(end)!];
  const [height, width] = model.inputShape as readonly number[];
  const [P, F] = weight("grid/embeddings").shape;
  const H = weight("firstHidden/bias").size;
  const rows = Math.round(Math.sqrt((P * height) / width)); // a part is as high as it is wide

  const see = upTo(model, "grid");
  const parts = layers.input({ shape: [P, F] });
  const mean = at("mean").apply(parts);
  const starter = network({ inputs: parts, outputs: ["firstHidden", "firstCell"].map((name) => at(name).apply(mean)) });

  const token = layers.input({ shape: [null] });
  const before = [0, 1, 2, 3].map(() => layers.input({ shape: [H] }));
  const [asked, ...lower] = at("lower").applyMany([at("words").apply(token), before[0], before[1]]);
  const seen = attention && attention.apply([asked, parts]);
  const beside = (steps: typeof asked) => (seen ? layers.concatenate().apply([steps, seen]) : steps);
  const [told, ...upper] = at("upper").applyMany([beside(asked), before[2], before[3]]);
  const outputs = [at("logits").apply(beside(told)), ...lower, ...upper, asked];
  const decoder = network({ inputs: [token, ...before, ...(attention ? [parts] : [])], outputs });

  /** The grid of some pictures, and the states to begin with. */
  const encoded = (pictures: Tensor, from: number, to: number) => {
    const size = 3 * height * width;
    const bytes = pictures.toTypedArray().subarray(from * size, to * size);
    const [grid] = see.call([
      tensor(
        Float32Array.from(bytes, (value) => value / 255),
        [to - from, height, width, 3],
      ),
    ]);
    const empty = zeros([to - from, H]);
    return { grid, states: [...starter.call([grid]), empty, empty] };
  };
  const step = (tokens: Tensor, states: readonly Tensor[], grid: Tensor): readonly Tensor[] =>
    decoder.call([tokens, ...states, ...(attention ? [grid] : [])]);

  return {
    size: [height, width],
    write(pictures, strategy = strategies.beam(search)) {
      const written: string[] = [];
      const never = new Float32Array(words.size);
      never[words.unknown!] = -1e9; // it stands for many words and is none
      for (let from = 0; from < pictures.shape[0]; from += atOnce)
        scope(() =>
          noGrad(() => {
            const { grid, states } = encoded(pictures, from, Math.min(pictures.shape[0], from + atOnce));
            const left = tensor(never);
            const found = decode(
              (tokens, before, [grid]) => {
                const [logits, ...after] = step(reshape(tokens, [-1, 1]), before, grid);
                return { logits: add(logits, left), states: after.slice(0, 4) };
              },
              { start, end: stop, maxLength: mostWords, strategy, states, memory: [grid] },
            );
            for (const [{ tokens }] of found) written.push(words.decode(tokens));
          }),
        );
      return written;
    },
    look(pictures, sentences) {
      if (!attention) return [];
      const looks: Looks[] = [];
      for (let from = 0; from < sentences.length; from += atOnce) {
        const some = sentences.slice(from, from + atOnce).map((one) => Int32Array.of(start, ...words.encode(one)));
        const weights = scope(() =>
          noGrad(() => {
            const { grid, states } = encoded(pictures, from, from + some.length);
            const asked = step(text.padSequences(some, { padding: "post" }), states, grid).at(-1)!;
            const q = add(matmul(asked, weight("attention/queryKernel")), weight("attention/bias"));
            const k = matmul(grid, weight("attention/keyKernel"));
            const scores = matmul(tanh(add(expandDims(q, 2), expandDims(k, 1))), weight("attention/scoreKernel"));
            return softmax(reshape(scores, [some.length, -1, P])).toTypedArray() as Float32Array;
          }),
        );
        const size = weights.length / some.length; // U · P
        for (const [i, { length }] of some.entries()) {
          const own = weights.slice(i * size, i * size + length * P);
          looks.push({ width: P / rows, height: rows, weights: own });
        }
      }
      return looks;
    },
  };
}
