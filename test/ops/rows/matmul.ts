/** The row of the matrix product. */
import { ShapeError } from "../../../src/errors.js";
import { matmul } from "../../../src/ops/product/matmul.js";
import { ones } from "../../../src/tensor/create.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, normal, sizesAround } from "../../support/operands.js";
import { broadcastShape, indices, refusesInt32 } from "./elementwise.js";
import type * as matmulFile from "../../../src/ops/product/matmul.js";
import type { Rows } from "../row.js";

/** Sizes M, K, N and the batches of a and b. */
const products: readonly (readonly [number, number, number, Shape?, Shape?])[] = [
  ...sizesAround(5).map((M) => [M, 7, 9] as const),
  ...sizesAround(8).map((N) => [7, 6, N] as const),
  [13, 300, 11],
  [0, 3, 2],
  [3, 0, 2],
  [3, 4, 5, [2], []],
  [3, 4, 5, [2], [2]],
  [3, 4, 5, [], [2]],
  [3, 4, 5, [2, 1], [3]],
  [3, 4, 5, [2, 3], [1, 1]],
  [3, 4, 5, [0], [1]],
  [2, 3, 2, [2, 3, 4], [2, 1, 4]],
  [2, 3, 2, [3, 1], [1, 4]],
  [2, 2, 9, [2, 1, 2], [3, 1]],
];

/** Where the matrix of x begins that `index` of the broadcast batch names: x is repeated along batch axes of size 1. */
function matrixAt({ shape }: Operand, index: readonly number[]): number {
  const own = shape.slice(0, -2);
  const number = own.reduce((flat, n, axis) => flat * n + (n === 1 ? 0 : index[index.length - own.length + axis]), 0);
  return number * sizeOf(shape.slice(-2));
}

export const rows: Rows<typeof matmulFile> = {
  matmulOp: {
    samples: (random) =>
      products.flatMap(([M, K, N, batchA = [], batchB = []]) =>
        (
          [
            [0, 0],
            [0, 1],
            [1, 0],
            [1, 1],
          ] as const
        ).map(([transA, transB]) => {
          const a = [...batchA, ...(transA ? [K, M] : [M, K])];
          const b = [...batchB, ...(transB ? [N, K] : [K, N])];
          return {
            title: `a [${a.join(", ")}]${transA ? "ᵀ" : ""}, b [${b.join(", ")}]${transB ? "ᵀ" : ""}`,
            inputs: [normal(random, a), normal(random, b)],
            attributes: { transA, transB },
          };
        }),
      ),
    reference([a, b], { transA, transB }) {
      const [M, K] = transA ? a.shape.slice(-2).toReversed() : a.shape.slice(-2);
      const N = b.shape[b.shape.length - (transB ? 2 : 1)];
      const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
      const values: number[] = [];
      for (const index of indices(batch)) {
        const [atA, atB] = [matrixAt(a, index), matrixAt(b, index)];
        for (let i = 0; i < M; i++) {
          for (let j = 0; j < N; j++) {
            let sum = 0;
            for (let k = 0; k < K; k++) {
              sum +=
                a.values[atA + (transA ? k * M + i : i * K + k)] * b.values[atB + (transB ? j * K + k : k * N + j)];
            }
            values.push(sum);
          }
        }
      }
      return [{ shape: [...batch, M, N], dtype: "float32", values: Float64Array.from(values) }];
    },
    bound: { relative: 1e-6, absolute: 3e-5 },
    gradientBound: { relative: 1e-5, absolute: 1e-5 },
    refusals: [
      refusesInt32("matmul", (x) => matmul(x, ones([2, 2])), "a"),
      {
        call: () => matmul(ones([2, 3]), ones([4, 5])),
        error: ShapeError,
        text: "matmul: inner sizes differ; expected K = 3 rows in b, as many as columns in a, got 4 (a [2, 3] and b [4, 5]).",
      },
      {
        call: () => matmul(ones([2, 3]), ones([4, 5]), { transposeA: true, transposeB: true }),
        error: ShapeError,
        text: "matmul: inner sizes differ; expected K = 2 rows in bᵀ, as many as columns in aᵀ, got 5 (a [2, 3] and b [4, 5]).",
      },
      {
        call: () => matmul(ones([2]), ones([2, 2])),
        error: ShapeError,
        text: "matmul: a and b must be matrices; expected rank ≥ 2, got a [2] and b [2, 2]. Turn a vector into a matrix with expandDims().",
      },
      {
        call: () => matmul(ones([2, 3, 3]), ones([3, 3, 3])),
        error: ShapeError,
        text: "matmul: shapes do not broadcast; expected equal sizes or 1, aligned at the last axis, got a [2] and b [3].",
      },
    ],
    flops: ([a, b], { transB }) => {
      const N = b.shape[b.shape.length - (transB ? 2 : 1)];
      const batch = sizeOf(broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)));
      return 2 * batch * sizeOf(a.shape.slice(-2)) * N;
    },
  },
};
