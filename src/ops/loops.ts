/**
 * Nests of loops over 4-byte elements. Kernels loop over at most four axes; the outer axes that `collapse` (shape.ts)
 * leaves in deeper nests are looped over here. Letters: d0 … d3 a box of four axes, outermost first; strides are in
 * elements, pointers in bytes.
 */
import { type LoopNest, type Shape, broadcastStrides, collapse, stridesOf } from "../tensor/shape.js";

/** Sizes or strides of four axes. */
export type Four = [number, number, number, number];

/** The nest of an elementwise op: operand 0 is the output, of `shape`; the others are inputs that broadcast to it. */
export function broadcastNest(shape: Shape, ...inputs: readonly Shape[]): LoopNest {
  return collapse(shape, [stridesOf(shape), ...inputs.map((input) => broadcastStrides(input, shape))]);
}

/**
 * Calls `run` for every box of the four innermost axes, with the operands' pointers for the box and their strides.
 * Never calls it for an empty nest.
 *
 * @param pointers  of the operands, in the order of nest.strides
 */
export function overBoxes(
  nest: LoopNest,
  pointers: readonly number[],
  run: (at: readonly number[], box: Four, strides: readonly Four[]) => void,
): void {
  const { sizes, strides } = nest;
  if (sizes.includes(0)) return;
  const outer = Math.max(0, sizes.length - 4);
  const box = lastFour(sizes, 1);
  const steps = strides.map((list) => lastFour(list, 0));
  const walk = (axis: number, at: readonly number[]): void => {
    if (axis === outer) {
      run(at, box, steps);
      return;
    }
    for (let i = 0; i < sizes[axis]; i++) {
      walk(
        axis + 1,
        at.map((pointer, operand) => pointer + 4 * i * strides[operand][axis]),
      );
    }
  };
  walk(0, pointers);
}

function lastFour(list: readonly number[], filler: number): Four {
  const n = list.length;
  return [list[n - 4] ?? filler, list[n - 3] ?? filler, list[n - 2] ?? filler, list[n - 1] ?? filler];
}
