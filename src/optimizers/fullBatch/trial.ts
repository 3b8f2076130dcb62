/** What a line search knows: φ(α) = f(x + α p) at steps α, and what it looks for. */

/** φ and φ′ at a step. */
export interface Trial {
  /** α */
  readonly step: number;
  /** φ(α) */
  readonly value: number;
  /** φ′(α) */
  readonly slope: number;
  /** True where φ(α) differs from φ(0) by rounding alone, and the difference here follows from the slopes. */
  readonly isRounded?: boolean;
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

/** φ at a step, or at one nearer to `near` where it is not finite. */
export function finiteTrial(along: Along, step: number, near: number): Trial | undefined {
  let trial = along(step);
  for (let i = 0; i < halvings; i++) {
    if (Number.isFinite(trial.value) && Number.isFinite(trial.slope)) return trial;
    trial = along(near + (trial.step - near) / 2);
  }
  return undefined;
}
