/** The models that recognise spoken digits. To add one, add its file and a line here. */
import { convolutional } from "./convolutional.js";
import { hmmDnn, hmmGmm } from "./markovDigits.js";
import type { Recognizer } from "./recognizer.js";
import { frameByFrame, pyramidal } from "./recurrent.js";

/** The models, by the name that `model` takes, in the order of the table. */
export const recognizers = {
  ctc: frameByFrame,
  pyramid: pyramidal,
  cnn: convolutional,
  "hmm-gmm": hmmGmm,
  "hmm-dnn": hmmDnn,
} as const satisfies Record<string, Recognizer>;
