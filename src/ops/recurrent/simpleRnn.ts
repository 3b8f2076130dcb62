/**
 * The simple recurrent network over a whole sequence. Letters: N batch, T steps, I inputs, H units. Like lstm.ts, with
 * one gate and one state.
 */
import { simpleRnnBackward, simpleRnnForward, simpleRnnScratchBytes } from "#wasm/kernels";
import { sequenceShape } from "#wasm/layout-recurrent";
import { checkObject } from "../../options.js";
import { writeStruct } from "../../runtime/struct.js";
import type { Tensor } from "../../tensor/tensor.js";
import { defineOp } from "../defineOp.js";
import {
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
  recurrentGradient,
  shapeOf,
} from "./sequenceProducts.js";

/** Outputs: the last h, h of all steps; for the backward pass the cell's result, and h before each step. */
export const simpleRnnOp = defineOp<SequenceAttributes>({
  name: "simpleRnn",
  shape(inputs, attributes) {
    checkSequence("simpleRnn", inputs, attributes, 1, (H) => [H]);
    return sequenceOutputs(inputs, attributes, 1, [1, 1]);
  },
  forward({ inputs, outputs: [h, y, gates, before], attributes, scratch }) {
    const { N, T, H } = sizesOf(inputs);
    const { saves, returnSequences, keepScale } = attributes;
    const address = addressOf(inputs, attributes);
    const z = saves ? gates.ptr : scratch(4 * N * T * H);
    multiplyInput(inputs, z, scratch);
    beginState(h.ptr, address("h"), h.size);
    simpleRnnForward(
      ...([h.ptr, returnSequences ? y.ptr : 0, z, saves ? before.ptr : 0] as const),
      ...([inputs[2].ptr, address("bias")] as const),
      ...([writeStruct(sequenceShape, shapeOf(inputs, attributes)), keepScale] as const),
      scratch(simpleRnnScratchBytes(N, H)),
    );
  },
  backward(call) {
    const { inputs, outputs, dOutputs, attributes, scratch } = call;
    const { N, H } = sizesOf(inputs);
    const [, , gates, before] = outputs;
    const dH = beginGradient(dOutputs[0], [N, H]);
    simpleRnnBackward(
      ...([dH.ptr, gates.ptr, before.ptr, dOutputs[1]?.ptr ?? 0] as const),
      ...([inputs[2].ptr, writeStruct(sequenceShape, shapeOf(inputs, attributes))] as const),
      ...([attributes.keepScale] as const),
      scratch(simpleRnnScratchBytes(N, H)),
    );
    endGradient(call, "h", dH);
    recurrentGradient(call, before.ptr, gates.ptr);
    biasGradient(call, gates.ptr);
    inputGradients(call, gates.ptr);
  },
  saved: { inputs: [0, 1, 2, 3, 4, 5, 6], outputs: [2, 3] },
});

/** Weights of {@link simpleRnn}. */
export interface SimpleRnnWeights {
  /** W (I, H). */
  readonly kernel: Tensor;
  /** U (H, H). */
  readonly recurrentKernel: Tensor;
  /** b (H). Default: none. */
  readonly bias?: Tensor | undefined;
}

/** Options of {@link simpleRnn}. */
export interface SimpleRnnOptions extends SequenceOptions {
  /** h before the first step, (N, H). Default zeros. */
  readonly initialState?: readonly [h: Tensor] | undefined;
}

/**
 * A simple recurrent network over a batch of sequences: h′ = φ(x·W + h·U + b).
 *
 * @param x (N, T, I) float32
 * @returns the output, (N, H) or (N, T, H), and the state h after the last step that counts; gradients flow through
 *   both
 * Cost: 2·N·T·(I + H)·H flops forward, twice that backward.
 * @throws {ShapeError} when shapes or dtypes do not fit
 * @throws {UsageError} when recurrent cells do not have the activation, or a rate is out of range
 */
export function simpleRnn(x: Tensor, weights: SimpleRnnWeights, options: SimpleRnnOptions = {}): SequenceResult {
  checkObject("simpleRnn", "the weights", weights);
  checkObject("simpleRnn", "the options", options);
  const { kernel, recurrentKernel, bias } = weights;
  const [h] = options.initialState ?? [];
  const { inputs, attributes } = sequenceCall("simpleRnn", [x, kernel, recurrentKernel], { bias, h }, options);
  return applySequence(simpleRnnOp, inputs, attributes, 1);
}
