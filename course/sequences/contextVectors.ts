/**
 * Vectors of syllables from running text, without a network: how often each of the most frequent syllables stands before
 * and behind a syllable, as positive pointwise mutual information, and of these counts the directions in which syllables
 * differ most (latent semantic analysis). Letters: V syllables, K contexts on each side, D elements of a vector.
 * Sources: Deerwester et al. 1990; Levy, Goldberg & Dagan 2015. The directions are found by subspace iteration.
 */

/** Contexts on each side. */
const K = 256;
const iterations = 12;

/**
 * A vector for each of the syllables, of length 4 (V · D); 0 for one that does not occur. The same for the same text.
 *
 * @param texts      runs of syllables, such as paragraphs, as the numbers of their syllables, −1 for others
 * @param syllables  V
 * @param size       D ≤ 2 · K
 */
export function contextVectors(texts: readonly Int32Array[], syllables: number, size: number): Float32Array {
  const rows = informationOf(texts, syllables); // (V, 2K)
  const width = 2 * K;
  const moments = new Float64Array(width * width);
  for (let v = 0; v < syllables; v++) {
    const row = rows.subarray(v * width, (v + 1) * width);
    const present = Array.from(row.keys()).filter((k) => row[k] > 0);
    for (const i of present) for (const j of present) moments[i * width + j] += row[i] * row[j];
  }
  const directions = mainDirections(moments, width, size); // (D, 2K)
  const vectors = new Float32Array(syllables * size);
  for (let v = 0; v < syllables; v++) {
    const row = rows.subarray(v * width, (v + 1) * width);
    const vector = vectors.subarray(v * size, (v + 1) * size);
    for (let d = 0; d < size; d++) vector[d] = dot(row, directions[d]);
    const length = Math.sqrt(dot(vector, vector));
    if (length > 0) for (let d = 0; d < size; d++) vector[d] *= 4 / length;
  }
  return vectors;
}

/** max(0, ln(p(syllable, context) / (p(syllable) p(context)))), contexts before and then behind. */
function informationOf(texts: readonly Int32Array[], syllables: number): Float32Array {
  const frequencies = new Float64Array(syllables);
  for (const text of texts) for (const one of text) if (one >= 0) frequencies[one]++;
  const order = Array.from(frequencies.keys()).sort((a, b) => frequencies[b] - frequencies[a] || a - b);
  const contextOf = new Int32Array(syllables).fill(-1);
  for (const [k, one] of order.slice(0, K).entries()) contextOf[one] = k;
  const rows = new Float32Array(syllables * 2 * K);
  for (const text of texts)
    for (let i = 1; i < text.length; i++) {
      const [left, right] = [text[i - 1], text[i]];
      if (left < 0 || right < 0) continue;
      if (contextOf[left] >= 0) rows[right * 2 * K + contextOf[left]]++;
      if (contextOf[right] >= 0) rows[left * 2 * K + K + contextOf[right]]++;
    }
  const total = frequencies.reduce((sum, count) => sum + count, 0);
  for (let v = 0; v < syllables; v++)
    for (let k = 0; k < 2 * K; k++) {
      const at = v * 2 * K + k;
      const expected = (frequencies[v] * frequencies[order[k % K] ?? 0]) / total;
      rows[at] = rows[at] > 0 ? Math.max(0, Math.log(rows[at] / expected)) : 0;
    }
  return rows;
}

/** The eigenvectors of a symmetric matrix with the largest eigenvalues, from fixed starting points. */
function mainDirections(matrix: Float64Array, width: number, count: number): Float64Array[] {
  let directions = Array.from({ length: count }, (_, d) =>
    Float64Array.from({ length: width }, (_, i) => Math.sin(1 + (d + 1) * (i + 1) * 0.7)),
  );
  for (let iteration = 0; iteration < iterations; iteration++) {
    directions = directions.map((direction) =>
      Float64Array.from({ length: width }, (_, i) => dot(matrix.subarray(i * width, (i + 1) * width), direction)),
    );
    for (const [d, direction] of directions.entries()) {
      for (const before of directions.slice(0, d)) {
        const share = dot(direction, before);
        for (let i = 0; i < width; i++) direction[i] -= share * before[i];
      }
      const length = Math.sqrt(dot(direction, direction)) || 1;
      for (let i = 0; i < width; i++) direction[i] /= length;
    }
  }
  return directions;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
