/** Callbacks: what fit does besides training. */
export type { Callback, CallbackState, Logs, Training, WatchedWeight } from "./callback.js";
export { checkpoint, type CheckpointOptions } from "./checkpoint.js";
export { csvLogger, type CsvLoggerOptions } from "./csvLogger.js";
export { earlyStopping, type EarlyStoppingOptions } from "./earlyStopping.js";
export {
  histograms,
  type HistogramFrame,
  type Histograms,
  type HistogramsOptions,
  type WeightHistograms,
} from "./histograms.js";
export { reduceOnPlateau, type ReduceOnPlateauOptions, schedule } from "./learningRate.js";
export type { MonitorOptions } from "./monitor.js";
export type { Pace } from "./pacer.js";
export { progress, type ProgressOptions, type ProgressReport } from "./progress.js";
export { terminateOnNaN } from "./terminateOnNaN.js";
