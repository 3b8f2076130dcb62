/**
 * What a training of word vectors draws: which words of the text are kept, how far a window reaches, and negatives.
 * Everything follows from seed, epoch, walk and position alone (Note [Random state] in random/philox.ts).
 *
 * Note [Alias table]. Words drawn in proportion to given weights by one random number: V cells of equal probability, each shared by two words. Cell i is
 * (limit, other): the word is i where the fraction of the draw is below limit / 2³², else `other`. Source: Walker 1977, Vose 1991.
 */
import { drawAll } from "../random/philox";
import { WordTraining, WordWalk } from "./layout";

/** The streams of the draws. */
const KEEPING: i32 = 0;
const WINDOWS: i32 = 1;


@unmanaged
class Words {
  // @ts-ignore: decorator
  @inline
  take(out: usize, i: i32, n: i32, w0: v128, w1: v128, w2: v128, w3: v128, a: v128, b: v128): void {
    const to = out + ((<usize>i) << 2);
    v128.store(to, w0);
    v128.store(to, w1, 16);
    v128.store(to, w2, 32);
    v128.store(to, w3, 48);
  }
}

/** The random words first … end − 1 of a stream; first a multiple of 16. @param out room for whole groups of 16 */
function drawWords(out: usize, first: i32, end: i32, walk: WordWalk, stream: i32): void {
  const zero = i32x4.splat(0);
  drawAll<Words>(out - ((<usize>first) << 2), first, end, changetype<usize>(walk) + offsetof<WordWalk>("seedLow"), stream, zero, zero); // prettier-ignore
}

/** Random words of 64 places in the text. @param spare 256 bytes */
export function selectWords(training: WordTraining, walk: WordWalk, spare: usize): void {
  const text = walk.text;
  const limits = training.limits;
  const end = walk.end;
  const kept = walk.kept;
  const capacity = training.capacity;
  let position = walk.position;
  walk.keptBefore += walk.count;
  let count = 0;
  while (position < end && count < capacity) {
    const first = position & ~15;
    const until = min(first + 64, end);
    drawWords(spare, first, until, walk, KEEPING);
    for (; position < until && count < capacity; position++) {
      const word = load<i32>(text + ((<usize>position) << 2));
      store<i32>(kept + ((<usize>count) << 2), word);
      const random = load<u32>(spare + ((<usize>(position - first)) << 2));
      count += i32(random <= load<u32>(limits + ((<usize>word) << 2)));
    }
  }
  walk.position = position;
  walk.count = count;
}

/**
 * The random words of windows first … end − 1 of a block, each 1 + K.
 * @param out  room for (end − first) · (1 + K) + 31 words
 * @returns    where those of the first window are
 */
export function drawWindows(out: usize, training: WordTraining, walk: WordWalk, first: i32, end: i32): usize {
  const each = 1 + training.negatives;
  const from = (walk.keptBefore + first) * each;
  const start = from & ~15;
  drawWords(out, start, (walk.keptBefore + end) * each, walk, WINDOWS);
  return out + ((<usize>(from - start)) << 2);
}

/** How far a window reaches: 1 … most, all equally likely. */
// @ts-ignore: decorator
@inline
export function reachOf(random: u32, most: i32): i32 {
  return 1 + <i32>((<u64>random * <u64>most) >> 32);
}

/** A word drawn from an alias table. */
// @ts-ignore: decorator
@inline
export function negativeOf(random: u32, aliases: usize, words: i32): i32 {
  const scaled = <u64>random * <u64>words;
  const cell = <u32>(scaled >> 32);
  const at = aliases + ((<usize>cell) << 3);
  return <u32>scaled < load<u32>(at) ? <i32>cell : load<i32>(at, 4);
}
