/**
 * LSTM over a whole sequence, with or without peepholes: one product for the inputs of all steps and one kernel for all
 * steps; backward, one kernel and one product for each sum over time. Letters: N batch, T steps, I inputs, H units;
 * gates i f g o side by side.
 */
import { lstmBackward, lstmForward, lstmScratchBytes, peepholeBackward } from "#wasm/kernels";
import { sequenceShape } from "#wasm/layout-recurrent";
import { checkObject } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import type { Tensor } from "../../tensor/tensor.js";
import { defineOp } from "../defineOp.js";
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
  orderOf,
  recurrentGradient,
  shapeOf,
} from "./sequenceProducts.js";

/** Outputs: the last h and c, h of all steps; for the backward pass the gates, h before and c after each step. */
export const lstmOp = defineOp<SequenceAttributes>({
  name: "lstm",
  shape(inputs, attributes) {
    checkSequence("lstm", inputs, attributes, 4, (H) => [4 * H]);
    return sequenceOutputs(inputs, attributes, 2, [4, 1, 1]);
  },
  forward({ inputs, outputs: [h, c, y, gates, before, cells], attributes, scratch }) {
    const { N, T, H } = sizesOf(inputs);
    const { saves, returnSequences, keepScale } = attributes;
    const address = addressOf(inputs, attributes);
    const z = saves ? gates.ptr : scratch(16 * N * T * H);
    multiplyInput(inputs, z, scratch);
    beginState(h.ptr, address("h"), h.size);
    beginState(c.ptr, address("c"), c.size);
    lstmForward(
      ...([h.ptr, c.ptr, returnSequences ? y.ptr : 0, z, saves ? before.ptr : 0, cells.ptr] as const),
      ...([inputs[2].ptr, address("bias"), address("peepholes")] as const),
      ...([writeStruct(sequenceShape, shapeOf(inputs, attributes)), keepScale] as const),
      scratch(lstmScratchBytes(N, H)),
    );
  },
  backward(call) {
    const { inputs, outputs, dOutputs, attributes, gradient, scratch } = call;
    const { N, T, H } = sizesOf(inputs);
    const [, , , gates, before, cells] = outputs;
    const [dH, dC] = [beginGradient(dOutputs[0], [N, H]), beginGradient(dOutputs[1], [N, H])];
    const address = addressOf(inputs, attributes);
    lstmBackward(
      ...([dH.ptr, dC.ptr, gates.ptr, before.ptr, dOutputs[2]?.ptr ?? 0, cells.ptr, address("c")] as const),
      ...([inputs[2].ptr, address("peepholes")] as const),
      ...([writeStruct(sequenceShape, shapeOf(inputs, attributes)), attributes.keepScale] as const),
      scratch(lstmScratchBytes(N, H)),
    );
    endGradient(call, "h", dH);
    endGradient(call, "c", dC);
    recurrentGradient(call, before.ptr, gates.ptr);
    biasGradient(call, gates.ptr);
    const { peepholes } = attributes.places;
    if (peepholes !== undefined) {
      gradient(peepholes, (dP, accumulate) =>
        peepholeBackward(dP, gates.ptr, cells.ptr, address("c"), N, T, H, orderOf(attributes), accumulate),
      );
    }
    inputGradients(call, gates.ptr);
  },
  saved: { inputs: [0, 1, 2, 3, 4, 5, 6, 7, 8], outputs: [3, 4, 5] },
});

/** Weights of {@link lstm}. */
export interface LstmWeights {
  /** W (I, 4H). */
  readonly kernel: Tensor;
  /** U (H, 4H). */
  readonly recurrentKernel: Tensor;
  /** b (4H). Default: none. */
  readonly bias?: Tensor | undefined;
  /** p (3, H), of the gates i, f and o. Default: none. */
  readonly peepholes?: Tensor | undefined;
}

/** Options of {@link lstm}. */
export interface LstmOptions extends SequenceOptions {
  /** h and c before the first step, (N, H) each. Default zeros. */
  readonly initialState?: readonly [h: Tensor, c: Tensor] | undefined;
  /** σ. Default "sigmoid". */
  readonly recurrentActivation?: RecurrentActivation;
}

/**
 * An LSTM over a batch of sequences.
 *
 *   i = σ(xWᵢ + hUᵢ + bᵢ + pᵢ⊙c)   f = σ(xW_f + hU_f + b_f + p_f⊙c)   g = φ(xW_g + hU_g + b_g)
 *   c′ = f⊙c + i⊙g                  o = σ(xW_o + hU_o + b_o + p_o⊙c′)   h′ = o⊙φ(c′)
 *
 * @param x (N, T, I) float32
 * @returns the output, (N, H) or (N, T, H), and the states h and c after the last step that counts; gradients flow
 *   through all of them
 * Cost: 2·N·T·(I + H)·4H flops forward, twice that backward; 6·N·T·H numbers are kept for the backward pass.
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when recurrent cells do not have the activation, or a rate is out of range
 */
export function lstm(x: Tensor, weights: LstmWeights, options: LstmOptions = {}): SequenceResult {
  checkObject("lstm", "the weights", weights);
  checkObject("lstm", "the options", options);
  const { kernel, recurrentKernel, bias, peepholes } = weights;
  const [h, c] = options.initialState ?? [];
  const { inputs, attributes } = sequenceCall("lstm", [x, kernel, recurrentKernel], { bias, h, c, peepholes }, options);
  return applySequence(lstmOp, inputs, attributes, 2);
}
