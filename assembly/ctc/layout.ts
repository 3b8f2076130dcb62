/** Sizes of a batch for the loss of connectionist temporal classification. Letters: ctc/states.ts. */
@unmanaged
export class CtcShape {
  n: i32 = 0;
  t: i32 = 0;
  c: i32 = 0;
  /** L, with padding. */
  l: i32 = 0;
  /** The class that stands for no label. */
  blank: i32 = 0;
  /** ≠ 0: a recording that cannot give its target has loss and gradient 0. */
  zeroInfinity: i32 = 0;
  constructor() {}
}
