/**
 * Random numbers by kernels, from seed, counter and stream (src/tensor/randomState.ts). Element i of a draw depends on these and i alone, so shapes, threads
 * and builds do not change it. Functions that fill a tensor, and functions that make one.
 */
import { UsageError, message, show } from "../errors.js";
import { kernels } from "../runtime/runtime.js";
import type { RandomState } from "../tensor/randomState.js";
import type { Tensor } from "../tensor/tensor.js";

/** out = uniform on [low, high). @param out out, float32 @param stream which of the state's 2³² sequences */
export function fillUniform(out: Tensor, random: RandomState, low: number, high: number, stream = 0): void {
  checkFloat("randomUniform", out);
  kernels().randomUniform(out.ptr, out.size, random.ptr, stream, low, high);
}

/** out = normal with that mean and standard deviation. @param out out, float32 */
export function fillNormal(
  out: Tensor,
  random: RandomState,
  mean: number,
  standardDeviation: number,
  stream = 0,
): void {
  checkFloat("randomNormal", out);
  kernels().randomNormal(out.ptr, out.size, random.ptr, stream, mean, standardDeviation);
}

/** out = normal, drawn again beyond two standard deviations. @param out out, float32 */
export function fillTruncatedNormal(
  out: Tensor,
  random: RandomState,
  mean: number,
  standardDeviation: number,
  stream = 0,
): void {
  checkFloat("randomTruncatedNormal", out);
  kernels().randomTruncatedNormal(out.ptr, out.size, random.ptr, stream, mean, standardDeviation);
}

function checkFloat(op: string, out: Tensor): void {
  if (out.dtype === "float32") return;
  throw new UsageError(
    message(op, "only real numbers can be drawn", { expected: 'dtype "float32"', got: show(out.label()) }),
  );
}
