/** A convolution: which source pixels each output reads, and where outputs stand. Sizes in elements. Letters: conv/plan.ts. */
@unmanaged
export class ConvShape {
  /** N. */
  images: i32 = 0;
  /** H and W of the source. */
  height: i32 = 0;
  width: i32 = 0;
  /** C, of one group. */
  channels: i32 = 0;
  /** Rows and columns of outputs. */
  qH: i32 = 0;
  qW: i32 = 0;
  /** O, of all groups. */
  outputs: i32 = 0;
  groups: i32 = 0;
  kH: i32 = 0;
  kW: i32 = 0;
  sH: i32 = 0;
  sW: i32 = 0;
  dH: i32 = 0;
  dW: i32 = 0;
  /** Row and column that output (0, 0) reads at tap (0, 0): minus the padding. */
  top: i32 = 0;
  left: i32 = 0;
  /** Output (n, q, r, o) stands at n · imageStep + q · rowStep + r · columnStep + o. */
  imageStep: i32 = 0;
  rowStep: i32 = 0;
  columnStep: i32 = 0;
  private constructor() {}
}

/** A selection of a kernel's taps: kh = h0 + i · hStep for i < nH, kw = w0 + j · wStep for j < nW. */
@unmanaged
export class TapSelection {
  h0: i32 = 0;
  hStep: i32 = 0;
  nH: i32 = 0;
  w0: i32 = 0;
  wStep: i32 = 0;
  nW: i32 = 0;
  private constructor() {}
}
