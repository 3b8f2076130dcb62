/**
 * Word vectors by skip-gram and CBOW with negative sampling. Letters: V words, D dimensions, K negatives; a window is a word of the text, the middle one, and the 2·reach words
 * around it. A window has 1 + K output rows o: of the middle word, whose label is 1, and of K negatives, whose label is 0, which serve all words of the window. With
 * input rows i_b of the words around and the learning rate η:
 *
 *   skip-gram   e_bk = η (labelₖ − σ(i_b·oₖ))     i_b += Σₖ e_bk oₖ     oₖ += Σ_b e_bk i_b
 *   CBOW        eₖ = η (labelₖ − σ(h·oₖ))         i_b += Σₖ eₖ oₖ       oₖ += eₖ h            h the mean of all i_b
 *
 * A negative that is the middle word counts nothing. Errors of a batch of windows are computed first, then all its updates, in the order of the text: by threads that
 * have windows, then by threads that have columns, so that every number has the same bits whatever the number of threads. Or each thread goes through a part
 * of the text by itself, on matrices that all write to (word2vecFree). Windows end where a block of the text does.
 *
 * Note [Panels]. A matrix (V + 1, D) is stored as P panels (V + 1, S), each the next S columns, S a multiple of 4, so that threads which update different panels write to different lines
 * of the cache. Columns beyond D, and row V, are 0 and stay it. P changes no bit.
 *
 * Source: Mikolov et al. 2013; negatives shared in a window: Ji et al. 2016.
 */
import { expv } from "../simd/math";
import { shareEnd, shareStart, threadIndex } from "../thread";
import { drawWindows, negativeOf, reachOf, selectWords } from "./draw";
import { WordTraining, WordWalk } from "./layout";
import { TILE, meanOf, products, productsOfMean, updateEach, updateMean } from "./tiles";

/** A window's place in memory: what it consists of, and its errors. */
@unmanaged
class Slot {
  /** Words around the middle one. */
  count: i32 = 0;
  constructor() {}
}

// @ts-ignore: decorator
@inline
function upTo16(bytes: i32): i32 {
  return (bytes + 15) & ~15;
}

/** Tiles of output rows. */
// @ts-ignore: decorator
@inline
function tilesOf(negatives: i32): i32 {
  return (negatives + TILE) / TILE;
}

/** Where the offsets of output rows begin in a slot: behind the number of input rows and their offsets. */
// @ts-ignore: decorator
@inline
function outsAt(window: i32): i32 {
  return 16 + upTo16(8 * window);
}

// @ts-ignore: decorator
@inline
function errorsAt(window: i32, negatives: i32): i32 {
  return outsAt(window) + upTo16(4 * TILE * tilesOf(negatives));
}

/** Behind the errors: a row more than there are words, and what the last vector of them has too much. */
// @ts-ignore: decorator
@inline
function meanAt(window: i32, negatives: i32): i32 {
  return errorsAt(window, negatives) + upTo16((2 * window + 2) * 4 * TILE * tilesOf(negatives));
}

// @ts-ignore: decorator
@inline
function slotBytes(window: i32, negatives: i32, meanBytes: i32): i32 {
  return meanAt(window, negatives) + meanBytes;
}

/** The bytes of the windows of a batch. @param meanBytes P · 4 S for CBOW, else 0 */
export function word2vecScratchBytes(batch: i32, window: i32, negatives: i32, meanBytes: i32): i32 {
  return batch * slotBytes(window, negatives, meanBytes);
}

/** The bytes of the random words of a batch, for one thread. */
export function word2vecDrawBytes(batch: i32, negatives: i32): i32 {
  return upTo16(4 * (batch * (1 + negatives) + 32) + 256);
}

// @ts-ignore: decorator
@inline
function meanBytesOf(training: WordTraining): i32 {
  return training.isMean ? training.panels * training.panelBytes : 0;
}

// @ts-ignore: decorator
@inline
function walkOf(training: WordTraining, number: i32): WordWalk {
  return changetype<WordWalk>(training.walks + <usize>number * offsetof<WordWalk>());
}

/** Keeps the words of the next block of the text. Thread 0 alone. */
export function word2vecSelect(training: WordTraining): void {
  if (threadIndex() != 0) return;
  const walk = walkOf(training, 0);
  selectWords(training, walk, walk.draws);
}

/** The errors of one batch of windows of the block. Threads cut windows. @param batch its number in the block */
export function word2vecErrors(training: WordTraining, batch: i32): void {
  const cost = training.window * training.panels * training.panelBytes;
  const start = shareStart(training.batch, cost, 1);
  const end = shareEnd(training.batch, cost, 1);
  if (start >= end) return;
  const walk = walkOf(training, 0);
  const draws = walk.draws + threadIndex() * word2vecDrawBytes(training.batch, training.negatives);
  errorsOf(training, walk, batch * training.batch, start, end, draws);
}

/** The updates of one batch of windows of the block. Threads cut panels. @param batch its number in the block */
export function word2vecUpdate(training: WordTraining, batch: i32): void {
  const cost = training.window * training.batch * training.panelBytes;
  const start = shareStart(training.panels, cost, 1);
  const end = shareEnd(training.panels, cost, 1);
  if (start >= end) return;
  const walk = walkOf(training, 0);
  for (let panel = start; panel < end; panel++) updatesOf(training, walk, batch * training.batch, panel);
}

/** A block of each walk, one walk a thread, with updates of the same matrices at the same time. */
export function word2vecFree(training: WordTraining): void {
  const start = shareStart(training.walkCount, 1 << 20, 1);
  const end = shareEnd(training.walkCount, 1 << 20, 1);
  for (let number = start; number < end; number++) {
    const walk = walkOf(training, number);
    selectWords(training, walk, walk.draws);
    for (let first = 0; first < walk.count; first += training.batch) {
      errorsOf(training, walk, first, 0, training.batch, walk.draws);
      for (let panel = 0; panel < training.panels; panel++) updatesOf(training, walk, first, panel);
    }
  }
}

/** The errors of windows first + start … first + end − 1 of the block, as far as there are any. */
function errorsOf(training: WordTraining, walk: WordWalk, first: i32, start: i32, end: i32, draws: usize): void {
  const until = min(end, walk.count - first);
  if (start >= until) return;
  const each = (<usize>(1 + training.negatives)) << 2;
  let random = drawWindows(draws, training, walk, first + start, first + until);
  const bytes = slotBytes(training.window, training.negatives, meanBytesOf(training));
  for (let i = start; i < until; i++) {
    const slot = walk.slots + i * bytes;
    fillSlot(training, walk, slot, first + i, random);
    if (training.isMean) meanErrors(training, slot);
    else eachErrors(training, slot);
    random += each;
  }
}

/** What a window consists of. @param i its middle word in the block @param random 1 + K words */
function fillSlot(training: WordTraining, walk: WordWalk, slot: usize, i: i32, random: usize): void {
  const kept = walk.kept;
  const stride = training.panelBytes;
  const reach = reachOf(load<u32>(random), training.window);
  const last = min(i + reach, walk.count - 1);
  const middle = load<i32>(kept + ((<usize>i) << 2));
  let to = slot + 16;
  for (let j = max(0, i - reach); j <= last; j++) {
    store<i32>(to, load<i32>(kept + ((<usize>j) << 2)) * stride);
    to += j == i ? 0 : 4;
  }
  changetype<Slot>(slot).count = (<i32>(to - slot - 16)) >> 2;
  to = slot + outsAt(training.window);
  store<i32>(to, middle * stride);
  const none = training.words * stride; // the row of zeros
  const negatives = training.negatives;
  for (let k = 1; k <= negatives; k++) {
    const word = negativeOf(load<u32>(random + ((<usize>k) << 2)), training.aliases, training.words);
    store<i32>(to + ((<usize>k) << 2), word == middle ? none : word * stride);
  }
  const rows = TILE * tilesOf(negatives);
  for (let k = negatives + 1; k < rows; k++) store<i32>(to + ((<usize>k) << 2), none);
}

/** −η σ(x) of `count` numbers in place, rounded up to whole vectors. */
// @ts-ignore: decorator
@inline
function toErrors(x: usize, count: i32, rate: f32): void {
  const one = f32x4.splat(1);
  const minusRate = f32x4.splat(-rate);
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16) {
    const e = expv(f32x4.neg(v128.load(x)));
    v128.store(x, f32x4.div(minusRate, f32x4.add(one, e)));
  }
}

/** Sets what the label 1 adds, and the errors of rows that do not count. @param rows of errors */
// @ts-ignore: decorator
@inline
function label(training: WordTraining, outs: usize, errors: usize, rows: i32): void {
  const columns = TILE * tilesOf(training.negatives);
  const stride = (<usize>columns) << 2;
  const rate = training.learningRate;
  const end = errors + <usize>rows * stride;
  for (let at = errors; at < end; at += stride) store<f32>(at, load<f32>(at) + rate);
  const none = training.words * training.panelBytes;
  for (let k = 1; k < columns; k++) {
    if (load<i32>(outs + ((<usize>k) << 2)) != none) continue;
    for (let at = errors + ((<usize>k) << 2); at < end; at += stride) store<f32>(at, 0);
  }
}

function eachErrors(training: WordTraining, slot: usize): void {
  const count = changetype<Slot>(slot).count;
  const inputs = training.inputs;
  const ins = slot + 16;
  const outs = slot + outsAt(training.window);
  const errors = slot + errorsAt(training.window, training.negatives);
  const tiles = tilesOf(training.negatives);
  const stride = (<usize>(TILE * tiles)) << 2;
  const bytes = <usize>training.panelBytes;
  const step = bytes * <usize>(training.words + 1);
  for (let b = 0; b < count; b += 2) {
    const a = ins + ((<usize>b) << 2);
    const one = inputs + load<u32>(a);
    const other = b + 1 < count ? inputs + load<u32>(a, 4) : one;
    const to = errors + <usize>b * stride;
    for (let tile = 0; tile < tiles; tile++) {
      const at = (<usize>(tile * TILE)) << 2;
      products(to + at, to + stride + at, one, other, training.outputs, outs + at, training.panels, bytes, step);
    }
  }
  toErrors(errors, count * TILE * tiles, training.learningRate);
  label(training, outs, errors, count);
}

function meanErrors(training: WordTraining, slot: usize): void {
  const count = changetype<Slot>(slot).count;
  if (count == 0) return;
  const outs = slot + outsAt(training.window);
  const errors = slot + errorsAt(training.window, training.negatives);
  const h = slot + meanAt(training.window, training.negatives);
  const tiles = tilesOf(training.negatives);
  const bytes = <usize>training.panelBytes;
  const step = bytes * <usize>(training.words + 1);
  meanOf(h, training.inputs, slot + 16, count, training.panels, bytes, step);
  for (let tile = 0; tile < tiles; tile++) {
    const at = (<usize>(tile * TILE)) << 2;
    productsOfMean(errors + at, h, training.outputs, outs + at, training.panels, bytes, step);
  }
  toErrors(errors, TILE * tiles, training.learningRate);
  label(training, outs, errors, 1);
}

/** One panel of the updates of a batch. */
function updatesOf(training: WordTraining, walk: WordWalk, first: i32, panel: i32): void {
  const until = min(training.batch, walk.count - first);
  const window = training.window;
  const negatives = training.negatives;
  const bytes = <usize>training.panelBytes;
  const from = <usize>panel * bytes * <usize>(training.words + 1);
  const inputs = training.inputs + from;
  const outputs = training.outputs + from;
  const tiles = tilesOf(negatives);
  const stride = (<usize>(TILE * tiles)) << 2;
  const each = slotBytes(window, negatives, meanBytesOf(training));
  let slot = walk.slots;
  for (let i = 0; i < until; i++) {
    const count = changetype<Slot>(slot).count;
    const h = slot + meanAt(window, negatives) + <usize>panel * bytes;
    for (let tile = 0; tile < tiles && count > 0; tile++) {
      const at = (<usize>(tile * TILE)) << 2;
      const outs = slot + outsAt(window) + at;
      const errors = slot + errorsAt(window, negatives) + at;
      if (training.isMean) updateMean(inputs, outputs, slot + 16, count, outs, errors, h, bytes);
      else updateEach(inputs, outputs, slot + 16, count, outs, errors, stride, bytes);
    }
    slot += each;
  }
}
