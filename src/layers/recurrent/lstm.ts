/** The long short-term memory layer, with or without peepholes. Letters: N batch, T steps, I inputs, H units; gates i f g o side by side. */
import { zeros } from "../../initializers/index.js";
import { lstm as lstmOp } from "../../ops/recurrent/lstm.js";
import { type RecurrentActivation, checkRecurrentActivation } from "../../ops/recurrent/sequence.js";
import { checkBoolean } from "../../options.js";
import { openForgetGate } from "./forgetGate.js";
import { Recurrent } from "./recurrentLayer.js";
import type { Cell, RecurrentOptions } from "./recurrentCell.js";

/** Options of {@link lstm}. */
export interface LstmLayerOptions extends RecurrentOptions {
  /** σ: the activation of the gates i, f and o. Default "sigmoid". */
  readonly recurrentActivation?: RecurrentActivation;
  /** The bias of the forget gate begins at 1 (Jozefowicz et al. 2015). Default true. */
  readonly unitForgetBias?: boolean;
  /** The gates see the cell state too: i and f the one before the step, o the one after (Gers & Schmidhuber 2000). Default false. */
  readonly peephole?: boolean;
}

const cell: Cell<LstmLayerOptions> = {
  kind: "lstm",
  ownOptions: ["recurrentActivation", "unitForgetBias", "peephole"],
  checkOptions({ recurrentActivation, unitForgetBias, peephole }) {
    checkRecurrentActivation("lstm", "recurrentActivation", recurrentActivation ?? "sigmoid");
    checkBoolean("lstm", "unitForgetBias", unitForgetBias ?? true);
    checkBoolean("lstm", "peephole", peephole ?? false);
  },
  describeOptions: ({ recurrentActivation = "sigmoid", unitForgetBias = true, peephole = false }) => ({
    recurrentActivation,
    unitForgetBias,
    peephole,
  }),
  gates: 4,
  states: ["h", "c"],
  biasShape: ({ units }) => [4 * units],
  biasInitializer({ units, unitForgetBias = true, biasInitializer = zeros() }) {
    return unitForgetBias ? openForgetGate(biasInitializer, units) : biasInitializer;
  },
  extra: ({ peephole = false, units }) =>
    peephole ? [{ name: "peepholes", shape: [3, units], initializer: zeros() }] : [],
  run: (x, { extra: [peepholes], ...weights }, [h, c], options, { recurrentActivation = "sigmoid" }) =>
    lstmOp(
      x,
      { ...weights, peepholes },
      { ...options, recurrentActivation, initialState: h === undefined ? undefined : [h, c] },
    ),
};

/**
 * A long short-term memory layer.
 *
 *   i, f, o = σ(x·W + h·U + b)   g = φ(x·W + h·U + b)   c′ = f⊙c + i⊙g   h′ = o⊙φ(c′)
 *
 * x (N, T, I) → (N, H), or (N, T, H) with returnSequences; `applyMany([x, h, c])` takes initial states (N, H), and with returnState gives [output, h, c].
 * Parameters kernel W (I, 4H), recurrentKernel U (H, 4H), bias (4H), with peephole also peepholes (3, H); gates in the order i f g o.
 * Steps that the operand's mask leaves out change no state; their output is 0.
 * Errors: UsageError for an option; ShapeError for what is no batch of sequences, states that do not fit, another batch size where it is stateful.
 * Source: Hochreiter & Schmidhuber 1997.
 */
export function lstm(options: LstmLayerOptions): Recurrent {
  return new Recurrent(cell, options);
}
