/** What rows of elementwise ops have in common, and how wrong operands are refused everywhere. */
import { ShapeError } from "../../../src/errors.js";
import { tensor } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import type { Bound } from "../../support/compare.js";
import { type Operand, sizesAround } from "../../support/operands.js";
import type { Refusal, Row, Sample } from "../row.js";

/** Shapes around the sixteen elements of an iteration, an empty batch, a scalar, and one with axes. */
export const elementwiseShapes: readonly Shape[] = [[0, 3], [], ...sizesAround(16).map((n) => [n]), [3, 5, 7]];

/** One ulp of a float32, relative. */
export const ulp = 2 ** -23;

/** A bound of `n` ulps, with an absolute part for values near zero. */
export function ulps(n: number, absolute = 1e-37): Bound {
  return { relative: n * ulp, absolute };
}

/** An int32 operand where float32 is needed. */
export function refusesInt32(op: string, call: (x: Tensor) => unknown, name = "x"): Refusal {
  return {
    call: () => call(tensor([1, 2], undefined, { dtype: "int32" })),
    error: ShapeError,
    text: `${op}: ${name} has the wrong dtype; expected float32, got ${name} int32 Tensor(2).`,
  };
}

/** The parts of an elementwise row of one operand. */
interface UnaryRow<A> {
  readonly name: string;
  readonly call: (x: Tensor) => unknown;
  /** The function in float64. */
  readonly f: (x: number, attributes: A) => number;
  readonly draw: (random: Random, shape: Shape) => Operand;
  /** One sample of each shape for each of these. */
  readonly attributes?: readonly A[];
  readonly bound: Bound;
  readonly gradientBound: Bound;
  readonly refusals?: readonly Refusal[];
  readonly flops?: number;
}

/** A row of an elementwise op of one operand. */
export function unaryRow<A = undefined>(parts: UnaryRow<A>): Row<A> {
  const { name, call, f, draw, bound, gradientBound, refusals = [], flops = 1 } = parts;
  const attributes = parts.attributes ?? [undefined as A];
  return {
    samples: (random): Sample<A>[] =>
      attributes.flatMap((a) =>
        elementwiseShapes.map((shape) => ({
          title: `x [${shape.join(", ")}]${a === undefined ? "" : ` with ${JSON.stringify(a)}`}`,
          inputs: [draw(random, shape)],
          attributes: a,
        })),
      ),
    reference: ([x], a) => [{ ...x, dtype: "float32", values: x.values.map((value) => f(value, a)) }],
    bound,
    gradientBound,
    refusals: [refusesInt32(name, call), ...refusals],
    flops: ([x]) => flops * sizeOf(x.shape),
  };
}

/** The broadcast shape of two shapes that do broadcast. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [p, q] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    return p === 1 ? q : p;
  });
}

/** Element `index` of x, which is repeated along axes of size 1. */
function element(x: Operand, index: readonly number[]): number {
  let at = 0;
  for (const [axis, size] of x.shape.entries()) {
    at = at * size + (size === 1 ? 0 : index[index.length - x.shape.length + axis]);
  }
  return x.values[at];
}

/** Every index of a shape, in row-major order. */
export function* indices(shape: Shape): Generator<number[]> {
  const n = sizeOf(shape);
  for (let flat = 0; flat < n; flat++) {
    const index: number[] = [];
    for (let axis = shape.length - 1, rest = flat; axis >= 0; axis--) {
      index.unshift(rest % shape[axis]);
      rest = Math.floor(rest / shape[axis]);
    }
    yield index;
  }
}

/** f over operands broadcast to one shape, by plain loops. */
export function broadcastReference(f: (...values: number[]) => number, ...operands: readonly Operand[]): Operand {
  const shape = operands.map((x) => x.shape).reduce(broadcastShape);
  const values = Float64Array.from(indices(shape), (index) => f(...operands.map((x) => element(x, index))));
  return { shape, dtype: "float32", values };
}

/** Pairs of shapes: equal, repeated at the front, the back, in the middle, both; scalars; empty; more axes than a kernel loops over. */
export const broadcastPairs: readonly (readonly [Shape, Shape])[] = [
  [
    [0, 3],
    [0, 3],
  ],
  [
    [0, 3],
    [1, 3],
  ],
  [[], []],
  ...sizesAround(16).map((n) => [[n], [n]] as const),
  [[2, 19], [19]],
  [[19], [2, 19]],
  [[], [35]],
  [
    [7, 1],
    [1, 5],
  ],
  [
    [3, 1, 17],
    [3, 4, 1],
  ],
  [
    [2, 3, 4],
    [3, 1],
  ],
  [
    [2, 1, 3, 1, 2, 1],
    [1, 2, 1, 2, 1, 3],
  ],
  [
    [1, 2, 1, 2, 1],
    [2, 1, 2, 1, 3],
  ],
];
