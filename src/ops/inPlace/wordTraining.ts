/**
 * The training of word vectors by skip-gram or CBOW: matrices, tables and what is drawn lie in memory, a recording of
 * kernels trains on a block of the text, and JavaScript only hands over the next words. The formulas are beside the
 * kernels in assembly/words. Letters: V words, D dimensions, K negatives, P panels of S columns. Not differentiable.
 */
import {
  word2vecDrawBytes,
  word2vecErrors,
  word2vecFree,
  word2vecScratchBytes,
  word2vecSelect,
  word2vecUpdate,
} from "#wasm/kernels";
import { wordTraining, wordWalk } from "#wasm/layout-words";
import { heap } from "../../runtime/runtime.js";
import { fillStruct, floatBits } from "../../runtime/struct.js";
import { type Recording, record } from "../../tensor/record.js";
import { Slab } from "../../tensor/slab.js";
import type { Tensor } from "../../tensor/tensor.js";

/** What a training consists of. */
export interface WordTrainingOptions {
  /** The text, words 0 … V − 1. */
  readonly tokens: Int32Array;
  /** Of 2³² random words, those up to this one keep an occurrence of each word, (V). */
  readonly limits: Uint32Array;
  /** Note [Alias table] in assembly/words/draw.ts, (V, 2). */
  readonly aliases: Uint32Array;
  /** The initial vectors, (V, D). */
  readonly inputs: Float32Array;
  readonly dimensions: number;
  readonly window: number;
  readonly negatives: number;
  /** True for CBOW. */
  readonly isMean: boolean;
  readonly seed: number;
  readonly threads: number;
  /** True: each thread goes through a part of the text by itself; false: they share every batch of windows. */
  readonly isFree: boolean;
  /** The share of the text that is kept, on average. */
  readonly keptShare: number;
}

/**
 * Windows of a batch: errors come from before the batch, so that in a small vocabulary, where windows have most of their
 * words in common, more of them would be a step that is too long.
 */
const batchOf = (V: number): number => Math.max(1, Math.min(64, Math.floor(V / 32)));
/** Batches of a block, and of one that a thread goes through by itself. */
const [blockBatches, freeBlockBatches] = [128, 512];

/** A training: two matrices and the walks over the text. Recordings keep it where it is; no scope frees it. */
export class WordTraining {
  readonly #options: WordTrainingOptions;
  readonly #V: number;
  /** P: the greatest number of threads that can share the updates of a batch. */
  readonly #panels: number;
  /** S */
  readonly #columns: number;
  readonly #batch: number;
  /** Words that a block keeps. */
  readonly #capacity: number;
  readonly #slab: Slab;
  readonly #walks: Walk[];
  #block: Recording<unknown> | undefined;

  /** @throws {MemoryError} when the memory limit is reached */
  constructor(options: WordTrainingOptions) {
    const { dimensions, limits, threads, isFree, keptShare, tokens, negatives } = options;
    this.#options = options;
    const V = limits.length;
    const count = isFree ? threads : 1;
    this.#V = V;
    this.#panels = isFree ? 1 : Math.min(threads, Math.ceil(dimensions / 4));
    this.#columns = 4 * Math.ceil(dimensions / 4 / this.#panels);
    this.#batch = batchOf(V);
    this.#capacity = this.#batch * (isFree ? freeBlockBatches : blockBatches);
    const room = Math.ceil((1.1 * this.#capacity) / keptShare) + 64;
    const matrix = this.#panels * (V + 1) * this.#columns;
    const drawBytes = word2vecDrawBytes(this.#batch, negatives) * (isFree ? 1 : threads);
    const [shape, walks] = [wordTraining.bytes / 4, (count * wordWalk.bytes) / 4];
    const walk = [room, this.#capacity, Math.ceil(this.#scratchBytes / 4), Math.ceil(drawBytes / 4)];
    const each = Array.from({ length: count }, () => walk).flat();
    this.#slab = new Slab([matrix, matrix, V, 2 * V, shape, walks, ...each].map((size) => [size]));
    const { length } = tokens;
    this.#walks = Array.from({ length: count }, (_, i) => {
      const [from, to] = [i, i + 1].map((part) => Math.floor((part * length) / count));
      return { from, to, position: from, room };
    });
    this.#fill();
  }

  /** Begins an epoch. @param epoch from 0 */
  begin(epoch: number): void {
    for (const [i, walk] of this.#walks.entries()) {
      walk.position = walk.from;
      const { at } = wordWalk;
      const words = this.#words(this.#walkPtr(i), wordWalk.bytes);
      words[at.keptBefore / 4] = words[at.count / 4] = 0;
      words[at.epoch / 4] = epoch;
    }
  }

  /** How many words of the text are behind in this epoch. */
  get behind(): number {
    return this.#walks.reduce((sum, { from, position }) => sum + position - from, 0);
  }

  /** Trains on the next block of the text, in every walk. @returns false where there is none */
  next(learningRate: number): boolean {
    if (this.#walks.every(({ position, to }) => position >= to)) return false;
    const { at } = wordTraining;
    this.#words(this.#shape.ptr, wordTraining.bytes)[at.learningRate / 4] = floatBits(learningRate);
    for (const [i, walk] of this.#walks.entries()) this.#handOver(i, walk);
    if (this.#block === undefined) this.#block = record(() => this.#run());
    else this.#block.replay();
    for (const [i, walk] of this.#walks.entries()) {
      walk.position = this.#words(this.#walkPtr(i), wordWalk.bytes)[wordWalk.at.position / 4];
    }
    return true;
  }

  /** The vectors of words as inputs, (V, D). */
  inputs(): Float32Array<ArrayBuffer> {
    return this.#unpacked(this.#slab.sections[0]);
  }

  /** The vectors of words as outputs, (V, D). */
  outputs(): Float32Array<ArrayBuffer> {
    return this.#unpacked(this.#slab.sections[1]);
  }

  dispose(): void {
    this.#block?.dispose();
    this.#slab.dispose();
  }

  #run(): void {
    this.#writeStructs();
    const { ptr } = this.#shape;
    if (this.#options.isFree) {
      word2vecFree(ptr);
      return;
    }
    word2vecSelect(ptr);
    for (let batch = 0; batch < blockBatches; batch++) {
      word2vecErrors(ptr, batch);
      word2vecUpdate(ptr, batch);
    }
  }

  get #scratchBytes(): number {
    const { window, negatives, isMean } = this.#options;
    return word2vecScratchBytes(this.#batch, window, negatives, isMean ? 4 * this.#panels * this.#columns : 0);
  }

  get #shape(): Tensor {
    return this.#slab.sections[4];
  }

  #walkPtr(i: number): number {
    return this.#slab.sections[5].ptr + i * wordWalk.bytes;
  }

  #words(ptr: number, bytes: number): Int32Array {
    return heap().view("int32", ptr, bytes / 4);
  }

  /** Copies the next words of the text. */
  #handOver(i: number, { position, to, room }: Walk): void {
    const end = Math.min(to, position + room);
    const { ptr } = this.#slab.sections[6 + 4 * i];
    heap()
      .view("int32", ptr, end - position)
      .set(this.#options.tokens.subarray(position, end));
    const words = this.#words(this.#walkPtr(i), wordWalk.bytes);
    const { at } = wordWalk;
    words[at.text / 4] = ptr - 4 * position;
    words[at.position / 4] = position;
    words[at.end / 4] = end;
  }

  /** Writes the matrix and the tables. */
  #fill(): void {
    const { inputs, limits, aliases, dimensions: D } = this.#options;
    const [matrix, , limitsAt, aliasesAt] = this.#slab.sections;
    const values = heap().view("float32", matrix.ptr, matrix.size);
    for (let row = 0; row < this.#V; row++) {
      for (let d = 0; d < D; d++) values[this.#at(row, d)] = inputs[row * D + d];
    }
    heap().view("int32", limitsAt.ptr, this.#V).set(new Int32Array(limits.buffer));
    heap()
      .view("int32", aliasesAt.ptr, 2 * this.#V)
      .set(new Int32Array(aliases.buffer));
  }

  /** Writes where everything lies, into memory that the recording keeps there. */
  #writeStructs(): void {
    const { window, negatives, isMean, seed } = this.#options;
    const { sections } = this.#slab;
    const at = this.#words(this.#shape.ptr, wordTraining.bytes)[wordTraining.at.learningRate / 4];
    fillStruct(this.#shape.ptr, wordTraining, {
      limits: sections[2].ptr,
      aliases: sections[3].ptr,
      inputs: sections[0].ptr,
      outputs: sections[1].ptr,
      walks: sections[5].ptr,
      walkCount: this.#walks.length,
      words: this.#V,
      ...{ window, negatives },
      panels: this.#panels,
      panelBytes: 4 * this.#columns,
      isMean: Number(isMean),
      batch: this.#batch,
      capacity: this.#capacity,
      learningRate: at as ReturnType<typeof floatBits>,
    });
    for (const i of this.#walks.keys()) {
      const words = this.#words(this.#walkPtr(i), wordWalk.bytes);
      const { at } = wordWalk;
      words[at.seedLow / 4] = seed | 0;
      words[at.seedHigh / 4] = Math.floor(seed / 2 ** 32) | 0;
      words[at.number / 4] = i;
      const [kept, slots, draws] = [7, 8, 9].map((section) => sections[section + 4 * i].ptr);
      words[at.kept / 4] = kept;
      words[at.slots / 4] = slots;
      words[at.draws / 4] = draws;
    }
  }

  /** Where column d of a row is in a matrix. */
  #at(row: number, d: number): number {
    const panel = Math.floor(d / this.#columns);
    return (panel * (this.#V + 1) + row) * this.#columns + (d % this.#columns);
  }

  #unpacked(matrix: Tensor): Float32Array<ArrayBuffer> {
    const D = this.#options.dimensions;
    const values = heap().view("float32", matrix.ptr, matrix.size);
    const unpacked = new Float32Array(this.#V * D);
    for (let row = 0, at = 0; row < this.#V; row++) for (let d = 0; d < D; d++) unpacked[at++] = values[this.#at(row, d)]; // prettier-ignore
    return unpacked;
  }
}

/** A part of the text and where the training is in it; `room` words are handed over at a time. */
interface Walk {
  readonly from: number;
  readonly to: number;
  readonly room: number;
  position: number;
}
