/**
 * The field that sets slanted writing upright, by the moments of the image: its centre of mass goes to the middle, and each row is shifted by
 * α = cov(row, column) / var(row) for each row above or below it. Letters: images (N, H, W, C), field (N, 2, H, W) as in sample.ts.
 * Values are weights: background 0, ink above it. An image without ink keeps its place. Source: LeCun et al. 1998, the "deskewed" rows of MNIST's table.
 */
import { shareEnd, shareStart } from "../thread";

/** @param field out (n, 2, h, w) @param x in (n, h, w, c) */
export function deskewField(field: usize, x: usize, n: i32, h: i32, w: i32, c: i32): void {
  const pixels = h * w;
  const end = shareEnd(n, pixels * (c + 1), 1);
  for (let image = shareStart(n, pixels * (c + 1), 1); image < end; image++) {
    let at = x + ((<usize>image * <usize>pixels * <usize>c) << 2);
    let mass: f64 = 0;
    let massRow: f64 = 0;
    let massColumn: f64 = 0;
    let massRowRow: f64 = 0;
    let massRowColumn: f64 = 0;
    for (let i = 0; i < h; i++) {
      let line: f64 = 0;
      let lineColumn: f64 = 0;
      for (let j = 0; j < w; j++) {
        for (let channel = 0; channel < c; channel++) {
          const ink = <f64>load<f32>(at);
          line += ink;
          lineColumn += ink * <f64>j;
          at += 4;
        }
      }
      mass += line;
      massRow += line * <f64>i;
      massColumn += lineColumn;
      massRowRow += line * <f64>i * <f64>i;
      massRowColumn += lineColumn * <f64>i;
    }
    const middleRow = <f64>(h - 1) / 2;
    const middleColumn = <f64>(w - 1) / 2;
    const hasInk = mass > 0;
    const row = hasInk ? massRow / mass : middleRow;
    const column = hasInk ? massColumn / mass : middleColumn;
    const variance = hasInk ? massRowRow / mass - row * row : 0;
    const slant = variance > 1e-6 ? (massRowColumn / mass - row * column) / variance : 0;
    let to = field + ((<usize>image * <usize>pixels) << 3);
    const columns = (<usize>pixels) << 2;
    for (let i = 0; i < h; i++) {
      const above = <f64>i - middleRow;
      const first = column - middleColumn + slant * above;
      for (let j = 0; j < w; j++) {
        store<f32>(to, <f32>(row + above));
        store<f32>(to + columns, <f32>(first + <f64>j));
        to += 4;
      }
    }
  }
}
