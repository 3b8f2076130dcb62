/**
 * Checks of single batches for hand-written loops: tensors as they are, nothing is converted. Letters: N samples of the
 * batch.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { Loss } from "../../losses/loss.js";
import type { Layer } from "../../layers/layer.js";
import type { SequencePart } from "../../layers/sequencePart.js";
import { type Shape, fitsShape, sameShape, showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import type { CallOptions } from "../modelOptions.js";
import type { ModelShapes } from "./data.js";
import type { Graph } from "../graph/graph.js";
import { isListOf } from "../../lists.js";

/**
 * Checks the inputs of a batch.
 * @throws {ShapeError} when an input does not fit the model
 * @throws {UsageError} when `inputs` is not a list of tensors
 */
export function checkInputs(
  op: string,
  { inputs: symbols, outputShapes }: ModelShapes,
  inputs: readonly Tensor[],
): void {
  checkTensors(op, "inputs", inputs);
  for (const [i, { shape, name = `input ${i}`, tokens }] of symbols.entries()) {
    const input = inputs.at(i);
    const fits =
      input !== undefined && input.rank > 0 && fitsShape(input.shape.slice(1), shape ?? input.shape.slice(1));
    if (fits && input.shape[0] === inputs[0].shape[0]) {
      tokens?.checkBatch(op, name, input);
      continue;
    }
    const expected = showShape([fits ? inputs[0].shape[0] : "N", ...(shape ?? ["…"])]);
    const got = input?.label() ?? "nothing";
    throw new ShapeError(message(op, `${name} does not fit the model`, { expected, got }));
  }
  if (symbols.some(({ shape }) => shape?.includes(NaN))) outputShapes(inputs.map(({ shape }) => shape.slice(1)));
}

/**
 * The mask of each input, (N, T) int32; undefined for an input without. Layers of sequences make masks of lengths.
 *
 * @throws {UsageError} for a mask and lengths at once, a value that is not a length, or lengths in a network without a
 * layer of sequences
 * @throws {ShapeError} when a mask or lengths do not fit their input
 */
export function masksOf(
  op: string,
  layers: readonly Layer[],
  inputs: readonly Tensor[],
  { mask, lengths }: CallOptions,
): readonly (Tensor | undefined)[] {
  const masks = lengths === undefined ? [mask].flat() : masksOfLengths(op, layers)(op, inputs, lengths, mask);
  for (const [i, mask] of masks.entries()) {
    const wanted = inputs.at(i)?.shape.slice(0, 2) ?? [];
    const fits = mask instanceof Tensor && mask.dtype === "int32" && sameShape(mask.shape, wanted);
    if (mask === undefined || (fits && wanted.length === 2)) continue;
    const expected = `int32 [N, T] = ${showShape(wanted)}`;
    throw new ShapeError(
      message(op, `mask ${i} does not fit its input`, {
        expected,
        got: (mask as Partial<Tensor> | null)?.label?.() ?? show(mask),
      }),
    );
  }
  return masks;
}

function masksOfLengths(op: string, layers: readonly Layer[]): SequencePart["masksOfLengths"] {
  const [found] = layers.flatMap(({ sequences }) => sequences?.masksOfLengths ?? []);
  if (found !== undefined) return found;
  throw new UsageError(message(op, "lengths need a layer of sequences", { hint: "Give a mask." }));
}

/**
 * Checks the targets. @throws {ShapeError} when they do not fit the outputs for these inputs, or a value is out of
 * range
 */
export function checkTargets(
  op: string,
  { outputShapes }: ModelShapes,
  losses: readonly Loss[],
  inputs: readonly Tensor[],
  targets: readonly Tensor[],
): void {
  checkTensors(op, "targets", targets);
  const shapes = outputShapes(inputs.map(({ shape }) => shape.slice(1)));
  const [N] = inputs[0].shape;
  for (const [i, loss] of losses.entries()) {
    const target = targets.at(i);
    if (target?.shape[0] !== N) {
      const [expected, got] = [`target ${i} of ${N} rows`, target?.label() ?? "nothing"];
      throw new ShapeError(message(op, "the targets do not fit the batch", { expected, got }));
    }
    loss.checkTargets(target, shapes[i]);
  }
}

/**
 * Checks the sizes of all batches of `rows` rows. @throws {ShapeError} when a stateful layer takes another batch size
 */
export function checkBatchSizes(layers: readonly Layer[], rows: number, batchSize: number): void {
  const n = Math.min(batchSize, rows);
  for (const { kind, sequences } of layers) for (const size of [n, rows % n || n]) sequences?.checkRows(kind, size);
}

/**
 * Checks all batches of `rows` samples of these shapes. @throws {ShapeError} when a layer cannot train on one of them
 */
export function checkTraining(graph: Graph, shapes: readonly Shape[], rows: number, batchSize: number): void {
  const n = Math.min(batchSize, rows);
  const shapeOf = graph.shapesFor(shapes);
  for (const size of [n, rows % n || n])
    for (const { call } of graph.steps) call.layer.checkBatch(size, call.inputs.map(shapeOf));
}

function checkTensors(op: string, what: string, list: readonly Tensor[]): void {
  if (isListOf(list, (item) => item instanceof Tensor)) return;
  const hint = "fit and predict take arrays; here it is [tensor([[1, 2]])].";
  const got = show(list);
  throw new UsageError(message(op, `${what} must be a list of tensors`, { expected: "[tensor]", got, hint }));
}
