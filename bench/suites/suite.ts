/** A group of benchmarks as the command sees it: names, and the measurements one after the other. */
import { type Case, type Limits } from "../case.js";
import { type Measured, measure } from "../measure.js";

/** The installed package, for benchmarks that need processes of their own. */
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
  /** Number of threads that compute in this process. */
  readonly threads: number;
  /** Whether `init({ wide: true })` was requested. */
  readonly wide: boolean;
  readonly files: InstalledPackage;
  readonly signal: AbortSignal;
  /** Called with the name of the next measurement. */
  readonly working: (name: string) => void;
  /** Called with the reason when a measurement is skipped. */
  readonly note: (text: string) => void;
}

/** A group of benchmarks. */
export interface Suite {
  readonly names: readonly string[];
  /**
   * Measures the wanted cases.
   * @throws {WrongResultError} when a result is wrong
   * @throws the signal's reason when it aborts
   */
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
