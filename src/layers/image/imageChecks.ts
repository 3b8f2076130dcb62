/** The check that image layers share. Letters: images (N, H, W, C). */
import { ShapeError, message } from "../../errors.js";
import type { Shape } from "../../tensor/shape.js";
import { oneInput } from "../layer.js";

/** The shape of the one input, which must be (H, W, C). @throws {ShapeError} when it is not */
export function checkImageShape(kind: string, inputShapes: readonly Shape[]): Shape {
  const shape = oneInput(kind, inputShapes);
  if (shape.length === 3) return shape;
  const hint = "layers.reshape({ targetShape: [H, W, 1] }) turns rows into images.";
  const got = `[N${["", ...shape].join(", ")}]`;
  throw new ShapeError(message(kind, "the input must have shape [N, H, W, C]", { got, hint }));
}
