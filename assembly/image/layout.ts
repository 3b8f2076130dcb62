/** Bounds of random distortions: Note [Distortion draws] in image/distortion.ts. */
@unmanaged
export class Distortion {
  /** In turns, 0 ≤ rotation ≤ 1/2. */
  rotation: f32 = 0;
  /** 0 ≤ scale < 1: sizes from 1 − scale to 1 + scale. */
  scale: f32 = 0;
  /** Columns a row. */
  shear: f32 = 0;
  /** In pixels, both ways. */
  shift: f32 = 0;
  /** Of the noise before it is smoothed, in pixels. */
  amplitude: f32 = 0;
  /** Of the Gaussian, in pixels; 0: nothing elastic. */
  sigma: f32 = 0;
  /** Bit 0 mirrors every second image left to right, bit 1 top to bottom. */
  flips: i32 = 0;
  private constructor() {}
}
