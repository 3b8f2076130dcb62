/** A sequence, how its steps go, and which of them count: Note [Sequence kernels] in recurrent/steps.ts. */
@unmanaged
export class SequenceShape {
  /** N. */
  n: i32 = 0;
  /** T. */
  t: i32 = 0;
  /** H. */
  h: i32 = 0;
  order: i32 = 0;
  /** φ and σ, numbers of elementwise/activation.ts. */
  activation: i32 = 0;
  recurrentActivation: i32 = 0;
  /** In (N, T) int32, or 0: where it is 0 the step does not count. */
  mask: usize = 0;
  /** In (N, H) int32, or 0: where it is 0, h is dropped before U, else times keepScale. */
  keep: usize = 0;
  private constructor() {}
}
