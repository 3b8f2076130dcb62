/** Rows of gathering rows and of dropout: what is picked follows from indices, or from seed, counter and stream. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import { ones, tensor, zeros } from "../../../src/tensor/create.js";
import type { Random } from "../../../src/tensor/random.js";
import { RandomState } from "../../../src/tensor/randomState.js";
import { type Shape, sizeOf } from "../../../src/tensor/shape.js";
import { type Operand, generate, integers, normal, sizesAround } from "../../support/operands.js";
import type { Words } from "../../support/philox.js";
import { wordOf } from "../../support/philox.js";
import { elementwiseShapes, refusesInt32, ulps } from "./elementwise.js";
import type * as gatherFile from "../../../src/ops/shape/gather.js";
import type * as embeddingFile from "../../../src/ops/shape/embedding.js";
import type * as dropoutFile from "../../../src/ops/pointwise/dropout.js";
import type { Sample, Rows } from "../row.js";

const int32 = { dtype: "int32" } as const;

/** x of each type; indices (n) or (2, n). */
function gatherSamples(random: Random, shape: Shape, indexShape: Shape): Sample<undefined>[] {
  const indices = integers(random, indexShape, Math.max(1, shape[0]));
  const bytes = generate(shape, () => random.integer(256), "uint8");
  return [normal(random, shape), integers(random, shape, 1000), bytes].map((x) => ({
    title: `${x.dtype} [${shape.join(", ")}] by [${indexShape.join(", ")}]`,
    inputs: [x, indices],
    attributes: undefined,
  }));
}

export const rows: Rows<typeof gatherFile & typeof embeddingFile & typeof dropoutFile> = {
  gatherRowsOp: {
    samples: (random) => [
      ...sizesAround(16).flatMap((n) => gatherSamples(random, [5, n], [7])),
      ...gatherSamples(random, [5, 3], [0]),
      ...gatherSamples(random, [4], [9]),
      ...gatherSamples(random, [3, 2, 5], [2, 4]),
    ],
    reference([x, indices]) {
      const length = sizeOf(x.shape.slice(1));
      const scale = x.dtype === "uint8" ? 1 / 255 : 1;
      const values = Float64Array.from(
        { length: indices.values.length * length },
        (_, i) => scale * x.values[indices.values[Math.floor(i / length)] * length + (i % length)],
      );
      const dtype = x.dtype === "int32" ? "int32" : "float32";
      return [{ shape: [...indices.shape, ...x.shape.slice(1)], dtype, values }];
    },
    bound: ulps(1),
    gradientBound: { relative: 1e-6, absolute: 1e-5 },
    refusals: [
      {
        call: () => ops.gatherRows(ones([3, 2]), tensor([0, 2, 3], undefined, int32)),
        error: ShapeError,
        text: "gatherRows: index 2 is out of range; expected 0 ≤ index < N = 3 (x [3, 2]), got 3.",
      },
      {
        call: () => ops.gatherRows(ones([3, 2]), ones([2])),
        error: ShapeError,
        text: "gatherRows: indices has the wrong dtype; expected int32, got indices Tensor(2).",
      },
      {
        call: () => ops.gatherRows(ones([]), zeros([2], int32)),
        error: ShapeError,
        text: "gatherRows: x has no rows; expected x [N, …], got x Tensor().",
      },
    ],
    flops: ([x, indices]) => indices.values.length * sizeOf(x.shape.slice(1)),
  },
  embeddingOp: {
    samples: (random) =>
      [...sizesAround(16).map((D) => [5, D]), [5, 0], [1, 3], [300, 7]].flatMap(([V, D]) =>
        [[3, 4], [0, 4], [9], [2, 2, 3]].map((shape) => ({
          title: `[${V}, ${D}] by [${shape.join(", ")}]`,
          inputs: [normal(random, [V, D]), integers(random, shape, V)],
          attributes: undefined,
        })),
      ),
    reference: ([table, tokens]) => {
      const D = table.shape[1];
      const values = Float64Array.from(
        { length: tokens.values.length * D },
        (_, i) => table.values[tokens.values[Math.floor(i / D)] * D + (i % D)],
      );
      return [{ shape: [...tokens.shape, D], dtype: "float32", values }];
    },
    bound: ulps(1),
    gradientBound: { relative: 1e-6, absolute: 1e-5 },
    refusals: [
      {
        call: () => ops.embedding(ones([3, 2]), tensor([[0, 2], [1, 3]], undefined, int32)), // prettier-ignore
        error: ShapeError,
        text: "embedding: token 3 is outside the vocabulary; expected 0 ≤ token < V = 3 (table [3, 2]), got 3.",
      },
      {
        call: () => ops.embedding(ones([3, 2]), tensor([-1], undefined, int32)),
        error: ShapeError,
        text: "embedding: token 0 is outside the vocabulary; expected 0 ≤ token < V = 3 (table [3, 2]), got -1.",
      },
      {
        call: () => ops.embedding(ones([3, 2]), ones([2])),
        error: ShapeError,
        text: "embedding: tokens has the wrong dtype; expected int32, got tokens Tensor(2).",
      },
      {
        call: () => ops.embedding(zeros([3, 2], int32), zeros([2], int32)),
        error: ShapeError,
        text: "embedding: table has the wrong dtype; expected float32, got table int32 Tensor(3, 2).",
      },
      {
        call: () => ops.embedding(ones([3]), zeros([2], int32)),
        error: ShapeError,
        text: "embedding: table must have shape [V, D]; got table [3].",
      },
    ],
    flops: ([table, tokens]) => tokens.values.length * table.shape[1],
  },
  dropoutOp: {
    samples: (random) =>
      elementwiseShapes.map((shape, i) => ({
        title: `x [${shape.join(", ")}], rate 0.${i + 1}`,
        inputs: [normal(random, shape)],
        attributes: { rate: (i + 1) / 10, random: new RandomState(i), stream: 5 * i },
      })),
    reference([x], { rate, random, stream }): Operand[] {
      const words = random.save() as unknown as Words;
      const threshold = Math.trunc(Math.fround(rate) * 2 ** 32);
      const values = x.values.map((value, i) => (wordOf(i, words, stream) >= threshold ? value / (1 - rate) : 0));
      return [{ ...x, values }];
    },
    bound: { relative: 3e-7, absolute: 0 },
    gradientBound: { relative: 1e-6, absolute: 1e-6 },
    refusals: [
      refusesInt32("dropout", (x) => ops.dropout(x, 0.5, new RandomState(1))),
      {
        call: () => ops.dropout(ones([2]), 1, new RandomState(1)),
        error: UsageError,
        text: "dropout: rate is out of range; expected 0 ≤ rate < 1, got 1.",
      },
    ],
    flops: ([x]) => sizeOf(x.shape),
  },
};
