/**
 * Latent semantic analysis: its parts against plain formulas, the truncated decomposition against a full one by one-sided Jacobi rotations (a method of its
 * own, in float64), and whole examples.
 */
import { describe, expect, it } from "vitest";
import { Random } from "../../src/index.js";
import { type WordVectors, corpusOf, lsa } from "../../src/words/index.js";
import { gram, leftFactors, orthonormal, symmetricEigen } from "../../src/words/factorize.js";
import { type TermDocuments, termDocuments, tfidf, times, transposedTimes } from "../../src/words/termDocuments.js";

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

describe("counts and weights", () => {
  const documents = ["a b a c", "b", "", "a b b b"];
  const { vocabulary } = corpusOf(documents, { minCount: 1 });
  const counts = termDocuments("op", documents, vocabulary);

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

  it("products with the matrix and its transpose are those of the dense matrix", () => {
    const { A, dense } = randomSparse(5, 7, 0.4, 1);
    const random = new Random(2);
    const X = Float64Array.from({ length: 7 * 3 }, () => random.uniform());
    const Y = Float64Array.from({ length: 5 * 3 }, () => random.uniform());
    close(times(A, X, 3), dense.flatMap((row) => [0, 1, 2].map((j) => row.reduce((sum, value, i) => sum + value * X[3 * i + j], 0)))); // prettier-ignore
    const transposed = Array.from({ length: 7 }, (_, column) => dense.map((row) => row[column]));
    close(transposedTimes(A, Y, 3), transposed.flatMap((row) => [0, 1, 2].map((j) => row.reduce((sum, value, i) => sum + value * Y[3 * i + j], 0)))); // prettier-ignore
  });
});

describe("factorizations", () => {
  it("orthonormal: products of columns are 0 and 1, even where columns all but depend on each other", () => {
    const random = new Random(3);
    const Y = Float64Array.from({ length: 40 * 6 }, () => random.uniform(-1, 1));
    for (let i = 0; i < 40; i++) Y[6 * i + 3] = Y[6 * i] + 1e-9 * Y[6 * i + 3];
    close(gram(orthonormal(Y, 6), 6), Array.from({ length: 36 }, (_, i) => Number(i % 7 === 0)), 13); // prettier-ignore
  });

  it("orthonormal: a column that depends on the ones before it becomes zeros", () => {
    const Q = orthonormal(Float64Array.of(1, 2, 0, 1, 2, 1), 3);
    const half = Math.SQRT1_2;
    close(Q, [half, 0, -half, half, 0, half], 14);
    expect([...orthonormal(new Float64Array(4), 2)]).toEqual([0, 0, 0, 0]);
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
    (V, N, k, iterations) => {
      const { A, dense } = randomSparse(V, N, 0.4, V);
      const right = denseSvd(dense);
      const { U, values } = leftFactors(A, k, 10, iterations, new Random(1));
      close(values, right.values.slice(0, k), 7);
      for (let j = 0; j < k; j++) {
        const cosine = right.U[j].reduce((sum, value, i) => sum + value * U[i * k + j], 0);
        expect(Math.abs(cosine)).toBeCloseTo(1, 6);
      }
    },
  );

  it("leftFactors: a matrix of rank 2 has two singular values, the others are 0", () => {
    const columns = [[1, 2, 0, 1], [0, 1, 1, -1]]; // prettier-ignore
    const documents = [columns[0], columns[1], columns[0].map((value, i) => value + columns[1][i]), columns[0]];
    const A = { rows: 4, columns: 4, starts: Int32Array.of(0, 4, 8, 12, 16), rowOf: Int32Array.from([0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3]), values: Float64Array.from(documents.flat()) }; // prettier-ignore
    const dense = columns[0].map((_, i) => documents.map((column) => column[i]));
    const { values } = leftFactors(A, 4, 10, 2, new Random(1));
    close(values.slice(0, 2), denseSvd(dense).values.slice(0, 2), 10);
    close(values.slice(2), [0, 0], 6);
  });
});

describe("lsa", () => {
  const animals = ["the cat and the dog play", "a dog chases a cat", "cat food and dog food", "the cat sleeps near the dog"]; // prettier-ignore
  const engines = ["the car needs fuel", "a bus and a car on the road", "fuel for the bus", "the road is full of car and bus"]; // prettier-ignore
  const documents = [...animals, ...engines];

  it("puts words of the same documents near each other", () => {
    const vectors = lsa(documents, { dimensions: 2, minCount: 2 });
    expect([vectors.dimensions, vectors.words[0]]).toEqual([2, "the"]);
    expect(vectors.similarity("cat", "dog")).toBeGreaterThan(0.95);
    expect(vectors.similarity("car", "bus")).toBeGreaterThan(0.9);
    expect(vectors.similarity("cat", "bus")).toBeLessThan(0.4);
  });

  it("is U·Σ of the weighed counts, signs fixed by the number of largest magnitude", () => {
    for (const weights of ["counts", "tfidf"] as const) {
      const vectors = lsa(documents, { dimensions: 3, minCount: 1, weights });
      const { vocabulary } = corpusOf(documents, { minCount: 1 });
      const counts = termDocuments("op", documents, vocabulary);
      const A = weights === "tfidf" ? tfidf(counts) : counts;
      const dense = vocabulary.words.map(
        (_, row) =>
        documents.map((_, n) => A.values[A.rowOf.findIndex((one, i) => one === row && i >= A.starts[n] && i < A.starts[n + 1])] ?? 0), // prettier-ignore
      );
      const right = denseSvd(dense);
      for (let d = 0; d < 3; d++) {
        const largest = right.U[d].reduce((best, value) => (Math.abs(value) > Math.abs(best) + 1e-9 ? value : best), 0);
        const column = right.U[d].map((value) => value * right.values[d] * Math.sign(largest));
        close(vocabulary.words.map((_, row) => vectors.matrix[3 * row + d]), column, 5); // prettier-ignore
      }
    }
  });

  it("gives the same bits for the same seed, and with enough iterations the same space for another", () => {
    const of = (seed: number): WordVectors => lsa(documents, { dimensions: 2, minCount: 2, seed });
    expect(of(1).matrix).toEqual(of(1).matrix);
    expect(of(1).similarity("cat", "dog")).toBeCloseTo(of(2).similarity("cat", "dog"), 5);
  });

  it("refuses empty and one-word corpora, too many dimensions and wrong options", () => {
    expect(() => lsa([], { minCount: 1 })).toThrow(
      "words.lsa: the text has no words; expected at least 2 different words.",
    );
    expect(() => lsa(["one", "one one"], { minCount: 1 })).toThrow("words.lsa: the text has too few different words");
    expect(() => lsa(documents, { minCount: 2, dimensions: 9 })).toThrow(
      "words.lsa: there are too few words or documents for so many dimensions; expected at most 8, got 9 (",
    );
    expect(() => lsa(documents, { dimensions: 0 })).toThrow("dimensions is out of range");
    expect(() => lsa(documents, { iterations: -1 })).toThrow("iterations is out of range");
    expect(() => lsa(documents, { iterations: 2 ** 31 })).toThrow("expected an integer in [0, 100]"); // it would not end
    expect(() => lsa(documents, { weights: "idf" as never })).toThrow(
      'unknown weights; expected "counts" or "tfidf", got "idf".',
    );
    expect(() => lsa(documents, { window: 2 } as never)).toThrow("unknown option");
    expect(() => lsa("a text" as never)).toThrow("words.lsa: documents are missing; expected a list of texts");
    expect(() => lsa(["a b", 5] as never, { minCount: 1 })).toThrow("words.lsa: texts must be strings");
  });
});
