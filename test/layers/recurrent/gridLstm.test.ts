/** The grid LSTM against float64 loops over its places, its mask, and what it refuses. Letters: N batch, T steps, H units, D depth. */
import { describe, expect, it } from "vitest";
import { gridLstm, masking } from "../../../src/layers/index.js";
import { sequential } from "../../../src/models/sequential.js";
import { tensor } from "../../../src/tensor/create.js";
import { expectClose } from "../../support/compare.js";
import "../../support/engine.js";
import type { Operand } from "../../support/operands.js";
import { run } from "../calls.js";

const σ = (x: number): number => 1 / (1 + Math.exp(-x));

/** One LSTM: from what goes through the kernel and its own states to its next states. */
function lstmAt(
  x: number[],
  h: number[],
  c: number[],
  [kernel, recurrent, bias]: readonly Operand[],
): [number[], number[]] {
  const H = h.length;
  const z = Array.from(bias.values, (b, column) =>
    x.reduce(
      (sum, value, k) => sum + value * kernel.values[k * 4 * H + column] + h[k] * recurrent.values[k * 4 * H + column],
      b,
    ),
  );
  const next = c.map((value, j) => σ(z[H + j]) * value + σ(z[j]) * Math.tanh(z[2 * H + j]));
  return [next.map((value, j) => σ(z[3 * H + j]) * Math.tanh(value)), next];
}

/** h of depth at the top, (N, T, H). */
function reference(
  [x]: readonly Operand[],
  [inputKernel, inputBias, ...levels]: readonly Operand[],
  D: number,
  tied: boolean,
): number[] {
  const [N, T, I] = x.shape;
  const H = inputBias.values.length / 2;
  const result: number[] = [];
  for (let n = 0; n < N; n++) {
    const zeros = Array<number>(H).fill(0);
    const along = Array.from({ length: D }, () => [zeros, zeros] as [number[], number[]]);
    for (let t = 0; t < T; t++) {
      const bottom = Array.from(inputBias.values, (b, column) => {
        let sum = b;
        for (let i = 0; i < I; i++) sum += x.values[(n * T + t) * I + i] * inputKernel.values[i * 2 * H + column];
        return sum;
      });
      let [h, m] = [bottom.slice(0, H), bottom.slice(H)];
      for (let d = 0; d < D; d++) {
        const weights = levels.slice(tied ? 0 : 6 * d, tied ? 6 : 6 * d + 6);
        const [hTime, cTime] = along[d];
        along[d] = lstmAt(h, hTime, cTime, weights.slice(0, 3));
        [h, m] = lstmAt(hTime, h, m, weights.slice(3));
      }
      result.push(...h);
    }
  }
  return result;
}

describe("gridLstm", () => {
  it.each([
    [1, false],
    [3, false],
    [2, true],
  ])("depth %i, tied %s: as place by place", (depth, tied) => {
    const { inputs, parameters, output } = run(gridLstm({ units: 4, depth, tied, returnSequences: true }), [[2, 5, 3]]);
    const want = reference(inputs, parameters, depth, tied);
    expectClose("h", output.toTypedArray(), want, [2, 5, 4], { relative: 1e-5, absolute: 1e-5 });
    const last = run(gridLstm({ units: 4, depth, tied }), [[2, 5, 3]]).output.toTypedArray();
    expect([...last]).toEqual([...output.toTypedArray()].filter((_, i) => Math.floor(i / 4) % 5 === 4));
  });

  it("steps that do not count change nothing and are 0", () => {
    const values = Float32Array.from({ length: 2 * 4 * 3 }, (_, i) => (i % 12 < 6 ? Math.sin(i) : 0));
    const whole = sequential([masking(), gridLstm({ units: 4, returnSequences: true })], { seed: 1 });
    const short = sequential([gridLstm({ units: 4, returnSequences: true })], { seed: 1 });
    const padded = whole.call([tensor(values, [2, 4, 3])])[0].toArray() as number[][][];
    const alone = short
      .call([
        tensor(
          values.filter((_, i) => i % 12 < 6),
          [2, 2, 3],
        ),
      ])[0]
      .toArray() as number[][][];
    expect(padded.map((steps) => steps.slice(0, 2))).toEqual(alone);
    expect(
      padded
        .flatMap((steps) => steps.slice(2))
        .flat()
        .every((value) => value === 0),
    ).toBe(true);
    const last = sequential([masking(), gridLstm({ units: 4 })], { seed: 1 });
    expect(last.call([tensor(values, [2, 4, 3])])[0].toArray()).toEqual(padded.map((steps) => steps[1]));
  });

  it.each([
    [() => gridLstm({ units: 4, depth: 0 }), "gridLstm: depth is out of range; expected an integer in [1, ∞), got 0."],
    [
      () => sequential([gridLstm({ units: 4, inputShape: [3] })]),
      "gridLstm: the input must have shape [N, T, I] with T ≥ 1; got [N, 3].",
    ],
  ])("refuses %#", (make, text) => {
    expect(make).toThrow(text);
  });
});
