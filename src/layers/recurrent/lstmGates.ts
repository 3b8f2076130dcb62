/**
 * What the gates of every LSTM share: two options, and the initial bias of the forget gate, which starts open. Letters:
 * H units. Source: Jozefowicz, Zaremba & Sutskever 2015.
 */
import { type Initializer, initialize } from "../../initializers/initializer.js";
import type { RecurrentActivation } from "../../ops/recurrent/sequence.js";
import { type Table, flag } from "../../options.js";
import { fillFloat32 } from "../../runtime/primitives.js";
import { recurrentActivation } from "./recurrentCell.js";

/** Options of the gates of an LSTM. */
export interface LstmGateOptions {
  /** σ: the activation of the gates i, f and o. Default "sigmoid". */
  readonly recurrentActivation?: RecurrentActivation;
  /** True initializes the bias of the forget gate to 1 (Jozefowicz et al. 2015). Default true. */
  readonly unitForgetBias?: boolean;
}

/** Their rows in the tables of options. */
export const lstmGateRows = {
  recurrentActivation: recurrentActivation("sigmoid"),
  unitForgetBias: flag(true),
} satisfies Table<LstmGateOptions>;

/**
 * The initializer of the biases (4H) of an LSTM, gates in the order i f g o: fills them with `initializer` and, with
 * unitForgetBias, those of the forget gate with 1.
 */
export function gateBiases(initializer: Initializer, unitForgetBias: boolean, units: number): Initializer {
  if (!unitForgetBias) return initializer;
  return {
    config: initializer.config,
    fill(out, random) {
      initialize(out, initializer, random);
      fillFloat32(out.ptr + 4 * units, 1, units);
    },
  };
}
