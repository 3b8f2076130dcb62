/** The interface of a command. */
import type { Arguments, Signature } from "./commandLine.js";
import type { Surroundings } from "./surroundings.js";

/** A command of `lanegrad`: its arguments, its help, and what it does. */
export interface Command extends Signature {
  /** One line for the list of commands. */
  readonly summary: string;
  /** The part of the help between usage and options. */
  readonly about: readonly string[];
  /** Command lines for the end of the help. */
  readonly examples: readonly string[];
  /** Runs the command. Rejects when it fails. */
  run(args: Arguments, surroundings: Surroundings): Promise<void>;
}
