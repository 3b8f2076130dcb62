/**
 * A network learns to play by trying: it draws its moves from its own probabilities, and after the games every move of a
 * game that was won is made more likely, every move of a lost one less. Nobody says which move was right.
 * The gradient of the mean reward is that of log π(move) weighed by the advantage: reward less the mean of all games. The
 * entropy of π is rewarded too, so that the player goes on trying.
 * Letters: N games a step of learning, S side of the board, T = S − 1 moves a game.
 * Source: Williams 1992, "Simple statistical gradient-following algorithms" (REINFORCE).
 */
import { type Model, Random, layers, logSoftmax, mean, mul, noGrad, optimizers, scope, sequential, softmax, softmaxCrossEntropy, sub, sum, tensor } from "lanegrad"; // prettier-ignore
import { type Picture, pictureOf } from "lanegrad/report";
import { integer, learningRate } from "../../settings.js";
import type { Lesson, Stage } from "../../stage.js";
import { intervalOf } from "../../support/interval.js";
import { count, duration, percent } from "../../support/format.js";
import { CatchGames, actions } from "./catchGame.js";

const settings = {
  lr: learningRate(0.01),
  updates: integer({ about: "the most steps of learning", default: 2000, least: 1, slider: [50, 10_000] }),
  games: integer({ about: "games before each step of learning", default: 32, least: 2, slider: [8, 256], isLogarithmic: true }), // prettier-ignore
  entropy: { kind: "number", about: "how much a player is rewarded for undecided moves, so that it goes on trying", default: 0.1, isInteger: false, least: 0, slider: [0.001, 0.5], isLogarithmic: true }, // prettier-ignore
  size: integer({ about: "rows and columns of the board", default: 10, least: 3, slider: [5, 16] }),
  drift: { kind: "flag", about: "the ball drifts to a side and bounces off the walls" },
} as const;
type Settings = typeof settings;

const hidden = 64;
/** Learning ends when this share of a trial is won; after so many steps of learning there is one. */
const [enough, trialEvery] = [0.99, 25];
/** Games that are played afterwards, with the likeliest move. */
const testGames = 1000;
/** The game counts as solved where the interval of the share lies above this. */
const solved = 0.95;
/** Steps of learning between two drawings. */
const every = 10;

/** Moments of a game that are drawn. */
const drawn = 6;

const wonChart = "Games won while learning";

/** Policy gradient on catch. */
export const play: Lesson<Settings> = {
  name: "play",
  title: "Learning to play",
  about: "policy gradient: a network learns to catch a ball from won and lost games alone",
  chapter: "feedforward",
  kind: "comparison",
  settings,
  sources: [],
  async run(stage) {
    const { settings, seed, show } = stage;
    const { size: S } = settings;
    const player = sequential(
      [
        layers.dense({ units: hidden, activation: "relu", inputShape: [2 * S * S] }),
        layers.dense({ units: actions.length }),
      ],
      { seed },
    );
    try {
      const random = new Random(seed).fork("play");
      const axes = { xLabel: "games", yLabel: "share won", marks: "lines" } as const;
      show({ kind: "chart", title: wonChart, section: "Learning", ...axes, series: [] });
      const before = tested(player, settings, random.fork("test"));
      const learnt = await learn(player, stage, random);
      const after = tested(player, settings, random.fork("test"));
      drawGame(player, stage, random.fork("shown"), `after ${count(learnt.games)} games`, false);
      return findings(stage, before, after, learnt);
    } finally {
      player.dispose();
    }
  },
};

/** What learning came to. */
interface Learnt {
  readonly updates: number;
  readonly games: number;
  readonly seconds: number;
  /** The share won in each step of learning. */
  readonly won: readonly number[];
}

async function learn(player: Model, stage: Stage<Settings>, random: Random): Promise<Learnt> {
  const { settings, show, turn, signal } = stage;
  const { updates, games: N, size: S, lr, entropy, drift } = settings;
  const optimizer = optimizers.adam({ learningRate: lr }).for(player.weights.map(({ value }) => value));
  const won: number[] = [];
  const start = performance.now();
  try {
    for (let update = 0; update < updates; update++) {
      await turn();
      signal.throwIfAborted();
      const { games, seen, moves } = played(player, new CatchGames(N, S, drift, random), random);
      const caught = games.caught();
      const share = caught.reduce((sum, one) => sum + one, 0) / N;
      scope(() => {
        const [logits] = player.call([tensor(seen, [moves.length, 2 * S * S])]);
        const disorder = mul(mean(sum(mul(softmax(logits), logSoftmax(logits)), -1)), -1);
        // Moves are in order of time: all games' first, all games' second, …
        const advantage = tensor(Float32Array.from(moves, (_, i) => caught[i % N] - share));
        const reinforced = mean(mul(softmaxCrossEntropy(logits, tensor(moves)), advantage));
        sub(reinforced, mul(disorder, entropy)).backward();
      });
      optimizer.step();
      won.push(share);
      show({ kind: "now", text: `${count((update + 1) * N)} games, of the last ${percent(share, 0)} won` });
      if (update % every === 0) {
        show({
          kind: "point",
          chart: wonChart,
          series: "won, drawn moves",
          x: (update + 1) * N,
          y: average(won.slice(-every)),
        });
        drawGame(player, stage, random.fork("shown"), `after ${count((update + 1) * N)} games`);
      }
      if (won.length % trialEvery === 0) {
        const share = tested(player, settings, random.fork("trial").fork(update)) / testGames;
        show({ kind: "point", chart: wonChart, series: "won, likeliest moves", x: won.length * N, y: share });
        if (share >= enough) break;
      }
    }
  } finally {
    optimizer.dispose();
  }
  return { updates: won.length, games: won.length * N, seconds: (performance.now() - start) / 1000, won };
}

/** Games from beginning to end. */
interface Played {
  readonly games: CatchGames;
  /** What was seen before each move, (T·N, 2·S·S), and the move, (T·N). */
  readonly seen: Float32Array;
  readonly moves: Int32Array;
}

/** Plays games to their end. @param random draws the moves; without it the likeliest are taken */
function played(player: Model, games: CatchGames, random?: Random, look?: () => void): Played {
  const { N, S } = games;
  const [T, I] = [S - 1, 2 * S * S];
  const [seen, moves] = [new Float32Array(T * N * I), new Int32Array(T * N)];
  for (let t = 0; t < T; t++) {
    const now = games.seen();
    const chances = chancesOf(player, now, N);
    const chosen = Int32Array.from({ length: N }, (_, n) => choose(chances.subarray(3 * n, 3 * n + 3), random));
    seen.set(now, t * N * I);
    moves.set(chosen, t * N);
    games.step(chosen);
    look?.();
  }
  return { games, seen, moves };
}

/** The probability of each action, (N, 3). */
function chancesOf(player: Model, seen: Float32Array, N: number): Float32Array {
  return scope(() =>
    noGrad(() => Float32Array.from(softmax(player.call([tensor(seen, [N, seen.length / N])])[0]).toTypedArray())),
  );
}

function choose([left, stay, right]: Float32Array, random?: Random): number {
  if (random === undefined) return left > stay && left > right ? 0 : right > stay ? 2 : 1;
  const at = random.uniform();
  return at < left ? 0 : at < left + stay ? 1 : 2;
}

/** The games that are won out of {@link testGames} new ones. */
function tested(player: Model, { size: S, drift }: Stage<Settings>["settings"], random: Random): number {
  const { games } = played(player, new CatchGames(testGames, S, drift, random));
  return games.caught().reduce((sum, one) => sum + one, 0);
}

/** One game, step by step, and the moves that the player would like best with a ball that falls straight down. */
function drawGame(
  player: Model,
  { settings: { size: S, drift }, show }: Stage<Settings>,
  random: Random,
  when: string,
  isDetail = true,
): void {
  const games = new CatchGames(1, S, drift, random);
  const pictures: Picture[] = [pictureOf(games.picture(0), S, "start")];
  played(player, games, undefined, () => pictures.push(pictureOf(games.picture(0), S, String(games.row))));
  const all = Math.min(drawn, S);
  const some = Array.from({ length: all }, (_, i) => pictures[Math.round((i * (S - 1)) / (all - 1))]);
  const caption = `${when[0].toUpperCase()}${when.slice(1)}: ${games.caught()[0] === 1 ? "caught" : "missed"}. The ball is bright, the paddle below.`;
  show({ kind: "images", title: "A game", section: "The player", isDetail, caption, scale: 3, pictures: some });
  const seen = new Float32Array(2 * S ** 4);
  const row = Math.floor(S / 2);
  for (let at = 0; at < S * S; at++) {
    const [paddle, ball] = [Math.floor(at / S), at % S];
    for (const [board, ballRow] of [
      [0, row],
      [1, row - 1],
    ]) {
      // prettier-ignore
      const from = (2 * at + board) * S * S;
      seen[from + ballRow * S + ball] = 1;
      seen[from + (S - 1) * S + paddle] = 1;
    }
  }
  const chances = chancesOf(player, seen, S * S);
  const wish = Float32Array.from({ length: S * S }, (_, at) => chances[3 * at + 2] - chances[3 * at]);
  show({
    ...{ kind: "heatMap", title: "Right or left?", section: "The player", isDetail },
    caption:
      "By the columns of paddle and ball, half-way down: the probability of moving right less that of moving left.",
    ...{ xLabel: "ball", yLabel: "paddle", xRange: [0, S - 1], yRange: [S - 1, 0] },
    picture: pictureOf(wish, S, "right less left"),
    points: [],
  });
}

function findings({ settings, show }: Stage<Settings>, before: number, after: number, learnt: Learnt) {
  const [first, last] = [before, after].map((won) => ({ share: won / testGames, ...intervalOf(won, testGames) }));
  const told = ({ share, from, to }: typeof first): string[] => [percent(share, 1), `${percent(from, 1)} … ${percent(to, 1)}`]; // prettier-ignore
  show({
    ...{ kind: "table", title: "Before and after", section: "Learning" },
    caption: `${count(testGames)} new games with the likeliest move of each step; 95 % interval by Wilson.`,
    header: ["player", "games learnt from", "time", "won", "interval"],
    rows: [
      ["untrained", "0", "–", ...told(first)],
      ["trained", count(learnt.games), duration(learnt.seconds), ...told(last)],
    ],
  });
  const isSolved = last.from > solved;
  const text = isSolved
    ? `Solved: after ${count(learnt.games)} games it catches ${percent(last.share, 1)} of ${count(testGames)} balls, before ${percent(first.share, 1)}. The 95 % interval (Wilson) begins at ${percent(last.from, 1)}, above the ${percent(solved, 0)} that count as solved.`
    : `Not solved: after ${count(learnt.games)} games it catches ${percent(last.share, 1)} of ${count(testGames)} balls, before ${percent(first.share, 1)}; the 95 % interval (Wilson) begins at ${percent(last.from, 1)}, below ${percent(solved, 0)}. Try updates = ${4 * settings.updates}${settings.drift ? ", or a ball that does not drift" : ""}.`;
  show({ kind: "conclusion", text });
  return { isSolved, before: first, after: last, ...learnt };
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
