/** Layers that came with the table of Keras: values against plain loops, gradients through a model, files, and what they refuse. */
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config.js";
import {
  average,
  dense,
  dot,
  elu,
  input,
  lambda,
  leakyRelu,
  maximum,
  minimum,
  permute,
  randomCrop,
  randomFlip,
  rescaling,
  subtract,
  unitNormalization,
} from "../../src/layers/index.js";
import type { Layer } from "../../src/layers/layer.js";
import { layerFrom } from "../../src/layers/registry.js";
import { meanSquaredError } from "../../src/losses/index.js";
import { loadModel } from "../../src/models/file/loading.js";
import { model, sequential } from "../../src/models/sequential.js";
import { flip } from "../../src/ops/shape/flip.js";
import { slice } from "../../src/ops/shape/slice.js";
import { sgd } from "../../src/optimizers/index.js";
import { tensor } from "../../src/tensor/create.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../support/compare.js";
import "../support/engine.js";
import { run } from "./calls.js";

const rounded = { relative: 1e-6, absolute: 1e-6 };

describe("values", () => {
  it.each<[Layer, (values: number[]) => number]>([
    [subtract(), ([a, b]) => a - b],
    [average(), (values) => values.reduce((a, b) => a + b) / values.length],
    [maximum(), (values) => Math.max(...values)],
    [minimum(), (values) => Math.min(...values)],
  ])("$kind of several inputs, element by element", (layer, f) => {
    const shape = [3, 2, 4];
    for (const count of layer.kind === "subtract" ? [2] : [2, 3]) {
      const { inputs, output } = run(layer, Array<number[]>(count).fill(shape));
      const want = inputs[0].values.map((_, i) => f(inputs.map(({ values }) => values[i])));
      expectClose(layer.kind, output.toTypedArray(), want, shape, rounded);
    }
  });

  it.each<[Layer, (x: number) => number]>([
    [rescaling({ scale: 2, offset: -1 }), (x) => 2 * x - 1],
    [rescaling({ scale: -0.5 }), (x) => -0.5 * x],
    [leakyRelu({ slope: 0.05 }), (x) => (x > 0 ? x : 0.05 * x)],
    [leakyRelu(), (x) => (x > 0 ? x : Math.fround(0.2) * x)],
    [elu({ alpha: 2 }), (x) => (x > 0 ? x : 2 * Math.expm1(x))],
  ])("$kind, element by element", (layer, f) => {
    const { inputs, output } = run(layer, [[3, 5]]);
    expectClose(layer.kind, output.toTypedArray(), inputs[0].values.map(f), [3, 5], rounded);
  });

  it("permute moves axes of the sample, not the batch", () => {
    const { inputs, output } = run(permute({ dims: [2, 1] }), [[2, 3, 4]]);
    expect(output.shape).toEqual([2, 4, 3]);
    const want = Array.from({ length: 24 }, (_, i) => inputs[0].values[Math.floor(i / 12) * 12 + (i % 3) * 4 + (Math.floor(i / 3) % 4)]); // prettier-ignore
    expectClose("permute", output.toTypedArray(), want, output.shape, rounded);
  });

  it("unitNormalization makes rows as long as 1; zeros stay zeros", () => {
    const { output } = run(unitNormalization(), [[4, 5]]);
    for (let row = 0; row < 4; row++) {
      expect(Math.hypot(...output.toTypedArray().slice(row * 5, row * 5 + 5))).toBeCloseTo(1, 5);
    }
    const zeros = sequential([unitNormalization({ inputShape: [2] })]);
    expect(zeros.call([tensor([[0, 0], [3, 4]])])[0].toArray().toString()).toBe("0,0,0.6000000238418579,0.800000011920929"); // prettier-ignore
  });

  it("dot: of vectors, of sequences, along other axes, and as cosine", () => {
    const vectors = run(dot(), [[3, 5], [3, 5]]); // prettier-ignore
    expect(vectors.output.shape).toEqual([3, 1]);
    const [a, b] = vectors.inputs.map(({ values }) => values);
    const sumAt = (row: number): number => [0, 1, 2, 3, 4].reduce((sum, i) => sum + a[row * 5 + i] * b[row * 5 + i], 0);
    expectClose("dot", vectors.output.toTypedArray(), [0, 1, 2].map(sumAt), [3, 1], rounded);
    expect(run(dot(), [[2, 3, 4], [2, 5, 4]]).output.shape).toEqual([2, 3, 5]); // prettier-ignore
    expect(run(dot({ axes: [2, 1] }), [[2, 3, 4], [2, 4, 6]]).output.shape).toEqual([2, 3, 6]); // prettier-ignore
    const cosine = run(dot({ normalize: true }), [[3, 5], [3, 5]]); // prettier-ignore
    expect([...cosine.output.toTypedArray()].every((c) => Math.abs(c) <= 1 + 1e-6)).toBe(true);
  });

  it("randomFlip mirrors some images whole in training, and none otherwise", () => {
    const { inputs, output } = run(randomFlip(), [[40, 2, 3, 1]], { training: true });
    const y = output.toTypedArray();
    let mirrored = 0;
    for (let n = 0; n < 40; n++) {
      const image = [...inputs[0].values.slice(n * 6, n * 6 + 6)];
      const flipped = [image[2], image[1], image[0], image[5], image[4], image[3]];
      const got = [...y.slice(n * 6, n * 6 + 6)];
      if (got.join() === flipped.join()) mirrored++;
      else expect(got).toEqual(image);
    }
    expect(mirrored).toBeGreaterThan(8);
    expect(mirrored).toBeLessThan(32);
    const still = run(randomFlip({ mode: "both" }), [[4, 2, 3, 1]]);
    expectClose("randomFlip", still.output.toTypedArray(), still.inputs[0].values, still.output.shape, rounded);
  });

  it("randomCrop takes a part of each image, at places of their own in training, else the middle", () => {
    const { inputs, output } = run(randomCrop({ height: 2, width: 3 }), [[30, 4, 5, 2]], { training: true });
    expect(output.shape).toEqual([30, 2, 3, 2]);
    const y = output.toTypedArray();
    const places = new Set<string>();
    for (let n = 0; n < 30; n++) {
      const at = (i: number, j: number, c: number): number => inputs[0].values[((n * 4 + i) * 5 + j) * 2 + c];
      const corners = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j]));
      const corner = corners.find(([i, j]) =>
        [...y.slice(n * 12, n * 12 + 12)].every(
          (v, k) => v === at(i + Math.floor(k / 6), j + (Math.floor(k / 2) % 3), k % 2),
        ),
      );
      expect(corner).toBeDefined();
      places.add(String(corner));
    }
    expect(places.size).toBeGreaterThan(4);
    const middle = run(randomCrop({ height: 2, width: 3 }), [[1, 4, 5, 2]]);
    const whole = tensor(Float32Array.from(middle.inputs[0].values), [1, 4, 5, 2]);
    expect(middle.output.toArray()).toEqual(slice(whole, [0, 1, 1, 0], [1, 2, 3, 2]).toArray());
  });
});

describe("in a model", () => {
  it("each trains: a step changes the weights before it", () => {
    const names = ["subtract", "average", "maximum", "minimum", "dot"];
    for (const join of [subtract(), average(), maximum(), minimum(), dot()]) {
      const x = input({ shape: [3] });
      const [a, b] = [dense({ units: 4 }).apply(x), dense({ units: 4, activation: "tanh" }).apply(x)];
      const net = model({ inputs: x, outputs: join.apply([a, b]), seed: 1 });
      const before = net.weights.map(({ value }) => value.toTypedArray());
      net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
      const size = net.call([tensor([[1, 2, 3]])])[0].size;
      net.trainOnBatch([tensor([[1, 2, 3]])], [tensor(new Float32Array(size).fill(5), [1, size])]);
      const changed = net.weights.map(({ value }, i) => value.toTypedArray().some((v, k) => v !== before[i][k]));
      expect(changed.every(Boolean), join.kind).toBe(true);
      expect(names).toContain(join.kind);
    }
  });

  it.each([
    subtract(),
    average({ name: "middle" }),
    maximum(),
    minimum(),
    dot({ axes: [1, -1], normalize: true }),
    rescaling({ scale: 2 }),
    leakyRelu({ slope: 0.3 }),
    elu(),
    permute({ dims: [2, 1] }),
    unitNormalization({ axis: 1 }),
    randomFlip({ mode: "both" }),
    randomCrop({ height: 2, width: 2 }),
  ])("$kind comes back from its configuration as JSON", (layer) => {
    const config = JSON.parse(JSON.stringify(layer.config)) as Config;
    expect(layerFrom(config).config).toEqual(config);
  });
});

/** A function with a name. */
function reversed(x: Tensor): Tensor {
  return flip(x, -1);
}

describe("lambda", () => {
  it("is a function of the inputs, with the gradient of its ops", async () => {
    const net = sequential([dense({ units: 3, inputShape: [2] }), lambda({ function: reversed })], { seed: 2 });
    net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
    const x = tensor([[1, 2], [3, 4]]); // prettier-ignore
    const history = await net.fit(x, tensor([[1, 2, 3], [4, 5, 6]]), { epochs: 5 }); // prettier-ignore
    expect(history.history.loss.at(-1)!).toBeLessThan(history.history.loss[0]);
  });

  it("comes back from a file by the function of its name", async () => {
    const net = sequential([dense({ units: 3, inputShape: [2] }), lambda({ function: reversed })], { seed: 2 });
    const x = tensor([[1, 2]]);
    const bytes = await net.toBytes();
    const again = await loadModel(bytes, { functions: { reversed } });
    expect(again.call([x])[0].toArray()).toEqual(net.call([x])[0].toArray());
    await expect(loadModel(bytes)).rejects.toThrow(
      'function "reversed" of a lambda layer is missing. Give it to loadModel(file, { functions: { reversed } }).',
    );
  });

  it("without a name of its own it cannot be saved, since no file could find it again", async () => {
    const net = sequential([lambda({ function: (x: Tensor) => x, inputShape: [2] })]);
    await expect(net.toBytes()).rejects.toThrow(
      "lambda: a function without a name cannot be saved; expected a named function, such as const twice = (x) => …. loadModel(file, { functions: { twice } }) finds it by its name.",
    );
    expect((await net.predict([[1, 2]])).toArray()).toEqual([[1, 2]]);
    const trained = sequential([dense({ units: 1, inputShape: [2] }), lambda({ function: (x: Tensor) => x })]);
    trained.compile({ optimizer: sgd(), loss: meanSquaredError() }); // asked for what a file needs
    expect((await trained.fit([[1, 2]], [[1]])).history.loss).toHaveLength(1);
  });

  it("says where its function gives something else", () => {
    const call = (f: (x: Tensor) => unknown, outputShape?: number[]): unknown =>
      sequential([lambda({ function: f as never, inputShape: [4], ...(outputShape && { outputShape }) })]).call([tensor([[1, 2, 3, 4]])]); // prettier-ignore
    expect(() => call((x) => slice(x, [0, 0], [-1, 2]))).toThrow(
      /^lambda: function ".*" gives another shape; expected \[1, 4\], got Tensor\(1, 2\)\. Say outputShape, the shape of a sample\.$/,
    );
    expect(() => call((x) => slice(x, [0, 0], [-1, 2]), [2])).not.toThrow();
    expect(() => call(() => 3)).toThrow(/gives no tensor; expected a Tensor, got 3/);
  });
});

describe("refuses", () => {
  const symbol = (...shape: number[]) => input({ shape });
  it.each<[string, () => unknown]>([
    [
      "subtract: wrong number of inputs; expected 2, got 3. Apply it to a list: subtract().apply([a, b]).",
      () => subtract().apply([symbol(2), symbol(2), symbol(2)]),
    ],
    ["average: input shapes differ; expected [N, 2], got [N, 3].", () => average().apply([symbol(2), symbol(3)])],
    [
      "permute: dims are not a permutation; expected each of 1, 2, … once: the axes of a sample, since the batch is axis 0, got [0, 1].",
      () => permute({ dims: [0, 1] }),
    ],
    [
      "permute: the input has another number of axes; expected 2 axes behind the batch (dims [2, 1]), got [N, 3].",
      () => permute({ dims: [2, 1] }).apply(symbol(3)),
    ],
    [
      "dot: the sizes of the axes differ; expected axis 1 of the second input to have size 3, as axis 1 of the first, got [N, 3] and [N, 4].",
      () => dot().apply([symbol(3), symbol(4)]),
    ],
    [
      "dot: axes are out of range; expected an integer other than 0 (the batch axis), or one for each of two inputs, got 0.",
      () => dot({ axes: 0 }),
    ],
    ["rescaling: scale is missing; expected a number in (-∞, ∞).", () => rescaling({} as never)],
    ["leakyRelu: slope is out of range; expected a number in [0, ∞), got -1.", () => leakyRelu({ slope: -1 })],
    [
      "unitNormalization: axis is out of range; expected an integer other than 0 (the batch axis), got 0.",
      () => unitNormalization({ axis: 0 }),
    ],
    [
      'randomFlip: unknown mode; expected "horizontal", "vertical" or "both", got "x".',
      () => randomFlip({ mode: "x" as never }),
    ],
    [
      "randomCrop: the images are smaller than the part; expected at least 5 × 2 pixels, got [N, 4, 4, 1].",
      () => randomCrop({ height: 5, width: 2 }).apply(symbol(4, 4, 1)),
    ],
    ['lambda: function must be a function; expected (x) => a tensor, by ops, got "x".', () => lambda({ function: "x" as never })], // prettier-ignore
  ])("%s", (text, call) => {
    expect(call).toThrow(text);
  });
});
