/** Rows of sorting: values and positions of the k first. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type * as sortFile from "../../../src/ops/order/sort.js";
import type { Order } from "../../../src/ops/order/sort.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, distinct, generate, integers } from "../../support/operands.js";
import type { Refusal, Rows, Sample } from "../row.js";
import { ulps } from "./elementwise.js";

/** Shape, axis, k: inserted (k ≤ 16 or R ≤ 32) and by digits; one column, some, many. */
const cases: readonly (readonly [Shape, number, number])[] = [
  [[0, 3], 0, 0],
  [[0, 3], 1, 3],
  [[3, 0], 0, 3],
  [[1], 0, 1],
  [[32], 0, 32],
  [[33], 0, 33],
  [[33], 0, 16],
  [[33], 0, 17],
  [[3, 40], 1, 40],
  [[40, 3], 0, 40],
  [[40, 3], 0, 5],
  [[2, 35, 3], 1, 20],
  [[7, 5], 1, 2],
  [[1000], 0, 1000],
];

function samples(random: Random, draw: (random: Random, shape: Shape) => Operand): Sample<Order>[] {
  return cases.flatMap(([shape, axis, k]) =>
    [false, true].map((isDescending) => ({
      title: `the first ${k} of x [${shape.join(", ")}] along axis ${axis}${isDescending ? ", descending" : ""}`,
      inputs: [draw(random, shape)],
      attributes: { axis, k, isDescending },
    })),
  );
}

/** Ties, zeros of both signs, infinities and NaNs. */
function mixed(random: Random, shape: Shape): Operand {
  const some = [NaN, Infinity, -Infinity, 0, -0, 1, -1, 3e-45, -3e38, 2.5];
  return generate(shape, () => some[random.integer(some.length)]);
}

/** The order by a comparison: NaNs last, of equal values the lower position first. */
function sorted(x: Operand, { axis, k, isDescending }: Order): readonly [values: Operand, indices: Operand] {
  const [outer, r, inner] = [sizeOf(x.shape.slice(0, axis)), x.shape[axis], sizeOf(x.shape.slice(axis + 1))];
  const shape = x.shape.with(axis, k);
  const values = new Float64Array(sizeOf(shape));
  const indices = new Float64Array(sizeOf(shape));
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const value = (at: number): number => x.values[(o * r + at) * inner + i];
      const order = Array.from({ length: r }, (_, at) => at).sort((a, b) => {
        const [p, q] = [value(a), value(b)];
        if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q)) || a - b;
        return p === q ? a - b : p < q === isDescending ? 1 : -1;
      });
      for (const [rank, at] of order.slice(0, k).entries()) {
        values[(o * k + rank) * inner + i] = value(at);
        indices[(o * k + rank) * inner + i] = at;
      }
    }
  }
  return [
    { shape, dtype: x.dtype, values },
    { shape, dtype: "int32", values: indices },
  ];
}

const refusesBytes = (name: string, call: (x: ReturnType<typeof tensor>) => unknown): Refusal => ({
  call: () => call(tensor(Uint8Array.of(1, 2))),
  error: ShapeError,
  text: `${name}: x has the wrong dtype; expected float32 or int32, got x uint8 Tensor(2).`,
});

const range = "expected an integer from 1 to 3, the size of axis 0 of x Tensor(3)";

export const rows: Rows<typeof sortFile> = {
  sortOp: {
    samples: (random) => [
      ...samples(random, distinct),
      ...samples(random, (_, shape) => generate(shape, (i) => ((i * 7919) % 65537) - 30000, "int32")),
    ],
    reference: ([x], order) => sorted(x, order),
    bound: ulps(0),
    gradientBound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      refusesBytes("sort", ops.sort),
      refusesBytes("topK", (x) => ops.topK(x, 1)),
      {
        call: () => ops.sort(zeros([2, 3]), 2),
        error: ShapeError,
        text: "sort: axis 2 is out of range for a tensor of rank 2; expected an integer in [-2, 2).",
      },
      {
        call: () => ops.sort(zeros([2]), 0, { descending: "yes" as never }),
        error: UsageError,
        text: 'sort: descending has the wrong type; expected true or false, got "yes".',
      },
      { call: () => ops.topK(zeros([3]), 4), error: ShapeError, text: `topK: k is out of range; ${range}, got 4.` },
      { call: () => ops.topK(zeros([3]), 0), error: ShapeError, text: `topK: k is out of range; ${range}, got 0.` },
      { call: () => ops.topK(zeros([3]), 1.5), error: ShapeError, text: `topK: k is out of range; ${range}, got 1.5.` },
    ],
    flops: ([x]) => sizeOf(x.shape) * 10,
  },
  argSortOp: {
    samples: (random) => [...samples(random, mixed), ...samples(random, (r, shape) => integers(r, shape, 4))],
    reference: ([x], order) => [sorted(x, order)[1]],
    bound: ulps(0),
    refusals: [
      refusesBytes("argSort", ops.argSort),
      {
        call: () => ops.argSort(tensor(1)),
        error: ShapeError,
        text: "argSort: axis -1 is out of range for a tensor of rank 0; expected an integer in [0, 0).",
      },
    ],
    flops: ([x]) => sizeOf(x.shape) * 10,
  },
};
