/**
 * GRU over a whole sequence, with the reset gate after or before the recurrent product. Letters: N batch, T steps, I
 * inputs, H units; gates z r g side by side. Like lstm.ts, except that the recurrent product of the candidate differs
 * from that of the gates: assembly/recurrent/gru.ts.
 */
import {
  biasActivationBackward,
  gemm,
  gemmScratchBytes,
  gruBackward,
  gruForward,
  gruScratchBytes,
} from "#wasm/kernels";
import { transposeA } from "#wasm/layout-gemm";
import { sequenceShape } from "#wasm/layout-recurrent";
import { checkObject } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import type { Tensor } from "../../tensor/tensor.js";
import { copyRow } from "../shape/copy.js";
import { type BackwardCall, defineOp } from "../defineOp.js";
import {
  type RecurrentActivation,
  type SequenceAttributes,
  type SequenceOptions,
  type SequenceResult,
  applySequence,
  checkSequence,
  sequenceCall,
  sequenceOutputs,
  sizesOf,
} from "./sequence.js";
import {
  addressOf,
  beginGradient,
  beginState,
  biasGradient,
  endGradient,
  inputGradients,
  multiplyInput,
  shapeOf,
} from "./sequenceProducts.js";

/** The attributes of a GRU. */
export interface GruAttributes extends SequenceAttributes {
  readonly resetAfter: boolean;
}

/**
 * Outputs: the last h, h of all steps; for the backward pass the gates, h before each step, and q of
 * assembly/recurrent/gru.ts.
 */
export const gruOp = defineOp<GruAttributes>({
  name: "gru",
  shape(inputs, attributes) {
    checkSequence("gru", inputs, attributes, 3, (H) => (attributes.resetAfter ? [2, 3 * H] : [3 * H]));
    return sequenceOutputs(inputs, attributes, 1, [3, 1, 1]);
  },
  forward({ inputs, outputs: [h, y, gates, before, inner], attributes, scratch }) {
    const { N, T, H } = sizesOf(inputs);
    const { saves, returnSequences, keepScale } = attributes;
    const address = addressOf(inputs, attributes);
    const a = saves ? gates.ptr : scratch(12 * N * T * H);
    multiplyInput(inputs, a, scratch);
    beginState(h.ptr, address("h"), h.size);
    gruForward(
      ...([h.ptr, returnSequences ? y.ptr : 0, a, saves ? before.ptr : 0, inner.ptr] as const),
      ...([inputs[2].ptr, address("bias"), writeStruct(sequenceShape, shapeOf(inputs, attributes))] as const),
      ...([attributes.resetAfter ? 1 : 0, keepScale] as const),
      scratch(gruScratchBytes(N, H)),
    );
  },
  backward(call) {
    const { inputs, outputs, dOutputs, attributes, scratch } = call;
    const { N, H } = sizesOf(inputs);
    const [, , gates, before, inner] = outputs;
    const dH = beginGradient(dOutputs[0], [N, H]);
    gruBackward(
      ...([dH.ptr, gates.ptr, before.ptr, inner.ptr, dOutputs[1]?.ptr ?? 0] as const),
      ...([inputs[2].ptr, writeStruct(sequenceShape, shapeOf(inputs, attributes))] as const),
      ...([attributes.resetAfter ? 1 : 0, attributes.keepScale] as const),
      scratch(gruScratchBytes(N, H)),
    );
    endGradient(call, "h", dH);
    recurrentGradient(call, gates.ptr, before.ptr, inner.ptr);
    if (attributes.resetAfter) twoBiasGradients(call, gates.ptr, inner.ptr);
    else biasGradient(call, gates.ptr);
    inputGradients(call, gates.ptr);
  },
  saved: { inputs: [0, 1, 2, 3, 4, 5, 6], outputs: [2, 3, 4] },
});

/** dU over all steps: the columns of z and r, then those of g. */
function recurrentGradient(call: BackwardCall<GruAttributes>, da: number, before: number, inner: number): void {
  const { inputs, attributes, gradient, scratch } = call;
  const { N, T, H } = sizesOf(inputs);
  const [rows, wide] = [N * T, 3 * H];
  gradient(2, (dU, accumulate) => {
    const block = scratch(gemmScratchBytes(H, 2 * H, rows));
    gemm(transposeA, H, 2 * H, rows, before, H, da, wide, accumulate, dU, wide, block);
    const [state, dG, lead] = attributes.resetAfter ? [before, inner, H] : [inner, da + 8 * H, wide];
    gemm(
      transposeA,
      H,
      H,
      rows,
      state,
      H,
      dG,
      lead,
      accumulate,
      dU + 8 * H,
      wide,
      scratch(gemmScratchBytes(H, H, rows)),
    );
  });
}

/** The two biases (2, 3H) enter z and r as a sum, and g on either side of the reset. */
function twoBiasGradients(call: BackwardCall<GruAttributes>, da: number, dq: number): void {
  const { inputs, attributes, gradient, scratch } = call;
  const { N, T, H } = sizesOf(inputs);
  const { bias } = attributes.places;
  if (bias === undefined) return;
  gradient(bias, (dB, accumulate) => {
    const sums = scratch(16 * H);
    biasActivationBackward(0, sums, da, da, N * T, 3 * H, 0, 0, 0);
    biasActivationBackward(0, sums + 12 * H, dq, dq, N * T, H, 0, 0, 0);
    copyRow(dB, sums, 3 * H, accumulate);
    copyRow(dB + 12 * H, sums, 2 * H, accumulate);
    copyRow(dB + 20 * H, sums + 12 * H, H, accumulate);
  });
}

/** Weights of {@link gru}. */
export interface GruWeights {
  /** W (I, 3H). */
  readonly kernel: Tensor;
  /** U (H, 3H). */
  readonly recurrentKernel: Tensor;
  /**
   * b (2, 3H) when the reset follows the product: for the input and for the recurrent side; else (3H). Default: none.
   */
  readonly bias?: Tensor | undefined;
}

/** Options of {@link gru}. */
export interface GruOptions extends SequenceOptions {
  /** h before the first step, (N, H). Default zeros. */
  readonly initialState?: readonly [h: Tensor] | undefined;
  /** σ. Default "sigmoid". */
  readonly recurrentActivation?: RecurrentActivation;
  /**
   * True: the reset gate multiplies the recurrent product, as in cuDNN, Keras and PyTorch. False: it multiplies the
   * state before the product. Default true.
   */
  readonly resetAfter?: boolean;
}

/**
 * A gated recurrent unit over a batch of sequences.
 *
 *   z, r = σ(xW + hU + b)   g = φ(xW_g + b_g + r⊙(hU_g + b′_g)), or φ(xW_g + (r⊙h)U_g + b_g)   h′ = z⊙h + (1 − z)⊙g
 *
 * @param x (N, T, I) float32
 * @returns the output, (N, H) or (N, T, H), and the state h after the last step that counts; gradients flow through
 *   both
 * Cost: 2·N·T·(I + H)·3H flops forward, twice that backward; 5·N·T·H numbers are kept for the backward pass.
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when recurrent cells do not have the activation, or a rate is out of range
 */
export function gru(x: Tensor, weights: GruWeights, options: GruOptions = {}): SequenceResult {
  checkObject("gru", "the weights", weights);
  checkObject("gru", "the options", options);
  const { kernel, recurrentKernel, bias } = weights;
  const [h] = options.initialState ?? [];
  const { inputs, attributes } = sequenceCall("gru", [x, kernel, recurrentKernel], { bias, h }, options);
  return applySequence(gruOp, inputs, { ...attributes, resetAfter: options.resetAfter ?? true }, 1);
}
