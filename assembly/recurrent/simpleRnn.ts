/**
 * The simple recurrent network over whole sequences, forward and backward through time: h = φ(z + h₀·U + b).
 * Letters: N batch, T steps, H units; z = x·W (no bias), u = U (H, H); φ the activation, by number.
 * Does not compute x·W nor the sums over time. Note [Sequence kernels]. Source: Elman 1990.
 */
import { activate, activateGradient } from "../elementwise/activate";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { SequenceShape } from "./layout";
import { multiplyRow, multiplyStep, packWeights, stepBytes, weightsBytes } from "./product";
import { addDropped, addRow, addThree, clearRow, copyRow, dropRows, sweepRow } from "./rows";
import { BLOCK_ROWS, anyCounts, at, counts, outputOf, positionOf, rowCost } from "./steps";

// Scratch of a thread: | packed weights | memory of multiplyStep | products (rows, H) | h with what is dropped (rows, H) | zeros (H) |

// @ts-ignore: decorator
@inline
function partBytes(n: i32, h: i32): usize {
  const rows = min(n, BLOCK_ROWS);
  return weightsBytes(h, h) + stepBytes(rows, h) + ((<usize>(2 * rows + 1) * <usize>h) << 2);
}

/** Bytes of `scratch` that simpleRnnForward and simpleRnnBackward need, all threads together. */
export function simpleRnnScratchBytes(n: i32, h: i32): i32 {
  return <i32>partBytes(n, h) * threadCount();
}

/**
 * All steps of a batch.
 * @param hState in/out (N, H): the initial states on entry, the last ones on return   @param y out (N, T, H): h of all steps, or 0 if not wanted
 * @param gates  in/out (N, T, H): z on entry; where `before` is not 0 h on return, except of steps that do not count
 * @param before out (N, T, H): h before each step, or 0: then nothing is kept for the backward pass
 * @param u in (H, H)   @param bias in (H) or 0   @param shape recurrentActivation is not read
 */
// prettier-ignore
export function simpleRnnForward(
  hState: usize, y: usize, gates: usize, before: usize, u: usize, bias: usize, shape: SequenceShape, keepScale: f32, scratch: usize,
): void {
  const n = shape.n;
  const t = shape.t;
  const h = shape.h;
  const order = shape.order;
  const activation = shape.activation;
  const mask = shape.mask;
  const keep = shape.keep;
  const cost = rowCost(t, h * h);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const row = (<usize>h) << 2;
  const packed = scratch + <usize>threadIndex() * partBytes(n, h);
  const memory = packed + weightsBytes(h, h);
  const products = memory + stepBytes(min(n, BLOCK_ROWS), h);
  const dropped = products + <usize>min(n, BLOCK_ROWS) * row;
  const zeros = dropped + <usize>min(n, BLOCK_ROWS) * row;
  clearRow(zeros, h);
  if (n > 1) packWeights(0, h, h, u, row, packed);
  for (let first = start; first < end; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - first);
    for (let s = 0; s < t; s++) {
      const p = positionOf(s, t, order);
      if (anyCounts(mask, first, rows, p, t)) {
        let state = hState + <usize>first * row;
        if (keep) {
          dropRows(dropped, state, keep + <usize>first * row, keepScale, rows * h);
          state = dropped;
        }
        if (n == 1) multiplyRow(0, h, h, state, u, row, 0, products);
        else multiplyStep(rows, h, h, state, row, packed, 0, products, row, memory);
      }
      for (let r = 0; r < rows; r++) {
        const state = hState + <usize>(first + r) * row;
        const isCounted = counts(mask, first + r, p, t);
        if (before) copyRow(at(before, first + r, p, t, h), state, h);
        if (isCounted) {
          const z = at(gates, first + r, p, t, h);
          addThree(state, z, products + <usize>r * row, bias ? bias : zeros, h);
          activate(activation, state, state, h, 0);
          if (before) copyRow(z, state, h);
        }
        if (y) {
          const to = at(y, first + r, outputOf(s, t, order), t, h);
          if (isCounted) copyRow(to, state, h);
          else clearRow(to, h);
        }
      }
    }
  }
}

/**
 * All steps of a batch in reverse: ∂loss/∂z of every step, and of the initial state. dU is `before`ᵀ·dz over all steps, after this kernel.
 * @param dH     in/out (N, H): ∂loss/∂(last state) on entry, ∂loss/∂(initial state) on return
 * @param gates  in/out (N, T, H): what simpleRnnForward left on entry, dz on return: 0 for steps that do not count
 * @param before in/out (N, T, H): what simpleRnnForward left; where there is `keep`, dropped by it on return   @param dY in (N, T, H) or 0
 */
// prettier-ignore
export function simpleRnnBackward(
  dH: usize, gates: usize, before: usize, dY: usize, u: usize, shape: SequenceShape, keepScale: f32, scratch: usize,
): void {
  const n = shape.n;
  const t = shape.t;
  const h = shape.h;
  const order = shape.order;
  const activation = shape.activation;
  const mask = shape.mask;
  const keep = shape.keep;
  const cost = rowCost(t, h * h);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const row = (<usize>h) << 2;
  const packed = scratch + <usize>threadIndex() * partBytes(n, h);
  const memory = packed + weightsBytes(h, h);
  const products = memory + stepBytes(min(n, BLOCK_ROWS), h);
  if (n > 1) packWeights(1, h, h, u, row, packed);
  for (let first = start; first < end; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - first);
    for (let s = t - 1; s >= 0; s--) {
      const p = positionOf(s, t, order);
      for (let r = 0; r < rows; r++) {
        const dz = at(gates, first + r, p, t, h);
        const dh = dH + <usize>(first + r) * row;
        if (!counts(mask, first + r, p, t)) {
          clearRow(dz, h);
          continue;
        }
        if (dY) addRow(dh, at(dY, first + r, outputOf(s, t, order), t, h), h);
        sweepRow(dh, h);
        activateGradient(activation, dz, dh, dz, h, 0, 0);
        clearRow(dh, h);
        if (keep) {
          const kept = at(before, first + r, p, t, h);
          dropRows(kept, kept, keep + <usize>(first + r) * row, keepScale, h);
        }
      }
      if (!anyCounts(mask, first, rows, p, t)) continue;
      const dz = at(gates, first, p, t, h);
      const to = dH + <usize>first * row;
      const out = keep ? products : to;
      const add = keep ? 0 : 1;
      if (n == 1) multiplyRow(1, h, h, dz, u, row, add, out);
      else multiplyStep(rows, h, h, dz, <usize>t * row, packed, add, out, row, memory);
      if (keep) addDropped(to, products, keep + <usize>first * row, keepScale, rows * h);
    }
  }
}
