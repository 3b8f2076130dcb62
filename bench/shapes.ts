/**
 * Named matrix products: C (M, N) = op(A) (M, K) · op(B) (K, N), as real models run them, and squares.
 * Letters: N a batch of rows in, then the layer's inputs and outputs. Holds no measurements.
 */

/** One product; 1 means that the operand is stored transposed. */
export interface GemmShape {
  readonly name: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transA: 0 | 1;
  readonly transB: 0 | 1;
}

const shape = (name: string, m: number, n: number, k: number, transA: 0 | 1 = 0, transB: 0 | 1 = 0): GemmShape => ({
  name,
  m,
  n,
  k,
  transA,
  transB,
});

/** The products that the benchmarks and the targets name. */
export const gemmShapes: readonly GemmShape[] = [
  shape("square 64", 64, 64, 64),
  shape("square 128", 128, 128, 128),
  shape("square 256", 256, 256, 256),
  shape("square 512", 512, 512, 512),
  shape("square 1024", 1024, 1024, 1024),
  shape("dense 784-300 batch 64, forward", 64, 300, 784),
  shape("dense 784-300 batch 64, kernel gradient", 784, 300, 64, 1, 0),
  shape("dense 784-300 batch 64, input gradient", 64, 784, 300, 0, 1),
  shape("dense 300-10 batch 64, forward", 64, 10, 300),
  shape("dense 300-10 batch 64, kernel gradient", 300, 10, 64, 1, 0),
  shape("dense 300-10 batch 64, input gradient", 64, 300, 10, 0, 1),
  shape("dense 2500-2000 batch 100, forward", 100, 2000, 2500),
  shape("dense 2500-2000 batch 100, kernel gradient", 2500, 2000, 100, 1, 0),
  shape("dense 2500-2000 batch 100, input gradient", 100, 2500, 2000, 0, 1),
  shape("recurrent step, input 2048", 32, 2048, 512),
  shape("recurrent step, hidden 128", 32, 512, 128),
  shape("recurrent step, hidden gradient", 32, 128, 512, 0, 1),
  shape("dense 784-300 batch 1", 1, 300, 784),
  shape("xor 2-3", 4, 3, 2),
];

/**
 * The named products whose name contains one of the words, and those that a word spells out: 64x300x784,
 * 100x2500x2000NT; all where there is no word.
 */
export function shapesOf(words: readonly string[]): readonly GemmShape[] {
  if (words.length === 0) return gemmShapes;
  return words.flatMap((word) => {
    const [, m, n, k, transA, transB] = /^(\d+)x(\d+)x(\d+)([NT]?)([NT]?)$/.exec(word) ?? [];
    if (m === undefined) return gemmShapes.filter(({ name }) => name.includes(word));
    return [shape(word, Number(m), Number(n), Number(k), transA === "T" ? 1 : 0, transB === "T" ? 1 : 0)];
  });
}
