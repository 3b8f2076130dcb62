/** Matrix products of the named shapes, as users compute them: `matmul` on tensors, recorded. */
import { matmul, tensor } from "lanegrad";
import { type Case, replaying } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";
import { type GemmShape, gemmShapes } from "../shapes.js";

/** One case for each shape. */
export const gemmCases: readonly Case[] = gemmShapes.map(caseOf);

function caseOf({ name, m, n, k, transA, transB }: GemmShape): Case {
  const [transposeA, transposeB] = [transA === 1, transB === 1];
  return {
    group: "gemm",
    name,
    product: { m, n, k, transA: transposeA, transB: transposeB },
    work: { flops: 2 * m * n * k, bytes: 4 * (m * k + k * n + m * n) },
    prepare() {
      const [a, b] = [randomValues(m * k), randomValues(k * n)];
      const A = tensor(a, transposeA ? [k, m] : [m, k]);
      const B = tensor(b, transposeB ? [n, k] : [k, n]);
      const value = (at: number): number => {
        const [i, j] = [Math.floor(at / n), at % n];
        let sum = 0;
        for (let p = 0; p < k; p++) sum += a[transA ? p * m + i : i * k + p] * b[transB ? j * k + p : p * n + j];
        return sum;
      };
      return replaying({
        inputs: [A, B],
        compute: () => matmul(A, B, { transposeA, transposeB }),
        check: (c) => checkSamples(name, c, { value, tolerance: () => 1e-6 * k }),
      });
    },
  };
}
