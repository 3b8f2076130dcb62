/** What a command is. */
import type { Arguments, Signature } from "./commandLine.js";
import type { Surroundings } from "./surroundings.js";

/** A command of `lanegrad`: what it takes, what the help says, what it does. */
export interface Command extends Signature {
  /** One line for the list of commands. */
  readonly summary: string;
  /** What the help says between usage and options. */
  readonly about: readonly string[];
  /** Command lines that do something, for the end of the help. */
  readonly examples: readonly string[];
  /** Does it. Rejects where it cannot. */
  run(args: Arguments, surroundings: Surroundings): Promise<void>;
}
