/**
 * Latent semantic analysis: its parts against plain formulas, the truncated decomposition against a full one by one-sided Jacobi rotations (a method of its
 * own, in float64), and whole examples.
 */
import { describe, expect, it } from "vitest";
import { Random, init } from "../../src/index.js";
import { type LsaProgress, type WordVectors, corpusOf, lsa } from "../../src/words/index.js";
import { gram, symmetricEigen } from "../../src/words/lsa/eigen.js";
import { leftFactors } from "../../src/words/lsa/factorize.js";
import { nearlyOrthonormal, orthonormal } from "../../src/words/lsa/orthonormal.js";
import {
  type TermDocuments,
  logEntropy,
  termDocuments,
  tfidf,
  times,
  transposedTimes,
} from "../../src/words/lsa/termDocuments.js";

await init({ threads: 1 });

/** The singular values of a dense matrix and the left vectors, columns, by one-sided Jacobi (Hestenes 1958). */
function denseSvd(rows: readonly (readonly number[])[]): { U: number[][]; values: number[] } {
  // The columns of Aᵀ's rotations: rows of A are made orthogonal, and the rotations are the left vectors.
  const B = rows.map((row) => [...row]);
  const R = rows.map((_, i) => rows.map((_, j) => Number(i === j)));
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * b[i], 0);
  for (let sweep = 0; sweep < 60; sweep++) {
    for (let p = 0; p < B.length; p++) {
      for (let q = p + 1; q < B.length; q++) {
        const [alpha, beta, gamma] = [dot(B[p], B[p]), dot(B[q], B[q]), dot(B[p], B[q])];
        if (gamma === 0) continue;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        for (const M of [B, R]) {
          const [x, y] = [M[p], M[q]];
          M[p] = x.map((value, i) => c * value - c * t * y[i]);
          M[q] = x.map((value, i) => c * t * value + c * y[i]);
        }
      }
    }
  }
  const order = B.map((_, i) => i).sort((a, b) => dot(B[b], B[b]) - dot(B[a], B[a]));
  return { U: order.map((i) => R[i]), values: order.map((i) => Math.sqrt(dot(B[i], B[i]))) };
}

/** A random sparse matrix, and the same as rows. */
function randomSparse(V: number, N: number, share: number, seed: number): { A: TermDocuments; dense: number[][] } {
  const random = new Random(seed);
  const dense = Array.from({ length: V }, () => new Array<number>(N).fill(0));
  const [starts, rowOf, values]: [number[], number[], number[]] = [[0], [], []];
  for (let column = 0; column < N; column++) {
    for (let row = 0; row < V; row++) {
      if (random.uniform() >= share) continue;
      dense[row][column] = random.uniform(-1, 3);
      rowOf.push(row);
      values.push(dense[row][column]);
    }
    starts.push(rowOf.length);
  }
  const A = { rows: V, columns: N, starts: Int32Array.from(starts), rowOf: Int32Array.from(rowOf), values: Float64Array.from(values) }; // prettier-ignore
  return { A, dense };
}

const close = (found: ArrayLike<number>, right: ArrayLike<number>, digits = 10): void => {
  expect(found.length).toBe(right.length);
  for (let i = 0; i < right.length; i++) expect(found[i]).toBeCloseTo(right[i], digits);
};

describe("counts and weights", async () => {
  const documents = ["a b a c", "b", "", "a b b b"];
  const { vocabulary } = corpusOf(documents, { minCount: 1 });
  const counts = await termDocuments(documents, vocabulary);

  it("counts words document by document, empty ones included", () => {
    expect(vocabulary.words).toEqual(["b", "a", "c"]);
    expect([counts.rows, counts.columns, [...counts.starts]]).toEqual([3, 4, [0, 3, 4, 4, 6]]);
    expect([[...counts.rowOf], [...counts.values]]).toEqual([[0, 1, 2, 0, 0, 1], [1, 2, 1, 1, 3, 1]]); // prettier-ignore
  });

  it("tf-idf is scikit-learn's, sublinear and smooth, with documents of length 1", () => {
    const rarity = { a: Math.log(5 / 3) + 1, b: Math.log(5 / 4) + 1, c: Math.log(5 / 2) + 1 };
    const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.hypot(...row));
    const right = [
      ...unit([rarity.b, (1 + Math.log(2)) * rarity.a, rarity.c]),
      1,
      ...unit([(1 + Math.log(3)) * rarity.b, rarity.a]),
    ];
    close(tfidf(counts).values, right, 14);
  });

  it("logEntropy: ln(1 + c) times 1 less the entropy over ln N, with documents of length 1", () => {
    const entropy = (...counts: number[]): number => {
      const total = counts.reduce((a, b) => a + b);
      return counts.reduce((sum, c) => sum - (c / total) * Math.log(c / total), 0) / Math.log(4);
    };
    const weight = { b: 1 - entropy(1, 1, 3), a: 1 - entropy(2, 1), c: 1 };
    const unit = (row: readonly number[]): number[] => row.map((value) => value / Math.hypot(...row));
    const first = unit([Math.log(2) * weight.b, Math.log(3) * weight.a, Math.log(2) * weight.c]);
    close(logEntropy(counts).values, [...first, 1, ...unit([Math.log(4) * weight.b, Math.log(2) * weight.a])], 14);
  });

  it("logEntropy: a word that is everywhere weighs nothing, also where it is all of a document; one document", async () => {
    const even = await termDocuments(["a", "a b", "a"], corpusOf(["a b a a b"], { minCount: 1 }).vocabulary);
    close(logEntropy(even).values, [0, 0, 1, 0], 14);
    const single = await termDocuments(["a b"], corpusOf(["a b"], { minCount: 1 }).vocabulary);
    close(logEntropy(single).values, [Math.SQRT1_2, Math.SQRT1_2], 14);
  });

  it("products with the matrix and its transpose are those of the dense matrix", async () => {
    const { A, dense } = randomSparse(5, 7, 0.4, 1);
    const random = new Random(2);
    const X = Float64Array.from({ length: 7 * 3 }, () => random.uniform());
    const Y = Float64Array.from({ length: 5 * 3 }, () => random.uniform());
    close(await times(A, X, 3), dense.flatMap((row) => [0, 1, 2].map((j) => row.reduce((sum, value, i) => sum + value * X[3 * i + j], 0)))); // prettier-ignore
    const transposed = Array.from({ length: 7 }, (_, column) => dense.map((row) => row[column]));
    close(await transposedTimes(A, Y, 3), transposed.flatMap((row) => [0, 1, 2].map((j) => row.reduce((sum, value, i) => sum + value * Y[3 * i + j], 0)))); // prettier-ignore
  });
});

describe("factorizations", () => {
  it("orthonormal: products of columns are 0 and 1, even where columns all but depend on each other", async () => {
    const random = new Random(3);
    const Y = Float64Array.from({ length: 40 * 6 }, () => random.uniform(-1, 1));
    for (let i = 0; i < 40; i++) Y[6 * i + 3] = Y[6 * i] + 1e-9 * Y[6 * i + 3];
    close(gram(await orthonormal(Y, 6), 6), Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0)), 13); // prettier-ignore
  });

  it("orthonormal: a column that depends on the ones before it becomes zeros", async () => {
    const Q = await orthonormal(Float64Array.of(1, 2, 0, 1, 2, 1), 3);
    const half = Math.SQRT1_2;
    close(Q, [half, 0, -half, half, 0, half], 14);
    expect([...(await orthonormal(new Float64Array(4), 2))]).toEqual([0, 0, 0, 0]);
  });

  it("nearlyOrthonormal: products of columns within 1e-5 of 0 and 1, the span that of float64", async () => {
    const random = new Random(8);
    const [n, l] = [400, 30];
    const mixed = Float64Array.from({ length: n * l }, () => random.uniform(-1, 1));
    // columns of very different lengths, near to each other
    const Y = mixed.map((value, at) => 10 ** ((at % l) - 15) * (value + 2 * mixed[at - (at % l)]));
    const Q = await nearlyOrthonormal(Y, l);
    const G = gram(Q, l);
    for (const [at, value] of G.entries()) expect(Math.abs(value - Number(at % (l + 1) === 0))).toBeLessThan(1e-5);
    const right = await orthonormal(Y, l);
    let inside = 0; // Σ of squared cosines: l where the spans are the same
    for (let i = 0; i < l; i++) {
      for (let j = 0; j < l; j++) {
        let sum = 0;
        for (let row = 0; row < n; row++) sum += Q[row * l + i] * right[row * l + j];
        inside += sum * sum;
      }
    }
    expect(Math.abs(inside - l)).toBeLessThan(1e-4);
    expect(Q).not.toEqual(right);
  });

  it("nearlyOrthonormal: where columns depend on each other, or are zeros, what orthonormal gives", async () => {
    const random = new Random(9);
    const Y = Float64Array.from({ length: 40 * 6 }, () => random.uniform(-1, 1));
    for (let i = 0; i < 40; i++) Y[6 * i + 3] = Y[6 * i] + 1e-4 * Y[6 * i + 3];
    expect(await nearlyOrthonormal(Y, 6)).toEqual(await orthonormal(Y, 6));
    for (let i = 0; i < 40; i++) Y[6 * i + 3] = 0;
    expect(await nearlyOrthonormal(Y, 6)).toEqual(await orthonormal(Y, 6));
  });

  it("symmetricEigen: S·v = λ·v, eigenvalues descending, vectors orthonormal", () => {
    const random = new Random(4);
    const l = 9;
    const S = gram(
      Float64Array.from({ length: 5 * l }, () => random.uniform(-1, 1)),
      l,
    ); // of rank 5
    for (let i = 0; i < l; i++) S[i * l + i] -= 0.7; // some are negative
    const { values, vectors } = symmetricEigen(S, l);
    close(gram(vectors, l), Array.from({ length: l * l }, (_, i) => Number(i % (l + 1) === 0)), 12); // prettier-ignore
    for (let j = 0; j < l; j++) {
      if (j > 0) expect(values[j]).toBeLessThanOrEqual(values[j - 1]);
      for (let i = 0; i < l; i++) {
        let sum = 0;
        for (let m = 0; m < l; m++) sum += S[i * l + m] * vectors[m * l + j];
        expect(sum).toBeCloseTo(values[j] * vectors[i * l + j], 12);
      }
    }
    expect([...symmetricEigen(Float64Array.of(2), 1).values]).toEqual([2]);
  });

  it.each([
    [12, 9, 9, 0],
    [30, 45, 6, 8],
    [45, 30, 6, 8],
    [8, 50, 8, 0],
  ])(
    "leftFactors: of a %i by %i matrix, the %i largest singular values and vectors are those of a full decomposition",
    async (V, N, k, iterations) => {
      const { A, dense } = randomSparse(V, N, 0.4, V);
      const right = denseSvd(dense);
      const { U, values } = await leftFactors(A, k, 10, iterations, new Random(1));
      close(values, right.values.slice(0, k), 7);
      for (let j = 0; j < k; j++) {
        const cosine = right.U[j].reduce((sum, value, i) => sum + value * U[i * k + j], 0);
        expect(Math.abs(cosine)).toBeCloseTo(1, 6);
      }
    },
  );

  it("leftFactors: a matrix of rank 2 has two singular values, the others are 0", async () => {
    const columns = [[1, 2, 0, 1], [0, 1, 1, -1]]; // prettier-ignore
    const documents = [columns[0], columns[1], columns[0].map((value, i) => value + columns[1][i]), columns[0]];
    const A = { rows: 4, columns: 4, starts: Int32Array.of(0, 4, 8, 12, 16), rowOf: Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]), values: Float64Array.from(documents.flat()) }; // prettier-ignore
    const dense = columns[0].map((_, i) => documents.map((column) => column[i]));
    const { values } = await leftFactors(A, 4, 10, 2, new Random(1));
    close(values.slice(0, 2), denseSvd(dense).values.slice(0, 2), 10);
    close(values.slice(2), [0, 0], 6);
  });
});

describe("lsa", () => {
  const animals = ["the cat and the dog play", "a dog chases a cat", "cat food and dog food", "the cat sleeps near the dog"]; // prettier-ignore
  const engines = ["the car needs fuel", "a bus and a car on the road", "fuel for the bus", "the road is full of car and bus"]; // prettier-ignore
  const documents = [...animals, ...engines];

  it("puts words of the same documents near each other", async () => {
    const vectors = await lsa(documents, { dimensions: 2, minCount: 2 });
    expect([vectors.dimensions, vectors.words[0]]).toEqual([2, "the"]);
    expect(vectors.similarity("cat", "dog")).toBeGreaterThan(0.95);
    expect(vectors.similarity("car", "bus")).toBeGreaterThan(0.9);
    expect(vectors.similarity("cat", "bus")).toBeLessThan(0.4);
  });

  it("is U·Σ of the weighed counts, signs fixed by the number of largest magnitude", async () => {
    for (const weights of ["counts", "tfidf", "logEntropy"] as const) {
      const power = weights === "counts" ? 1 : 0.5;
      const vectors = await lsa(documents, { dimensions: 3, minCount: 1, weights, power });
      const { vocabulary } = corpusOf(documents, { minCount: 1 });
      const counts = await termDocuments(documents, vocabulary);
      const A = { counts: () => counts, tfidf: () => tfidf(counts), logEntropy: () => logEntropy(counts) }[weights]();
      const dense = vocabulary.words.map(
        (_, row) =>
        documents.map((_, n) => A.values[A.rowOf.findIndex((one, i) => one === row && i >= A.starts[n] && i < A.starts[n + 1])] ?? 0), // prettier-ignore
      );
      const right = denseSvd(dense);
      for (let d = 0; d < 3; d++) {
        const largest = right.U[d].reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-9 ? value : best), 0);
        const column = right.U[d].map((value) => value * right.values[d] ** power * Math.sign(largest));
        close(vocabulary.words.map((_, row) => vectors.matrix[3 * row + d]), column, 5); // prettier-ignore
      }
    }
  });

  it("gives the same bits for the same seed, and with enough iterations the same space for another", async () => {
    const of = (seed: number): Promise<WordVectors> => lsa(documents, { dimensions: 2, minCount: 2, seed });
    const [one, again, other] = [await of(1), await of(1), await of(2)];
    expect(one.matrix).toEqual(again.matrix);
    expect(one.similarity("cat", "dog")).toBeCloseTo(other.similarity("cat", "dog"), 5);
  });

  it("says how far it is, stage by stage, and ends in any of them when the signal aborts", async () => {
    const random = new Random(2);
    const word = (): string => String.fromCharCode(97 + random.integer(26), 97 + random.integer(26));
    const many = Array.from({ length: 6000 }, () => Array.from({ length: 30 }, word).join(" "));
    const stages = ["reading", "counting", "factorizing"] as const;
    const seen: LsaProgress[] = [];
    const onProgress = (progress: LsaProgress): void => void seen.push(progress);
    await lsa(many, { dimensions: 20, iterations: 1, onProgress });
    const places = seen.map(({ stage, done }) => stages.indexOf(stage) + done);
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(new Set(seen.map(({ stage }) => stage))).toEqual(new Set(stages));
    expect(seen.every(({ done }) => done >= 0 && done <= 1)).toBe(true);
    for (const stage of stages) {
      const controller = new AbortController();
      const abort = (progress: LsaProgress): void => {
        if (progress.stage === stage) controller.abort(new Error(`enough of ${stage}`));
      };
      const options = { dimensions: 20, iterations: 1, signal: controller.signal, onProgress: abort };
      await expect(lsa(many, options)).rejects.toThrow(`enough of ${stage}`);
    }
    await expect(lsa(many, { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  });

  it("refuses empty and one-word corpora, too many dimensions and wrong options", async () => {
    await expect(lsa([], { minCount: 1 })).rejects.toThrow(
      "words.lsa: the text has no words; expected at least 2 different words.",
    );
    await expect(lsa(["one", "one one"], { minCount: 1 })).rejects.toThrow(
      "words.lsa: the text has too few different words",
    );
    await expect(lsa(documents, { minCount: 2, dimensions: 9 })).rejects.toThrow(
      "words.lsa: there are too few words or documents for so many dimensions; expected at most 8, got 9 (",
    );
    await expect(lsa(documents, { dimensions: 0 })).rejects.toThrow("dimensions is out of range");
    await expect(lsa(documents, { iterations: -1 })).rejects.toThrow("iterations is out of range");
    await expect(lsa(documents, { iterations: 2 ** 31 })).rejects.toThrow("expected an integer in [0, 100]"); // it would not end
    await expect(lsa(documents, { weights: "idf" as never })).rejects.toThrow(
      'unknown weights; expected "counts", "tfidf" or "logEntropy", got "idf".',
    );
    await expect(lsa(documents, { power: 2 })).rejects.toThrow("power is out of range; expected a number in [0, 1]");
    await expect(lsa(documents, { signal: 1 as never })).rejects.toThrow("words.lsa: signal must be an AbortSignal");
    await expect(lsa(documents, { onProgress: 1 as never })).rejects.toThrow("words.lsa: not a function");
    await expect(lsa(documents, { window: 2 } as never)).rejects.toThrow("unknown option");
    await expect(lsa("a text" as never)).rejects.toThrow("words.lsa: documents are missing; expected a list of texts");
    await expect(lsa(["a b", 5] as never, { minCount: 1 })).rejects.toThrow("words.lsa: texts must be strings");
  });
});
