/** What a group of benchmarks is to the command: names, and the measurements one after the other. */
import { type Case, type Limits } from "../case.js";
import { type Measured, measure } from "../measure.js";

/** The package as it is installed, for benchmarks that need processes of their own. */
export interface InstalledPackage {
  /** Path of the command's script. */
  readonly command: string;
  /** URL that `import` takes for the library. */
  readonly library: string;
}

/** How a group is to be measured. */
export interface Setting {
  /** How long each case is timed. */
  readonly seconds: number;
  readonly limits: Limits;
  /** Threads that compute in this process. */
  readonly threads: number;
  /** `init({ wide: true })` was asked for. */
  readonly wide: boolean;
  readonly files: InstalledPackage;
  readonly signal: AbortSignal;
  /** Called with the name of what is measured next. */
  readonly working: (name: string) => void;
  /** Called with the reason when something is left out. */
  readonly note: (text: string) => void;
}

/** A group of benchmarks. */
export interface Suite {
  readonly names: readonly string[];
  /** Measures those that are asked for. @throws WrongResultError; the signal's reason */
  run(isWanted: (name: string) => boolean, setting: Setting): AsyncGenerator<Measured>;
}

/** Cases that are measured in this process. */
export function suiteOf(cases: readonly Case[]): Suite {
  return {
    names: cases.map(({ name }) => name),
    async *run(isWanted, { seconds, limits, signal, working }) {
      for (const one of cases) {
        if (!isWanted(one.name)) continue;
        working(one.name);
        const measured = measure(one, seconds, limits);
        await new Promise((resolve) => setTimeout(resolve)); // a signal arrives between two cases
        signal.throwIfAborted();
        yield measured;
      }
    },
  };
}
