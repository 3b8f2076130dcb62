/** Where the windows of a pooled image lie. Letters: pool/average.ts. */
@unmanaged
export class PoolShape {
  n: i32 = 0;
  h: i32 = 0;
  w: i32 = 0;
  c: i32 = 0;
  oH: i32 = 0;
  oW: i32 = 0;
  kH: i32 = 0;
  kW: i32 = 0;
  sH: i32 = 0;
  sW: i32 = 0;
  pH: i32 = 0;
  pW: i32 = 0;
  private constructor() {}
}
