/** The result of `lanegrad bench`, as `--json` prints it and the report shows it. */
import type { Measurement } from "./measure.js";
import type { BuildName } from "../src/runtime/modules/load.js";

/** One run of the benchmarks. */
export interface BenchResult {
  /** The multiply-add peak of the run, on all its threads. */
  readonly peakGflops: number;
  /** Bytes read and written by a copy, in GB/s. */
  readonly peakGBs: number;
  readonly build: BuildName;
  readonly wide: boolean;
  readonly threads: number;
  /** Version of Node; in a browser its user agent. */
  readonly node: string;
  readonly cpu: string;
  readonly results: readonly Measurement[];
}
