/**
 * The iteration of all full-batch methods: a direction, a step along it, what the method learns of it. The point it
 * stands on never becomes worse. Does not know what a method or a function computes. Letters: x point, g gradient,
 * p direction.
 */
import { searchStep } from "./lineSearch.js";
import type { Method } from "./method.js";
import type { Space } from "./space.js";
import type { Trial } from "./trial.js";

/** A function of vectors. @param gradient out: ∂f/∂x @returns f(x) */
export type Objective<V> = (x: V, gradient: V) => number;

/** How an iteration ended: with a step, or without one because none descends, or none was left to evaluate. */
export type Iteration = "step" | "no descent" | "evaluations";

/** What a search found. */
interface Found {
  readonly trial: Trial | undefined;
  readonly isWolfe: boolean;
  readonly isSpent: boolean;
}

/** Thrown inside a search to end it. */
class Spent extends Error {}

/** So many steps one after another that lower neither the value beyond rounding nor the gradient end a descent. */
const mostStalls = 20;

/** A descent: where it stands, and what it takes to go on. */
export class Descent<V> {
  x: V;
  gradient: V;
  value = NaN;
  /** max |∂f/∂x| */
  gradientNorm = NaN;
  /** Of the function with its gradient, so far. */
  evaluations = 0;
  /** Steps made. */
  iterations = 0;
  /** α of the last step. */
  step = 0;
  readonly #space: Space<V>;
  readonly #method: Method<V>;
  readonly #f: Objective<V>;
  readonly #p: V;
  #trialX: V;
  #trialGradient: V;
  #lastChange: number | undefined;
  #stalls = 0;
  /** The least gradientNorm so far. */
  #leastNorm = Infinity;
  /** The point that was evaluated last. */
  #at: V | undefined;
  /** f there. */
  #lastValue = NaN;

  /** @param x  the first point; the descent writes to it */
  constructor(space: Space<V>, method: Method<V>, f: Objective<V>, x: V) {
    this.#space = space;
    this.#method = method;
    this.#f = f;
    this.x = x;
    [this.gradient, this.#p, this.#trialX, this.#trialGradient] = [0, 1, 2, 3].map(() => space.make());
  }

  /** Evaluates the function where the descent stands. */
  begin(): void {
    this.value = this.#evaluate(this.x, this.gradient);
    this.gradientNorm = this.#space.largest(this.gradient);
  }

  /** True once steps lower the function by no more than rounding does, and its gradient no further. */
  get isStalled(): boolean {
    return this.#stalls >= mostStalls;
  }

  /** Makes a step. @param mostEvaluations in all; a search that would need more ends at the best point it has seen */
  iterate(mostEvaluations = Infinity): Iteration {
    const method = this.#method;
    let slope = this.#direct();
    if (!(slope < 0)) {
      if (!method.reset()) return "no descent";
      slope = this.#direct();
      if (!(slope < 0)) return "no descent";
    }
    const { trial, isWolfe, isSpent } = this.#search(slope, mostEvaluations);
    if (trial !== undefined) this.#accept(trial, slope);
    if (isSpent) return "evaluations";
    if (trial === undefined) return method.reset() ? this.iterate(mostEvaluations) : "no descent";
    if (!isWolfe) method.reset();
    return "step";
  }

  /** Evaluates the point again where the last evaluation was of another. */
  returnToBest(): void {
    if (this.#at !== this.x) this.begin();
  }

  /** Writes the next direction. @returns its slope */
  #direct(): number {
    this.#method.direct(this.#p, this.gradient);
    return this.#space.dot(this.#p, this.gradient);
  }

  /** Searches along p. Where no step fulfils the conditions, the lowest trial below f(x) is taken, if there is one. */
  #search(slope: number, mostEvaluations: number): Found {
    const method = this.#method;
    const start: Trial = { step: 0, value: this.value, slope };
    let lowest = start;
    const along = (step: number): Trial => {
      if (this.evaluations >= mostEvaluations) throw new Spent("no evaluations are left");
      const trial = this.#try(step, start);
      if (trial.value < lowest.value && !trial.isRounded && Number.isFinite(trial.slope)) lowest = trial;
      return trial;
    };
    const accepts = (trial: Trial): boolean => method.accepts?.(trial, this.#trialGradient, this.gradient) ?? true;
    const first = method.firstStep(this.#p, slope, this.#lastChange);
    let isSpent = false;
    try {
      const trial = searchStep(along, start, first, { ...method.rules, accepts });
      if (trial !== undefined) return { trial, isWolfe: true, isSpent };
    } catch (error) {
      if (!(error instanceof Spent)) throw error;
      isSpent = true;
    }
    return { trial: lowest === start ? undefined : this.#try(lowest.step, start), isWolfe: false, isSpent };
  }

  /**
   * f and its slope at a step along p. Where f differs from the first value by no more than rounding makes of it, the
   * difference is computed from the slopes, which still tell up from down.
   */
  #try(step: number, start: Trial): Trial {
    const space = this.#space;
    space.combine(this.#trialX, 1, this.x, step, this.#p);
    const value = this.#evaluate(this.#trialX, this.#trialGradient);
    const slope = space.dot(this.#trialGradient, this.#p);
    const noise = space.noise * Math.abs(start.value);
    const bySlopes = (step * (start.slope + slope)) / 2;
    const isRounded = Math.abs(value - start.value) <= noise && Math.abs(bySlopes) <= noise;
    return { step, value: isRounded ? start.value + bySlopes : value, slope, isRounded };
  }

  /** Goes to the trial. */
  #accept({ step, value }: Trial, slope: number): void {
    const space = this.#space;
    const change = value - this.value;
    const [s, y] = [this.x, this.gradient];
    space.combine(s, 1, this.#trialX, -1, this.x);
    space.combine(y, 1, this.#trialGradient, -1, this.gradient);
    this.#method.learn({ s, y, gradient: this.#trialGradient, step, slope });
    [this.x, this.#trialX] = [this.#trialX, s];
    [this.gradient, this.#trialGradient] = [this.#trialGradient, y];
    this.gradientNorm = space.largest(this.gradient);
    const isLower = change < -space.noise * Math.abs(this.value) || this.gradientNorm < this.#leastNorm;
    this.#stalls = isLower ? 0 : this.#stalls + 1;
    this.#leastNorm = Math.min(this.#leastNorm, this.gradientNorm);
    this.#lastChange = Math.min(change, 0);
    this.value = this.#lastValue;
    this.step = step;
    this.iterations++;
  }

  #evaluate(x: V, gradient: V): number {
    this.evaluations++;
    this.#at = x;
    this.#lastValue = this.#f(x, gradient);
    return this.#lastValue;
  }
}
