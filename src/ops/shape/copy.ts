/**
 * Strided copies of 4-byte elements, from which slicing, joining, padding and transposing are built. Letters: y the
 * target, x the source.
 */
import { addStrided, copyBytes, copyStrided } from "#wasm/kernels";
import { copyBox } from "#wasm/layout-memory";
import { writeStruct } from "../../runtime/struct.js";
import type { LoopNest } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { checkDtype } from "../defineOp.js";
import { overBoxes } from "../loops.js";

/**
 * y = x over a nest of the operands y and x, or y += x (float32) when accumulate is 1. No element of y may be visited
 * twice.
 */
export function copyNest(nest: LoopNest, y: number, x: number, accumulate: 0 | 1): void {
  const kernel = accumulate ? addStrided : copyStrided;
  overBoxes(nest, [y, x], ([to, from], d, [o, x]) => kernel(to, from, writeStruct(copyBox, { d, o, x })));
}

/** y = x for n consecutive float32 elements, or y += x when accumulate is 1. */
export function copyRow(y: number, x: number, n: number, accumulate: 0 | 1): void {
  const row = [0, 0, 0, 1] as const;
  if (accumulate) addStrided(y, x, writeStruct(copyBox, { d: [1, 1, 1, n], o: row, x: row }));
  else copyBytes(y, x, 4 * n);
}

/** Checks that elements have 4 bytes, since copies are of float32 or int32. @throws {ShapeError} when x is uint8 */
export function checkFourBytes(op: string, x: Tensor, operand = "x"): void {
  checkDtype(op, operand, x, "float32", "int32");
}
