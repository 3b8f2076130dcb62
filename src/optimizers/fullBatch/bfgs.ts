/**
 * BFGS: the inverse of the Hessian as a dense matrix H in float64, improved by each step (Nocedal & Wright, equation
 * 6.17). Letters: n parameters. Source: Broyden, Fletcher, Goldfarb, Shanno 1970.
 */
import type { SearchRules } from "./trial.js";
import { type Method, type Step, stepLikeLast } from "./method.js";
import type { Space } from "./space.js";

/** BFGS on vectors V. Cost of a step: n² multiply-adds three times, and 8 n² bytes. */
export class Bfgs<V> implements Method<V> {
  readonly rules: SearchRules = { decrease: 1e-4, curvature: 0.9, tolerance: 1e-14, takesBest: false };
  readonly #space: Space<V>;
  /** (n, n), symmetric; undefined for the identity. */
  #inverse: Float64Array | undefined;

  constructor(space: Space<V>) {
    this.#space = space;
  }

  direct(p: V, gradient: V): void {
    const g = this.#space.read(gradient);
    this.#space.write(p, this.#times(g).map((value) => -value)); // prettier-ignore
  }

  firstStep(p: V, slope: number, lastChange = -Math.sqrt(this.#space.dot(p, p)) / 2): number {
    return stepLikeLast(slope, lastChange);
  }

  learn({ s: steps, y: changes }: Step<V>): void {
    const [s, y] = [this.#space.read(steps), this.#space.read(changes)];
    const curvature = product(s, y);
    if (!(curvature > 0)) return;
    const n = s.length;
    const hy = this.#times(y);
    const scale = (1 + product(y, hy) / curvature) / curvature;
    if (this.#inverse === undefined) {
      this.#inverse = new Float64Array(n * n);
      for (let i = 0; i < n; i++) this.#inverse[i * n + i] = 1;
    }
    for (let i = 0; i < n; i++) {
      const row = this.#inverse.subarray(i * n, (i + 1) * n);
      const [ofS, ofHy] = [scale * s[i] - hy[i] / curvature, s[i] / curvature];
      for (let j = 0; j < n; j++) row[j] += ofS * s[j] - ofHy * hy[j];
    }
  }

  reset(): boolean {
    const isIdentity = this.#inverse === undefined;
    this.#inverse = undefined;
    return !isIdentity;
  }

  /** H x */
  #times(x: Float64Array): Float64Array {
    const n = x.length;
    const inverse = this.#inverse;
    if (inverse === undefined) return x;
    return Float64Array.from(x, (_, i) => product(inverse.subarray(i * n, (i + 1) * n), x));
  }
}

function product(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
