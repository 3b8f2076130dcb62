/**
 * Recurrent cells, one step at a time, for loops written by hand: decoders, sampling, attention. Each is its op over a sequence of one step; for one row
 * alone that multiplies by the weights as they lie, without packing them. Letters: N batch, I inputs, H units.
 */
import { ShapeError, message } from "../../errors.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../defineOp.js";
import { type GruOptions, type GruWeights, gru } from "./gru.js";
import { type LstmOptions, type LstmWeights, lstm } from "./lstm.js";
import { reshape } from "../shape/reshape.js";
import { type SimpleRnnOptions, type SimpleRnnWeights, simpleRnn } from "./simpleRnn.js";

/** Options of {@link simpleRnnCell}. */
export type SimpleRnnCellOptions = Pick<SimpleRnnOptions, "activation">;

/** Options of {@link lstmCell}. */
export type LstmCellOptions = Pick<LstmOptions, "activation" | "recurrentActivation">;

/** Options of {@link gruCell}. */
export type GruCellOptions = Pick<GruOptions, "activation" | "recurrentActivation" | "resetAfter">;

/**
 * One step of a simple recurrent network: h′ = φ(x·W + h·U + b).
 *
 * @param x      (N, I) float32
 * @param state  h (N, H)
 * @returns h′ (N, H); gradients go through it
 * Errors: ShapeError where shapes or dtypes do not fit; UsageError for an activation.
 */
export function simpleRnnCell(
  x: Tensor,
  [h]: readonly [h: Tensor],
  weights: SimpleRnnWeights,
  { activation = "tanh" }: SimpleRnnCellOptions = {},
): [h: Tensor] {
  const { states } = simpleRnn(oneStep("simpleRnnCell", x), weights, { activation, initialState: [h] });
  return [states[0]];
}

/**
 * One step of an LSTM; the equations are those of {@link lstm}.
 *
 * @param x      (N, I) float32
 * @param state  h and c, (N, H) each
 * @returns h′ and c′ (N, H); gradients go through both
 * Errors: ShapeError where shapes or dtypes do not fit; UsageError for an activation.
 */
export function lstmCell(
  x: Tensor,
  [h, c]: readonly [h: Tensor, c: Tensor],
  weights: LstmWeights,
  { activation = "tanh", recurrentActivation = "sigmoid" }: LstmCellOptions = {},
): [h: Tensor, c: Tensor] {
  const options = { activation, recurrentActivation, initialState: [h, c] } as const;
  const { states } = lstm(oneStep("lstmCell", x), weights, options);
  return [states[0], states[1]];
}

/**
 * One step of a GRU; the equations are those of {@link gru}.
 *
 * @param x      (N, I) float32
 * @param state  h (N, H)
 * @returns h′ (N, H); gradients go through it
 * Errors: ShapeError where shapes or dtypes do not fit; UsageError for an activation.
 */
export function gruCell(
  x: Tensor,
  [h]: readonly [h: Tensor],
  weights: GruWeights,
  { activation = "tanh", recurrentActivation = "sigmoid", resetAfter = true }: GruCellOptions = {},
): [h: Tensor] {
  const options = { activation, recurrentActivation, resetAfter, initialState: [h] } as const;
  const { states } = gru(oneStep("gruCell", x), weights, options);
  return [states[0]];
}

/** x (N, I) as a sequence of one step. */
function oneStep(op: string, x: Tensor): Tensor {
  checkTensors(op, [x]);
  if (x.rank === 2) return reshape(x, [x.shape[0], 1, x.shape[1]]);
  const got = `x ${showShape(x.shape)}`;
  throw new ShapeError(message(op, "x is no batch of vectors", { expected: "x [N, I]", got }));
}
