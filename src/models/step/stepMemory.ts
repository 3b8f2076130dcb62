/**
 * The memory of a training step, computed from shapes alone: weights, their gradients, the optimizer's slots, averages;
 * and for each sample its input, the output of every layer, which the backward pass needs, and the largest pair of
 * gradients of one layer's output and input. More than is needed where outputs are freed early. What a layer keeps
 * beside its output is not counted (gates, what attention and models as layers compute within): then it is the least.
 * Nor is the scratch memory of kernels. All sizes are in bytes.
 */
import { type Shape, sizeOf } from "../../tensor/shape.js";
import type { Graph } from "../graph/graph.js";

/** Layers whose output is their input's memory. */
const views = /^(flatten|reshape)$/;

/** The memory of a training step: `fixed` bytes, and `perSample` bytes for each sample of the batch. */
export interface StepMemory {
  readonly fixed: number;
  readonly perSample: number;
  /** True where some layer keeps more than its output, which is not counted. */
  readonly isLeast: boolean;
}

/**
 * @param graph
 * @param slots       state tensors of the optimizer for each trained parameter
 * @param isAveraged  whether a moving average of the weights is kept
 */
export function stepMemory(graph: Graph, slots: number, isAveraged: boolean): StepMemory {
  const parameters = graph.layers.flatMap((layer) => layer.parameters);
  let fixed = 0;
  for (const parameter of parameters) {
    const isTrained = parameter.spec.trainable !== false;
    const copies =
      1 + (isTrained ? 1 : 0) + (isTrained && !parameter.layer.isFrozen ? slots : 0) + (isAveraged ? 1 : 0);
    fixed += copies * bytesOf(parameter.spec.shape);
  }
  let perSample = graph.inputs.reduce((sum, { sizes }) => sum + bytesOf(sizes), 0);
  let largestPair = 0;
  for (const { call, output } of graph.steps) {
    const made = bytesOf(output.sizes);
    if (!views.test(call.layer.kind)) perSample += made;
    const hidden = call.inputs.filter((symbol) => !graph.inputs.includes(symbol));
    largestPair = Math.max(largestPair, hidden.reduce((sum, { sizes }) => sum + bytesOf(sizes), made)); // prettier-ignore
  }
  const isLeast = graph.layers.some((layer) => layer.isOwn || layer.keepsMore);
  return { fixed, perSample: perSample + largestPair, isLeast };
}

function bytesOf(shape: Shape): number {
  return 4 * sizeOf(shape);
}
