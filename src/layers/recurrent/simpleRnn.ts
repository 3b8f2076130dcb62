/** The simple recurrent layer. Letters: N batch, T steps, I inputs, H units. */
import { simpleRnn as simpleRnnOp } from "../../ops/recurrent/simpleRnn.js";
import { Recurrent } from "./recurrentLayer.js";
import type { Cell, RecurrentOptions } from "./recurrentCell.js";

const cell: Cell = {
  kind: "simpleRnn",
  table: {},
  gates: 1,
  states: ["h"],
  biasShape: ({ units }) => [units],
  biasInitializer: ({ biasInitializer }) => biasInitializer,
  run: (x, weights, [h], options) =>
    simpleRnnOp(x, weights, { ...options, initialState: h === undefined ? undefined : [h] }),
};

/**
 * A simple recurrent layer: h′ = φ(x·W + h·U + b).
 *
 * x (N, T, I) → (N, H), or (N, T, H) with returnSequences. `applyMany([x, h])` takes the initial state (N, H), and with
 * returnState returns [output, h].
 * Parameters kernel W (I, H), recurrentKernel U (H, H), bias (H). Masked steps change no state; their output is 0.
 * Source: Elman 1990.
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences, a state does not fit, or a stateful layer gets
 *   another batch size
 */
export function simpleRnn(options: RecurrentOptions): Recurrent {
  return new Recurrent(cell, options);
}
