/** Lets a saved network continue a prompt, as the command line says. */
import { DataError, message, show } from "../../errors.js";
import { loadWriter, write } from "../../../course/support/writing.js";
import { loadModel } from "../../index.js";
import type { Arguments, Signature } from "../commandLine.js";
import { seedOf } from "../seed.js";

const defaultLength = 400;
const defaultTemperature = 0.8;

/** The options of predict for generating text. */
export const writeOptions: Signature["options"] = {
  prompt: { value: "TEXT", about: "the beginning of a text, which the model continues" },
  length: { value: "N", about: `characters to write; default ${defaultLength}` },
  temperature: {
    value: "X",
    about: `below 1 likely characters become likelier, 0 takes the likeliest; default ${defaultTemperature}`,
  },
  "top-k": { value: "N", about: "draw only from the N likeliest characters; default: from all" },
  seed: { value: "N", about: "seed of what is drawn; default 0" },
};

/**
 * The prompt and the text that the model writes after it.
 * @throws {CommandLineError} for a wrong option
 * @throws {DataError} when the model does not generate text
 */
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
    throw new DataError(message("predict", `the model ${show(file)} does not generate text`, { expected, hint }));
  }
  return write(await loadWriter(file), prompt, options);
}
