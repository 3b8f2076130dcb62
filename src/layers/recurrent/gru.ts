/** The gated recurrent unit. Letters: N batch, T steps, I inputs, H units; gates z r g side by side. */
import { zeros } from "../../initializers/index.js";
import { gru as gruOp } from "../../ops/recurrent/gru.js";
import { type RecurrentActivation, checkRecurrentActivation } from "../../ops/recurrent/sequence.js";
import { checkBoolean } from "../../options.js";
import { Recurrent } from "./recurrentLayer.js";
import type { Cell, RecurrentOptions } from "./recurrentCell.js";

/** Options of {@link gru}. */
export interface GruLayerOptions extends RecurrentOptions {
  /** σ: the activation of the gates z and r. Default "sigmoid". */
  readonly recurrentActivation?: RecurrentActivation;
  /** The reset gate multiplies the recurrent product (true, as cuDNN, Keras and PyTorch have it) or the state before it (false). Default true. */
  readonly resetAfter?: boolean;
}

const cell: Cell<GruLayerOptions> = {
  kind: "gru",
  ownOptions: ["recurrentActivation", "resetAfter"],
  checkOptions({ recurrentActivation, resetAfter }) {
    checkRecurrentActivation("gru", "recurrentActivation", recurrentActivation ?? "sigmoid");
    checkBoolean("gru", "resetAfter", resetAfter ?? true);
  },
  describeOptions: ({ recurrentActivation = "sigmoid", resetAfter = true }) => ({ recurrentActivation, resetAfter }),
  gates: 3,
  states: ["h"],
  biasShape: ({ units, resetAfter = true }) => (resetAfter ? [2, 3 * units] : [3 * units]),
  biasInitializer: ({ biasInitializer = zeros() }) => biasInitializer,
  run: (x, weights, [h], options, { recurrentActivation = "sigmoid", resetAfter = true }) =>
    gruOp(x, weights, {
      ...options,
      recurrentActivation,
      resetAfter,
      initialState: h === undefined ? undefined : [h],
    }),
};

/**
 * A layer of gated recurrent units.
 *
 *   z, r = σ(x·W + h·U + b)   g = φ(x·W + b + r⊙(h·U + b′))   h′ = z⊙h + (1 − z)⊙g      without resetAfter: g = φ(x·W + b + (r⊙h)·U)
 *
 * x (N, T, I) → (N, H), or (N, T, H) with returnSequences; `applyMany([x, h])` takes the initial state (N, H), and with returnState gives [output, h].
 * Parameters kernel W (I, 3H), recurrentKernel U (H, 3H), bias (2, 3H) of the input and the recurrent side, without resetAfter (3H); gates in the order z r g.
 * Steps that the operand's mask leaves out change no state; their output is 0.
 * Errors: UsageError for an option; ShapeError for what is no batch of sequences, a state that does not fit, another batch size where it is stateful.
 * Source: Cho et al. 2014.
 */
export function gru(options: GruLayerOptions): Recurrent {
  return new Recurrent(cell, options);
}
