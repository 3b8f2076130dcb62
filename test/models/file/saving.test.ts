/** Saved models: the file as any reader of the format sees it, and the model that comes back, to the bit. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { Config } from "../../../src/config.js";
import { ones } from "../../../src/initializers/index.js";
import { activation, add, concatenate, dense, dropout, flatten, input, reshape } from "../../../src/layers/index.js";
import { Layer, type LayerOptions } from "../../../src/layers/layer.js";
import type { Parameter } from "../../../src/layers/parameter.js";
import { categoricalCrossentropy, meanSquaredError } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { mul } from "../../../src/ops/pointwise/arithmetic.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { l2 } from "../../../src/regularizers/index.js";
import type { Shape } from "../../../src/tensor/shape.js";
import type { Tensor } from "../../../src/tensor/tensor.js";
import { expectSameBits } from "../../support/compare.js";
import "../../support/engine.js";
import { expectSameWeights, network, noise, normals, weightsOf } from "../networks.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-saving-"));
afterAll(() => rmSync(folder, { recursive: true }));

const { x, y } = noise(1, 30);

/** Two inputs, a shared layer, a branch, two outputs. */
function branched(): Model {
  const [a, b] = [input({ shape: [2, 3], name: "left" }), input({ shape: [6] })];
  const shared = dense({ units: 4, activation: "gelu", kernelRegularizer: l2(0.01) });
  const [left, right] = [flatten().apply(a), b].map((symbol) => shared.apply(symbol));
  const joined = concatenate().apply([add().apply([left, right]), dropout({ rate: 0.5 }).apply(left)]);
  const grid = reshape({ targetShape: [2, -1] }).apply(joined);
  const outputs = [
    activation({ activation: "softmax" }).apply(dense({ units: 3, useBias: false }).apply(joined)),
    dense({ units: 2, name: "grid" }).apply(grid),
  ];
  return model({ inputs: [a, b], outputs, name: "branched", seed: 3 });
}

describe("the model that comes back", () => {
  it("has name, seed, notes, layers and weights, and predicts the same bits", async () => {
    const saved = branched();
    saved.notes = { classNames: ["a", "ß", "日"], deep: { list: [1, null, true] } };
    const loaded = await loadModel(await saved.toBytes());
    expect([loaded.name, loaded.seed, loaded.notes]).toEqual(["branched", 3, saved.notes]);
    expect(loaded.layers.map(({ config }) => config)).toEqual(saved.layers.map(({ config }) => config));
    expectSameWeights(loaded, saved);
    const inputs = [normals(1, [5, 2, 3]), normals(2, [5, 6])];
    const [got, want] = [await loaded.predictAll(inputs), await saved.predictAll(inputs)];
    for (const [i, output] of want.entries()) {
      expect(got[i].shape).toEqual(output.shape);
      expectSameBits(`output ${i}`, got[i].toTypedArray(), output.toTypedArray());
    }
    const texts: string[] = [];
    for (const each of [saved, loaded]) each.summary((text) => void texts.push(text));
    expect(texts[1]).toBe(texts[0]);
  });

  it("saved again is the same file, byte for byte", async () => {
    const bytes = await branched().toBytes();
    expect(await (await loadModel(bytes)).toBytes()).toEqual(bytes);
  });

  it("a checkpoint saved again is the same file, too", async () => {
    const trained = network();
    await trained.fit(x, y, { epochs: 2 });
    const bytes = await trained.toBytes({ checkpoint: true });
    expect(await (await loadModel(bytes)).toBytes({ checkpoint: true })).toEqual(bytes);
  });

  it("is not compiled, unless it was a checkpoint", async () => {
    const trained = network();
    await trained.fit(x, y);
    const plain = await loadModel(await trained.toBytes());
    await expect(plain.fit(x, y)).rejects.toThrow(
      "fit: the model is not compiled. Call model.compile({ optimizer, loss }) first.",
    );
    const whole = await loadModel(await trained.toBytes({ checkpoint: true }));
    expect(await whole.evaluate(x, y)).toEqual(await trained.evaluate(x, y));
  });

  it("keeps which layers are frozen; so does a checkpoint, whose optimizer leaves them out", async () => {
    const frozen = sequential([dense({ units: 4, inputShape: [5] }), dense({ units: 3 })]);
    frozen.layers[0].trainable = false;
    frozen.compile({ optimizer: adam(), loss: categoricalCrossentropy({ fromLogits: true }) });
    await frozen.fit(x, y);
    const loaded = await loadModel(await frozen.toBytes({ checkpoint: true }));
    expect(loaded.layers.map(({ trainable }) => trainable)).toEqual([false, true]);
    for (const each of [frozen, loaded]) await each.fit(x, y, { epochs: 3, resume: true });
    expectSameWeights(loaded, frozen);
  });

  it("a layer may be called as a part of the file is", async () => {
    const names = ["optimizer", "metrics", "training", "__metadata__"];
    const odd = sequential(names.map((name, i) => dense({ units: 3, name, ...(i === 0 && { inputShape: [5] }) })));
    odd.compile({ optimizer: adam(), loss: categoricalCrossentropy({ fromLogits: true }) });
    await odd.fit(x, y);
    const loaded = await loadModel(await odd.toBytes({ checkpoint: true }));
    for (const each of [odd, loaded]) await each.fit(x, y, { epochs: 2, resume: true });
    expectSameWeights(loaded, odd);
  });

  it("comes from a model that was built by its data", async () => {
    const grown = sequential([dense({ units: 2 })]);
    await expect(grown.toBytes()).rejects.toThrow(
      "toBytes: the shapes of the model are not known yet. Give the first layer an inputShape, call build(shape), or fit first.",
    );
    grown.build([4]);
    expect((await loadModel(await grown.toBytes())).inputShape).toEqual([4]);
  });
});

describe("ways in and out", () => {
  const saved = network(5);

  it("a path, a file URL, a WritableStream, bytes: the same file", async () => {
    const bytes = await saved.toBytes();
    const path = join(folder, "model.safetensors");
    await saved.save(path);
    expect(new Uint8Array(readFileSync(path))).toEqual(bytes);
    await saved.save(pathToFileURL(join(folder, "url.safetensors")));
    expect(new Uint8Array(readFileSync(join(folder, "url.safetensors")))).toEqual(bytes);
    const chunks: Uint8Array[] = [];
    await saved.save(new WritableStream({ write: (chunk: Uint8Array) => void chunks.push(chunk) }));
    expect(new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer())).toEqual(bytes);
  });

  it("from a path, a file URL, an ArrayBuffer, a typed array that begins anywhere, a Blob, a Response, a stream", async () => {
    const bytes = await saved.toBytes();
    const path = join(folder, "in.safetensors");
    writeFileSync(path, bytes);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const blob = new Blob([bytes]);
    for (const source of [
      path,
      pathToFileURL(path),
      bytes.buffer,
      shifted.subarray(3),
      blob,
      new Response(blob),
      blob.stream(),
    ]) {
      expectSameWeights(await loadModel(source), saved);
    }
  });

  it("a file that cannot be written is an error, and the old file stays", async () => {
    const path = join(folder, "old.safetensors");
    await saved.save(path);
    const before = readFileSync(path);
    const other = network(6);
    other.notes = { count: 1n };
    await expect(other.save(path)).rejects.toThrow(
      "save: the notes cannot be saved: notes.count would be lost; expected numbers, strings, booleans, null, typed arrays, dates, and lists and plain objects of these, got 1. Save a tensor's toTypedArray() and shape.",
    );
    await expect(saved.save(join(folder, "missing", "m"))).rejects.toThrow(
      /^save: cannot write ".*": it, or its folder, does not exist\.$/,
    );
    await expect(saved.saveCheckpoint(folder)).rejects.toThrow(/^saveCheckpoint: cannot write ".*": it is a folder\.$/);
    await expect(saved.save(undefined as never)).rejects.toThrow(
      "save: the sink cannot be written to; expected a path or a WritableStream, got undefined.",
    );
    expect(readFileSync(path)).toEqual(before);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("a sink that fails passes its error on", async () => {
    const full = new WritableStream({ write: () => Promise.reject(new Error("disk full")) });
    await expect(saved.save(full)).rejects.toThrow("disk full");
  });

  it("what is saved is the model at the call, also while it trains on", async () => {
    const busy = network();
    const before = weightsOf(busy);
    const saving = busy.toBytes();
    await busy.fit(x, y);
    expect(weightsOf(await loadModel(await saving))).toEqual(before);
  });
});

/** What a header says of a tensor. */
interface Line {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

it("the file is plain safetensors: a reader of twelve lines finds every weight", async () => {
  const bytes = await network().toBytes();
  const view = new DataView(bytes.buffer);
  const headerLength = Number(view.getBigUint64(0, true));
  const json = new TextDecoder().decode(bytes.subarray(8, 8 + headerLength));
  const { __metadata__: metadata, ...tensors } = JSON.parse(json) as Record<string, Line> & {
    readonly __metadata__: { readonly lanegrad: string };
  };
  expect(JSON.parse(metadata.lanegrad)).toMatchObject({ version: 1, name: "model", seed: 0 });
  const found = Object.entries(tensors).map(
    ([
      name,
      {
        dtype,
        shape,
        data_offsets: [begin, end],
      },
    ]) => {
      expect([dtype, end - begin]).toEqual(["F32", 4 * shape.reduce((size, n) => size * n, 1)]);
      const at = 8 + headerLength + begin;
      return [name, Float32Array.from({ length: (end - begin) / 4 }, (_, i) => view.getFloat32(at + 4 * i, true))];
    },
  );
  expect(Object.fromEntries(found)).toEqual(weightsOf(network()));
});

/** y = x ⊙ s, s learnt; it knows nothing of names. */
class Scale extends Layer {
  readonly kind: string = "scale";
  #factors!: Parameter;
  readonly #start: number;

  constructor({ start = 1, ...options }: LayerOptions & { readonly start?: number } = {}) {
    super(options);
    this.#start = start;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { start: this.#start };
  }

  override outputShape([shape]: readonly Shape[]): Shape {
    return shape;
  }

  protected override build([shape]: readonly Shape[]): void {
    this.#factors = this.declare({ name: "factors", shape, initializer: ones() });
  }

  override call([x]: readonly Tensor[]): Tensor {
    return mul(mul(x, this.#factors.value), this.#start);
  }
}

describe("layers of one's own", () => {
  const make = (): Model =>
    sequential([dense({ units: 4, inputShape: [5] }), new Scale({ start: 2, name: "mine" }), dense({ units: 3 })]);

  it("come back by their maker, also one that does not care for names", async () => {
    const saved = make();
    saved.weights[2].value.assign([1, 2, 3, 4]);
    const bytes = await saved.toBytes();
    const makers = [
      (config: Config & LayerOptions) => new Scale(config),
      ({ start }: Config) => new Scale({ start: start as number }),
    ];
    for (const scale of makers) {
      const loaded = await loadModel(bytes, { customLayers: { scale } });
      expectSameWeights(loaded, saved);
      expect((await loaded.predict(x)).toArray()).toEqual((await saved.predict(x)).toArray());
    }
  });

  it("are an error without it", async () => {
    await expect(loadModel(await make().toBytes())).rejects.toThrow(
      'loadModel: layer "scale" is one of your own; expected loadModel(file, { customLayers: { scale: (config) => … } }).',
    );
  });

  it("are not taken for the library's of the same kind", async () => {
    class Flatten extends Scale {
      override readonly kind: string = "flatten";
    }
    const saved = sequential([new Flatten({ start: 3, inputShape: [5] })]);
    const bytes = await saved.toBytes();
    await expect(loadModel(bytes)).rejects.toThrow(
      'loadModel: layer "flatten" is one of your own; expected loadModel(',
    );
    const loaded = await loadModel(bytes, { customLayers: { flatten: (config) => new Flatten(config) } });
    expect((await loaded.predict(x)).toArray()).toEqual((await saved.predict(x)).toArray());
  });

  it("are not saved with options that would be lost", async () => {
    for (const [start, got] of [
      [(one: number) => one, "a function"],
      [NaN, "NaN"],
      [new Float32Array(2), "Float32Array"],
      [new Date(0), "Date"],
      [10n, "10"],
    ] as const) {
      const net = sequential([new Scale({ start: start as never, inputShape: [5] })]);
      await expect(net.toBytes()).rejects.toThrow(
        `save: options of layer "scale": start would be lost; expected finite numbers, strings, booleans, null, and lists and plain objects of these, got ${got}.`,
      );
    }
    const own = { fill: () => undefined } as never; // an initializer without a config
    await expect(sequential([dense({ units: 1, inputShape: [2], kernelInitializer: own })]).toBytes()).rejects.toThrow(
      /^save: layers\.0\.kernelInitializer\.fill would be lost; .* got a function\. An initializer, a schedule or the like of your own needs a config/,
    );
    const nameless = { fill: () => undefined, config: {} } as never;
    await expect(
      sequential([dense({ units: 1, inputShape: [2], biasInitializer: nameless })]).toBytes(),
    ).rejects.toThrow(/^save: layers\.0\.biasInitializer would be lost; .* got Object\. .* config: \{ className, … \}/);
  });

  it("train and go on from a checkpoint", async () => {
    const whole = make();
    whole.compile({ optimizer: sgd({ momentum: 0.9 }), loss: meanSquaredError() });
    const targets = normals(3, [30, 3]);
    await whole.fit(x, targets);
    const bytes = await whole.toBytes({ checkpoint: true });
    const loaded = await loadModel(bytes, { customLayers: { scale: (config) => new Scale(config) } });
    for (const each of [whole, loaded]) await each.fit(x, targets, { epochs: 3, resume: true });
    expectSameWeights(loaded, whole);
  });
});

it("a checkpoint of a model that is not compiled is refused", async () => {
  const plain = sequential([dense({ units: 1, inputShape: [1] })]);
  await expect(plain.saveCheckpoint(join(folder, "none"))).rejects.toThrow(
    "saveCheckpoint: the model is not compiled. Call model.compile({ optimizer, loss }) first.",
  );
  expect(readdirSync(folder)).not.toContain("none");
});
