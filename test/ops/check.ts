/**
 * The guarantees of every op, checked for one sample of one row: values, gradients (also added to what is there), bounds of every buffer, unchanged
 * inputs, the same bits always, no leak. Each function throws with the place and the values.
 */
import { applyMany, defineOp, type Op } from "../../src/ops/defineOp.js";
import { heap } from "../../src/runtime/runtime.js";
import type { View } from "../../src/runtime/memory.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { scope } from "../../src/tensor/scope.js";
import { sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose, expectSameBits } from "../support/compare.js";
import { type GuardOptions, withGuards } from "../support/guardedHeap.js";
import { withThreads } from "../support/kernelTable.js";
import type { Operand } from "../support/operands.js";
import type { Row, Sample } from "./row.js";

/** One op, its row, and one of the row's samples. */
export interface Trial<A> {
  readonly op: Op<A>;
  readonly row: Row<A>;
  readonly sample: Sample<A>;
}

/** What a run gave. */
interface Outcome {
  readonly outputs: readonly View[];
  /** ∂loss/∂operand, one an operand that wanted it. */
  readonly gradients: readonly (View | undefined)[];
}

interface RunOptions extends GuardOptions {
  readonly threads?: number;
  /** How often the op is called on the same operands before the backward pass. Default 1. */
  readonly uses?: number;
  /** The operands that want a gradient. Default: all of float32, where the op has a backward pass. */
  readonly wanted?: readonly number[];
}

/** loss = Σ weights · tensors, for tests only: its backward pass writes the weights. */
const weightedSumOp = defineOp<readonly Float64Array[]>({
  name: "weightedSum",
  shape: () => [{ shape: [] }],
  forward: ({ outputs }) => heap().view("float32", outputs[0].ptr, 1).fill(0),
  backward({ inputs, attributes, gradient }) {
    for (const [i, { size }] of inputs.entries()) {
      gradient(i, (dX, accumulate) => {
        const view = heap().view("float32", dX, size);
        for (let k = 0; k < size; k++) view[k] = attributes[i][k] + (accumulate ? view[k] : 0);
      });
    }
  },
});

/** The weights of output `output` in use number `use`. */
function weightsFor(size: number, use: number, output: number): Float64Array {
  const random = new Random(7).fork(use).fork(output);
  return Float64Array.from({ length: size }, () => Math.fround(drawNormal(random)));
}

/** Positions of the operands that can have a gradient. */
function differentiable<A>({ op, sample }: Trial<A>): number[] {
  if (op.backward === undefined) return [];
  const isConstant = (i: number): boolean => op.constants?.includes(i) === true;
  return [...sample.inputs.keys()].filter((i) => sample.inputs[i].dtype === "float32" && !isConstant(i));
}

/** Runs the op, and its backward pass where wanted, on a watched heap. Throws where a buffer was overrun, an input changed, a block leaked. */
export function run<A>(trial: Trial<A>, { threads = 1, uses = 1, misalign = 0, wanted }: RunOptions = {}): Outcome {
  const { op, sample } = trial;
  const wants = wanted ?? differentiable(trial);
  const body = (): Outcome => {
    const operands = sample.inputs.map(({ shape, dtype, values }, i) =>
      tensor(viewOf(dtype, values), shape, { requiresGrad: wants.includes(i) }),
    );
    const outputs = Array.from({ length: uses }, () => applyMany(op, operands, sample.attributes));
    if (wants.length > 0) {
      const reached = outputs.flatMap((list, use) => list.map((output, k) => ({ output, use, k })));
      const summed = reached.filter(({ output }) => output.requiresGrad);
      const weights = summed.map(({ output, use, k }) => weightsFor(output.size, use, k));
      applyMany(
        weightedSumOp,
        summed.map(({ output }) => output),
        weights,
      )[0].backward();
    }
    for (const [i, { dtype, values }] of sample.inputs.entries()) {
      expectSameBits(`${op.name}, operand ${i} after the call`, operands[i].toTypedArray(), viewOf(dtype, values));
    }
    return {
      outputs: outputs[0].map((output) => output.toTypedArray()),
      gradients: operands.map((x: Tensor) => x.grad?.toTypedArray()),
    };
  };
  return withThreads(threads, () => withGuards(() => scope(body), { misalign }));
}

/** Values against the reference. */
export function checkForward<A>(trial: Trial<A>): void {
  const { op, row, sample } = trial;
  const want = row.reference(sample.inputs, sample.attributes);
  const got = run(trial, { wanted: [] }).outputs;
  if (got.length < want.length) throw new Error(`${op.name}: ${got.length} outputs instead of ${want.length}`);
  for (const [k, { shape, values }] of want.entries()) {
    expectClose(`${op.name}, output ${k} of ${sample.title}`, got[k], values, shape, row.bound);
  }
}

/** Gradients against central differences of the reference, once written and once added to. */
export function checkGradient<A>(trial: Trial<A>): void {
  const { op, row, sample } = trial;
  const { relative, absolute } = row.bound;
  const bound = row.gradientBound ?? { relative: 10 * relative, absolute: 10 * absolute };
  const sizes = row.reference(sample.inputs, sample.attributes).map(({ values }) => values.length);
  const runs = [1, 2].map((uses) => ({ uses, ...run(trial, { uses }), weights: summedWeights(sizes, uses) }));
  for (const i of differentiable(trial)) {
    const { shape } = sample.inputs[i];
    const places = probed(trial, i);
    const slopes = places.map((place) => {
      const changes = centralDifference(trial, i, place);
      return runs.map(({ weights }) => weighed(weights, changes)); // one for each run
    });
    for (const [k, { uses, gradients }] of runs.entries()) {
      const got = gradients[i];
      if (got === undefined) throw new Error(`${op.name}: operand ${i} of ${sample.title} got no gradient`);
      const what = `${op.name}, gradient of operand ${i} of ${sample.title}${uses > 1 ? ", used twice" : ""}`;
      expectClose(
        what,
        places.map((place) => got[place]),
        slopes.map((slope) => slope[k]),
        shape,
        bound,
        places,
      );
    }
  }
}

/** The same bits again, with 2 and 3 threads, at another alignment, and for each operand that alone wants its gradient. */
export function checkBits<A>(trial: Trial<A>): void {
  const first = run(trial);
  const wants = differentiable(trial);
  expectSameOutcome(trial, "a second time", run(trial), first, wants);
  expectSameOutcome(trial, "4 bytes further", run(trial, { misalign: 4 }), first, wants);
  const twice = wants.length > 0 ? run(trial, { uses: 2 }) : first;
  for (const threads of [2, 3]) {
    expectSameOutcome(trial, `with ${threads} threads`, run(trial, { threads }), first, wants);
    if (wants.length === 0) continue;
    expectSameOutcome(trial, `used twice with ${threads} threads`, run(trial, { threads, uses: 2 }), twice, wants);
  }
  if (wants.length < 2) return;
  for (const i of wants) {
    expectSameOutcome(trial, `operand ${i} alone wants its gradient`, run(trial, { wanted: [i] }), first, [i]);
  }
}

/** The same bits with more threads than some loops have rows: shares that are short, and shares that are empty. */
export function checkShares<A>(trial: Trial<A>): void {
  const first = run(trial);
  const wants = differentiable(trial);
  for (const threads of [5, 7]) {
    expectSameOutcome(trial, `with ${threads} threads`, run(trial, { threads }), first, wants);
  }
}

/** Throws unless both runs gave the same bits; `wanted` are the operands whose gradient is compared. */
function expectSameOutcome<A>(
  { op, sample }: Trial<A>,
  how: string,
  got: Outcome,
  want: Outcome,
  wanted: readonly number[],
): void {
  const what = `${op.name} of ${sample.title}, ${how}`;
  for (const [k, output] of got.outputs.entries()) expectSameBits(`${what}, output ${k}`, output, want.outputs[k]);
  for (const i of wanted) {
    const [a, b] = [got.gradients[i], want.gradients[i]];
    if (a === undefined || b === undefined) throw new Error(`${what}: operand ${i} got no gradient`);
    expectSameBits(`${what}, gradient of operand ${i}`, a, b);
  }
}

/** A dtype's typed array of `values`. */
function viewOf(dtype: Operand["dtype"], values: Float64Array): View {
  if (dtype === "float32") return Float32Array.from(values);
  return dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values);
}

/** Float64 operations that central differences may cost for one operand. */
const budget = 3e5;

/** The elements of operand `i` whose gradient is checked: all, or as many as the budget allows, with both ends among them. */
function probed<A>({ op, row, sample }: Trial<A>, i: number): number[] {
  const n = sizeOf(sample.inputs[i].shape);
  const most = Math.max(8, Math.floor(budget / (2 * row.flops(sample.inputs, sample.attributes) + 1)));
  if (n <= most) return [...Array(n).keys()];
  const random = new Random(11).fork(op.name).fork(i);
  const places = new Set([0, n - 1]);
  while (places.size < most) places.add(random.integer(n));
  return [...places];
}

/** The weights of each output of the reference, added over the uses of the op, each of which has its own. */
function summedWeights(sizes: readonly number[], uses: number): readonly Float64Array[] {
  return sizes.map((size, k) => {
    const each = Array.from({ length: uses }, (_, use) => weightsFor(size, use, k));
    return Float64Array.from({ length: size }, (_, j) => each.reduce((sum, list) => sum + list[j], 0));
  });
}

/** Σ weights · values over all outputs. */
function weighed(weights: readonly Float64Array[], outputs: readonly Float64Array[]): number {
  let sum = 0;
  for (const [k, values] of outputs.entries()) {
    for (let j = 0; j < values.length; j++) sum += weights[k][j] * values[j];
  }
  return sum;
}

/** ∂outputs/∂x[place] of the reference for operand x number `i`, by a central difference. */
function centralDifference<A>({ row, sample }: Trial<A>, i: number, place: number): readonly Float64Array[] {
  const x = sample.inputs[i].values[place];
  const h = 1e-5 * Math.max(1, Math.abs(x));
  const outputsAt = (value: number): readonly Operand[] => {
    const values = sample.inputs[i].values.slice();
    values[place] = value;
    return row.reference(sample.inputs.with(i, { ...sample.inputs[i], values }), sample.attributes);
  };
  const [above, below] = [outputsAt(x + h), outputsAt(x - h)];
  return above.map(({ values }, k) => values.map((value, j) => (value - below[k].values[j]) / (2 * h)));
}
