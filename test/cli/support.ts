/** Surroundings for commands in tests: what they write is kept, what they would read is given, signals come when a test says. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { StopSignal, Surroundings } from "../../src/cli/surroundings.js";

const built = join(import.meta.dirname, "../../build");

/** What a command did. */
export interface Recorded {
  readonly surroundings: Surroundings;
  /** Everything on standard output so far. */
  stdout(): string;
  stderr(): string;
  /** Sends a signal to whoever listens. */
  send(signal: StopSignal): void;
  /** How many listen for signals now. */
  listeners(): number;
  /** Statuses that the process was told to exit with. */
  readonly exits: number[];
}

/** Surroundings that record. @param columns width of a terminal; without it the streams are pipes @param stdin what stands on standard input */
export function record(columns?: number, env: Surroundings["env"] = {}, stdin = ""): Recorded {
  const written = { stdout: "", stderr: "" };
  const listening = new Set<(signal: StopSignal) => void>();
  const exits: number[] = [];
  const terminal = columns === undefined ? {} : { isTTY: true, columns };
  const output = (name: "stdout" | "stderr") => ({
    ...terminal,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return {
    surroundings: {
      stdout: output("stdout"),
      stderr: output("stderr"),
      readStdin: () => Promise.resolve(new TextEncoder().encode(stdin)),
      readLines: async function* () {
        yield* stdin.split("\n");
      },
      env,
      files: {
        command: join(built, "lib/cli.js"),
        library: pathToFileURL(join(built, "lib/index.js")).href,
        pages: {
          bench: pathToFileURL(join(built, "report/bench.js")).href,
          lesson: pathToFileURL(join(built, "report/page.js")).href,
        },
      },
      onStopSignal: (listener) => {
        listening.add(listener);
        return () => listening.delete(listener);
      },
      exit: (status) => exits.push(status),
    },
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    send: (signal) => {
      for (const listener of listening) listener(signal);
    },
    listeners: () => listening.size,
    exits,
  };
}

/** Text without styles and without what writes over a line. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
  return text.replaceAll(/\u001b\[[\d;]*[A-Za-z]/g, "");
}
