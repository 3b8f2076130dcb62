/** The simple recurrent layer. Letters: N batch, T steps, I inputs, H units. */
import { zeros } from "../../initializers/index.js";
import { simpleRnn as simpleRnnOp } from "../../ops/recurrent/simpleRnn.js";
import { Recurrent } from "./recurrentLayer.js";
import type { Cell, RecurrentOptions } from "./recurrentCell.js";

const cell: Cell = {
  kind: "simpleRnn",
  ownOptions: [],
  checkOptions: () => undefined,
  describeOptions: () => ({}),
  gates: 1,
  states: ["h"],
  biasShape: ({ units }) => [units],
  biasInitializer: ({ biasInitializer = zeros() }) => biasInitializer,
  run: (x, weights, [h], options) =>
    simpleRnnOp(x, weights, { ...options, initialState: h === undefined ? undefined : [h] }),
};

/**
 * A simple recurrent layer: h′ = φ(x·W + h·U + b).
 *
 * x (N, T, I) → (N, H), or (N, T, H) with returnSequences; `applyMany([x, h])` takes the initial state (N, H), and with returnState gives [output, h].
 * Parameters kernel W (I, H), recurrentKernel U (H, H), bias (H). Steps that the operand's mask leaves out change no state; their output is 0.
 * Errors: UsageError for an option; ShapeError for what is no batch of sequences, a state that does not fit, another batch size where it is stateful.
 * Source: Elman 1990.
 */
export function simpleRnn(options: RecurrentOptions): Recurrent {
  return new Recurrent(cell, options);
}
