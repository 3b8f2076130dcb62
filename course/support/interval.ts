/** The 95 % interval of a share that was counted. Source: Wilson 1927, "Probable inference". */

/** Standard errors to each side. */
const z = 1.96;

/** Between which shares the true one lies, with 95 % confidence, after `hits` out of `N` ≥ 1 independent trials. */
export function intervalOf(hits: number, N: number): { readonly from: number; readonly to: number } {
  const p = hits / N;
  const middle = (p + z ** 2 / (2 * N)) / (1 + z ** 2 / N);
  const half = (z / (1 + z ** 2 / N)) * Math.sqrt((p * (1 - p)) / N + z ** 2 / (4 * N ** 2));
  return { from: middle - half, to: middle + half };
}
