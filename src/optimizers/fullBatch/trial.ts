/** What a line search knows: φ(α) = f(x + α p) at steps α, and what it looks for. */

/** φ and φ′ at a step. */
export interface Trial {
  /** α */
  readonly step: number;
  /** φ(α) */
  readonly value: number;
  /** φ′(α) */
  readonly slope: number;
}

/** What a search is for. */
export interface SearchRules {
  /** c₁ in (0, ½). */
  readonly decrease: number;
  /** c₂ in (c₁, 1). */
  readonly curvature: number;
  /** An interval of steps is exhausted where its length is this share of its end. */
  readonly tolerance: number;
  /** True takes the best step of an exhausted interval, false looks for another by zooming. */
  readonly takesBest: boolean;
  /** A further condition on a step that fulfils the others. */
  accepts?(trial: Trial): boolean;
}

/** φ, which counts its evaluations. */
export type Along = (step: number) => Trial;

/** How often a step is halved where the function is not finite. */
const halvings = 60;

/**
 * Where φ cannot be told from φ(0), its derivative alone says whether a step is as good: Hager & Zhang's approximate
 * Wolfe conditions, (2 δ − 1) φ′(0) ≥ φ′(α) ≥ c₂ φ′(0) with δ = 0.1.
 */
export function isNearEnough(trial: Trial, start: Trial, { curvature }: SearchRules, noise: number): boolean {
  const { value, slope } = trial;
  if (!(Math.abs(value - start.value) <= noise)) return false;
  return slope <= -0.8 * start.slope && slope >= curvature * start.slope;
}

/** φ at a step, or at one nearer to `near` where it is not finite. */
export function finiteTrial(along: Along, step: number, near: number): Trial | undefined {
  let trial = along(step);
  for (let i = 0; i < halvings; i++) {
    if (Number.isFinite(trial.value) && Number.isFinite(trial.slope)) return trial;
    trial = along(near + (trial.step - near) / 2);
  }
  return undefined;
}
