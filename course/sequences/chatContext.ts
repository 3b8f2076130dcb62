/**
 * The lesson on what the turns before a line are worth: the network of chat.ts with them and without, each over several
 * seeds, and how often each token occurs as a baseline.
 */
import { defaultsOf, integer } from "../settings.js";
import type { Lesson, Result, Stage, Values } from "../stage.js";
import { duration } from "../support/format.js";
import type { NetworkSettings } from "../support/network.js";
import { chat, dialogueSource } from "./chat.js";

const settings = {
  ...chat.settings,
  context: integer({ about: "how many turns before the line it reads", default: 3, least: 1, slider: [1, 8] }),
  seeds: integer({ about: "how many seeds each network is trained with", default: 3, least: 2, slider: [2, 6] }),
};
type Settings = typeof settings;

const title = "chat";

/** One network and its perplexity on the test answers. */
interface Trained {
  readonly seed: number;
  readonly context: number;
  readonly perplexity: number;
  readonly perplexityUnigram: number;
  readonly seconds: number;
}

/** Two networks for each of several seeds. */
export const chatContext: Lesson<Settings> = {
  name: "chat-context",
  title: "What the turns before a line are worth",
  about: "answers with the turns before the line and without, over several seeds",
  chapter: "sequences",
  kind: "comparison",
  settings,
  sources: [dialogueSource],
  async run(stage) {
    const { seeds, context } = stage.settings;
    const header = ["seed", "turns before the line", "perplexity", "time"];
    stage.show({ kind: "table", title, section: "Networks", header, rows: [], widths: [5, 21, 10, 9] });
    const results: Trained[] = [];
    for (let seed = stage.seed; seed < stage.seed + seeds; seed++)
      for (const before of [context, 0]) {
        const trained = await trainOne(stage, seed, before);
        results.push(trained);
        const { perplexity, seconds } = trained;
        const cells = [String(seed), String(before), perplexity.toFixed(2), duration(seconds)];
        stage.show({ kind: "row", table: title, cells });
      }
    return findings(stage, results);
  },
};

async function trainOne(stage: Stage<Settings>, seed: number, context: number): Promise<Trained> {
  const { epochs, batch, lr, tokens } = stage.settings as Values<NetworkSettings & Settings>;
  const own: Stage<NetworkSettings> = {
    ...{ ...stage, seed, resumed: undefined, keep: async () => undefined },
    settings: { ...defaultsOf(chat.settings), epochs, batch, lr, tokens, context },
  };
  const { perplexity, perplexityUnigram, seconds } = (await chat.run(own)) as unknown as Trained;
  return { seed, context, perplexity, perplexityUnigram, seconds };
}

function findings(stage: Stage<Settings>, results: readonly Trained[]): Result {
  const [withTurns, alone] = [true, false].map((has) => results.filter(({ context }) => context > 0 === has));
  const [{ perplexityUnigram: unigram }] = results;
  const gain = meanOf(alone.map(({ perplexity }, i) => perplexity - withTurns[i].perplexity));
  const aboveUnigram = meanOf(alone.map(({ perplexity }) => unigram - perplexity));
  const over = `the standard error over ${alone.length} seeds`;
  for (const [what, { mean, error }] of [
    ["reading the turns before the line", gain],
    ["reading the line, against guessing by how often each token occurs,", aboveUnigram],
  ] as const) {
    const size = `${Math.abs(mean).toFixed(2)} ± ${error.toFixed(2)}`;
    const [verb, than] = mean > error ? ["lowers", "more than"] : [mean > 0 ? "lowers" : "raises", "no gain beyond"];
    const text = `${what} ${verb} the perplexity by ${size}: ${than} ${over}.`;
    stage.show({ kind: "conclusion", text: text[0].toUpperCase() + text.slice(1) });
  }
  return {
    perplexity: meanOf(withTurns.map(({ perplexity }) => perplexity)).mean,
    perplexityWithoutContext: meanOf(alone.map(({ perplexity }) => perplexity)).mean,
    perplexityUnigram: unigram,
    contextGain: gain.mean,
    contextGainError: gain.error,
    unigramGain: aboveUnigram.mean,
    unigramGainError: aboveUnigram.error,
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    results: results.map(({ seed, context, perplexity, seconds }) => ({ seed, context, perplexity, seconds })),
  };
}

/** The mean and its standard error. */
function meanOf(values: readonly number[]): { readonly mean: number; readonly error: number } {
  const n = values.length;
  const mean = values.reduce((sum, one) => sum + one, 0) / n;
  const variance = values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (n - 1);
  return { mean, error: Math.sqrt(variance / n) };
}
