/** The gated recurrent unit. Letters: N batch, T steps, I inputs, H units; gates z r g side by side. */
import { gru as gruOp } from "../../ops/recurrent/gru.js";
import type { RecurrentActivation } from "../../ops/recurrent/sequence.js";
import { type Values, flag } from "../../options.js";
import { Recurrent } from "./recurrentLayer.js";
import {
  type Cell,
  type CellTable,
  type RecurrentOptions,
  type RecurrentValues,
  recurrentActivation,
} from "./recurrentCell.js";

/** Options of {@link gru}. */
export interface GruLayerOptions extends RecurrentOptions {
  /** σ: the activation of the gates z and r. Default "sigmoid". */
  readonly recurrentActivation?: RecurrentActivation;
  /**
   * True: the reset gate multiplies the recurrent product, as in cuDNN, Keras and PyTorch. False: it multiplies the
   * state before the product. Default true.
   */
  readonly resetAfter?: boolean;
}

const table = {
  recurrentActivation: recurrentActivation("sigmoid"),
  resetAfter: flag(true),
} satisfies CellTable<GruLayerOptions>;

type GruLayerValues = RecurrentValues & Values<typeof table>;

const cell: Cell<GruLayerValues> = {
  kind: "gru",
  table,
  gates: 3,
  states: ["h"],
  biasShape: ({ units, resetAfter }) => (resetAfter ? [2, 3 * units] : [3 * units]),
  biasInitializer: ({ biasInitializer }) => biasInitializer,
  run: (x, weights, [h], options, { recurrentActivation, resetAfter }) =>
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
 *   z, r = σ(x·W + h·U + b)   g = φ(x·W + b + r⊙(h·U + b′))   h′ = z⊙h + (1 − z)⊙g
 *   without resetAfter: g = φ(x·W + b + (r⊙h)·U)
 *
 * x (N, T, I) → (N, H), or (N, T, H) with returnSequences. `applyMany([x, h])` takes the initial state (N, H), and with
 * returnState returns [output, h].
 * Parameters kernel W (I, 3H), recurrentKernel U (H, 3H), and bias (2, 3H), of the input and the recurrent side, or
 * (3H) without resetAfter; gates in the order z r g. Masked steps change no state; their output is 0.
 * Source: Cho et al. 2014.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences, a state does not fit, or a stateful layer gets
 *   another batch size
 */
export function gru(options: GruLayerOptions): Recurrent {
  return new Recurrent(cell, options);
}
