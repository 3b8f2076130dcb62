/**
 * Forward mode for every differentiable op of the table, sample by sample: the tangent against a central difference of the float64 reference along it, and
 * ⟨u, J v⟩ = ⟨Jᵀu, v⟩ against reverse mode.
 */
import { describe, expect, it } from "vitest";
import { jvp } from "../../src/calculus/forwardMode.js";
import { applyMany, type Op } from "../../src/ops/defineOp.js";
import { add, mul } from "../../src/ops/pointwise/arithmetic.js";
import { sum } from "../../src/ops/reduce/reduce.js";
import { tensor } from "../../src/tensor/create.js";
import { drawNormal } from "../../src/tensor/drawNormal.js";
import { Random } from "../../src/tensor/random.js";
import { scope } from "../../src/tensor/scope.js";
import { sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import type { Row, Sample } from "../ops/row.js";
import { ops, table } from "../ops/table.js";
import { expectClose } from "../support/compare.js";
import type { Operand } from "../support/operands.js";
import "../support/engine.js";

/** The largest sample, in float64 operations of its reference, that is tried. */
const mostFlops = 2e6;

/** Ops with dropout draw once more when they are called again, which their references know; attention then has no rule. */
const drops = (attributes: unknown): boolean =>
  (attributes as { dropout?: unknown } | undefined)?.dropout !== undefined;

const differentiable = Object.entries(table).filter(([name]) => ops[name].backward !== undefined);

describe.each(differentiable)("%s", (name, row) => {
  const op = ops[name];
  const samples = row
    .samples(new Random(1).fork(name))
    .filter(
      ({ inputs, attributes }) =>
        row.flops(inputs, attributes) < mostFlops && !drops(attributes) && moving(op, inputs).length > 0,
    );
  it.each(samples.map((sample) => [sample.title, sample] as const))("%s", (_, sample) => check(op, row, sample));
});

/** The operands that move. */
function moving(op: Op<unknown>, inputs: readonly Operand[]): number[] {
  return [...inputs.keys()].filter((i) => inputs[i].dtype === "float32" && !op.constants?.includes(i));
}

const draw = (random: Random, size: number): Float32Array<ArrayBuffer> =>
  Float32Array.from({ length: size }, () => drawNormal(random));

function made({ shape, dtype, values }: Operand, requiresGrad = false): Tensor {
  if (dtype === "float32") return tensor(Float32Array.from(values), shape, { requiresGrad });
  return tensor(dtype === "int32" ? Int32Array.from(values) : Uint8Array.from(values), shape);
}

function check(op: Op<unknown>, row: Row<unknown>, sample: Sample<unknown>): void {
  const { inputs, attributes, title } = sample;
  const random = new Random(5).fork(title);
  const moved = moving(op, inputs);
  const directions = moved.map((i) => draw(random, sizeOf(inputs[i].shape)));
  const outputs = row.reference(inputs, attributes);
  const call = (operands: readonly Tensor[]): Tensor[] => {
    const all = inputs.map((input, i) => (moved.includes(i) ? operands[moved.indexOf(i)] : made(input)));
    return applyMany(op, all, attributes).slice(0, outputs.length);
  };
  scope(() => {
    const operands = moved.map((i) => made(inputs[i]));
    const tangents = moved.map((i, k) => tensor(directions[k], inputs[i].shape));
    const differs = call(operands).map(({ dtype }) => dtype === "float32");
    const { value, tangent } = jvp((...xs) => call(xs).filter((_, k) => differs[k]), operands, tangents);
    const wanted = outputs.filter((_, k) => differs[k]);
    const h = 1e-6;
    const at = (step: number): readonly Operand[] => {
      const shifted = inputs.map((input, i) => {
        const k = moved.indexOf(i);
        if (k < 0) return input;
        return { ...input, values: input.values.map((x, j) => x + step * directions[k][j]) };
      });
      return row.reference(shifted, attributes).filter((_, k) => differs[k]);
    };
    const [above, below] = [at(h), at(-h)];
    const { relative, absolute } = row.gradientBound ?? row.bound;
    for (const [k, { shape, values }] of wanted.entries()) {
      const difference = values.map((_, j) => (above[k].values[j] - below[k].values[j]) / (2 * h));
      const scale = Math.max(1, ...difference.map(Math.abs));
      expectClose(`${op.name}, tangent ${k} of ${title}`, tangent[k].toTypedArray(), difference, shape, {
        relative: 20 * relative + 1e-5,
        absolute: (20 * absolute + 2e-5) * scale,
      });
    }
    const leaves = moved.map((i) => made(inputs[i], true));
    const results = call(leaves).filter((_, k) => differs[k]);
    let [left, right, size] = [0, 0, 0.05];
    const terms: Tensor[] = [];
    for (const [k, y] of results.entries()) {
      const u = draw(random, y.size);
      const moves = tangent[k].toTypedArray();
      for (let j = 0; j < y.size; j++) {
        left += u[j] * moves[j];
        size += Math.abs(u[j] * moves[j]);
      }
      if (y.requiresGrad) terms.push(sum(mul(y, tensor(u, y.shape))));
    }
    if (terms.length > 0) terms.reduce((a, b) => add(a, b)).backward();
    for (const [k, leaf] of leaves.entries()) {
      const gradient = leaf.grad?.toTypedArray();
      for (let j = 0; j < leaf.size; j++) {
        const term = directions[k][j] * (gradient?.[j] ?? 0);
        right += term;
        size += Math.abs(term);
      }
    }
    expect(value.length).toBe(wanted.length);
    if (Number.isNaN(left)) return; // means of nothing
    expect(Math.abs(left - right)).toBeLessThan(size * (1e-4 + 20 * relative));
  });
}
