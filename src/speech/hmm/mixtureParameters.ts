/**
 * What mixtures of Gaussians consist of: their parameters, checked, and the rows by which a product gives their
 * densities. Letters: S states, M components of each, F features, C = S·M.
 */
import { ShapeError, UsageError, checkKeys, message, show } from "../../errors.js";
import { showShape } from "../../tensor/shape.js";
import { Tensor } from "../../tensor/tensor.js";
import { checkMatrix, checkRows } from "./emissions.js";

/** What mixtures consist of. */
export interface MixtureParameters {
  /** (S, M); rows sum to 1. */
  readonly weights: Tensor;
  /** (S, M, F) */
  readonly means: Tensor;
  /** (S, M, F), above 0. */
  readonly variances: Tensor;
  /** (F): the least variance of each feature that a step may estimate, above 0. Default 10⁻⁴ for all. */
  readonly floor?: Tensor;
}

/** The parameters in float64. */
export interface MixtureValues {
  readonly weights: Float64Array;
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly floor: Float64Array;
}

/**
 * The parameters in float64.
 * @throws {ShapeError} when the shapes do not fit each other
 * @throws {UsageError} when weights do not sum to 1, a mean is not finite, or a variance is not above 0
 */
export function checkedMixtures(op: string, parameters: MixtureParameters): MixtureValues {
  checkKeys(op, parameters, ["weights", "means", "variances", "floor"]);
  const { weights, means, variances, floor } = parameters;
  checkMatrix(op, "weights", weights, "[S, M]");
  const isCube = means instanceof Tensor && means.rank === 3 && means.dtype === "float32" && means.size > 0;
  const like = (x: unknown, shape: readonly number[]): boolean =>
    x instanceof Tensor && x.dtype === "float32" && x.shape.join() === shape.join();
  if (!isCube || !like(variances, means.shape) || means.shape.slice(0, 2).join() !== weights.shape.join()) {
    const expected = `means and variances [S, M, F] with [S, M] = ${showShape(weights.shape)}`;
    throw new ShapeError(message(op, "shapes differ", { expected, got: [means, variances].map(shown).join(" and ") }));
  }
  const F = means.shape[2];
  if (floor !== undefined && !like(floor, [F])) {
    throw new ShapeError(message(op, "floor does not fit", { expected: `[F] = [${F}]`, got: shown(floor) }));
  }
  const values: MixtureValues = {
    weights: Float64Array.from(weights.toTypedArray()),
    means: Float64Array.from(means.toTypedArray()),
    variances: Float64Array.from(variances.toTypedArray()),
    floor: floor ? Float64Array.from(floor.toTypedArray()) : new Float64Array(F).fill(1e-4),
  };
  checkRows(op, "weights", values.weights, means.shape[1]);
  for (const name of ["variances", "floor"] as const) {
    const wrong = values[name].find((value) => !(value > 0 && value < Infinity));
    if (wrong !== undefined)
      throw new UsageError(message(op, `${name} do not fit`, { expected: "finite numbers above 0", got: `${wrong}` }));
  }
  const notFinite = values.means.find((value) => !Number.isFinite(value));
  if (notFinite !== undefined)
    throw new UsageError(message(op, "means do not fit", { expected: "finite numbers", got: `${notFinite}` }));
  return values;
}

const shown = (x: unknown): string => (x instanceof Tensor ? `${x.dtype} ${showShape(x.shape)}` : show(x));

/** The mean of all means, (F). */
export function middleOf(means: Float64Array, F: number): Float64Array {
  const middle = new Float64Array(F);
  for (let i = 0; i < means.length; i++) middle[i % F] += (means[i] * F) / means.length;
  return middle;
}

/** The logarithm that stands for that of a weight of 0, so that no product meets 0·∞. */
const logOfNothing = -1e30;

/** The factors of each component, (C, 2F + 1), from the middle: Note [Densities as a product]. */
export function rowsOf({ weights, means, variances }: MixtureValues, middle: Float64Array): Float32Array {
  const F = middle.length;
  const width = 2 * F + 1;
  const rows = new Float32Array(weights.length * width);
  for (let c = 0; c < weights.length; c++) {
    let constant = weights[c] > 0 ? Math.log(weights[c]) : logOfNothing;
    for (let f = 0; f < F; f++) {
      const [mean, variance] = [means[c * F + f] - middle[f], variances[c * F + f]];
      rows[c * width + f] = -0.5 / variance;
      rows[c * width + F + f] = mean / variance;
      constant -= 0.5 * (Math.log(2 * Math.PI * variance) + (mean * mean) / variance);
    }
    rows[c * width + 2 * F] = constant;
  }
  return rows;
}
