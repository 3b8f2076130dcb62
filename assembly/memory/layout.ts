/** A box of four axes, outermost first, that is copied from one place to another. Letters: memory/copy.ts. */
@unmanaged
export class CopyBox {
  /** Sizes. */
  d0: i32 = 0;
  d1: i32 = 0;
  d2: i32 = 0;
  d3: i32 = 0;
  /** Strides of the output, in elements, of either sign. */
  o0: i32 = 0;
  o1: i32 = 0;
  o2: i32 = 0;
  o3: i32 = 0;
  /** Strides of the input; 0 repeats. */
  x0: i32 = 0;
  x1: i32 = 0;
  x2: i32 = 0;
  x3: i32 = 0;
  private constructor() {}
}
