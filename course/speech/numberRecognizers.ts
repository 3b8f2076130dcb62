/** The models that recognise strings of digits. To add one, add its file and a line here. */
import { ctcNumbers } from "./ctcNumbers.js";
import { lasNumbers } from "./lasNumbers.js";
import { hybridNumbers, mixtureNumbers } from "./markovNumbers.js";
import type { NumberRecognizer } from "./numberRecognizer.js";

/** The models, by the name that `model` takes, in the order of the table. */
export const numberRecognizers: Readonly<Record<string, NumberRecognizer>> = {
  ctc: ctcNumbers,
  las: lasNumbers,
  "hmm-gmm": mixtureNumbers,
  "hmm-dnn": hybridNumbers,
};
