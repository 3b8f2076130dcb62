/** What layers on images check. Letters: images (N, H, W, C). */
import { ShapeError, message } from "../../errors.js";
import type { Shape } from "../../tensor/shape.js";
import { oneInput } from "../layer.js";

/** The shape of the one input, which must be (H, W, C). Throws ShapeError. */
export function checkImageShape(kind: string, inputShapes: readonly Shape[]): Shape {
  const shape = oneInput(kind, inputShapes);
  if (shape.length === 3) return shape;
  const hint = "layers.reshape({ targetShape: [H, W, 1] }) makes images of rows.";
  const got = `[N${["", ...shape].join(", ")}]`;
  throw new ShapeError(message(kind, "the input is no image", { expected: "[N, H, W, C]", got, hint }));
}
