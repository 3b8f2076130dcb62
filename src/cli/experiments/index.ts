/** The experiments that there are. */
import { adding } from "./adding.js";
import type { Experiment } from "./experiment.js";
import { translation } from "./translation.js";
import { vanishing } from "./vanishing.js";

/** In the order of the help. */
export const experiments: readonly Experiment[] = [translation, vanishing, adding];
