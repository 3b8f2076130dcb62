/**
 * Networks that predict the next character of a text, tested by the bits they need per character and shown by the text
 * they write. Letters: T characters.
 */
import { DataError, type Model, loadModel, noGrad, scope, tensor, text } from "lanegrad";
import { decimal } from "./format.js";
import type { Task } from "./networkLesson.js";

const sampleLength = 400;
const samples = [{ temperature: 0.5 }, { temperature: 0.8, topK: 10 }, { temperature: 1 }] as const;

const unit = "bits a character";
const bits = (nats: number): string => (nats / Math.LN2).toFixed(3);

/** Bits per character, the binary logarithm of the perplexity: as many as a compressor with this network would need. */
export const writing: Task = {
  wording: {
    live: ({ loss }) => ({ score: `${bits(loss)} ${unit}`, details: [] }),
    epoch: ({ loss, valLoss }) => [`${bits(loss)} ${unit}`, `${bits(valLoss)} on the held-out text`],
  },
  counted: ({ train }) => ({ name: "characters", perRow: train.x.shape[1] }),
  notes: ({ classNames, context }) => ({ classNames, input: "characters", ...(context !== undefined && { context }) }),
  async test(_, model, { test }, batch) {
    const { loss } = await model.evaluate(test.x, test.y, { batchSize: batch });
    const writer = await loadWriter(await model.toBytes());
    const characters = writer.notes.classNames as readonly string[];
    const beginning = ["\n", " "].find((one) => characters.includes(one)) ?? characters[0];
    const blocks = samples.map((options) => {
      const title = `temperature ${options.temperature}${"topK" in options ? `, from the ${options.topK} likeliest` : ""}`;
      const written = write(writer, beginning, { ...options, length: sampleLength, seed: 0 }).trimStart();
      return { kind: "text", title, section: "What the network writes", text: written } as const;
    });
    writer.dispose();
    return {
      summary: `${bits(loss)} ${unit} on the held-out text, loss ${decimal(loss)}`,
      numbers: { testLoss: loss, bitsPerCharacter: loss / Math.LN2 },
      blocks,
    };
  },
};

/**
 * A saved network, to write with: one that carries states reads a character in each call, another one the characters of
 * its context.
 */
export async function loadWriter(saved: string | Uint8Array): Promise<Model> {
  const model = await loadModel(saved);
  return model.notes.context === undefined ? loadModel(saved, { batchSize: 1, inputShape: [1] }) : model;
}

/** Options of {@link write}. */
export interface WriteOptions extends text.SamplerOptions {
  /** Characters to write. */
  readonly length: number;
}

/**
 * A beginning, and the text that the network writes after it: it reads a character, draws the next one, reads that, and
 * so on. Its states begin at zero; without states it reads the last characters anew for each, as many as its context
 * has.
 *
 * @param model  from {@link loadWriter}, (1, T) → (1, T, characters); its notes give the characters as classNames
 * @throws {DataError} for a beginning that is empty or has unknown characters
 * @throws {UsageError} for a wrong option
 */
export function write(model: Model, beginning: string, { length, ...options }: WriteOptions): string {
  const { classNames, context } = model.notes as { classNames: readonly string[]; context?: number };
  const characters = classNames;
  const draw = text.sampler(options);
  let seen: number[] = [];
  const step = (token: number): number => {
    seen = context === undefined ? [token] : [...seen, token].slice(-context);
    return scope(() => {
      const logits = noGrad(() => model.call([tensor(Int32Array.from(seen), [1, seen.length])])[0]);
      return draw(logits.toTypedArray().slice(-characters.length));
    });
  };
  model.resetStates();
  let next = -1;
  for (const character of beginning) {
    const token = characters.indexOf(character);
    if (token < 0) {
      const rule = `expected one of the ${characters.length} that the network has read`;
      throw new DataError(`predict: the prompt has an unknown character; ${rule}, got ${JSON.stringify(character)}.`);
    }
    next = step(token);
  }
  if (next < 0) throw new DataError("predict: the prompt is empty; expected a character to begin with.");
  const written: string[] = [];
  while (written.length < length) {
    written.push(characters[next]);
    if (written.length < length) next = step(next);
  }
  return beginning + written.join("");
}
