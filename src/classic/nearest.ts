/** The unit that is nearest to one sample, in plain loops. Letters: K units, F numbers of each. */

/**
 * @param units  (K, F) @param x (F) @param biases (K), subtracted from the squared distances; default none
 * @returns the nearest unit, the first of equal ones, and the square of its distance
 */
export function nearest(
  units: Float32Array,
  x: Float32Array,
  biases?: Float64Array,
): { readonly unit: number; readonly squared: number } {
  const F = x.length;
  let [unit, least, squared] = [0, Infinity, Infinity];
  for (let k = 0; k * F < units.length; k++) {
    let sum = 0;
    for (let i = 0; i < F; i++) sum += (units[k * F + i] - x[i]) ** 2;
    const biased = sum - (biases === undefined ? 0 : biases[k]);
    if (biased < least) [unit, least, squared] = [k, biased, sum];
  }
  return { unit, squared };
}
