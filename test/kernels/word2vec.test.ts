/** The kernels of word2vec against plain float64 loops fed with the same draws, and the same bits however they are shared out. */
import { wordTraining, wordWalk } from "#wasm/layout-words";
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { aliasTable } from "../../src/words/aliasTable.js";
import { type Build, builds } from "../support/builds.js";
import { expectClose } from "../support/compare.js";
import { type Word2vecDraws, type Word2vecSizes, keptWords, trainBlock } from "../support/word2vec.js";

interface Example {
  readonly sizes: Word2vecSizes;
  readonly draws: Word2vecDraws;
  readonly tokens: Int32Array;
  readonly inputs: Float32Array;
  readonly outputs: Float32Array;
}

function example(sizes: Word2vecSizes, length: number): Example {
  const { V, D } = sizes;
  const random = new Random(V + D + length);
  const matrix = (): Float32Array => Float32Array.from({ length: V * D }, () => Math.fround(random.uniform(-0.6, 0.6)));
  const limits = Uint32Array.from({ length: V }, (_, i) => (i === 0 ? 2 ** 31 : 2 ** 32 - 1));
  const aliases = aliasTable(Float64Array.from({ length: V }, (_, i) => 1 / (1 + i)));
  const tokens = Int32Array.from({ length }, () => Math.min(random.integer(V), random.integer(V)));
  return { sizes, draws: { limits, aliases, state: [7, 9, 2, 0] }, tokens, inputs: matrix(), outputs: matrix() };
}

const capacity = 128;

/** Trains in a build. @param threads among whom batches are shared out, or that are free @returns both matrices */
function trained(build: Build, of: Example, panels: number, threads: number, isFree = false): Float32Array[] {
  build.reset();
  const { kernels } = build;
  const { V, D, window, negatives, isMean, batch, learningRate } = of.sizes;
  const columns = 4 * Math.ceil(D / 4 / panels);
  const at = (row: number, d: number): number => (Math.floor(d / columns) * (V + 1) + row) * columns + (d % columns);
  const packed = (matrix: Float32Array) => {
    const block = build.f32(new Float32Array(panels * (V + 1) * columns));
    for (let i = 0; i < matrix.length; i++) block.view[at(Math.floor(i / D), i % D)] = matrix[i];
    return block;
  };
  const [inputs, outputs] = [packed(of.inputs), packed(of.outputs)];
  const text = build.i32(of.tokens);
  const [seedLow, seedHigh, epoch, number] = of.draws.state;
  const walk = build.struct(wordWalk, {
    ...{ text: text.ptr, position: 0, end: of.tokens.length, keptBefore: 0, count: 0 },
    ...{ seedLow, seedHigh, epoch, number },
    kept: build.i32(capacity).ptr,
    slots: build.u8(kernels.word2vecScratchBytes(batch, window, negatives, isMean ? 4 * panels * columns : 0)).ptr,
    draws: build.u8(threads * kernels.word2vecDrawBytes(batch, negatives)).ptr,
  });
  const training = build.struct(wordTraining, {
    limits: build.i32(new Int32Array(of.draws.limits.buffer)).ptr,
    aliases: build.i32(new Int32Array(of.draws.aliases.buffer)).ptr,
    ...{ inputs: inputs.ptr, outputs: outputs.ptr, walks: walk, walkCount: 1 },
    ...{ words: V, panels, panelBytes: 4 * columns, window, negatives, isMean: Number(isMean), batch, capacity },
    learningRate: new Int32Array(Float32Array.of(learningRate).buffer)[0],
  });
  if (isFree) kernels.word2vecFree(training);
  else {
    build.asThreads(threads, () => kernels.word2vecSelect(training));
    for (let one = 0; one < Math.ceil(capacity / batch); one++) {
      build.asThreads(threads, () => kernels.word2vecErrors(training, one));
      build.asThreads(threads, () => kernels.word2vecUpdate(training, one));
    }
  }
  build.checkGuards();
  return [inputs, outputs].map(({ view }) =>
    Float32Array.from(of.inputs, (_, i) => view[at(Math.floor(i / D), i % D)]),
  );
}

const base = { V: 30, D: 8, window: 3, negatives: 5, isMean: false, batch: 4, learningRate: 0.1 };
const cases: [string, Word2vecSizes, number][] = [
  ["skip-gram", base, 60],
  ["CBOW", { ...base, isMean: true }, 60],
  ...[1, 3, 4, 5, 17].map((D): [string, Word2vecSizes, number] => [`${D} dimensions`, { ...base, D }, 40]),
  ...[1, 2, 6, 11, 12].map((K): [string, Word2vecSizes, number] => [`${K} negatives`, { ...base, negatives: K }, 40]),
  ["CBOW of 13 negatives and 7 dimensions", { ...base, isMean: true, negatives: 13, D: 7 }, 40],
  ["batches of one window", { ...base, batch: 1 }, 40],
  ["one batch", { ...base, batch: 128 }, 40],
  ["windows of one word on each side", { ...base, window: 1 }, 40],
  ["two words in all", { ...base, V: 2 }, 30],
  ["a text of two words", base, 2],
  ["a text of one word", base, 1],
  ["CBOW on a text of one word", { ...base, isMean: true }, 1],
];

describe.each(builds)("word2vec ($name)", (build) => {
  it.each(cases)("%s: vectors as by plain float64 loops with the same draws", (_, sizes, length) => {
    const of = example(sizes, length);
    const [inputs, outputs] = [of.inputs, of.outputs].map((matrix) => Float64Array.from(matrix));
    trainBlock(inputs, outputs, keptWords(of.tokens, of.draws), sizes, of.draws);
    const [gotInputs, gotOutputs] = trained(build, of, 1, 1);
    const bound = { relative: 1e-5, absolute: 2e-6 };
    expectClose("inputs", gotInputs, inputs, [sizes.V, sizes.D], bound);
    expectClose("outputs", gotOutputs, outputs, [sizes.V, sizes.D], bound);
    if (length > 2) expect(gotInputs).not.toEqual(of.inputs);
  });

  it.each([false, true])(
    "the same bits with 1, 2 and 3 threads and panels, and as a walk by itself (CBOW %s)",
    (isMean) => {
      const of = example({ ...base, D: 22, isMean }, 90);
      const one = trained(build, of, 1, 1);
      for (const [panels, threads] of [[2, 2], [3, 3], [2, 3], [3, 1]]) expect(trained(build, of, panels, threads)).toEqual(one); // prettier-ignore
      expect(trained(build, of, 1, 1, true)).toEqual(one);
    },
  );
});
