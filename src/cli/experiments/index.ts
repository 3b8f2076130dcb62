/** The experiments that there are. */
import { adding } from "./adding.js";
import type { Experiment } from "./experiment.js";
import { highway } from "./highway.js";
import { translation } from "./translation.js";
import { vanishing } from "./vanishing.js";

/** In the order of the help. */
export const experiments: readonly Experiment[] = [translation, highway, vanishing, adding];
