/** Classes as rows with a single 1. Composed of a comparison. */
import { ShapeError, message } from "../../errors.js";
import { checkInteger } from "../../options.js";
import { tensor } from "../../tensor/create.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype, checkTensors } from "../defineOp.js";
import { equal } from "../pointwise/compare.js";
import { firstOutside } from "./gather.js";
import { expandDims } from "./reshape.js";

/**
 * Rows with a 1 at the index and 0 elsewhere: oneHot of [2, 0] with 3 classes is [[0, 0, 1], [1, 0, 0]].
 *
 * @param indices  int32 of any shape, 0 ≤ index < classes; inside record() only the first run checks this, and a replay
 *                 gives zeros for an index that is out of range
 * @param classes  C ≥ 1
 * @returns        float32, the shape of indices with C behind it
 * @throws {ShapeError} when an index is out of range (naming its place) or not int32
 * @throws {UsageError} when classes is not an integer ≥ 1
 */
export function oneHot(indices: Tensor, classes: number): Tensor {
  checkTensors("oneHot", [indices], "indices");
  checkDtype("oneHot", "indices", indices, "int32");
  checkInteger("oneHot", "classes", classes, "[1, 2147483648)");
  const wrong = firstOutside(indices, classes);
  if (wrong !== undefined) {
    const [expected, got] = [`0 ≤ index < classes = ${classes}`, String(wrong.value)];
    throw new ShapeError(message("oneHot", `index ${wrong.at} is out of range`, { expected, got }));
  }
  return equal(expandDims(indices, -1), tensor(Int32Array.from({ length: classes }, (_, i) => i)));
}
