/**
 * Recurrent cells, one step at a time, for hand-written loops: decoders, sampling, attention. Each is the op over
 * sequences, applied to a sequence of one step; for a single row it multiplies by the weights without packing them.
 * Letters: N batch, I inputs, H units.
 */
import { ShapeError, message } from "../../errors.js";
import { checkList, checkObject } from "../../options.js";
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
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when recurrent cells do not have the activation
 */
export function simpleRnnCell(
  x: Tensor,
  state: readonly [h: Tensor],
  weights: SimpleRnnWeights,
  options: SimpleRnnCellOptions = {},
): [h: Tensor] {
  checkCell("simpleRnnCell", state, options);
  const [h] = state;
  const { activation = "tanh" } = options;
  const { states } = simpleRnn(oneStep("simpleRnnCell", x), weights, { activation, initialState: [h] });
  return [states[0]];
}

/**
 * One step of an LSTM; the equations are those of {@link lstm}.
 *
 * @param x      (N, I) float32
 * @param state  h and c, (N, H) each
 * @returns h′ and c′ (N, H); gradients go through both
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when recurrent cells do not have the activation
 */
export function lstmCell(
  x: Tensor,
  state: readonly [h: Tensor, c: Tensor],
  weights: LstmWeights,
  options: LstmCellOptions = {},
): [h: Tensor, c: Tensor] {
  checkCell("lstmCell", state, options);
  const [h, c] = state;
  const { activation = "tanh", recurrentActivation = "sigmoid" } = options;
  const given = { activation, recurrentActivation, initialState: [h, c] } as const;
  const { states } = lstm(oneStep("lstmCell", x), weights, given);
  return [states[0], states[1]];
}

/**
 * One step of a GRU; the equations are those of {@link gru}.
 *
 * @param x      (N, I) float32
 * @param state  h (N, H)
 * @returns h′ (N, H); gradients go through it
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when recurrent cells do not have the activation
 */
export function gruCell(
  x: Tensor,
  state: readonly [h: Tensor],
  weights: GruWeights,
  options: GruCellOptions = {},
): [h: Tensor] {
  checkCell("gruCell", state, options);
  const [h] = state;
  const { activation = "tanh", recurrentActivation = "sigmoid", resetAfter = true } = options;
  const given = { activation, recurrentActivation, resetAfter, initialState: [h] } as const;
  const { states } = gru(oneStep("gruCell", x), weights, given);
  return [states[0]];
}

function checkCell(op: string, state: unknown, options: object): void {
  checkList(op, "the state", state);
  checkObject(op, "the options", options);
}

/** x (N, I) as a sequence of one step. */
function oneStep(op: string, x: Tensor): Tensor {
  checkTensors(op, [x]);
  if (x.rank === 2) return reshape(x, [x.shape[0], 1, x.shape[1]]);
  const got = `x ${showShape(x.shape)}`;
  throw new ShapeError(message(op, "x must have shape [N, I]", { got }));
}
