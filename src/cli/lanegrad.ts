/** The command line program: finds the command, runs it, and turns errors into one line and an exit status. */
import { WrongResultError } from "../../bench/check.js";
import { LanegradError, printable } from "../errors.js";
import { version } from "../version.js";
import { bench } from "./bench.js";
import { course } from "./course.js";
import type { Command } from "./command.js";
import { CommandLineError, readArguments, unknown, wrong } from "./commandLine.js";
import { helpOf, overview } from "./help.js";
import { infoCommand } from "./info.js";
import { Interrupted, exitStatus } from "./lesson/interrupt.js";
import { predict } from "./predict/predict.js";
import type { Surroundings } from "./surroundings.js";
import { table } from "./table.js";
import { train } from "./train.js";

const help = { about: "show this page" };

/** In the order of the help. */
const commands: readonly Command[] = [train, predict, course, table, bench, infoCommand].map((command) => ({
  ...command,
  options: { ...command.options, help },
}));

/**
 * Runs a command line.
 *
 * @param args  without the program's name
 * @returns the exit status: 0 for success, 2 for an invalid command line, 130 or 143 when a signal ended it, otherwise
 *   1
 */
export async function lanegrad(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await dispatch(args, surroundings);
    return 0;
  } catch (error) {
    const isExpected = [Interrupted, LanegradError, CommandLineError, WrongResultError].some(
      (kind) => error instanceof kind,
    );
    const { message, stack = message } = error as Error;
    surroundings.stderr.write(`${printable(isExpected ? message : stack)}\n`);
    if (error instanceof Interrupted) return exitStatus[error.signal];
    return error instanceof CommandLineError ? 2 : 1;
  }
}

async function dispatch(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const [name, ...rest] = args;
  const names = commands.map((command) => command.name);
  if (name === "--version") surroundings.stdout.write(`${version}\n`);
  else if (name === "--help" || name === "-h" || name === "help") surroundings.stdout.write(`${overview(commands)}\n`);
  else if (name === undefined) throw wrong("", "no command", names.join(", "), undefined, "See lanegrad --help.");
  else {
    const command = commands.find((one) => one.name === name);
    if (command === undefined) throw unknown("", name.startsWith("-") ? "option" : "command", name, names);
    if (rest.some((arg) => arg === "--help" || arg === "-h")) surroundings.stdout.write(`${helpOf(command)}\n`);
    else await command.run(readArguments(command, rest), surroundings);
  }
}
