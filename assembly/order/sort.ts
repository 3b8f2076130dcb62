/**
 * Sorting along one axis of x (outer, R, inner): the k first in order with their positions, and the way back of a gradient.
 * Stable: of equal values (0 and −0 are equal) the lower position comes first, upwards and downwards. NaNs come last.
 * A value becomes a key, an unsigned integer in the order that is wanted. Few (k ≤ 16, or R ≤ 32) are inserted one by one into a sorted list; else the
 * keys are sorted digit by digit, 8 bits at a time from the lowest (a radix sort), and a digit that all keys share costs no pass.
 */
import { shareEnd, shareStart, threadCount, threadIndex } from "../thread";

/** Up to which length of the list elements are inserted, and up to which R. */
const FEW: i32 = 16;
const SHORT_AXIS: i32 = 32;
/** Bytes of the counts of the four digits. */
const COUNTS: i32 = 4096;

/** Bytes of one thread's scratch: two lists of keys and positions, and the counts. */
// @ts-ignore: decorator
@inline
function perThread(r: i32): i32 {
  return COUNTS + (((r << 4) + 63) & ~63);
}

/** Bytes of scratch that sortAxis needs. */
export function sortAxisScratchBytes(r: i32): i32 {
  return threadCount() * perThread(r);
}

/**
 * The k first elements along the axis in order.
 *
 * @param values        out (outer, k, inner), of x's type; 0: positions alone are wanted
 * @param indices       out (outer, k, inner) int32: their positions along the axis
 * @param x             in (outer, r, inner) float32, or int32 where isInt32
 * @param k             0 ≤ k ≤ r
 * @param isDescending  1: the largest first
 * @param scratch       sortAxisScratchBytes(r)
 */
// prettier-ignore
export function sortAxis(
  values: usize, indices: usize, x: usize, outer: i32, r: i32, inner: i32, k: i32, isDescending: i32, isInt32: i32, scratch: usize,
): void {
  const total = outer * inner;
  const end = shareEnd(total, r << 4, 1);
  const mine = scratch + <usize>threadIndex() * perThread(r);
  const keys = mine + COUNTS;
  const pitch = (<usize>inner) << 2;
  const length = (<usize>r) << 2;
  const flip: u32 = isDescending ? 0xffffffff : 0;
  for (let column = shareStart(total, r << 4, 1); column < end; column++) {
    const o = column / inner;
    const from = x + ((<usize>o * r * inner + (column - o * inner)) << 2);
    let order: usize;
    if (k <= FEW || r <= SHORT_AXIS) {
      order = keys + length;
      insert(keys, order, from, pitch, r, k, flip, isInt32);
    } else {
      order = radixSort(mine, from, pitch, r, flip, isInt32);
    }
    let to = (<usize>o * k * inner + (column - o * inner)) << 2;
    for (let i = 0; i < k; i++) {
      const place = load<i32>(order + ((<usize>i) << 2));
      store<i32>(indices + to, place);
      if (values != 0) store<u32>(values + to, load<u32>(from + <usize>place * pitch));
      to += pitch;
    }
  }
}

/** The key of a value: smaller for what comes first. NaNs have the largest key. */
// @ts-ignore: decorator
@inline
function keyOf(bits: u32, flip: u32, isInt32: i32): u32 {
  if (isInt32) return bits ^ 0x80000000 ^ flip;
  if ((bits & 0x7fffffff) > 0x7f800000) return 0xffffffff;
  if (bits == 0x80000000) bits = 0;
  return bits ^ (<i32>bits < 0 ? 0xffffffff : 0x80000000) ^ flip;
}

/** Keys and positions of the k first of r elements, `pitch` bytes apart, in order. */
// prettier-ignore
function insert(keys: usize, order: usize, x: usize, pitch: usize, r: i32, k: i32, flip: u32, isInt32: i32): void {
  let count = 0;
  for (let i = 0; i < r; i++) {
    const key = keyOf(load<u32>(x), flip, isInt32);
    x += pitch;
    if (count == k) {
      if (k == 0 || key >= load<u32>(keys + ((<usize>(k - 1)) << 2))) continue; // an equal one came before
      count--;
    }
    let at = (<usize>count) << 2;
    while (at > 0 && load<u32>(keys + at - 4) > key) {
      store<u32>(keys + at, load<u32>(keys + at - 4));
      store<i32>(order + at, load<i32>(order + at - 4));
      at -= 4;
    }
    store<u32>(keys + at, key);
    store<i32>(order + at, i);
    count++;
  }
}

/** Sorts r elements. @returns where their positions stand, in order */
function radixSort(counts: usize, x: usize, pitch: usize, r: i32, flip: u32, isInt32: i32): usize {
  const length = (<usize>r) << 2;
  let keys = counts + COUNTS;
  let order = keys + length;
  let nextKeys = order + length;
  let nextOrder = nextKeys + length;
  memory.fill(counts, 0, COUNTS);
  for (let i = 0; i < r; i++) {
    const key = keyOf(load<u32>(x), flip, isInt32);
    x += pitch;
    store<u32>(keys + ((<usize>i) << 2), key);
    store<i32>(order + ((<usize>i) << 2), i);
    for (let digit = 0; digit < 4; digit++) {
      const at = counts + ((<usize>digit) << 10) + (((key >> (digit << 3)) & 255) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
  }
  const any = load<u32>(keys);
  for (let digit = 0; digit < 4; digit++) {
    const table = counts + ((<usize>digit) << 10);
    const shift = digit << 3;
    if (load<i32>(table + (((any >> shift) & 255) << 2)) == r) continue; // all share this digit
    let sum = 0;
    for (let value: usize = 0; value < 1024; value += 4) {
      const count = load<i32>(table + value);
      store<i32>(table + value, sum);
      sum += count;
    }
    for (let i: usize = 0; i < length; i += 4) {
      const key = load<u32>(keys + i);
      const at = table + (((key >> shift) & 255) << 2);
      const place = load<i32>(at);
      store<i32>(at, place + 1);
      store<u32>(nextKeys + ((<usize>place) << 2), key);
      store<i32>(nextOrder + ((<usize>place) << 2), load<i32>(order + i));
    }
    const oldKeys = keys;
    const oldOrder = order;
    keys = nextKeys;
    order = nextOrder;
    nextKeys = oldKeys;
    nextOrder = oldOrder;
  }
  return order;
}

/**
 * dx += dValues where each was taken from: the gradient of sorting. The caller has written dx before.
 * @param dx in/out (outer, r, inner) @param dValues in (outer, k, inner) @param indices in (outer, k, inner), distinct along the axis
 */
// prettier-ignore
export function scatterAddAxis(
  dx: usize, dValues: usize, indices: usize, outer: i32, k: i32, r: i32, inner: i32,
): void {
  const total = outer * inner;
  const end = shareEnd(total, k << 1, 1);
  const pitch = (<usize>inner) << 2;
  for (let column = shareStart(total, k << 1, 1); column < end; column++) {
    const o = column / inner;
    const to = dx + ((<usize>o * r * inner + (column - o * inner)) << 2);
    let from = (<usize>o * k * inner + (column - o * inner)) << 2;
    for (let i = 0; i < k; i++) {
      const at = to + <usize>load<i32>(indices + from) * pitch;
      store<f32>(at, load<f32>(at) + load<f32>(dValues + from));
      from += pitch;
    }
  }
}
