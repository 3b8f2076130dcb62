/**
 * Computations with masks: combining, reversing, turning into factors, and finding the steps that count. A mask is (N,
 * T) int32, 0 where a step is padding and any other number where it counts: Note [Masks] in sequencePart.ts. Kept with
 * the layers that need it, so that other networks do not carry it. Letters:
 * N samples, T steps, F features.
 */
import { add, maximum, mul } from "../../ops/pointwise/arithmetic.js";
import { broadcastTo } from "../../ops/shape/broadcastTo.js";
import { cast } from "../../ops/pointwise/cast.js";
import { greater, notEqual } from "../../ops/pointwise/compare.js";
import { concat } from "../../ops/shape/concat.js";
import { gatherRows } from "../../ops/shape/gather.js";
import { expandDims, reshape } from "../../ops/shape/reshape.js";
import { pad, slice } from "../../ops/shape/slice.js";
import { transpose } from "../../ops/shape/transpose.js";
import { tensor, zeros } from "../../tensor/create.js";
import { noGrad } from "../../tensor/tape.js";
import type { Tensor } from "../../tensor/tensor.js";

type MaybeMask = Tensor | undefined;

/**
 * 1 where a step counts, else 0, float32 (N, T, 1, …): a factor for tensors (N, T, …) of that rank. @param mask (N, T),
 * or (N) for samples
 */
export function factorsOf(mask: Tensor, rank: number): Tensor {
  return noGrad(() => {
    const ones = Array<number>(rank - mask.rank).fill(1);
    return reshape(cast(notEqual(mask, 0), "float32"), [...mask.shape, ...ones]);
  });
}

/** Combines masks: a step counts if it counts in every mask, as in Keras. Undefined when there is no mask. */
export function andMasks(masks: readonly MaybeMask[]): MaybeMask {
  const [first, ...others] = new Set(masks.filter((mask) => mask !== undefined));
  if (others.length === 0) return first;
  return noGrad(() =>
    cast(
      [first, ...others].map((mask) => factorsOf(mask, 2)).reduce((a, b) => mul(a, b)),
      "int32",
    ),
  );
}

/**
 * Joins the masks of sequences that are concatenated along time. All steps of a sequence without a mask count. @param
 * inputs (N, T, …) each
 */
export function joinMasks(inputs: readonly Tensor[], masks: readonly MaybeMask[]): MaybeMask {
  if (masks.every((mask) => mask === undefined)) return undefined;
  return noGrad(() => {
    const all = (x: Tensor): Tensor => add(zeros(x.shape.slice(0, 2)), 1);
    const parts = inputs.map((x, i) => (masks[i] === undefined ? all(x) : factorsOf(masks[i], 2)));
    return cast(concat(parts, 1), "int32");
  });
}

/** The mask of a recurrent layer's outputs, in the order in which they are given: with goBackwards the last step first. */
export function maskOfOutputs(
  mask: MaybeMask,
  { returnSequences, goBackwards }: { readonly returnSequences: boolean; readonly goBackwards: boolean },
): MaybeMask {
  if (mask === undefined || !returnSequences) return undefined;
  if (!goBackwards) return mask;
  return noGrad(() => {
    const [, T] = mask.shape;
    const fromTheEnd = tensor(Int32Array.from({ length: T }, (_, t) => T - 1 - t));
    return transpose(gatherRows(transpose(mask), fromTheEnd));
  });
}

/** A mask of samples (N) repeated for T steps: (N, T). */
export function repeatSteps(rows: Tensor, T: number): Tensor {
  return noGrad(() => cast(broadcastTo(expandDims(factorsOf(rows, 1), 1), [rows.size, T]), "int32"));
}

/**
 * For {@link stepsAt}: the place of the last step that counts before each step, (N, T), and of the last one of all,
 * (N). Note [Places].
 */
export interface Places {
  readonly before: Tensor;
  readonly last: Tensor;
}

/**
 * Finds the steps that count. Kernels only.
 *
 * Note [Places]. The place of step t of sample n is its row among all steps, n·T + t + 1; place 0 means none. The
 * latest step that counts up to each step is a running maximum of t + 1 along time, computed by doubling: ⌈log₂ T⌉
 * maxima with the values 1, 2, 4, … steps before. Places are exact up to N·T = 2²⁴.
 */
export function placesOf(mask: Tensor): Places {
  const [N, T] = mask.shape;
  let latest = mul(factorsOf(mask, 2), tensor(Float32Array.from({ length: T }, (_, t) => t + 1)));
  for (let k = 1; k < T; k *= 2) latest = maximum(latest, later(latest, k));
  const first = tensor(
    Float32Array.from({ length: N }, (_, n) => n * T),
    [N, 1],
  );
  const placed = (steps: Tensor): Tensor => cast(mul(greater(steps, 0), add(steps, first)), "int32");
  return { before: placed(later(latest, 1)), last: reshape(placed(slice(latest, [0, T - 1], [N, 1])), [N]) };
}

/** x (N, T) shifted k steps later, with zeros before. */
function later(x: Tensor, k: number): Tensor {
  const [N, T] = x.shape;
  return pad(slice(x, [0, 0], [N, T - k]), [
    [0, 0],
    [k, 0],
  ]);
}

/**
 * The steps of x (N, T, F) at these places, zeros where the place is 0; of the shape of the places, then F.
 * Differentiable.
 */
export function stepsAt(x: Tensor, places: Tensor): Tensor {
  const [N, T, F] = x.shape;
  return gatherRows(concat([zeros([1, F]), reshape(x, [N * T, F])], 0), places);
}
