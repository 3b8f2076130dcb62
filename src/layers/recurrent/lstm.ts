/**
 * The long short-term memory layer, with or without peepholes. Letters: N batch, T steps, I inputs, H units; gates i f
 * g o side by side.
 */
import { zeros } from "../../initializers/index.js";
import { lstm as lstmOp } from "../../ops/recurrent/lstm.js";
import { type Values, flag } from "../../options.js";
import { type LstmGateOptions, gateBiases, lstmGateRows } from "./lstmGates.js";
import { Recurrent } from "./recurrentLayer.js";
import type { Cell, CellTable, RecurrentOptions, RecurrentValues } from "./recurrentCell.js";

/** Options of {@link lstm}. */
export interface LstmLayerOptions extends RecurrentOptions, LstmGateOptions {
  /**
   * True lets the gates see the cell state too: i and f the one before the step, o the one after (Gers & Schmidhuber
   * 2000). Default false.
   */
  readonly peephole?: boolean;
}

const table = {
  ...lstmGateRows,
  peephole: flag(false),
} satisfies CellTable<LstmLayerOptions>;

type LstmLayerValues = RecurrentValues & Values<typeof table>;

const cell: Cell<LstmLayerValues> = {
  kind: "lstm",
  table,
  gates: 4,
  states: ["h", "c"],
  biasShape: ({ units }) => [4 * units],
  biasInitializer: ({ units, unitForgetBias, biasInitializer }) => gateBiases(biasInitializer, unitForgetBias, units),
  extra: ({ peephole, units }) => (peephole ? [{ name: "peepholes", shape: [3, units], initializer: zeros() }] : []),
  run: (x, { extra: [peepholes], ...weights }, [h, c], options, { recurrentActivation }) =>
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
 * x (N, T, I) → (N, H), or (N, T, H) with returnSequences. `applyMany([x, h, c])` takes initial states (N, H), and with
 * returnState returns [output, h, c].
 * Parameters kernel W (I, 4H), recurrentKernel U (H, 4H), bias (4H), and with peephole also peepholes (3, H); gates in
 * the order i f g o. Masked steps change no state; their output is 0.
 * Source: Hochreiter & Schmidhuber 1997.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences, a state does not fit, or a stateful layer gets
 *   another batch size
 */
export function lstm(options: LstmLayerOptions): Recurrent {
  return new Recurrent(cell, options);
}
