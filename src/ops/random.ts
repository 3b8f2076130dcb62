/**
 * Random numbers from kernels, determined by seed, counter and stream (src/tensor/randomState.ts). Element i of a draw
 * depends only on these and on i, so shapes and threads do not change it; builds change at most the last bits of normal
 * draws. Some functions fill a tensor, the others make one.
 */
import {
  randomInt as randomIntKernel,
  randomNormal as randomNormalKernel,
  randomTruncatedNormal as randomTruncatedNormalKernel,
  randomUniform as randomUniformKernel,
} from "#wasm/kernels";
import { UsageError, checkKeys, message, show } from "../errors.js";
import { checkInteger } from "../options.js";
import { empty } from "../tensor/create.js";
import { RandomState } from "../tensor/randomState.js";
import { type Shape, checkShape } from "../tensor/shape.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Fills `out` with uniform numbers on [low, high). @param out out, float32 @param stream one of the state's 2³²
 * sequences
 */
export function fillUniform(out: Tensor, random: RandomState, low: number, high: number, stream = 0): void {
  checkFloat("randomUniform", out);
  randomUniformKernel(out.ptr, out.size, random.ptr, stream, low, high);
}

/** Fills `out` with normal numbers of that mean and standard deviation. @param out out, float32 */
export function fillNormal(
  out: Tensor,
  random: RandomState,
  mean: number,
  standardDeviation: number,
  stream = 0,
): void {
  checkFloat("randomNormal", out);
  randomNormalKernel(out.ptr, out.size, random.ptr, stream, mean, standardDeviation);
}

/** Fills `out` with normal numbers; those beyond two standard deviations are drawn again. @param out out, float32 */
export function fillTruncatedNormal(
  out: Tensor,
  random: RandomState,
  mean: number,
  standardDeviation: number,
  stream = 0,
): void {
  checkFloat("randomTruncatedNormal", out);
  randomTruncatedNormalKernel(out.ptr, out.size, random.ptr, stream, mean, standardDeviation);
}

/**
 * Checks the random state and the stream of a draw.
 * @throws {UsageError} when random is not a RandomState, or stream is not an integer in [0, 2³²)
 */
export function checkRandom(op: string, random: unknown, stream: unknown): void {
  checkInteger(op, "stream", stream, "[0, 4294967296)");
  if (random instanceof RandomState) return;
  const hint = "Make one with new RandomState(seed) and advance it between steps.";
  throw new UsageError(message(op, "random must be a RandomState", { got: show(random), hint }));
}

function checkFloat(op: string, out: Tensor): void {
  if (out.dtype === "float32") return;
  throw new UsageError(
    message(op, "only float32 tensors can be filled", { expected: 'dtype "float32"', got: out.label() }),
  );
}

/** The generator of draws without a seed; made by the first of them. */
let shared: RandomState | undefined;

/**
 * Seeds the draws that have no seed of their own; each of them continues the sequence. Before any call the seed is 0.
 *
 * @param seed  an integer from 0 to 2³² − 1
 * @throws {UsageError} when seed is out of range, or before `init`
 */
export function setSeed(seed: number): void {
  const state = new RandomState(seed);
  shared?.dispose();
  shared = state;
}

/** Makes a tensor and fills it, from a seed or from the shared generator. */
function draw(
  op: string,
  shape: Shape,
  seed: number | undefined,
  dtype: "float32" | "int32",
  fill: (out: Tensor, random: RandomState) => void,
): Tensor {
  checkShape(op, shape);
  const random = seed === undefined ? (shared ??= new RandomState(0)) : new RandomState(seed);
  const out = empty(shape, dtype);
  fill(out, random);
  if (seed === undefined) random.advance();
  else random.dispose();
  return out;
}

/** Options of all draws. */
export interface DrawOptions {
  /**
   * The same seed gives the same numbers; an integer from 0 to 2³² − 1. Default: the next numbers of the generator that
   * {@link setSeed} seeds.
   */
  readonly seed?: number;
}

/**
 * Uniform numbers in [low, high).
 *
 * @param shape    of the result, float32
 * @param options  low: default 0; high: default 1; seed
 * @throws {ShapeError} when the shape is invalid
 * @throws {UsageError} when low, high or seed is out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function randomUniform(
  shape: Shape,
  options: DrawOptions & { readonly low?: number; readonly high?: number } = {},
): Tensor {
  checkKeys("randomUniform", options, ["low", "high", "seed"]);
  const { low = 0, high = 1, seed } = options;
  if (!(Number.isFinite(low) && Number.isFinite(high) && low <= high)) {
    const got = `low ${show(low)}, high ${show(high)}`;
    throw new UsageError(
      message("randomUniform", "low or high is out of range", { expected: "finite low ≤ high", got }),
    );
  }
  return draw("randomUniform", shape, seed, "float32", (out, random) => fillUniform(out, random, low, high));
}

/** Options of {@link randomNormal} and {@link randomTruncatedNormal}. */
export interface NormalOptions extends DrawOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation ≥ 0. Default 1. */
  readonly stddev?: number;
}

/**
 * Normal numbers.
 *
 * @param shape  of the result, float32
 * @throws {ShapeError} when the shape is invalid
 * @throws {UsageError} when an option is unknown or out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function randomNormal(shape: Shape, options: NormalOptions = {}): Tensor {
  const { mean, stddev, seed } = normalOptions("randomNormal", options);
  return draw("randomNormal", shape, seed, "float32", (out, random) => fillNormal(out, random, mean, stddev));
}

/**
 * Normal numbers that are drawn again beyond mean ± 2·stddev, which leaves a standard deviation of 0.8796·stddev.
 * Arguments and errors: {@link randomNormal}.
 */
export function randomTruncatedNormal(shape: Shape, options: NormalOptions = {}): Tensor {
  const { mean, stddev, seed } = normalOptions("randomTruncatedNormal", options);
  return draw("randomTruncatedNormal", shape, seed, "float32", (out, random) =>
    fillTruncatedNormal(out, random, mean, stddev),
  );
}

function normalOptions(
  op: string,
  options: NormalOptions,
): { readonly mean: number; readonly stddev: number; readonly seed: number | undefined } {
  checkKeys(op, options, ["mean", "stddev", "seed"]);
  const { mean = 0, stddev = 1, seed } = options;
  if (!(Number.isFinite(mean) && Number.isFinite(stddev) && stddev >= 0)) {
    const got = `mean ${show(mean)}, stddev ${show(stddev)}`;
    throw new UsageError(
      message(op, "mean or stddev is out of range", { expected: "a finite mean and stddev ≥ 0", got }),
    );
  }
  return { mean, stddev, seed };
}

/**
 * Integers in [low, high), all equally likely.
 *
 * @param shape    of the result, int32
 * @param options  low: default 0; high > low; seed
 * @throws {ShapeError} when the shape is invalid
 * @throws {UsageError} when low, high or seed is out of range
 * @throws {MemoryError} when the memory limit is reached
 */
export function randomInt(
  shape: Shape,
  options: DrawOptions & { readonly low?: number; readonly high: number },
): Tensor {
  checkKeys("randomInt", options, ["low", "high", "seed"]);
  const { low = 0, high, seed } = options;
  const isInt32 = (n: number): boolean => Number.isInteger(n) && Math.abs(n) < 2 ** 31;
  if (!(isInt32(low) && isInt32(high) && low < high)) {
    const got = `low ${show(low)}, high ${show(high)}`;
    throw new UsageError(
      message("randomInt", "low or high is out of range", { expected: "integers low < high below 2³¹", got }),
    );
  }
  return draw("randomInt", shape, seed, "int32", (out, random) =>
    randomIntKernel(out.ptr, out.size, random.ptr, 0, low, high),
  );
}
