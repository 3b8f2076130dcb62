/**
 * Everything a command uses of its process: streams, environment, signals, files of the package. Tests pass their own.
 */
import type { InstalledPackage } from "../../bench/suites/suite.js";

/** A stream to write text to; `process.stdout` is one. */
export interface Output {
  write(text: string): unknown;
  /** True when a person is watching. */
  readonly isTTY?: boolean;
  /** Width of the terminal, in characters. */
  readonly columns?: number;
}

/** The signals that ask a command to end. */
export type StopSignal = "SIGINT" | "SIGTERM";

/** The files of the installed package that the command uses. */
export interface PackageFiles extends InstalledPackage {
  /** URLs of the scripts of the pages that commands write. */
  readonly pages: { readonly bench: string; readonly lesson: string };
}

/** Everything outside of the command. */
export interface Surroundings {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Everything on standard input, until it ends. */
  readStdin(): Promise<Uint8Array<ArrayBuffer>>;
  /** The lines of standard input, each as soon as it is there. */
  readLines(): AsyncIterable<string>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly files: PackageFiles;
  /** Calls `listener` at each signal that asks the command to end. @returns a function that stops listening */
  onStopSignal(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process at once. */
  exit(status: number): void;
}
