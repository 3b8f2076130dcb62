/**
 * Catch: a ball falls from the top row, one row a step, and may drift a column a step to the side and bounce off the walls; a
 * paddle in the bottom row moves left, stays, or moves right. Who is under the ball when it arrives wins. Many games are
 * played side by side. Does not know who plays. Letters: N games, S rows and columns, S − 1 steps.
 * Source of the game: Mnih, Heess, Graves & Kavukcuoglu 2014, "Recurrent models of visual attention", §4.3.
 */
import type { Random } from "lanegrad";

/** What the paddle can do: an action is an index of this. */
export const actions = ["left", "stay", "right"] as const;

/** N games at the same step. */
export class CatchGames {
  readonly N: number;
  readonly S: number;
  /** The row of all balls: S − 1 is the paddle's. */
  row = 0;
  readonly #ball: Int32Array;
  readonly #drift: Int32Array;
  readonly #paddle: Int32Array;
  /** The boards now and a step ago, (N, S, S): 1 for the ball and for the paddle. */
  #boards: Float32Array;
  #before: Float32Array;

  /** New games: ball and drift drawn anywhere, the paddle in the middle half, from where every ball can be reached. */
  constructor(N: number, S: number, drifts: boolean, random: Random) {
    [this.N, this.S] = [N, S];
    this.#ball = Int32Array.from({ length: N }, () => random.integer(S));
    this.#drift = Int32Array.from({ length: N }, () => (drifts ? random.integer(3) - 1 : 0));
    const [quarter, half] = [Math.floor(S / 4), Math.ceil(S / 2)];
    this.#paddle = Int32Array.from({ length: N }, () => quarter + random.integer(half));
    this.#boards = this.#drawn();
    this.#before = this.#boards;
  }

  /** Whether the balls have arrived. */
  get isOver(): boolean {
    return this.row === this.S - 1;
  }

  /** What a player sees: the board now and the board a step ago, which shows the drift. (N, 2·S·S) */
  seen(): Float32Array {
    const cells = this.S ** 2;
    const both = new Float32Array(2 * this.N * cells);
    for (let n = 0; n < this.N; n++) {
      both.set(this.#boards.subarray(n * cells, (n + 1) * cells), 2 * n * cells);
      both.set(this.#before.subarray(n * cells, (n + 1) * cells), (2 * n + 1) * cells);
    }
    return both;
  }

  /** One step of all games. @param moves an action for each game */
  step(moves: ArrayLike<number>): void {
    const last = this.S - 1;
    this.row++;
    for (let n = 0; n < this.N; n++) {
      const at = this.#ball[n] + this.#drift[n];
      if (at < 0 || at > last) this.#drift[n] = -this.#drift[n];
      this.#ball[n] += this.#drift[n];
      this.#paddle[n] = Math.min(last, Math.max(0, this.#paddle[n] + moves[n] - 1));
    }
    this.#before = this.#boards;
    this.#boards = this.#drawn();
  }

  /** The board of a game, (S, S): its ball is 1, its paddle 0.6, so that a picture tells them apart. */
  picture(n: number): Float32Array {
    const board = new Float32Array(this.S ** 2);
    board[(this.S - 1) * this.S + this.#paddle[n]] = 0.6;
    board[this.row * this.S + this.#ball[n]] = 1;
    return board;
  }

  /** 1 for each game whose paddle is under its ball, 0 for the others. */
  caught(): Float32Array {
    return Float32Array.from(this.#ball, (column, n) => (column === this.#paddle[n] ? 1 : 0));
  }

  #drawn(): Float32Array {
    const { N, S } = this;
    const boards = new Float32Array(N * S * S);
    for (let n = 0; n < N; n++) {
      boards[(n * S + this.row) * S + this.#ball[n]] = 1;
      boards[(n * S + S - 1) * S + this.#paddle[n]] = 1;
    }
    return boards;
  }
}
