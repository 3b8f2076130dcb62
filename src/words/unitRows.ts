/** Rows of length 1, whose products are cosines, and the largest of many scores. Letters: V rows, D numbers of each. */

/** Each row divided by its length, a new array; a row of zeros stays one. */
export function unitRows(matrix: Float32Array, D: number): Float32Array<ArrayBuffer> {
  const units = new Float32Array(matrix.length);
  for (let from = 0; from < matrix.length; from += D) {
    let squares = 0;
    for (let d = from; d < from + D; d++) squares += matrix[d] * matrix[d];
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let d = from; d < from + D; d++) units[d] = matrix[d] * scale;
  }
  return units;
}

/** The positions of the `count` largest scores, the largest first; of equal ones the first. Cost: one pass, and count². */
export function best(scores: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (let at = 0; at < scores.length; at++) {
    if (found.length === count && !(scores[at] > scores[found[count - 1]])) continue;
    let place = found.length;
    while (place > 0 && scores[at] > scores[found[place - 1]]) place--;
    found.splice(place, 0, at);
    if (found.length > count) found.pop();
  }
  return found;
}
