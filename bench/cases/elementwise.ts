/**
 * Functions of every element, softmax and gathered rows: what memory or the elementary functions limit. Letters: n
 * elements, N rows, C columns.
 */
import { type Tensor, exp, gatherRows, sigmoid, softmax, tanh, tensor } from "lanegrad";
import { type Case, replaying } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";

const n = 2 ** 20;

/** Elements, softmax, rows. The optimizer's pass over a slab is added by who may see one. */
export const elementwiseCases: readonly Case[] = [
  unary("exp", exp, Math.exp),
  unary("sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x))),
  unary("tanh", tanh, Math.tanh),
  softmaxCase(1024, 1000),
  gatherCase("float32", 1024, 784),
  gatherCase("uint8", 1024, 784),
];

/** y = f(x) for a million elements in [−8, 8). */
function unary(name: string, op: (x: Tensor) => Tensor, reference: (x: number) => number): Case {
  return {
    group: "elementwise",
    name: `${name}, 1 M elements`,
    work: { parts: n, bytes: 8 * n },
    prepare() {
      const values = randomValues(n).map((value) => 8 * value);
      const x = tensor(values);
      return replaying({
        inputs: [x],
        compute: () => op(x),
        check: (y) =>
          checkSamples(name, y, {
            value: (at) => reference(values[at]),
            tolerance: (expected) => 1e-6 * Math.abs(expected),
          }),
      });
    },
  };
}

function softmaxCase(N: number, C: number): Case {
  const name = `softmax, ${N}×${C}`;
  return {
    group: "elementwise",
    name,
    work: { parts: N * C, bytes: 8 * N * C },
    prepare() {
      const values = randomValues(N * C).map((value) => 8 * value);
      const x = tensor(values, [N, C]);
      const sums = Array.from({ length: N }, (_, row) =>
        values.subarray(row * C, (row + 1) * C).reduce((sum, value) => sum + Math.exp(value), 0),
      );
      return replaying({
        inputs: [x],
        compute: () => softmax(x),
        check: (y) =>
          checkSamples(name, y, {
            value: (at) => Math.exp(values[at]) / sums[Math.floor(at / C)],
            tolerance: (expected) => 2e-6 * expected,
          }),
      });
    },
  };
}

/** N rows out of 10,000 at random places: a batch as `fit` takes it. Bytes become fractions of 255. */
function gatherCase(dtype: "float32" | "uint8", N: number, C: number): Case {
  const name = `gather ${N} of 10,000 rows of ${C}, ${dtype}`;
  const rows = 10_000;
  return {
    group: "elementwise",
    name,
    work: { parts: N * C, bytes: (dtype === "uint8" ? 5 : 8) * N * C },
    prepare() {
      const values =
        dtype === "uint8" ? Uint8Array.from({ length: rows * C }, (_, i) => i % 251) : randomValues(rows * C);
      const chosen = Int32Array.from(randomValues(N), (value) => Math.floor(((value + 1) / 2) * rows));
      const [x, indices] = [tensor(values, [rows, C]), tensor(chosen)];
      const scale = dtype === "uint8" ? 1 / 255 : 1;
      return replaying({
        inputs: [x, indices],
        compute: () => gatherRows(x, indices),
        check: (y) =>
          checkSamples(name, y, {
            value: (at) => values[chosen[Math.floor(at / C)] * C + (at % C)] * scale,
            tolerance: (expected) => (dtype === "uint8" ? 2e-7 * expected : 0),
          }),
      });
    },
  };
}
