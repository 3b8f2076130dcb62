/**
 * L-BFGS: the inverse Hessian is represented by the last m steps s and changes of the gradient y, and the direction
 * computed from them by two loops (Nocedal & Wright, algorithm 7.4), scaled by sᵀy / yᵀy of the newest pair. A pair
 * without positive curvature is stored as zeros and skipped, so that the pairs alone are the state of the method.
 * Source: Nocedal 1980; Liu & Nocedal 1989. The rules of its search are those of L-BFGS-B 3.0 (Zhu et al. 1997).
 */
import type { SearchRules } from "./trial.js";
import type { Method, Step } from "./method.js";
import type { Space } from "./space.js";

/** Memory for one step of the past. */
export interface Pair<V> {
  readonly s: V;
  readonly y: V;
}

/** L-BFGS on vectors V. */
export class LimitedMemory<V> implements Method<V> {
  readonly rules: SearchRules = { decrease: 1e-3, curvature: 0.9, tolerance: 0.1, takesBest: true };
  readonly #space: Space<V>;
  readonly #pairs: readonly Pair<V>[];
  /** sᵀy of each pair; 0 where it is not used. */
  readonly #curvatures: number[];
  /** Steps learnt so far: the next replaces pair #count mod m. */
  #count: number;

  /**
   * @param pairs  memory, zeros or the pairs of an earlier training
   * @param count  steps that were learnt into it
   */
  constructor(space: Space<V>, pairs: readonly Pair<V>[], count = 0) {
    this.#space = space;
    this.#pairs = pairs;
    this.#count = count;
    this.#curvatures = pairs.map(({ s, y }) => space.dot(s, y));
  }

  direct(p: V, gradient: V): void {
    const { combine, dot } = bound(this.#space);
    const m = this.#pairs.length;
    const newestFirst = this.#pairs.map((_, i) => (((this.#count - 1 - i) % m) + m) % m);
    const used = newestFirst.filter((i) => this.#curvatures[i] > 0);
    combine(p, -1, gradient, 0, gradient);
    const alphas = used.map((i) => {
      const { s, y } = this.#pairs[i];
      const alpha = dot(s, p) / this.#curvatures[i];
      combine(p, 1, p, -alpha, y);
      return alpha;
    });
    if (used.length === 0) return;
    const { y } = this.#pairs[used[0]];
    combine(p, this.#curvatures[used[0]] / dot(y, y), p, 0, p);
    for (const [k, i] of [...used.entries()].reverse()) {
      const { s, y } = this.#pairs[i];
      combine(p, 1, p, alphas[k] - dot(y, p) / this.#curvatures[i], s);
    }
  }

  firstStep(p: V): number {
    if (this.#curvatures.some((curvature) => curvature > 0)) return 1;
    return Math.min(1, 1 / Math.sqrt(this.#space.dot(p, p)));
  }

  learn({ s, y, step, slope }: Step<V>): void {
    const i = this.#count++ % this.#pairs.length;
    const curvature = this.#space.dot(s, y);
    const isUseful = curvature > -Number.EPSILON * slope * step && Number.isFinite(curvature);
    const pair = this.#pairs[i];
    this.#space.combine(pair.s, isUseful ? 1 : 0, s, 0, s);
    this.#space.combine(pair.y, isUseful ? 1 : 0, y, 0, y);
    this.#curvatures[i] = isUseful ? curvature : 0;
  }

  reset(): boolean {
    const isEmpty = this.#curvatures.every((curvature) => curvature === 0);
    for (const [i, { s, y }] of this.#pairs.entries()) {
      this.#space.write(s, new Float64Array(this.#space.read(s).length));
      this.#space.write(y, new Float64Array(this.#space.read(y).length));
      this.#curvatures[i] = 0;
    }
    return !isEmpty;
  }
}

function bound<V>(space: Space<V>): Pick<Space<V>, "combine" | "dot"> {
  return { combine: space.combine.bind(space), dot: space.dot.bind(space) };
}
