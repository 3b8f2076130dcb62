/**
 * Values that callers of an API hand in by mistake: other types, empty and ragged ones, right ones in the wrong place.
 * None of them throws by itself.
 */
import { type Model, type Tensor, layers, losses, metrics, optimizers, sequential, tensor } from "../../src/index.js";
import type { Draw } from "./fuzzer.js";

class Something {
  readonly field = 1;
}

/** Values without a part that the caller must free. */
const plain: readonly (() => unknown)[] = [
  ...[undefined, undefined, null, true, false, 0, -1, 1, 2, 3, 0.5, NaN, Infinity, -Infinity, 2 ** 31, 2 ** 53, 1e308],
  ...["", "a", "relu", "same", "adam", "mse", "float32", "\u0000", "1", "epoch"],
  ...[[], [1], [0.5, 2], [1, 2, 3], [[1, 2], [3, 4]], [[1], [2, 3]], ["a", "b"], [undefined], [null], [[[]]], [{}], [NaN]],
  ...[{}, { x: 1 }, { x: [[1, 2]], y: [[1]] }, { shape: [2] }, { length: 2 }, { units: 2 }, { then: 1 }],
].map((value) => () => value); // prettier-ignore
const made: readonly (() => unknown)[] = [
  () => () => 1,
  () => (x: unknown) => x,
  () => (_a: unknown, b: unknown) => b,
  () => Symbol("s"),
  () => 10n,
  () => new Date(0),
  () => /x/,
  () => new Map([[1, 2]]),
  () => new Set([1]),
  () => new Something(),
  () => Object.create(null) as unknown,
  () => new Error("an error"),
  () => new Float32Array(0),
  () => Float32Array.of(1, 2, 3, 4),
  () => Float64Array.of(1, 2),
  () => Int32Array.of(0, 1),
  () => Uint8Array.of(0, 1, 2),
  () => BigInt64Array.of(1n),
  () => new DataView(new ArrayBuffer(4)),
  () => new ArrayBuffer(8),
  () => [Float32Array.of(1, 2), Float32Array.of(3, 4)],
  () => [1, , 3], // eslint-disable-line no-sparse-arrays -- a hole is one of the mistakes
  () => new Array<number>(3),
  () => Promise.resolve(1),
  () => new AbortController().signal,
  () => [1, 2][Symbol.iterator](),
  () => new URL("file:///nowhere/at/all"),
  () => layers.dense({ units: 2 }),
  () => layers.input({ shape: [2] }),
  () => losses.meanSquaredError(),
  () => metrics.accuracy(),
  () => optimizers.sgd(),
];
/** Tensors, for the innermost scope to free. */
const tensors: readonly (() => Tensor)[] = [
  () => tensor([[1, 2, 3], [4, 5, 6]]), // prettier-ignore
  () => tensor([1, 2, 3], [3], { requiresGrad: true }),
  () => tensor(0.5),
  () => tensor(Int32Array.of(0, 1, 2), [3]),
  () => tensor(Uint8Array.of(1, 2, 3, 4), [2, 2]),
  () => tensor([], [0, 3]),
  () => {
    const freed = tensor([1, 2]);
    freed.dispose();
    return freed;
  },
];

/** A model of two inputs and one output; compiled, or not built. */
export function someModel(isCompiled: boolean): Model {
  const model = sequential([layers.dense({ units: 1, ...(isCompiled && { inputShape: [2] }) })], { seed: 1 });
  if (isCompiled) model.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
  return model;
}

/** Values that many functions take for options of these names, so that what is wrong is seldom all. */
const likely: Readonly<Record<string, unknown>> = {
  ...{ units: 2, filters: 2, kernelSize: 2, poolSize: 2, size: 2, height: 2, width: 2, rate: 0.5, n: 2, classes: 3 },
  ...{ inputDim: 5, outputDim: 2, activation: "tanh", shape: [2], targetShape: [2], inputShape: [2], padding: "same" },
  ...{ epochs: 1, batchSize: 2, window: 2, learningRate: 0.1, initialLearningRate: 0.1, decaySteps: 5, decayRate: 0.5 },
  ...{ x: [[1, 2], [3, 4]], y: [[1], [2]], test: 0.5, folds: 2, monitor: "loss", maxLearningRate: 1, totalSteps: 5 },
  ...{ labels: [0, 1], predictions: [1, 1], value: 1, unit: "words", axis: 0, optimizer: undefined, path: "/dev/null/no" },
}; // prettier-ignore

/** A value; with `keys`, often an object with some of them. */
export function garbage(draw: Draw, keys: readonly string[] = [], depth = 0): unknown {
  const kind = draw.uniform();
  if (keys.length > 0 && kind < 0.6) {
    const right = keys.filter((key) => key in likely && draw.chance(0.7)).map((key) => [key, likely[key]] as const);
    const count = draw.integer(0, Math.min(2, keys.length));
    const wrong = Array.from({ length: count }, () => [draw.pick(keys), garbage(draw, [], depth + 1)] as const);
    return Object.fromEntries([...right, ...wrong]);
  }
  if (kind < 0.7) return draw.pick(plain)();
  if (kind < 0.83) return draw.pick(made)();
  if (kind < 0.92 || depth > 2) return draw.pick(tensors)();
  return Array.from({ length: draw.integer(0, 3) }, () => garbage(draw, keys, depth + 1));
}

/** A short text for a value, by which a failure is understood. */
export function describeValue(value: unknown, depth = 0): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${Array.from(value, (one) => describeValue(one, depth + 1)).join(", ")}]`;
  if (typeof value === "object" && value?.constructor === Object && depth < 3)
    return `{ ${Object.entries(value).map(([key, one]) => `${key}: ${describeValue(one, depth + 1)}`).join(", ")} }`; // prettier-ignore
  if (typeof value === "object" && value !== null)
    return `${value.constructor?.name ?? "Object without a class"}${"label" in value ? ` ${(value as { isDisposed?: boolean }).isDisposed ? "freed" : (value as Tensor).toString()}` : ""}`;
  return typeof value === "function" ? `function (${value.length})` : String(value);
}
