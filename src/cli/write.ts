/** A network writes: it reads a beginning, then draws a character, reads that, and so on. */
import { DataError, message, show } from "../errors.js";
import { type Model, loadModel, noGrad, scope, tensor, text } from "../index.js";
import type { Arguments, Signature } from "./commandLine.js";
import { seedOf } from "./seed.js";

const defaultLength = 400;
const defaultTemperature = 0.8;

/** The options of predict that say how to write. */
export const writeOptions: Signature["options"] = {
  prompt: { value: "TEXT", about: "what a model of a text is to go on from" },
  length: { value: "N", about: `characters to write; default ${defaultLength}` },
  temperature: {
    value: "X",
    about: `below 1 the likely become likelier, 0 takes the likeliest; default ${defaultTemperature}`,
  },
  "top-k": { value: "N", about: "draw from the N likeliest characters alone; default: from all" },
  seed: { value: "N", about: "what is drawn follows from it; default 0" },
};

/** How to write. */
export interface WriteOptions extends text.SamplerOptions {
  /** Characters to write. */
  readonly length: number;
}

/** A model reads a prompt and writes on, as the command line says. @returns both. Errors: CommandLineError; DataError for a model that does not write. */
export async function writtenOn(file: string, prompt: string, args: Arguments): Promise<string> {
  const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 1;
  const topK = args.number("top-k", "an integer ≥ 1", isCount);
  const options = {
    length: args.number("length", "an integer ≥ 1", isCount) ?? defaultLength,
    temperature: args.number("temperature", "a number ≥ 0", (value) => value >= 0) ?? defaultTemperature,
    seed: seedOf(args) ?? 0,
    ...(topK !== undefined && { topK }),
  };
  const { input, classNames } = (await loadModel(file)).notes;
  if (input !== "characters" || !Array.isArray(classNames)) {
    const hint = "Leave --prompt out.";
    const expected = "a model of lanegrad train shakespeare";
    throw new DataError(message("predict", `${show(file)} does not write`, { expected, hint }));
  }
  return write(await loadModel(file, { batchSize: 1, inputShape: [1] }), prompt, options);
}

/**
 * A beginning and what the network writes on; its states are zero before it and wherever it ended after.
 *
 * @param model  for one stream and one step, (1, 1) → (1, 1, characters), whose notes say as classNames which characters these are
 * Errors: DataError for a beginning that is empty or has other characters; UsageError for an option.
 */
export function write(model: Model, beginning: string, { length, ...options }: WriteOptions): string {
  const characters = model.notes.classNames as readonly string[];
  const draw = text.sampler(options);
  const step = (token: number): number =>
    scope(() => noGrad(() => draw(model.call([tensor([[token]], undefined, { dtype: "int32" })])[0])));
  model.resetStates();
  let next = -1;
  for (const character of beginning) {
    const token = characters.indexOf(character);
    if (token < 0) {
      const expected = `one of the ${characters.length} that the network has read`;
      throw new DataError(message("predict", "the prompt has a strange character", { expected, got: show(character) }));
    }
    next = step(token);
  }
  if (next < 0)
    throw new DataError(message("predict", "the prompt is empty", { expected: "a character to begin with" }));
  const written: string[] = [];
  while (written.length < length) {
    written.push(characters[next]);
    if (written.length < length) next = step(next);
  }
  return beginning + written.join("");
}
