/**
 * A conversation with a model of `lanegrad train chat`: each line of standard input is a turn, which the model answers,
 * remembering what was said before. It ends with an empty line or with the input.
 */
import { answererOf, drawing } from "../../../course/sequences/dialogue/chatting.js";
import { type Model, strategies } from "../../index.js";
import type { Arguments } from "../commandLine.js";
import { seedOf } from "../seed.js";
import type { Surroundings } from "../surroundings.js";
import type { Terminal } from "../terminal/terminal.js";

/** The options of predict for a conversation; `temperature` and `seed` count in it as well. */
export const chatOptions = {
  chat: { about: "a conversation: each line of standard input is a turn; an empty one ends it" },
} as const;

/**
 * Answers line by line.
 * @returns all turns, those of both speakers
 * @throws {CommandLineError} for a wrong option
 * @throws {DataError} for a model that does not answer
 */
export async function converse(
  model: Model,
  args: Arguments,
  surroundings: Surroundings,
  terminal: Terminal | undefined,
): Promise<string[]> {
  const temperature = args.number("temperature", "a number ≥ 0", (value) => value >= 0) ?? drawing.temperature;
  const seed = seedOf(args) ?? 0;
  const { answer } = answererOf(model);
  if (terminal?.isLive === true) terminal.print("Say something. An empty line ends the conversation.");
  const turns: string[] = [];
  for await (const line of surroundings.readLines()) {
    const said = line.trim();
    if (said === "") break;
    turns.push(said);
    // drawn anew in each turn: the same line may get another answer later
    const answered = answer(turns, strategies.sampling({ ...drawing, temperature, seed: seed + turns.length }));
    turns.push(answered);
    terminal?.print(answered);
  }
  return turns;
}
