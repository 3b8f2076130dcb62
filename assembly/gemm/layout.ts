/** Which operands of a product are transposed; both: the sum. */
export enum Transpose {
  None = 0,
  A = 1,
  B = 2,
}

/** Many products of one size: `count` of them, Xᵢ at x + i · xNext elements. Letters: gemm/gemm.ts. */
@unmanaged
export class BatchShape {
  m: i32 = 0;
  n: i32 = 0;
  k: i32 = 0;
  count: i32 = 0;
  /** Elements from one row of A to the next, and from one matrix to the next. */
  lda: i32 = 0;
  aNext: i32 = 0;
  ldb: i32 = 0;
  bNext: i32 = 0;
  ldc: i32 = 0;
  cNext: i32 = 0;
  private constructor() {}
}
