/**
 * LSTM over whole sequences, forward and backward through time, with or without peepholes. Letters: N batch, T steps, H units; gates i f g o side by side in
 * rows of 4H; z = x·W (no bias), u = U (H, 4H), p = peepholes (3, H) of i, f and o; σ the recurrent activation, φ the activation, by number.
 *
 *   i = σ(zᵢ + h₀Uᵢ + bᵢ + pᵢ⊙c₀)   f = σ(z_f + h₀U_f + b_f + p_f⊙c₀)   g = φ(z_g + h₀U_g + b_g)
 *   c = f⊙c₀ + i⊙g                    o = σ(z_o + h₀U_o + b_o + p_o⊙c)     h = o⊙φ(c)
 *
 * Does not compute x·W nor the sums over time (dU, dW, db): each is one product or reduction over what these kernels leave. Note [Sequence kernels].
 * Source: Hochreiter & Schmidhuber 1997; forget gate: Gers, Schmidhuber & Cummins 2000; peepholes: Gers, Schraudolph & Schmidhuber 2002.
 */
import { activate, activateGradient } from "../elementwise/activate";
import { madd } from "../simd/f32x4";
import { loadLanes, storeLanes } from "../simd/lanes";
import { swept } from "../simd/swept";
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";
import { SequenceShape } from "./layout";
import { multiplyRow, multiplyStep, packWeights, stepBytes, weightsBytes } from "./product";
import { addDropped, addProduct, addThree, clearRow, copyRow, dropRows, multiplyRows } from "./rows";
import { BLOCK_ROWS, anyCounts, at, counts, outputOf, positionOf, rowCost } from "./steps";

// Scratch of a thread: | packed weights | memory of multiplyStep | products (rows, 4H) | h with what is dropped (rows, H) | zeros (4H) |; going back: | d, six rows of H |.

function forwardBytes(n: i32, h: i32): usize {
  const rows = min(n, BLOCK_ROWS);
  return weightsBytes(h, 4 * h) + stepBytes(rows, h) + ((<usize>rows * <usize>h * 5 + 4 * <usize>h) << 2);
}

function backwardBytes(n: i32, h: i32): usize {
  const rows = min(n, BLOCK_ROWS);
  return weightsBytes(4 * h, h) + stepBytes(rows, 4 * h) + ((<usize>rows * <usize>h + 7 * <usize>h) << 2);
}

/** Bytes of `scratch` that lstmForward and lstmBackward need, all threads together. */
export function lstmScratchBytes(n: i32, h: i32): i32 {
  return <i32>max(forwardBytes(n, h), backwardBytes(n, h)) * threadCount();
}

/**
 * All steps of a batch.
 *
 * @param hState in/out (N, H): the initial states on entry, the last ones on return   @param cState in/out (N, H): likewise the cell states
 * @param y      out (N, T, H): the states h, or 0 if not wanted
 * @param gates  in/out (N, T, 4H): z on entry; where `before` is not 0 the activated gates on return, except of steps that do not count
 * @param before out (N, T, H): h before each step, or 0: then nothing is kept for the backward pass
 * @param cells  out (N, T, H): c after each step; not written where before is 0
 * @param u      in (H, 4H)   @param bias in (4H) or 0   @param peepholes in (3, H) or 0
 */
// prettier-ignore
export function lstmForward(
  hState: usize, cState: usize, y: usize, gates: usize, before: usize, cells: usize,
  u: usize, bias: usize, peepholes: usize, shape: SequenceShape, keepScale: f32, scratch: usize,
): void {
  const n = shape.n;
  const t = shape.t;
  const h = shape.h;
  const order = shape.order;
  const activation = shape.activation;
  const recurrentActivation = shape.recurrentActivation;
  const mask = shape.mask;
  const keep = shape.keep;
  const cost = rowCost(t, 4 * h * h);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const rowBytes = (<usize>h) << 2;
  const wide = 4 * rowBytes;
  const packed = scratch + <usize>threadIndex() * (<usize>lstmScratchBytes(n, h) / <usize>threadCount());
  const memory = packed + weightsBytes(h, 4 * h);
  const products = memory + stepBytes(min(n, BLOCK_ROWS), h);
  const dropped = products + <usize>min(n, BLOCK_ROWS) * wide;
  const zeros = dropped + <usize>min(n, BLOCK_ROWS) * rowBytes;
  clearRow(zeros, 4 * h);
  if (n > 1) packWeights(0, h, 4 * h, u, wide, packed);
  for (let first = start; first < end; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - first);
    for (let s = 0; s < t; s++) {
      const p = positionOf(s, t, order);
      if (anyCounts(mask, first, rows, p, t)) {
        let state = hState + <usize>first * rowBytes;
        if (keep) {
          dropRows(dropped, state, keep + <usize>first * rowBytes, keepScale, rows * h);
          state = dropped;
        }
        if (n == 1) multiplyRow(0, h, 4 * h, state, u, wide, 0, products);
        else multiplyStep(rows, h, 4 * h, state, rowBytes, packed, 0, products, wide, memory);
      }
      for (let r = 0; r < rows; r++) {
        const row = first + r;
        const hRow = hState + <usize>row * rowBytes;
        const cRow = cState + <usize>row * rowBytes;
        const product = products + <usize>r * wide;
        const isCounted = counts(mask, row, p, t);
        if (before) copyRow(at(before, row, p, t, h), hRow, h);
        if (isCounted) {
          const z = at(gates, row, p, t, 4 * h);
          forwardRow(hRow, cRow, before ? z : product, z, product, bias ? bias : zeros, peepholes, h, activation, recurrentActivation);
        }
        if (before) copyRow(at(cells, row, p, t, h), cRow, h);
        if (y) {
          const to = at(y, row, outputOf(s, t, order), t, h);
          if (isCounted) copyRow(to, hRow, h);
          else clearRow(to, h);
        }
      }
    }
  }
}

/** One step of one row. @param gates out (4H), may be z or product @param product in/out (4H): h₀·U */
// prettier-ignore
function forwardRow(
  h: usize, c: usize, gates: usize, z: usize, product: usize, bias: usize, p: usize, n: i32, activation: i32, recurrentActivation: i32,
): void {
  const row = (<usize>n) << 2;
  addThree(gates, z, product, bias, 4 * n);
  if (p) {
    addProduct(gates, p, c, n);
    addProduct(gates + row, p + row, c, n);
  }
  activate(recurrentActivation, gates, gates, 2 * n, 0);
  activate(activation, gates + 2 * row, gates + 2 * row, n, 0);
  nextCell(c, gates, gates + row, gates + 2 * row, n);
  const o = gates + 3 * row;
  if (p) addProduct(o, p + 2 * row, c, n);
  activate(recurrentActivation, o, o, n, 0);
  activate(activation, h, c, n, 0);
  multiplyRows(h, h, o, n);
}

/** c = f⊙c + i⊙g. */
function nextCell(c: usize, i: usize, f: usize, g: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const kept = f32x4.mul(loadLanes(f, lanes), loadLanes(c, lanes));
    storeLanes(c, madd(loadLanes(i, lanes), loadLanes(g, lanes), kept), lanes);
    c += 16;
    i += 16;
    f += 16;
    g += 16;
  }
}

/**
 * All steps of a batch in reverse: ∂loss/∂z of every step, and of the initial states. dU is `before`ᵀ·dz over all steps, after this kernel.
 *
 * @param dH     in/out (N, H): ∂loss/∂(last state) on entry, ∂loss/∂(initial state) on return   @param dC in/out (N, H): likewise of the cell states
 * @param gates  in/out (N, T, 4H): what lstmForward left on entry, dz on return: 0 for steps that do not count
 * @param before in/out (N, T, H): what lstmForward left; where there is `keep`, dropped by it on return
 * @param dY     in (N, T, H) or 0   @param cells in (N, T, H)   @param c0 in (N, H): the initial cell states, or 0 for zeros
 */
// prettier-ignore
export function lstmBackward(
  dH: usize, dC: usize, gates: usize, before: usize, dY: usize, cells: usize, c0: usize,
  u: usize, peepholes: usize, shape: SequenceShape, keepScale: f32, scratch: usize,
): void {
  const n = shape.n;
  const t = shape.t;
  const h = shape.h;
  const order = shape.order;
  const activation = shape.activation;
  const recurrentActivation = shape.recurrentActivation;
  const mask = shape.mask;
  const keep = shape.keep;
  const cost = rowCost(t, 4 * h * h);
  const start = shareStart(n, cost, 1);
  const end = shareEnd(n, cost, 1);
  if (start >= end) return;
  const rowBytes = (<usize>h) << 2;
  const wide = 4 * rowBytes;
  const packed = scratch + <usize>threadIndex() * (<usize>lstmScratchBytes(n, h) / <usize>threadCount());
  const memory = packed + weightsBytes(4 * h, h);
  const products = memory + stepBytes(min(n, BLOCK_ROWS), 4 * h);
  const zeros = products + <usize>min(n, BLOCK_ROWS) * rowBytes;
  const spare = zeros + rowBytes;
  clearRow(zeros, h);
  if (n > 1) packWeights(1, 4 * h, h, u, wide, packed);
  for (let first = start; first < end; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, end - first);
    for (let s = t - 1; s >= 0; s--) {
      const p = positionOf(s, t, order);
      for (let r = 0; r < rows; r++) {
        const row = first + r;
        const gate = at(gates, row, p, t, 4 * h);
        if (!counts(mask, row, p, t)) {
          clearRow(gate, 4 * h);
          continue;
        }
        const previous = s > 0 ? at(cells, row, positionOf(s - 1, t, order), t, h) : c0 ? c0 + <usize>row * rowBytes : zeros;
        const dOut = dY ? at(dY, row, outputOf(s, t, order), t, h) : zeros;
        backwardRow(
          dH + <usize>row * rowBytes, dC + <usize>row * rowBytes, gate, dOut, at(cells, row, p, t, h), previous, peepholes, h,
          activation, recurrentActivation, spare,
        );
        if (keep) {
          const kept = at(before, row, p, t, h);
          dropRows(kept, kept, keep + <usize>row * rowBytes, keepScale, h);
        }
      }
      if (!anyCounts(mask, first, rows, p, t)) continue;
      const dz = at(gates, first, p, t, 4 * h);
      const to = dH + <usize>first * rowBytes;
      const out = keep ? products : to;
      const add = keep ? 0 : 1;
      if (n == 1) multiplyRow(1, 4 * h, h, dz, u, wide, add, out);
      else multiplyStep(rows, 4 * h, h, dz, <usize>t * wide, packed, add, out, rowBytes, memory);
      if (keep) addDropped(to, products, keep + <usize>first * rowBytes, keepScale, rows * h);
    }
  }
}

/** One step of one row: gates become dz, dc goes one step back, dh becomes 0. @param d memory for six rows */
// prettier-ignore
function backwardRow(
  dh: usize, dc: usize, gates: usize, dOut: usize, c: usize, previous: usize, p: usize, n: i32, activation: i32, recurrentActivation: i32, d: usize,
): void {
  const row = (<usize>n) << 2;
  const dO = d + 3 * row;
  const inner = d + 4 * row; // φ(c)
  const dInner = d + 5 * row;
  const o = gates + 3 * row;
  activate(activation, inner, c, n, 0);
  outputGradients(dO, dInner, dh, dOut, inner, o, n);
  activateGradient(activation, dInner, dInner, inner, n, 0, 0);
  activateGradient(recurrentActivation, o, dO, o, n, 0, 0);
  if (p) addProduct(dInner, o, p + 2 * row, n);
  cellGradients(d, dc, dInner, gates, previous, n);
  activateGradient(recurrentActivation, gates, d, gates, 2 * n, 0, 0);
  activateGradient(activation, gates + 2 * row, d + 2 * row, gates + 2 * row, n, 0, 0);
  if (p) {
    addProduct(dc, gates, p, n);
    addProduct(dc, gates + row, p + row, n);
  }
}

/** dO = dh·φ(c), dInner = dh·o, where dh = dh + dOut; then dh = 0. Note [Nothing subnormal] in simd/swept.ts. */
function outputGradients(dO: usize, dInner: usize, dh: usize, dOut: usize, inner: usize, o: usize, n: i32): void {
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const x = swept(f32x4.add(loadLanes(dh, lanes), loadLanes(dOut, lanes)));
    storeLanes(dO, f32x4.mul(x, loadLanes(inner, lanes)), lanes);
    storeLanes(dInner, f32x4.mul(x, loadLanes(o, lanes)), lanes);
    storeLanes(dh, f32x4.splat(0), lanes);
    dO += 16;
    dInner += 16;
    dh += 16;
    dOut += 16;
    inner += 16;
    o += 16;
  }
}

/** With dc = dc + dInner: di = dc·g, df = dc·c₀, dg = dc·i in the first three rows of d, then dc = dc·f. */
function cellGradients(d: usize, dc: usize, dInner: usize, gates: usize, previous: usize, n: i32): void {
  const row = (<usize>n) << 2;
  for (; n > 0; n -= 4) {
    const lanes = min(n, 4);
    const x = swept(f32x4.add(loadLanes(dc, lanes), loadLanes(dInner, lanes)));
    storeLanes(d, f32x4.mul(x, loadLanes(gates + 2 * row, lanes)), lanes);
    storeLanes(d + row, f32x4.mul(x, loadLanes(previous, lanes)), lanes);
    storeLanes(d + 2 * row, f32x4.mul(x, loadLanes(gates, lanes)), lanes);
    storeLanes(dc, f32x4.mul(x, loadLanes(gates + row, lanes)), lanes);
    d += 16;
    dc += 16;
    dInner += 16;
    gates += 16;
    previous += 16;
  }
}
