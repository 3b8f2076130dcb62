/**
 * GRU over whole sequences, forward and backward through time, the reset after or before the product. Letters: N batch, T steps, H units; gates z r g side
 * by side in rows of 3H; a = x·W (no bias), u = U (H, 3H); σ the recurrent activation, φ the activation, by number.
 *
 *   z = σ(a_z + h₀U_z + b_z)   r = σ(a_r + h₀U_r + b_r)   h = z⊙h₀ + (1 − z)⊙g
 *   after:   q = h₀U_g + b′_g,  g = φ(a_g + b_g + r⊙q)       with two biases, (2, 3H): the second is added to h₀·U
 *   before:  q = r⊙h₀,          g = φ(a_g + b_g + q·U_g)
 *
 * Does not compute a nor the sums over time. Note [Sequence kernels].
 * Source: Cho et al. 2014 (before); the form of cuDNN, Keras and PyTorch (after).
 */
import { activate, activateGradient } from "../elementwise/activate";
import { madd } from "../simd/f32x4";
import { one } from "../simd/constant";
import { loadLanes, storeLanes } from "../simd/lanes";
import { swept } from "../simd/swept";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { SequenceShape } from "./layout";
import { multiplyRow, multiplyStep, packWeights, stepBytes, weightsBytes } from "./product";
import { addDropped, addRow, addThree, clearRow, copyRow, dropRows, multiplyRows } from "./rows";
import { BLOCK_ROWS, anyCounts, at, counts, outputOf, positionOf, rowCost } from "./steps";

// Scratch of a thread: | U_z U_r packed | U_g packed | memory of multiplyStep | products (rows, 3H) | kept (rows, H) | q (rows, H) | biases (4H) |

function partBytes(n: i32, h: i32): usize {
  const rows = min(n, BLOCK_ROWS);
  const weights = weightsBytes(h, 2 * h) + weightsBytes(h, h) + weightsBytes(2 * h, h);
  return weights + stepBytes(rows, 2 * h) + ((<usize>(5 * rows + 4) * <usize>h) << 2);
}

/** Bytes of `scratch` that gruForward and gruBackward need, all threads together. */
export function gruScratchBytes(n: i32, h: i32): i32 {
  return <i32>partBytes(n, h) * threadCount();
}

/**
 * All steps of a batch.
 * @param hState in/out (N, H): the initial states on entry, the last ones on return   @param y out (N, T, H): h of all steps, or 0 if not wanted
 * @param gates  in/out (N, T, 3H): a on entry; where `before` is not 0 z, r, g on return, except of steps that do not count
 * @param before out (N, T, H): h before each step, or 0: then nothing is kept for the backward pass
 * @param inner  out (N, T, H): q, 0 for steps that do not count; not written where before is 0
 * @param u in (H, 3H)   @param bias in (2, 3H) where resetAfter, else (3H), or 0
 */
// prettier-ignore
export function gruForward(
  hState: usize, y: usize, gates: usize, before: usize, inner: usize, u: usize, bias: usize,
  shape: SequenceShape, resetAfter: i32, keepScale: f32, scratch: usize,
): void {
  const n = shape.n;
  const t = shape.t;
  const h = shape.h;
  const order = shape.order;
  const activation = shape.activation;
  const recurrentActivation = shape.recurrentActivation;
  const mask = shape.mask;
  const keep = shape.keep;
  const cost = rowCost(t, 3 * h * h);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const most = min(n, BLOCK_ROWS);
  const row = (<usize>h) << 2;
  const wide = 3 * row;
  const packedGates = scratch + <usize>threadIndex() * partBytes(n, h);
  const packed = packedGates + weightsBytes(h, 2 * h);
  const memory = packed + weightsBytes(h, h);
  const products = memory + stepBytes(most, h);
  const dropped = products + <usize>most * wide;
  const inners = dropped + <usize>most * row;
  const biases = inners + <usize>most * row; // of z, r and g before the reset, then of q
  clearRow(biases, 4 * h);
  if (bias) copyRow(biases, bias, 3 * h);
  if (bias && resetAfter) {
    addRow(biases, bias + wide, 2 * h);
    copyRow(biases + wide, bias + wide + 2 * row, h);
  }
  if (n > 1) {
    packWeights(0, h, 2 * h, u, wide, packedGates);
    packWeights(0, h, h, u + 2 * row, wide, packed);
  }
  for (let first = start; first < end; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - first);
    for (let s = 0; s < t; s++) {
      const p = positionOf(s, t, order);
      const anyOne = anyCounts(mask, first, rows, p, t);
      let state = hState + <usize>first * row;
      if (keep && anyOne) {
        dropRows(dropped, state, keep + <usize>first * row, keepScale, rows * h);
        state = dropped;
      }
      if (anyOne) {
        if (n == 1) multiplyRow(0, h, 2 * h, state, u, wide, 0, products);
        else multiplyStep(rows, h, 2 * h, state, row, packedGates, 0, products, wide, memory);
      }
      for (let r = 0; r < rows; r++) {
        if (before) copyRow(at(before, first + r, p, t, h), hState + <usize>(first + r) * row, h);
        if (!counts(mask, first + r, p, t)) {
          clearRow(inners + <usize>r * row, h);
          continue;
        }
        const gate = products + <usize>r * wide;
        addThree(gate, at(gates, first + r, p, t, 3 * h), gate, biases, 2 * h);
        activate(recurrentActivation, gate, gate, 2 * h, 0);
        if (!resetAfter) multiplyRows(inners + <usize>r * row, gate + row, state + <usize>r * row, h);
      }
      if (anyOne) {
        const from = resetAfter ? state : inners;
        const to = products + 2 * row;
        if (n == 1) multiplyRow(0, h, h, from, u + 2 * row, wide, 0, to);
        else multiplyStep(rows, h, h, from, row, packed, 0, to, wide, memory);
      }
      for (let r = 0; r < rows; r++) {
        const isCounted = counts(mask, first + r, p, t);
        const hRow = hState + <usize>(first + r) * row;
        const q = inners + <usize>r * row;
        if (isCounted) {
          const gate = products + <usize>r * wide;
          const g = gate + 2 * row;
          const a = at(gates, first + r, p, t, 3 * h);
          if (resetAfter) {
            copyRow(q, g, h);
            addRow(q, biases + wide, h);
            multiplyRows(g, gate + row, q, h);
          }
          addThree(g, a + 2 * row, g, biases + 2 * row, h);
          activate(activation, g, g, h, 0);
          mix(hRow, gate, g, h);
          if (before) copyRow(a, gate, 3 * h);
        }
        if (before) copyRow(at(inner, first + r, p, t, h), q, h);
        if (y) {
          const to = at(y, first + r, outputOf(s, t, order), t, h);
          if (isCounted) copyRow(to, hRow, h);
          else clearRow(to, h);
        }
      }
    }
  }
}

/** h = z⊙h + (1 − z)⊙g, as g + z⊙(h − g). */
function mix(h: usize, z: usize, g: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const x = loadLanes(g, lanes);
    storeLanes(h, madd(loadLanes(z, lanes), f32x4.sub(loadLanes(h, lanes), x), x), lanes);
    h += 16;
    z += 16;
    g += 16;
  }
}

/**
 * All steps of a batch in reverse: ∂loss/∂a of every step, and of the initial state. Afterwards dU's columns of z and r are `before`ᵀ·da over all steps;
 * those of g `before`ᵀ·inner where resetAfter, else innerᵀ·da.
 * @param dH     in/out (N, H): ∂loss/∂(last state) on entry, ∂loss/∂(initial state) on return
 * @param gates  in/out (N, T, 3H): what gruForward left on entry, da on return: 0 for steps that do not count
 * @param before in/out (N, T, H): what gruForward left; where there is `keep`, dropped by it on return
 * @param inner  in/out (N, T, H): what gruForward left; where resetAfter, dq on return   @param dY in (N, T, H) or 0
 */
// prettier-ignore
export function gruBackward(
  dH: usize, gates: usize, before: usize, inner: usize, dY: usize, u: usize,
  shape: SequenceShape, resetAfter: i32, keepScale: f32, scratch: usize,
): void {
  const n = shape.n;
  const t = shape.t;
  const h = shape.h;
  const order = shape.order;
  const activation = shape.activation;
  const recurrentActivation = shape.recurrentActivation;
  const mask = shape.mask;
  const keep = shape.keep;
  const cost = rowCost(t, 3 * h * h);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const most = min(n, BLOCK_ROWS);
  const row = (<usize>h) << 2;
  const wide = 3 * row;
  const packedGates = scratch + <usize>threadIndex() * partBytes(n, h);
  const packed = packedGates + weightsBytes(2 * h, h);
  const memory = packed + weightsBytes(h, h);
  const products = memory + stepBytes(most, 2 * h); // (rows, H)
  const spare = products + <usize>most * row; // two rows
  if (n > 1) {
    packWeights(1, 2 * h, h, u, wide, packedGates);
    packWeights(1, h, h, u + 2 * row, wide, packed);
  }
  for (let first = start; first < end; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - first);
    for (let s = t - 1; s >= 0; s--) {
      const p = positionOf(s, t, order);
      for (let r = 0; r < rows; r++) {
        const gate = at(gates, first + r, p, t, 3 * h);
        if (!counts(mask, first + r, p, t)) {
          clearRow(gate, 3 * h);
          continue;
        }
        const dh = dH + <usize>(first + r) * row;
        const previous = at(before, first + r, p, t, h);
        const q = at(inner, first + r, p, t, h);
        const g = gate + 2 * row;
        if (dY) addRow(dh, at(dY, first + r, outputOf(s, t, order), t, h), h);
        unmix(spare, spare + row, dh, gate, g, previous, h);
        activateGradient(recurrentActivation, gate, spare, gate, h, 0, 0);
        activateGradient(activation, g, spare + row, g, h, 0, 0);
        if (keep) dropRows(previous, previous, keep + <usize>(first + r) * row, keepScale, h);
        if (resetAfter) {
          multiplyRows(spare, g, q, h);
          multiplyRows(q, g, gate + row, h);
          activateGradient(recurrentActivation, gate + row, spare, gate + row, h, 0, 0);
        }
      }
      if (!anyCounts(mask, first, rows, p, t)) continue;
      const da = at(gates, first, p, t, 3 * h);
      const dg = resetAfter ? at(inner, first, p, t, h) : da + 2 * row;
      const lead = <usize>t * (resetAfter ? row : wide);
      if (n == 1) multiplyRow(1, h, h, dg, u + 2 * row, wide, 0, products);
      else multiplyStep(rows, h, h, dg, lead, packed, 0, products, row, memory);
      if (!resetAfter) {
        for (let r = 0; r < rows; r++) {
          if (!counts(mask, first + r, p, t)) continue;
          const gate = at(gates, first + r, p, t, 3 * h) + row;
          const dq = products + <usize>r * row;
          multiplyRows(spare, dq, at(before, first + r, p, t, h), h);
          multiplyRows(dq, dq, gate, h);
          activateGradient(recurrentActivation, gate, spare, gate, h, 0, 0);
        }
      }
      if (n == 1) multiplyRow(1, 2 * h, h, da, u, wide, 1, products);
      else multiplyStep(rows, 2 * h, h, da, <usize>t * wide, packedGates, 1, products, row, memory);
      const to = dH + <usize>first * row;
      if (keep) addDropped(to, products, keep + <usize>first * row, keepScale, rows * h);
      else addRow(to, products, rows * h);
    }
  }
}

/** dz = dh⊙(h₀ − g), dg = dh⊙(1 − z), then dh = dh⊙z. Note [Nothing subnormal] in simd/swept.ts. */
function unmix(dz: usize, dg: usize, dh: usize, z: usize, g: usize, previous: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const x = swept(loadLanes(dh, lanes));
    const share = loadLanes(z, lanes);
    storeLanes(dz, f32x4.mul(x, f32x4.sub(loadLanes(previous, lanes), loadLanes(g, lanes))), lanes);
    storeLanes(dg, f32x4.mul(x, f32x4.sub(one(), share)), lanes);
    storeLanes(dh, f32x4.mul(x, share), lanes);
    dz += 16;
    dg += 16;
    dh += 16;
    z += 16;
    g += 16;
    previous += 16;
  }
}
