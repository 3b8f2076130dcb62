/** Checks that image ops share. Letters: images (N, H, W, C). */
import { ShapeError, message } from "../../errors.js";
import { showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype } from "../defineOp.js";

/** Checks that x is float32 (N, H, W, C). @throws {ShapeError} when it is not */
export function checkImages(op: string, x: Tensor): void {
  checkDtype(op, "x", x, "float32");
  if (x.rank === 4) return;
  const got = `x ${showShape(x.shape)}`;
  throw new ShapeError(message(op, "x must have shape [N, H, W, C]", { got }));
}

/** Checks that `values` is float32 and has that shape. @throws {ShapeError} when it is not */
export function checkBeside(
  op: string,
  name: string,
  values: Tensor,
  x: Tensor,
  letters: string,
  shape: readonly number[],
) {
  checkDtype(op, name, values, "float32");
  if (showShape(values.shape) === showShape(shape)) return;
  const expected = `${name} ${letters} = ${showShape(shape)} (x [N, H, W, C] = ${showShape(x.shape)})`;
  throw new ShapeError(message(op, `${name} does not fit`, { expected, got: `${name} ${showShape(values.shape)}` }));
}
