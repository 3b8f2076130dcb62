/** The seed of a command line. */
import type { Arguments } from "./commandLine.js";

/** The option that everything random follows from. */
export const seedOption = { value: "N", about: "weights, order, dropout and drawn digits follow from it; default 0" };

const largestSeed = 2 ** 32 - 1;

/** The seed that was asked for. @throws {CommandLineError} */
export function seedOf(args: Arguments): number | undefined {
  const isSeed = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= largestSeed;
  return args.number("seed", "an integer from 0 to 2³² − 1", isSeed);
}
