/** The transformer's block and the small GPT: their formula, sizes, what a step may see, training, files, and what they refuse. */
import { describe, expect, it } from "vitest";
import { ShapeError, UsageError } from "../../src/errors.js";
import { models, randomNormal } from "../../src/index.js";
import { input } from "../../src/layers/index.js";
import { categoricalCrossentropy } from "../../src/losses/index.js";
import { loadModel } from "../../src/models/file/loading.js";
import type { Model } from "../../src/models/model.js";
import { model } from "../../src/models/sequential.js";
import { attention } from "../../src/ops/attention/attention.js";
import { layerNorm } from "../../src/ops/norm/layerNorm.js";
import { add } from "../../src/ops/pointwise/arithmetic.js";
import { dense } from "../../src/ops/product/dense.js";
import { adam } from "../../src/optimizers/index.js";
import { tensor } from "../../src/tensor/create.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectSameBits } from "../support/compare.js";
import "../support/engine.js";

const count = (one: Model): number => one.weights.reduce((sum, { value }) => sum + value.size, 0);
const tokens = (values: readonly number[]): Tensor => tensor(Int32Array.from(values), [1, values.length]);

describe("transformerBlock", () => {
  it("is x + attention(norm x), then + dense(gelu(dense(norm x)))", async () => {
    const x = input({ shape: [5, 8] });
    const block = model({ inputs: x, outputs: models.transformerBlock(x, { heads: 2, causal: true }), seed: 4 });
    const given = randomNormal([3, 5, 8], { seed: 1 });
    const [y] = block.call([given]);
    const w = Object.fromEntries(block.weights.map(({ name, value }) => [name, value]));
    const at = (name: string): Tensor => w[name] ?? expect.fail(`${name} is none of ${Object.keys(w).join(", ")}`);
    const norm = (from: Tensor, layer: string): Tensor =>
      layerNorm(from, { gamma: at(`${layer}/gamma`), beta: at(`${layer}/beta`), epsilon: 1e-5 });
    const attended = norm(given, "layerNormalization_1");
    const project = (name: string, from: Tensor): Tensor =>
      dense(from, at(`multiHeadAttention_1/${name}Kernel`), at(`multiHeadAttention_1/${name}Bias`));
    const [q, k, v] = ["query", "key", "value"].map((name) => project(name, attended));
    const middle = add(given, project("output", attention(q, k, v, { heads: 2, causal: true })));
    const hidden = dense(norm(middle, "layerNormalization_2"), at("dense_1/kernel"), at("dense_1/bias"), "gelu");
    const expected = add(middle, dense(hidden, at("dense_2/kernel"), at("dense_2/bias")));
    expectSameBits("block", y.toTypedArray(), expected.toTypedArray());
    expect(at("dense_1/kernel").shape).toEqual([8, 32]);
  });

  it("looks at all steps unless it is causal", () => {
    const x = input({ shape: [2, 4] });
    const first = (causal?: boolean): number[][] => {
      const outputs = models.transformerBlock(x, { heads: 1, ...(causal !== undefined && { causal }) });
      const block = model({ inputs: x, outputs, seed: 4 });
      return [[0, 0, 0, 0], [1, 2, 3, 5]].map((last) => {
        const [y] = block.call([tensor([[[1, 0, 2, 0], last]])]);
        return (y.toArray() as number[][][])[0][0];
      }); // prettier-ignore
    };
    for (const causal of [undefined, false, true]) {
      const [one, other] = first(causal);
      if (causal) expect(other).toEqual(one);
      else expect(other).not.toEqual(one);
    }
  });

  it("drops what attention and dense layers add, and weights of attention, at the rate given; none by default", () => {
    const [x, memory] = [input({ shape: [2, 4] }), input({ shape: [3, 4] })];
    const rates = (dropout?: number): [string, unknown][] => {
      const options = { heads: 1, memory, ...(dropout !== undefined && { dropout }) };
      const { layers } = model({ inputs: [x, memory], outputs: models.transformerBlock(x, options) });
      return layers.flatMap(({ kind, config: { rate, dropout } }) => {
        if (kind === "dropout") return [[kind, rate]];
        return kind === "multiHeadAttention" ? [[kind, dropout]] : [];
      });
    };
    const pair = [["multiHeadAttention", 0.3], ["dropout", 0.3]]; // prettier-ignore
    expect(rates(0.3)).toEqual([...pair, ...pair, ["dropout", 0.3]]);
    for (const none of [0, undefined]) expect(rates(none)).toEqual(Array(2).fill(["multiHeadAttention", 0]));
  });

  it("with a memory: each step looks at all of it", () => {
    const [x, memory] = [input({ shape: [null, 8] }), input({ shape: [null, 6] })];
    const outputs = models.transformerBlock(x, { heads: 2, causal: true, memory });
    const decoder = model({ inputs: [x, memory], outputs, seed: 4 });
    const given = randomNormal([1, 2, 8], { seed: 1 });
    const first = (seed: number): number[] => {
      const kept = randomNormal([1, 3, 6], { seed: 7 }).toTypedArray() as Float32Array;
      kept.set(randomNormal([6], { seed }).toTypedArray(), 12); // the last step of the memory
      return Array.from(
        decoder
          .call([given, tensor(kept, [1, 3, 6])])[0]
          .toTypedArray()
          .slice(0, 8),
      );
    };
    expect(first(1)).not.toEqual(first(2));
  });

  it.each<[string, () => unknown, abstract new () => Error, string]>([
    ["heads that do not divide", () => models.transformerBlock(input({ shape: [4, 6] }), { heads: 4 }), ShapeError, "transformerBlock: heads does not fit; expected a divisor of the 6 features, got 4."],
    ["no sequence", () => models.transformerBlock(input({ shape: [6] }), { heads: 2 }), ShapeError, "transformerBlock: the input does not fit; expected a sequence of vectors (N, T, F)"],
    ["heads missing", () => models.transformerBlock(input({ shape: [4, 6] }), {} as never), UsageError, "transformerBlock: heads"],
    ["a misspelt option", () => models.transformerBlock(input({ shape: [4, 6] }), { heads: 2, droput: 0.1 } as never), UsageError, "dropout"],
    ["a tensor", () => models.transformerBlock(randomNormal([1, 4, 6]) as never, { heads: 2 }), UsageError, "transformerBlock: the input is not a symbolic tensor; got Tensor. Begin with layers.input"],
    ["gpt without a vocabulary", () => models.gpt({} as never), UsageError, "gpt: vocabulary is missing"],
    ["gpt with heads that do not divide", () => models.gpt({ vocabulary: 5, features: 10, heads: 4 }), ShapeError, "a divisor of the 10 features"],
  ])("refuses %s", (_, call, error, text) => {
    expect(call).toThrow(error);
    expect(call).toThrow(text);
  }); // prettier-ignore
});

describe("gpt", () => {
  const small = (): Model => models.gpt({ vocabulary: 5, context: 12, features: 16, blocks: 2, heads: 2, seed: 1 });

  it("has 0.8 million parameters by default", () => {
    const gpt = models.gpt({ vocabulary: 65 });
    gpt.build([64]);
    const block = 4 * (128 * 128 + 128) + 2 * 4 * 128 * 128 + 4 * 128 + 128 + 4 * 128;
    expect(count(gpt)).toBe(65 * 128 + 64 * 128 + 4 * block + 2 * 128 + 128 * 65 + 65);
  });

  it("begins with kernels and tables of standard deviation 0.02, those that end in a sum with 0.02 / √(2 · blocks)", () => {
    const gpt = models.gpt({ vocabulary: 64, context: 64, features: 64, blocks: 3, heads: 2, seed: 1 });
    const drawn = gpt.weights.filter(({ name }) => /kernel$|embeddings$/i.test(name));
    expect(drawn).toHaveLength(2 + 3 * 6 + 1);
    for (const { name, value } of drawn) {
      const squares = (value.toTypedArray() as Float32Array).reduce((sum, w) => sum + w * w, 0);
      const wanted = /dense_[246]\//.test(name) ? 0.02 / Math.sqrt(6) : 0.02;
      expect(Math.abs(Math.sqrt(squares / value.size) / wanted - 1), name).toBeLessThan(0.06); // 5 standard errors of 4096
    }
  });

  it("drops embeddings, weights of attention and what blocks add at the rate given; none by default", () => {
    const of = (options: Partial<models.GptOptions>): unknown[] =>
      models.gpt({ vocabulary: 5, features: 8, blocks: 2, heads: 2, ...options }).layers.flatMap(({ kind, config }) => {
        if (kind === "dropout") return [config.rate];
        return kind === "multiHeadAttention" ? [`attention ${String(config.dropout)}`] : [];
      });
    const block = ["attention 0.2", 0.2, 0.2];
    expect(of({ dropout: 0.2 })).toEqual([0.2, ...block, ...block]);
    expect(of({})).toEqual(["attention 0", "attention 0"]);
  });

  it("normalises with ε = 1e-5, before the logits too; bears its name, or another", () => {
    const gpt = models.gpt({ vocabulary: 5, features: 8, blocks: 1, heads: 2, name: "small" });
    const epsilons = gpt.layers.flatMap(({ kind, config }) => (kind === "layerNormalization" ? [config.epsilon] : []));
    expect(epsilons).toEqual([1e-5, 1e-5, 1e-5]);
    expect([gpt.name, small().name]).toEqual(["small", "gpt"]);
  });

  it("tied, its logits have the table of the tokens: a kernel and a bias fewer", () => {
    const sizes = [{}, { tied: false }, { tied: true }].map((options) =>
      count(models.gpt({ vocabulary: 5, features: 8, blocks: 1, heads: 2, ...options })),
    );
    expect(sizes).toEqual([sizes[0], sizes[0], sizes[0] - (8 * 5 + 5)]);
  });

  it("sees no token that comes later, and takes any length up to its context", () => {
    const gpt = small();
    const [a] = gpt.call([tokens([1, 2, 3, 4, 0, 1])]);
    const [b] = gpt.call([tokens([1, 2, 3, 0, 4, 4])]);
    expectSameBits("first three", a.toTypedArray().slice(0, 15), b.toTypedArray().slice(0, 15));
    expect(a.toTypedArray().slice(15, 20)).not.toEqual(b.toTypedArray().slice(15, 20));
    expect(() => gpt.call([tokens(Array<number>(13).fill(1))])).toThrow("at most maxLength = 12 steps, got 13");
  });

  it("learns a pattern whose next token depends on the two before, and comes back from a file", async () => {
    const series: number[] = [1, 1];
    while (series.length < 401) series.push((series.at(-1)! + 2 * series.at(-2)! + 1) % 5);
    const cut = (from: number): Tensor =>
      tensor(
        Int32Array.from({ length: 32 * 12 }, (_, i) => series[from + 12 * Math.floor(i / 12) + (i % 12)]),
        [32, 12],
      );
    const gpt = small();
    gpt.compile({ optimizer: adam({ learningRate: 0.005 }), loss: categoricalCrossentropy({ fromLogits: true }) });
    const { history } = await gpt.fit(cut(0), cut(1), { epochs: 40, batchSize: 8 });
    expect(history.loss.at(-1)).toBeLessThan(0.3);
    const again = await loadModel(await gpt.toBytes());
    expectSameBits("loaded", (await again.predict(cut(0))).toTypedArray(), (await gpt.predict(cut(0))).toTypedArray());
  });
});
