/** The seed of a command line. */
import type { Arguments } from "./commandLine.js";

/** The option that determines everything random. */
export const seedOption = { value: "N", about: "seed of weights, order, dropout and drawn digits; default 0" };

const largestSeed = 2 ** 32 - 1;

/** The seed on the command line. @throws {CommandLineError} when it is not an integer in its range */
export function seedOf(args: Arguments): number | undefined {
  const isSeed = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= largestSeed;
  return args.number("seed", "an integer from 0 to 2³² − 1", isSeed);
}
