/** Matrix products of the named shapes, as users compute them: by `matmul` on tensors, memory for the result included. */
import { matmul, noGrad, scope, tensor } from "lanegrad";
import { type Case, timeCalls } from "./measure.js";
import { randomValues } from "./random.js";
import { type GemmShape, gemmShapes } from "./shapes.js";

/** Elements of a result that are compared with float64 sums. */
const checked = 1000;

/** One case for each shape. */
export const gemmCases: readonly Case[] = gemmShapes.map(caseOf);

function caseOf({ name, m, n, k, transA, transB }: GemmShape): Case {
  const [transposeA, transposeB] = [transA === 1, transB === 1];
  return {
    name,
    m,
    n,
    k,
    transA: transposeA,
    transB: transposeB,
    flops: 2 * m * n * k,
    async time(seconds, between) {
      const [a, b] = [randomValues(m * k), randomValues(k * n)];
      const times = noGrad(() =>
        scope(() => {
          const A = tensor(a, transposeA ? [k, m] : [m, k]);
          const B = tensor(b, transposeB ? [n, k] : [k, n]);
          const product = () => matmul(A, B, { transposeA, transposeB });
          check(product().toTypedArray(), (i, j) => {
            let sum = 0;
            for (let p = 0; p < k; p++) sum += a[transA ? p * m + i : i * k + p] * b[transB ? j * k + p : p * n + j];
            return sum;
          });
          return timeCalls(() => product().dispose(), seconds, between);
        }),
      );
      return times;
    },
  };

  function check(c: ArrayLike<number>, reference: (i: number, j: number) => number): void {
    const step = Math.max(1, Math.floor(c.length / checked));
    for (let at = 0; at < c.length; at += step) {
      const [i, j] = [Math.floor(at / n), at % n];
      const expected = reference(i, j);
      if (!(Math.abs(c[at] - expected) <= 1e-6 * k)) {
        throw new Error(`bench: ${name} is wrong at [${i}, ${j}]; expected ${expected}, got ${c[at]}.`);
      }
    }
  }
}
