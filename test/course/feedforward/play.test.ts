/** The game of catch, and the player that learns it from its rewards alone. */
import { Random } from "lanegrad";
import { describe, expect, it } from "vitest";
import { CatchGames } from "../../../course/feedforward/play/catchGame.js";
import { intervalOf } from "../../../course/support/interval.js";
import { lanegrad } from "../../../src/cli/lanegrad.js";
import { record } from "../../cli/support.js";

interface Result {
  readonly isSolved: boolean;
  readonly before: { readonly share: number };
  readonly after: { readonly share: number; readonly from: number };
  readonly won: readonly number[];
}

async function play(...args: string[]): Promise<{ result: Result; text: string }> {
  const recorded = record();
  expect(await lanegrad(["train", "play", "--json", ...args], recorded.surroundings), recorded.stderr()).toBe(0);
  return { result: JSON.parse(recorded.stdout()) as Result, text: recorded.stderr() };
}

describe("catch", () => {
  it("a paddle that follows the ball catches all of 300 balls that fall straight, one that stays only some", () => {
    for (const follows of [true, false]) {
      const games = new CatchGames(300, 8, false, new Random(1));
      while (!games.isOver) {
        const moves = Array.from({ length: 300 }, (_, n) => {
          const board = games.picture(n);
          const [ball, paddle] = [board.indexOf(1) % 8, board.lastIndexOf(Math.fround(0.6)) % 8];
          return follows ? Math.sign(ball - paddle) + 1 : 1;
        });
        games.step(moves);
      }
      const won = games.caught().reduce((sum, one) => sum + one, 0);
      if (follows) expect(won).toBe(300);
      else expect(won).toBeLessThan(100);
    }
  });

  it("a ball that drifts moves one column a step at most and stays on the board", () => {
    const games = new CatchGames(100, 6, true, new Random(2));
    const columns = (): number[] => Array.from({ length: 100 }, (_, n) => games.picture(n).indexOf(1));
    let [before, moved] = [columns(), 0];
    while (!games.isOver) {
      games.step(new Int32Array(100).fill(1));
      const now = columns();
      for (let n = 0; n < 100; n++) {
        expect(Math.floor(now[n] / 6)).toBe(games.row);
        const step = (now[n] % 6) - (before[n] % 6);
        expect(Math.abs(step)).toBeLessThanOrEqual(1);
        moved += Math.abs(step);
      }
      before = now;
    }
    expect(moved).toBeGreaterThan(100);
  });
});

it("the interval of 8 out of 10 is 49.0 % to 94.3 %, and none out of 20 leaves up to 16.1 %", () => {
  expect(intervalOf(8, 10).from).toBeCloseTo(0.490, 3); // prettier-ignore
  expect(intervalOf(8, 10).to).toBeCloseTo(0.943, 3);
  expect(intervalOf(0, 20).to).toBeCloseTo(0.161, 3);
});

describe("play", () => {
  it("solves a board of 6 × 6 from rewards alone, on two seeds", async () => {
    for (const seed of ["0", "1"]) {
      const { result, text } = await play("--size", "6", "--seed", seed);
      expect(result.before.share).toBeLessThan(0.5);
      expect(result.after.from).toBeGreaterThan(0.95);
      expect(result.isSolved).toBe(true);
      expect(text).toMatch(/Solved: after [\d,]+ games it catches/);
    }
  });

  it("after two steps of learning it says that the game is not solved", async () => {
    const { result, text } = await play("--updates", "2");
    expect(result.won).toHaveLength(2);
    expect(result.isSolved).toBe(false);
    expect(text).toContain("Not solved: after 64 games");
  });
});
