/**
 * Mixtures of Gaussians with diagonal covariances, one for each state, and a step of expectation and maximization for
 * them. How they are begun is in fitMixtures.ts. Letters: S states, M components of each, F features, T frames, U of
 * the states, C = U·M components.
 *
 *   p(x | s) = Σ_m w_sm · Π_f N(x_f; μ_smf, σ²_smf)
 *
 * Note [Densities as a product]. The logarithm of a component's density is linear in x², x and 1, so that all
 * components in all frames are one matrix product, Z·Pᵀ:
 *
 *   z = [x², x, 1]        p = [−½/σ², μ/σ², ln w − ½ Σ_f (ln 2πσ² + μ²/σ²)]
 *
 * and so are the sums of a step, Rᵀ·Z with the components' posteriors R (T, C). In float32 the terms would cancel far
 * from 0: x is taken from the middle of all means.
 * Source: Rabiner 1989, section IV.A; Dempster, Laird & Rubin 1977.
 */
import { DataError, ShapeError, message } from "../../errors.js";
import { checkNumber } from "../../options.js";
import { mul, sub } from "../../ops/pointwise/arithmetic.js";
import { exp } from "../../ops/pointwise/unary.js";
import { matmul } from "../../ops/product/matmul.js";
import { logSumExp } from "../../ops/reduce/logSumExp.js";
import { reshape } from "../../ops/shape/reshape.js";
import { tensor } from "../../tensor/create.js";
import { scope } from "../../tensor/scope.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkFeatures } from "../features.js";
import { type Collector, type Emissions, statesOf } from "./emissions.js";
import { type MixtureParameters, type MixtureValues, checkedMixtures, middleOf, rowsOf } from "./mixtureParameters.js";

/** Emissions of S states, each a mixture of M Gaussians over F features. */
export class GaussianMixtures implements Emissions<GaussianMixtures> {
  readonly states: number;
  /** M */
  readonly components: number;
  /** F */
  readonly features: number;
  readonly #values: MixtureValues;
  /** (F): what is subtracted before anything else, so that squares do not cancel. */
  readonly #middle: Float64Array;
  /** (S·M, 2F + 1): Note [Densities as a product]. */
  readonly #rows: Float32Array;

  /**
   * @throws {ShapeError} when the shapes do not fit each other
   * @throws {UsageError} when weights do not sum to 1 or a variance is not above 0
   */
  constructor(parameters: MixtureParameters) {
    this.#values = checkedMixtures("speech.GaussianMixtures", parameters);
    [this.states, this.components, this.features] = parameters.means.shape;
    this.#middle = middleOf(this.#values.means, this.features);
    this.#rows = rowsOf(this.#values, this.#middle);
  }

  /** Copies of the parameters. @throws {UsageError} before `init` @throws {MemoryError} */
  parameters(): Required<MixtureParameters> {
    const { states: S, components: M, features: F } = this;
    const { weights, means, variances, floor } = this.#values;
    const copy = (values: Float64Array, shape: number[]): Tensor => tensor(Float32Array.from(values), shape);
    return {
      weights: copy(weights, [S, M]),
      means: copy(means, [S, M, F]),
      variances: copy(variances, [S, M, F]),
      floor: copy(floor, [F]),
    };
  }

  /**
   * ln p(x_t | s). One product of (T, 2F + 1) and (2F + 1, U·M): Note [Densities as a product].
   *
   * Accuracy: about 10⁻⁶ of the largest term, (x − middle)²/σ².
   * @param x       (T, F)
   * @param states  the U states that are asked for. Default: all
   * @returns (T, U)
   * @throws {ShapeError} when x is not (T, F)
   * @throws {UsageError} for a state out of range
   * @throws {DataError} when a feature is not finite
   */
  logLikelihoods(x: Tensor, states?: Int32Array): Tensor {
    const op = "GaussianMixtures.logLikelihoods";
    const asked = statesOf(op, this.states, states);
    return scope(() => logSumExp(this.#densities(this.#powers(op, x), asked), 2));
  }

  /**
   * Twice as many components: each becomes two of half its weight, whose means stand `by` standard deviations to either
   * side of its own. Steps of Baum–Welch then draw them apart.
   * @throws {UsageError} when `by` is not in (0, 10]
   */
  split(by = 0.2): GaussianMixtures {
    checkNumber("GaussianMixtures.split", "by", by, "(0, 10]");
    const { features: F, components: M, states: S } = this;
    const { weights, means, variances, floor } = this.#values;
    const twice = (values: Float64Array, width: number, of: (value: number, i: number, side: number) => number) => {
      const result = new Float32Array(2 * values.length);
      for (let i = 0; i < values.length; i++) {
        const to = 2 * (i - (i % width)) + (i % width);
        for (const side of [0, 1]) result[to + side * width] = of(values[i], i, side);
      }
      return result;
    };
    const moved = (mean: number, i: number, side: number): number =>
      mean + (2 * side - 1) * by * Math.sqrt(variances[i]);
    return new GaussianMixtures({
      weights: tensor(twice(weights, 1, (w) => w / 2), [S, 2 * M]), // prettier-ignore
      means: tensor(twice(means, F, moved), [S, 2 * M, F]),
      variances: tensor(twice(variances, F, (variance) => variance), [S, 2 * M, F]), // prettier-ignore
      floor: tensor(Float32Array.from(floor)),
    });
  }

  /** Sums a step of expectation and maximization; the estimate's variances are no smaller than the floor. */
  collect(): Collector<GaussianMixtures> {
    const { components: M, features: F } = this;
    const width = 2 * F + 1;
    const sums = new Float64Array(this.states * M * width); // Σ r·x², Σ r·x, Σ r of each component
    return {
      visit: (x, states) => {
        const [z, T, U] = [this.#powers("GaussianMixtures.collect", x), x.shape[0], states.length];
        const logLikelihoods = scope(() => logSumExp(this.#densities(z, states), 2).toTypedArray().slice());
        const add = (posteriors: Float64Array): void =>
          scope(() => {
            const density = this.#densities(z, states); // (T, U, M)
            const own = exp(sub(density, tensor(logLikelihoods, [T, U, 1]))); // of a component, given its state
            const R = mul(own, tensor(Float32Array.from(posteriors), [T, U, 1]));
            const part = matmul(reshape(R, [T, U * M]), z, { transposeA: true }).toTypedArray(); // (U·M, 2F + 1)
            for (let u = 0; u < U; u++) {
              const to = states[u] * M * width;
              for (let i = 0; i < M * width; i++) sums[to + i] += part[u * M * width + i];
            }
          });
        return { logLikelihoods, add };
      },
      estimate: () => this.#maximum(sums),
    };
  }

  /** The parameters that sums lead to; those of a component that nothing was seen of stay. */
  #maximum(sums: Float64Array): GaussianMixtures {
    const { states: S, components: M, features: F } = this;
    const width = 2 * F + 1;
    const { floor, ...old } = this.#values;
    const [weights, means, variances] = [old.weights, old.means, old.variances].map((values) => values.slice());
    for (let s = 0; s < S; s++) {
      let all = 0;
      for (let m = 0; m < M; m++) all += sums[(s * M + m + 1) * width - 1];
      if (!(all > 0)) continue;
      for (let m = 0; m < M; m++) {
        const c = s * M + m;
        const seen = sums[(c + 1) * width - 1];
        weights[c] = seen / all;
        if (seen < least) continue;
        for (let f = 0; f < F; f++) {
          const mean = sums[c * width + F + f] / seen;
          means[c * F + f] = mean + this.#middle[f];
          variances[c * F + f] = Math.max(floor[f], sums[c * width + f] / seen - mean * mean);
        }
      }
    }
    return new GaussianMixtures({
      weights: tensor(Float32Array.from(weights), [S, M]),
      means: tensor(Float32Array.from(means), [S, M, F]),
      variances: tensor(Float32Array.from(variances), [S, M, F]),
      floor: tensor(Float32Array.from(floor)),
    });
  }

  /** (T, 2F + 1): squares, features and 1, from the middle. */
  #powers(op: string, x: Tensor): Tensor {
    checkFeatures(op, x);
    const { features: F } = this;
    const [T, own] = x.shape;
    if (own !== F) {
      throw new ShapeError(message(op, "features differ", { expected: `[T, F] with F = ${F}`, got: showShape(x.shape) })); // prettier-ignore
    }
    const values = x.toTypedArray();
    const powers = new Float32Array(T * (2 * F + 1));
    for (let t = 0; t < T; t++) {
      const to = t * (2 * F + 1);
      for (let f = 0; f < F; f++) {
        const value = values[t * F + f] - this.#middle[f];
        if (!Number.isFinite(value)) {
          const got = `${values[t * F + f]} in frame ${t}`;
          throw new DataError(message(op, "a feature is not finite", { expected: "finite numbers", got }));
        }
        powers[to + f] = value * value;
        powers[to + F + f] = value;
      }
      powers[to + 2 * F] = 1;
    }
    return tensor(powers, [T, 2 * F + 1]);
  }

  /** (T, U, M): the logarithm of each component's weighted density. */
  #densities(z: Tensor, states: Int32Array): Tensor {
    const { components: M } = this;
    const length = M * (2 * this.features + 1);
    const rows = new Float32Array(states.length * length);
    for (let u = 0; u < states.length; u++)
      rows.set(this.#rows.subarray(states[u] * length, (states[u] + 1) * length), u * length);
    const P = tensor(rows, [states.length * M, length / M]);
    return reshape(matmul(z, P, { transposeB: true }), [z.shape[0], states.length, M]);
  }
}

/** A component that fewer frames than this were seen of keeps its mean and variance. */
const least = 1e-3;
