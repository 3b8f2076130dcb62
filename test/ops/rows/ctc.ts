/** The row of the loss of connectionist temporal classification: paths in float64, state by state as the paper has it. */
import { ShapeError, UsageError } from "../../../src/errors.js";
import * as ops from "../../../src/ops/index.js";
import type * as ctcLossFile from "../../../src/ops/loss/ctcLoss.js";
import { ones, zeros } from "../../../src/tensor/create.js";
import { type Operand, normal } from "../../support/operands.js";
import type { Rows } from "../row.js";

const int32 = (shape: readonly number[], values: readonly number[]): Operand => ({
  ...{ shape, dtype: "int32" as const },
  values: Float64Array.from(values),
});

const logSum = (...values: number[]): number => {
  const most = Math.max(...values);
  return most === -Infinity ? most : most + Math.log(values.reduce((sum, v) => sum + Math.exp(v - most), 0));
};

/** −ln P of one recording. @param frames log-probabilities of the classes in the frames that count */
export function plainCtc(frames: readonly (readonly number[])[], labels: readonly number[], blank: number): number {
  const states = [blank, ...labels.flatMap((label) => [label, blank])];
  let before = states.map((_, s) => (s === 0 ? 0 : -Infinity)); // before the first frame
  for (const [t, p] of frames.entries()) {
    before = states.map((label, s) => {
      if (t === 0) return s < 2 ? p[label] : -Infinity;
      const skips = s > 1 && label !== blank && label !== states[s - 2];
      return logSum(before[s], before[s - 1] ?? -Infinity, skips ? before[s - 2] : -Infinity) + p[label];
    });
  }
  return -logSum(before.at(-1)!, before.at(-2) ?? -Infinity);
}

const logSoftmax = (z: ArrayLike<number>): number[] => {
  const row = Array.from(z);
  const sum = logSum(...row);
  return row.map((value) => value - sum);
};

/** N, T, C, the targets, the number of frames where not all count, and the blank. */
const cases: readonly (readonly [number, number, number, number[][], number[] | undefined, number])[] = [
  [0, 3, 4, [], undefined, 0],
  [1, 1, 1, [[]], undefined, 0],
  [1, 1, 2, [[1]], undefined, 0],
  [2, 1, 3, [[0], [2]], undefined, 0], // an empty target beside one of one label
  [3, 5, 4, [[1, 2, 3], [1, 1, 0], [2, 0, 0]], undefined, 0], // a repeat
  [2, 3, 5, [[1, 2, 3], [4, 4, 0]], undefined, 0], // as many frames as there must be
  [2, 9, 5, [[0, 2, 3], [1, 4, 4]], [5, 7], 4], // the last class is the blank
  [2, 6, 6, [[1, 2, 1, 2, 0], [3, 0, 0, 0, 0]], [6, 1], 0],
  [2, 12, 9, [[1, 1, 1, 1, 1, 1], [8, 7, 6, 5, 4, 3]], undefined, 0],
  [3, 40, 29, [[], [], []].map((_, n) => Array.from({ length: 13 }, (_, i) => 1 + ((i * (n + 3)) % 28))), [40, 31, 30], 0],
]; // prettier-ignore

export const rows: Rows<typeof ctcLossFile> = {
  ctcLossOp: {
    samples: (random) =>
      cases.map(([N, T, C, targets, lengths, blank]) => {
        const L = targets[0]?.length ?? 2;
        const mask = lengths?.flatMap((length) => Array.from({ length: T }, (_, t) => Number(t < length)));
        return {
          title: `logits [${N}, ${T}, ${C}], targets ${JSON.stringify(targets)}${mask ? ", masked" : ""}`,
          inputs: [
            normal(random, [N, T, C], 0, 2),
            int32([N, L], targets.flat()),
            ...(mask ? [int32([N, T], mask)] : []),
          ],
          attributes: { blank, zeroInfinity: false },
        };
      }),
    reference([logits, targets, mask], { blank }) {
      const [N, T, C] = logits.shape;
      const [, L] = targets.shape;
      const values = Float64Array.from({ length: N }, (_, n) => {
        const row = Array.from(targets.values.slice(n * L, (n + 1) * L));
        const end = row.indexOf(blank);
        const frames = Array.from({ length: T }, (_, t) => n * T + t).filter((at) => !mask || mask.values[at] !== 0);
        const logs = frames.map((at) => logSoftmax(logits.values.slice(at * C, (at + 1) * C)));
        return plainCtc(logs, end < 0 ? row : row.slice(0, end), blank);
      });
      return [{ shape: [N], dtype: "float32", values }];
    },
    bound: { relative: 2e-6, absolute: 2e-6 },
    gradientBound: { relative: 2e-5, absolute: 4e-6 },
    refusals: [
      {
        call: () => ops.ctcLoss(ones([2, 3]), zeros([2, 1], { dtype: "int32" })),
        error: ShapeError,
        text: "ctcLoss: these are no logits of frames; expected [N, T, C] with C ≥ 1, got Tensor(2, 3).",
      },
      {
        call: () => ops.ctcLoss(ones([2, 3, 4]), ones([2, 1])),
        error: ShapeError,
        text: "ctcLoss: targets has the wrong dtype; expected int32, got targets Tensor(2, 1).",
      },
      {
        call: () => ops.ctcLoss(ones([2, 3, 4]), zeros([3, 1], { dtype: "int32" })),
        error: ShapeError,
        text: "ctcLoss: the targets do not fit the logits; expected labels [N, L] with N = 2, got [3, 1].",
      },
      {
        call: () => ops.ctcLoss(ones([2, 3, 4]), zeros([2, 1], { dtype: "int32" }), { blank: 4 }),
        error: UsageError,
        text: "ctcLoss: blank is out of range; expected an integer in [0, 4), got 4.",
      },
      {
        call: () => ops.ctcLoss(ones([2, 3, 4]), zeros([2, 1], { dtype: "int32" }), { mask: zeros([2, 4], { dtype: "int32" }) }),
        error: ShapeError,
        text: "ctcLoss: the mask does not fit the logits; expected [N, T] = [2, 3], got [2, 4].",
      },
      {
        call: () => ops.ctcLoss(ones([2, 3, 4]), zeros([2, 1], { dtype: "int32" }), { lengths: [1, 4] }),
        error: UsageError,
        text: "sequenceMask: lengths[1] is out of range; expected integers from 0 to T = 3, got 4.",
      },
    ], // prettier-ignore
    flops: ([logits, targets]) => 8 * logits.values.length + logits.shape[0] * logits.shape[1] * targets.shape[1] * 60,
  },
};
