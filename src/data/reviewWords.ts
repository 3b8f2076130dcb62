/** The words of reviews by rank, so that a text of one's own can be classified and a sequence read. Words are cut as Keras cut the reviews. */
import { encodeRanks, type RankOptions } from "./text/rankEncoding.js";

const blanks = /[!"#$%&()*+,\-./:;<=>?@[\\\]^_`{|}~\t\n ]+/;

/** Words to tokens and back. */
export class ReviewWords {
  /** Ranks by word, 1 for the most frequent. */
  readonly ranks: ReadonlyMap<string, number>;
  readonly #words: ReadonlyMap<number, string>;
  readonly #options: RankOptions;

  /** @internal */
  constructor(ranks: ReadonlyMap<string, number>, options: RankOptions) {
    this.ranks = ranks;
    this.#options = options;
    this.#words = new Map([...ranks].map(([word, rank]) => [rank + (options.indexFrom ?? 3), word]));
  }

  /** A text as tokens, start token included. Words without a rank are unknown. */
  encode(text: string): Int32Array<ArrayBuffer> {
    const words = text
      .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      .split(blanks)
      .filter((word) => word !== "");
    return encodeRanks(
      words.map((word) => this.ranks.get(word) ?? 0),
      this.#options,
    );
  }

  /** Tokens as words between blanks; "?" for a word that is not known, nothing for padding and start. */
  decode(tokens: ArrayLike<number>): string {
    const { startToken = 1 } = this.#options;
    const read = Array.from(tokens).filter((token) => token !== 0 && token !== startToken);
    return read.map((token) => this.#words.get(token) ?? "?").join(" ");
  }
}
