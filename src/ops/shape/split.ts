/** Cuts a tensor into parts along an axis: the reverse of concat. Composed of slices. */
import { ShapeError, message, show } from "../../errors.js";
import { normalizeAxis } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkTensors } from "../defineOp.js";
import { checkFourBytes } from "./copy.js";
import { slice } from "./slice.js";
import { isListOf } from "../../lists.js";

/** How many parts an axis without elements, which any number divides, may be cut into. */
const mostEmpty = 1024;

/**
 * x cut into parts along an axis, as copies.
 *
 * @param x      float32 or int32
 * @param parts  how many equal parts, at most 1,024 of an axis without elements, or the size of each
 * @param axis   default 0; negative axes count from the back
 * @throws {ShapeError} when the axis is out of range, it cannot be divided so, or x is uint8
 */
export function split(x: Tensor, parts: number | readonly number[], axis = 0): Tensor[] {
  checkTensors("split", [x]);
  checkFourBytes("split", x);
  const at = normalizeAxis("split", axis, x.rank);
  const n = x.shape[at];
  const most = n === 0 ? mostEmpty : n;
  const isCount = typeof parts === "number" && Number.isInteger(parts) && parts > 0 && parts <= most && n % parts === 0;
  const sizes: unknown = isCount ? new Array<number>(parts).fill(n / parts) : parts;
  const isWhole =
    isListOf(sizes, (size): size is number => Number.isInteger(size) && (size as number) >= 0) &&
    sizes.reduce((sum, size) => sum + size, 0) === n;
  if (!isWhole) {
    const expected = `a number that divides ${n}, or sizes ≥ 0 that add up to it (axis ${at} of x ${x.label()})`;
    throw new ShapeError(message("split", "the parts do not fit", { expected, got: show(parts) }));
  }
  let from = 0;
  return (sizes as number[]).map((size) => {
    const begin = x.shape.map((_, i) => (i === at ? from : 0));
    from += size;
    return slice(x, begin, x.shape.with(at, size));
  });
}
