/**
 * What is wrong with the arguments of a layer's methods that models call, where somebody else has called them with
 * other things: see explained.ts. Letters: N batch.
 */
import { checkTensors } from "../ops/defineOp.js";
import { UsageError, message, show } from "../errors.js";
import { checkInteger, checkList, checkObject } from "../options.js";
import { type Shape, sampleShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/** What the checks need to know of a layer. */
interface Checked {
  readonly kind: string;
  outputShapes(inputShapes: readonly Shape[]): readonly Shape[];
}

/** The checks, by method. */
export function callChecks(layer: Checked) {
  const call = (inputs: readonly Tensor[], context?: { readonly random?: unknown; readonly masks?: unknown }): void => {
    checkWritten(layer, "call");
    checkOperands(layer.kind, inputs);
    layer.outputShapes(inputs.map(({ shape }) => shape.slice(1)));
    checkObject(layer.kind, "the context", context);
    checkObject(layer.kind, "random of the context", context!.random);
    checkList(layer.kind, "masks of the context", context!.masks);
  };
  const shapes = (inputShapes: readonly Shape[]): void => {
    checkWritten(layer, "outputShape");
    checkShapes(layer.kind, inputShapes);
  };
  return {
    call,
    callMany: call,
    outputShape: shapes,
    outputShapes: shapes,
    checkBatch: (rows: number, inputShapes: readonly Shape[]) => {
      checkInteger(layer.kind, "rows", rows, "[0, ∞)");
      layer.outputShapes(inputShapes);
    },
    outputMask: (inputs: readonly Tensor[], masks: readonly Tensor[]) => {
      checkOperands(layer.kind, inputs);
      checkList(layer.kind, "masks", masks);
      for (const [i, mask] of masks.entries()) if (mask !== undefined) checkTensors(layer.kind, [mask], `masks[${i}]`);
    },
  };
}

/** Checks that whoever wrote the layer gave it this member: without types nothing asks for it. @throws {UsageError} */
export function checkWritten(layer: Checked, member: "kind" | "call" | "outputShape"): void {
  if ((layer as { readonly [K in typeof member]?: unknown })[member] !== undefined) return;
  throw new UsageError(message("layer", `class ${show(layer)} has no ${member}`));
}

function checkOperands(kind: string, inputs: readonly Tensor[]): void {
  checkList(kind, "inputs", inputs);
  const all = inputs.length > 0 ? [...inputs] : [undefined];
  checkTensors(kind, all, all.map((_, i) => `inputs[${i}]`).join(" "));
}

function checkShapes(kind: string, inputShapes: readonly Shape[]): void {
  checkList(kind, "inputShapes", inputShapes);
  for (const shape of inputShapes.length > 0 ? inputShapes : [undefined as never]) sampleShape(kind, shape);
}
