/** The experiments that there are. */
import type { Experiment } from "./experiment.js";
import { translation } from "./translation.js";

/** In the order of the help. */
export const experiments: readonly Experiment[] = [translation];
