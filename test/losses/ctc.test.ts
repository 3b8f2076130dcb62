/**
 * The CTC loss: PyTorch's values, the edges that no difference quotient reaches, training by `fit` with padded targets
 * and frames, and what is refused. Values and gradients by plain loops are the op's row.
 */
import { describe, expect, it } from "vitest";
import { type Model, Random, ctcLoss, layers, losses, optimizers, sequential, tensor } from "../../src/index.js";
import { lossFrom } from "../../src/losses/registry.js";
import { ctcGreedy } from "../../src/speech/index.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../support/engine.js";
import { expectClose, goldenCtc } from "../support/golden.js";

/** Targets side by side, with blanks behind. */
function padded(targets: readonly (readonly number[])[], blank = 0): Tensor {
  const L = Math.max(...targets.map(({ length }) => length));
  const rows = targets.map((target) => [...target, ...new Array<number>(L - target.length).fill(blank)]);
  return tensor(Int32Array.from(rows.flat()), [targets.length, L]);
}

function lossAndGradient(logits: Tensor, targets: Tensor, options: Parameters<typeof ctcLoss>[2]) {
  const loss = ctcLoss(logits, targets, options);
  loss.backward(tensor(new Float32Array(loss.size).fill(1)));
  return { losses: Array.from(loss.toTypedArray(), (value) => value + 0), gradient: [...logits.grad!.toTypedArray()] };
}

describe("PyTorch's losses to 1e-6, gradients to 2e-6", () => {
  const finite = (values: readonly (number | null)[]): number[] => values.map((value) => value ?? NaN);

  it.each(Object.entries(goldenCtc()))("%s", (_, { T, C, blank, targets, frames, zeroInfinity, logits, ...want }) => {
    const z = tensor(Float32Array.from(logits), [targets.length, T, C], { requiresGrad: true });
    const got = lossAndGradient(z, padded(targets, blank), { blank, zeroInfinity, lengths: frames });
    for (const [i, loss] of want.losses.entries())
      if (loss === null) expect(got.losses[i]).toBe(Infinity);
      else expectClose("loss", [got.losses[i]], [loss], 1e-6);
    for (const [i, slope] of finite(want.gradient).entries())
      if (Number.isNaN(slope)) expect(got.gradient[i]).toBeNaN();
      else expectClose("gradient", [got.gradient[i]], [slope], 2e-6, 2e-6);
  });
});

describe("edges", () => {
  const random = new Random(3);
  const drawn = (n: number, T: number, C: number) =>
    tensor(
      Float32Array.from({ length: n * T * C }, () => 4 * random.uniform() - 2),
      [n, T, C],
      { requiresGrad: true },
    );

  it("gradients of a frame add up to 0 within 1e-6, for 2,000 frames and 200 labels", () => {
    const [T, C] = [2000, 30];
    const target = Array.from({ length: 200 }, (_, i) => 1 + ((i * 7) % 29));
    const { losses: got, gradient } = lossAndGradient(drawn(1, T, C), padded([target]), {});
    expect(got[0]).toBeGreaterThan(1000);
    for (let t = 0; t < T; t++) {
      const sum = gradient.slice(t * C, (t + 1) * C).reduce((a, b) => a + b, 0);
      expect(Math.abs(sum)).toBeLessThan(1e-6);
    }
  });

  it("NaN, ±∞ and 1e38 in frames that do not count change no bit, wherever they stand", () => {
    const [T, C] = [6, 4];
    const counted = [0, 1, 0, 1, 1, 1];
    const plain = drawn(1, 4, C);
    const z = plain.toTypedArray();
    const want = lossAndGradient(plain, padded([[2, 2]]), {});
    for (const wild of [0, NaN, Infinity, -Infinity, 1e38]) {
      const values = new Float32Array(T * C).fill(wild);
      let at = 0;
      for (const [t, counts] of counted.entries()) if (counts) values.set(z.slice(at, (at += C)), t * C);
      const mask = tensor(Int32Array.from(counted), [1, T]);
      const got = lossAndGradient(tensor(values, [1, T, C], { requiresGrad: true }), padded([[2, 2]]), { mask });
      expect(got.losses).toEqual(want.losses);
      expect(got.gradient.filter((_, i) => counted[Math.floor(i / C)])).toEqual(want.gradient);
      expect(got.gradient.filter((_, i) => !counted[Math.floor(i / C)])).toEqual(new Array(2 * C).fill(0));
    }
  });

  it("no frame: loss 0 for an empty target, else infinite; gradients are 0", () => {
    const { losses: got, gradient } = lossAndGradient(drawn(2, 3, 3), padded([[], [1]]), { lengths: [0, 0] });
    expect(got).toEqual([0, Infinity]);
    expect(gradient).toEqual(new Array(18).fill(0));
  });

  it("a label that is no class gives NaN to its recording alone", () => {
    for (const zeroInfinity of [false, true])
      for (const label of [-1, 3, 2 ** 31 - 1]) {
        const got = lossAndGradient(drawn(2, 3, 3), padded([[label], [1]]), { zeroInfinity });
        expect(got.losses[0]).toBeNaN();
        expect(Number.isFinite(got.losses[1])).toBe(true);
        expect(got.gradient.map(Number.isNaN)).toEqual(Array.from({ length: 18 }, (_, i) => i < 9));
      }
  });

  it("a class that cannot be, with logit −∞, makes what needs it impossible and the rest no worse", () => {
    const z = tensor([[[0, 0, -Infinity], [0, 0, -Infinity]]], undefined, { requiresGrad: true }); // prettier-ignore
    expect(ctcLoss(z, padded([[2]])).toArray()).toEqual([Infinity]);
    const { losses: got, gradient } = lossAndGradient(z, padded([[1]]), {});
    expectClose("loss", got, [-Math.log(3 / 4)], 1e-6);
    expectClose("gradient", gradient, [1 / 6, -1 / 6, 0, 1 / 6, -1 / 6, 0], 1e-6, 1e-7);
    expect(lossAndGradient(z, padded([[2]]), { zeroInfinity: true }).losses).toEqual([0]);
  });
});

/** Steps that say one of four symbols for a while, with pauses, and what they say; another length each. */
function sayings(count: number, seed: number) {
  const random = new Random(seed);
  const T = 24;
  const x = new Float32Array(count * T * 4);
  const [said, lengths]: [number[][], number[]] = [[], []];
  for (let n = 0; n < count; n++) {
    const labels: number[] = [];
    let t = 0;
    for (let k = 0; k < 1 + random.integer(4); k++) {
      t += random.integer(2);
      const symbol = random.integer(4);
      labels.push(symbol + 1);
      for (const end = t + 2 + random.integer(2); t < end; t++) x[(n * T + t) * 4 + symbol] = 1;
      t++; // a pause, so that a repeat can be heard
    }
    said.push(labels);
    lengths.push(t);
  }
  return { x: tensor(x, [count, T, 4]), y: padded(said), said, lengths };
}

describe("training", () => {
  const network = (): Model => {
    const reader = layers.bidirectional({ layer: layers.gru({ units: 12, returnSequences: true }) });
    const model = sequential([layers.masking({ maskValue: 9, inputShape: [null, 4] }), reader, layers.dense({ units: 5 })], { seed: 2 }); // prettier-ignore
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.03 }), loss: losses.ctc() });
    return model;
  };

  it("fit with padded targets and frames learns what was said, and where it ends", async () => {
    const [train, test] = [sayings(96, 1), sayings(32, 2)];
    const model = network();
    const { history } = await model.fit(train.x, train.y, { epochs: 12, batchSize: 16, lengths: train.lengths });
    expect(history.loss.at(-1)!).toBeLessThan(0.25);
    const logits = await model.predict(test.x, { lengths: test.lengths });
    const right = ctcGreedy(logits, { lengths: test.lengths }).filter(
      (heard, i) => heard.join() === test.said[i].join(),
    );
    expect(right.length).toBeGreaterThan(27);
  });

  it("the loss of an epoch is the mean over recordings, whatever the batch size and the padding", async () => {
    const { x, y, lengths } = sayings(10, 4);
    const model = network();
    const wanted = (await model.evaluate(x, y, { lengths, batchSize: 10 })).loss;
    expectClose("loss", [(await model.evaluate(x, y, { lengths, batchSize: 3 })).loss], [wanted], 1e-6);
    const each = Array.from(ctcLoss(await model.predict(x, { lengths }), y, { lengths }).toTypedArray());
    expectClose("loss", [each.reduce((a, b) => a + b, 0) / 10], [wanted], 1e-6);
    const weights = Array.from({ length: 10 }, (_, i) => i % 3);
    const weighed = (await model.evaluate(x, y, { lengths, sampleWeight: weights })).loss;
    expectClose("loss", [weighed], [each.reduce((sum, loss, i) => sum + weights[i] * loss, 0) / 10], 1e-6);
  });

  it("targets may be lists or a typed array; a saved model has the loss again", () => {
    expect(lossFrom(losses.ctc({ blank: 4, zeroInfinity: true }).config).config).toEqual({
      ...{ className: "ctc", blank: 4, zeroInfinity: true },
    });
  });

  it.each([
    [[[1, 5]], "ctc: a target is out of range; expected a label in 0 … 4, got 5 in sample 0."],
    [[[0, 1]], "ctc: padding stands before a label; expected labels, then only the blank 0, got [0, 1] in sample 0."],
    [
      [[1, 1, 1]],
      "ctc: a target is longer than its frames; expected at most T = 4 frames' worth, got 3 labels in sample 0, which need 5 frames. Give longer recordings, or zeroInfinity: true, which leaves such samples out.",
    ],
    [[1], "fit: y does not fit the model's output; expected labels [N, L], got y [1]."],
  ])("fit refuses targets %j before the first step", async (y, text) => {
    const x = tensor(new Float32Array(16), [1, 4, 4]);
    await expect(network().fit(x, y as number[])).rejects.toThrow(text);
  });
});
