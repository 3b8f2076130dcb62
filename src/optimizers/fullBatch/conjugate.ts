/**
 * Steepest descent and nonlinear conjugate gradients: p = −g + β p₋₁. Letters: y = g − g₋₁.
 *
 *   Fletcher–Reeves    β = gᵀg / g₋₁ᵀg₋₁                           Fletcher & Reeves 1964
 *   Polak–Ribière+     β = max(0, yᵀg / g₋₁ᵀg₋₁)                   Polak & Ribière 1969; Gilbert & Nocedal 1992
 *   Hager–Zhang        β = (y − 2 p₋₁ yᵀy / p₋₁ᵀy)ᵀ g / p₋₁ᵀy      Hager & Zhang 2005, with their lower bound
 */
import type { SearchRules, Trial } from "./trial.js";
import { type Method, type Step, stepLikeLast } from "./method.js";
import type { Space } from "./space.js";

/** The formula of β; "none" is 0, which is steepest descent. */
export type Beta = "polak-ribiere" | "fletcher-reeves" | "hager-zhang" | "none";

/** p′ᵀg′ ≤ −0.01 g′ᵀg′ is sufficient descent: Gilbert & Nocedal. */
const leastDescent = 0.01;

/** Fletcher–Reeves begins anew where |gᵀg₋₁| is this share of gᵀg, or it would make ever shorter steps: Powell 1977. */
const farFromOrthogonal = 0.1;

/** Conjugate gradients on vectors V. */
export class ConjugateGradients<V> implements Method<V> {
  readonly rules: SearchRules;
  readonly #space: Space<V>;
  readonly #beta: Beta;
  /** True where this gradient is the answer, whatever direction would follow. */
  readonly #isSmall: (gradient: V) => boolean;
  /** p ← −g + β p for the next direction; undefined after a reset. */
  #factor: number | undefined;
  /** The last direction. */
  readonly #p: V;
  /** g₋₁ᵀg₋₁ */
  #squares = NaN;

  constructor(space: Space<V>, beta: Beta, isSmall: (gradient: V) => boolean) {
    this.#space = space;
    this.#beta = beta;
    this.#isSmall = isSmall;
    this.#p = space.make();
    const curvature = beta === "fletcher-reeves" ? 0.1 : 0.4;
    this.rules = { decrease: 1e-4, curvature, tolerance: 1e-14, takesBest: false };
  }

  direct(p: V, gradient: V): void {
    this.#space.combine(p, -1, gradient, this.#factor ?? 0, p);
    this.#space.combine(this.#p, 1, p, 0, p);
    this.#squares = this.#space.dot(gradient, gradient);
  }

  firstStep(p: V, slope: number, lastChange = -Math.sqrt(this.#space.dot(p, p)) / 2): number {
    return stepLikeLast(slope, lastChange);
  }

  accepts({ slope }: Trial, after: V, before: V): boolean {
    if (this.#beta !== "polak-ribiere" || this.#isSmall(after)) return true;
    const squares = this.#space.dot(after, after);
    const beta = Math.max(0, (squares - this.#space.dot(after, before)) / this.#space.dot(before, before));
    return -squares + beta * slope <= -leastDescent * squares;
  }

  learn({ y, gradient }: Step<V>): void {
    const space = this.#space;
    const squares = space.dot(gradient, gradient);
    this.#factor = this.#betaOf(squares, space.dot(y, gradient), gradient, y);
  }

  #betaOf(squares: number, yg: number, gradient: V, y: V): number {
    const before = this.#squares;
    if (this.#beta === "none") return 0;
    if (this.#beta === "fletcher-reeves")
      return Math.abs(squares - yg) >= farFromOrthogonal * squares ? 0 : squares / before;
    if (this.#beta === "polak-ribiere") return Math.max(0, yg / before);
    const [py, pg, pp] = [y, gradient, this.#p].map((other) => this.#space.dot(this.#p, other));
    const yy = this.#space.dot(y, y);
    const lowest = -1 / (Math.sqrt(pp) * Math.min(0.01, Math.sqrt(before)));
    return Math.max((yg - (2 * pg * yy) / py) / py, lowest);
  }

  reset(): boolean {
    const wasConjugate = this.#factor !== undefined && this.#factor !== 0;
    this.#factor = undefined;
    return wasConjugate;
  }
}
