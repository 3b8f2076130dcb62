/**
 * The next token, drawn from a model's logits: from softmax(logits / temperature), or from the k likeliest tokens
 * alone, or from those that together have the probability p. Runs in JavaScript, once per token. Letters: V tokens.
 * Sources: top-k: Fan, Lewis & Dauphin 2018; top-p: Holtzman et al. 2020.
 */
import { ShapeError, checkKeys, message, show } from "../../errors.js";
import { checkInteger, checkNumber } from "../../options.js";
import { Random } from "../../tensor/random.js";
import { Tensor } from "../../tensor/tensor.js";

/** Options of {@link sampler}. */
export interface SamplerOptions {
  /** Below 1 likely tokens become likelier, above 1 all become more equal; 0 always takes the likeliest. Default 1. */
  readonly temperature?: number;
  /** Draws only from the k likeliest tokens; of equally likely ones the smaller token comes first. Default: all. */
  readonly topK?: number;
  /**
   * p in (0, 1]: draws only from the fewest likeliest tokens whose probabilities, after temperature and topK, add up to
   * p. Default: all.
   */
  readonly topP?: number;
  /** Any integer; the same seed draws the same tokens. Default 0. */
  readonly seed?: number;
}

/**
 * A function that draws a token for logits, a new one in each call. Its argument: (V) logits, a tensor or an array of
 * numbers; −∞ is never drawn. It throws a ShapeError for logits that are empty, NaN, +∞, or all −∞.
 *
 * @throws {UsageError} for a wrong option
 */
export function sampler(options: SamplerOptions = {}): (logits: Tensor | ArrayLike<number>) => number {
  const op = "text.sampler";
  checkKeys(op, options, ["temperature", "topK", "topP", "seed"]);
  const { temperature = 1, topK, topP = 1, seed = 0 } = options;
  checkNumber(op, "temperature", temperature, "[0, ∞)");
  if (topK !== undefined) checkInteger(op, "topK", topK, "[1, ∞)");
  checkNumber(op, "topP", topP, "(0, 1]");
  const random = new Random(seed);
  return (given) => {
    if (given instanceof Tensor && given.shape.at(-1) !== given.size) {
      const hint = "Draw for one step at a time: slice(logits, …), or logits.toArray()[0].";
      throw new ShapeError(
        message(op, "these are the logits of several steps", { expected: "[V]", got: given.label(), hint }),
      );
    }
    const logits = given instanceof Tensor ? given.toTypedArray() : given;
    const most = checkedMaximum(op, logits);
    const tokens = Array.from({ length: logits.length }, (_, token) => token);
    if (temperature === 0) return tokens.find((token) => logits[token] === most)!;
    const isSorted = topP < 1 || (topK !== undefined && topK < tokens.length);
    if (isSorted) tokens.sort((a, b) => logits[b] - logits[a]);
    const kept = tokens.slice(0, topK);
    let sum = 0;
    let cumulated = kept.map((token) => (sum += Math.exp((logits[token] - most) / temperature))); // the likeliest adds 1, so nothing overflows
    if (topP < 1) cumulated = cumulated.slice(0, 1 + cumulated.findIndex((upTo) => upTo >= topP * sum));
    const drawn = random.uniform() * cumulated.at(-1)!; // < the sum, rounded as well, since the draw is a multiple of 2⁻³²: so there is always one above it
    return kept[cumulated.findIndex((upTo) => upTo > drawn)];
  };
}

function checkedMaximum(op: string, logits: ArrayLike<number>): number {
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    if (Number.isNaN(logits[i]) || logits[i] === Infinity) {
      throw new ShapeError(
        message(op, `logit ${i} is not a number`, { expected: "a finite number or −∞", got: show(logits[i]) }),
      );
    }
    most = Math.max(most, logits[i]);
  }
  if (most === -Infinity) {
    const got = logits.length === 0 ? "none" : "all −∞";
    throw new ShapeError(message(op, "there is nothing to draw from", { expected: "logits (V)", got }));
  }
  return most;
}
