/** Rows of running sums and products. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type * as cumulativeFile from "../../../src/ops/reduce/cumulative.js";
import { tensor, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { type Operand, generate, sizesAround } from "../../support/operands.js";
import type { Row, Rows } from "../row.js";
import { refusesInt32 } from "./elementwise.js";

interface Run {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

const shapes: readonly (readonly [Shape, number])[] = [
  [[0, 3], 0],
  [[3, 0], 0],
  ...sizesAround(4).map((n) => [[n], 0] as const),
  ...sizesAround(4).map((n) => [[3, n], 0] as const),
  [[2, 7, 3], 1],
  [[5, 9], 1],
  [[2, 3, 4, 5], 2],
  [[200], 0],
];

/** Values around ±1, so that products neither vanish nor overflow; a few zeros among them. */
function factors(random: Random, shape: Shape): Operand {
  return generate(shape, (i) => (i % 5 === 3 ? 0 : random.uniform(0.8, 1.2) * (random.uniform(0, 1) < 0.3 ? -1 : 1)));
}

function cumulativeRow(
  name: "cumsum" | "cumprod",
  call: (x: Tensor, axis?: number, options?: object) => unknown,
  first: number,
  next: (run: number, x: number) => number,
): Row<Run> {
  return {
    samples: (random) =>
      shapes.flatMap(([shape, axis]) =>
        [0, 1, 2, 3].map((bits) => {
          const [exclusive, reverse] = [bits % 2 === 1, bits > 1];
          return {
            title: `x [${shape.join(", ")}], axis ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", reverse" : ""}`,
            inputs: [factors(random, shape)],
            attributes: { axis, exclusive, reverse },
          };
        }),
      ),
    reference([x], { axis, exclusive, reverse }) {
      const [r, inner] = [x.shape[axis], sizeOf(x.shape.slice(axis + 1))];
      const values = new Float64Array(x.values.length);
      for (let column = 0; column < sizeOf(x.shape.slice(0, axis)) * inner; column++) {
        let run = first;
        for (let k = 0; k < r; k++) {
          const row = reverse ? r - 1 - k : k;
          const at = (Math.floor(column / inner) * r + row) * inner + (column % inner);
          const before = run;
          run = next(run, x.values[at]);
          values[at] = exclusive ? before : run;
        }
      }
      return [{ ...x, values }];
    },
    bound: { relative: 1e-7, absolute: 1e-7 },
    gradientBound: { relative: 1e-6, absolute: 2e-6 },
    refusals: [
      refusesInt32(name, call),
      {
        call: () => call(tensor(1)),
        error: ShapeError,
        text: `${name}: axis -1 is out of range for a tensor of rank 0; expected an integer in [0, 0).`,
      },
      {
        call: () => call(zeros([2]), 0, { reverse: 1 }),
        error: UsageError,
        text: `${name}: reverse has the wrong type; expected true or false, got 1.`,
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  };
}

export const rows: Rows<typeof cumulativeFile> = {
  cumsumOp: cumulativeRow("cumsum", ops.cumsum, 0, (run, x) => run + x),
  cumprodOp: cumulativeRow("cumprod", ops.cumprod, 1, (run, x) => run * x),
};
