/**
 * The LSTM whose products and cell state are normalised over their units, separately for each sample and step. A
 * formula over ops, step by step: a training step takes about twice as long as with the fused LSTM
 * (docs/benchmarks.md). Letters: N batch, T steps, I inputs, H units; gates i f g o side by side.
 * Source: Ba, Kiros & Hinton 2016, "Layer normalization", equations 20 to 22.
 */
import { ones, zeros } from "../../initializers/index.js";
import { activate } from "../../ops/pointwise/activate.js";
import { add, mul } from "../../ops/pointwise/arithmetic.js";
import { cast } from "../../ops/pointwise/cast.js";
import { notEqual } from "../../ops/pointwise/compare.js";
import { stack } from "../../ops/shape/concat.js";
import { layerNorm } from "../../ops/norm/layerNorm.js";
import { matmul } from "../../ops/product/matmul.js";
import { reshape } from "../../ops/shape/reshape.js";
import type { RecurrentActivation, SequenceOptions, SequenceResult } from "../../ops/recurrent/sequence.js";
import { slice } from "../../ops/shape/slice.js";
import { where } from "../../ops/pointwise/where.js";
import { type Values, number } from "../../options.js";
import { zeros as zerosTensor } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { type LstmGateOptions, gateBiases, lstmGateRows } from "./lstmGates.js";
import { Recurrent } from "./recurrentLayer.js";
import type { Cell, CellTable, CellWeights, RecurrentOptions, RecurrentValues } from "./recurrentCell.js";

/** Options of {@link layerNormLstm}. */
export interface LayerNormLstmOptions extends RecurrentOptions, LstmGateOptions {
  /** ε, added to the variances, > 0. Default 1e-3, as in layers.layerNormalization. */
  readonly epsilon?: number;
}

const table = {
  ...lstmGateRows,
  epsilon: number("(0, ∞)", 1e-3),
} satisfies CellTable<LayerNormLstmOptions>;

type LayerNormLstmValues = RecurrentValues & Values<typeof table>;

const cell: Cell<LayerNormLstmValues> = {
  kind: "layerNormLstm",
  table,
  gates: 4,
  states: ["h", "c"],
  biasShape: ({ units }) => [4 * units],
  biasInitializer: ({ units, unitForgetBias, biasInitializer }) => gateBiases(biasInitializer, unitForgetBias, units),
  extra: ({ units }) => [
    { name: "kernelGamma", shape: [4 * units], initializer: ones() },
    { name: "recurrentGamma", shape: [4 * units], initializer: ones() },
    { name: "stateGamma", shape: [units], initializer: ones() },
    { name: "stateBeta", shape: [units], initializer: zeros() },
  ],
  run,
};

/** Runs the cell over a sequence; the options are those of the fused ops (ops/recurrent/sequence.ts). */
function run(
  x: Tensor,
  { kernel, recurrentKernel, bias, extra }: CellWeights,
  initial: readonly Tensor[],
  options: SequenceOptions,
  { recurrentActivation, epsilon }: LayerNormLstmValues,
): SequenceResult {
  const [kernelGamma, recurrentGamma, gamma, beta] = extra;
  const { activation = "tanh", mask, returnSequences = false, goBackwards = false, outputInSteps = false } = options;
  const [N, T, I] = x.shape;
  const [H] = recurrentKernel.shape;
  const product = layerNorm(matmul(reshape(x, [N * T, I]), kernel), { gamma: kernelGamma, epsilon });
  const z = reshape(bias === undefined ? product : add(product, bias), [N, T, 4 * H]);
  const keep = noGrad(() => keepFactors(options));
  const counts = mask && noGrad(() => cast(notEqual(mask, 0), "float32")); // (N, T)
  let [h, c] = initial.length > 0 ? initial : [zerosTensor([N, H]), zerosTensor([N, H])];
  const outputs: Tensor[] = [];
  for (let step = 0; step < T; step++) {
    const t = goBackwards ? T - 1 - step : step;
    const recurrent = matmul(keep === undefined ? h : mul(h, keep), recurrentKernel);
    const gates = add(
      reshape(slice(z, [0, t, 0], [N, 1, 4 * H]), [N, 4 * H]),
      layerNorm(recurrent, { gamma: recurrentGamma, epsilon }),
    );
    const gate = (k: number, name: RecurrentActivation): Tensor => activate(slice(gates, [0, k * H], [N, H]), name);
    const [i, f, o] = [0, 1, 3].map((k) => gate(k, recurrentActivation));
    const nextC = add(mul(f, c), mul(i, gate(2, activation)));
    const nextH = mul(o, activate(layerNorm(nextC, { gamma, beta, epsilon }), activation));
    const counted = counts && slice(counts, [0, t], [N, 1]);
    [h, c] = counted === undefined ? [nextH, nextC] : [where(counted, nextH, h), where(counted, nextC, c)];
    if (returnSequences) outputs[outputInSteps ? step : t] = counted === undefined ? h : mul(h, counted);
  }
  return { output: returnSequences ? stack(outputs, 1) : h, states: [h, c] };
}

/** The factors (N, H) of the recurrent kernel's operand: 0 where a unit is dropped. */
function keepFactors({ recurrentDropout }: SequenceOptions): Tensor | undefined {
  if (recurrentDropout === undefined) return undefined;
  const { keep, rate } = recurrentDropout;
  return mul(cast(keep, "float32"), 1 / (1 - rate));
}

/**
 * A layer-normalised LSTM. LN(v; γ) = γ ⊙ (v − mean) / √(variance + ε), with mean and variance over the elements of v.
 *
 *   a = LN(x·W; γ_W) + LN(h·U; γ_U) + b      i, f, o = σ(a)      g = φ(a)
 *   c′ = f⊙c + i⊙g      h′ = o⊙φ(LN(c′; γ_c) + β_c)
 *
 * LN of x·W and of h·U covers all 4H columns, as in the paper; the carried state is c′ itself. The two shifts that the
 * paper's LN has in addition would only add to b. x (N, T, I) → (N, H), or (N, T, H) with returnSequences; states,
 * masks and dropout as with {@link lstm}.
 * Parameters kernel W (I, 4H), recurrentKernel U (H, 4H), bias b (4H), kernelGamma and recurrentGamma (4H), stateGamma
 * and stateBeta (H).
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {ShapeError} when the input is not a batch of sequences, a state does not fit, or a stateful layer gets
 *   another batch size
 */
export function layerNormLstm(options: LayerNormLstmOptions): Recurrent {
  return new Recurrent(cell, options);
}
