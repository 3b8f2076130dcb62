/** Files that are not what they claim to be: an error of ours before anything is made of them, by text and by chance. */
import { Layer } from "../../../src/layers/layer.js";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DataError, LanegradError } from "../../../src/errors.js";
import {
  type Safetensors,
  type SafetensorsEntry,
  decodeSafetensors,
  encodeSafetensors,
} from "../../../src/io/safetensors.js";
import { add, dense, dropout, flatten, input } from "../../../src/layers/index.js";
import { categoricalCrossentropy } from "../../../src/losses/index.js";
import { accuracy } from "../../../src/metrics/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import { model } from "../../../src/models/sequential.js";
import { adam } from "../../../src/optimizers/index.js";
import { cosineDecay } from "../../../src/optimizers/schedules.js";
import { l2 } from "../../../src/regularizers/index.js";
import { heap } from "../../../src/runtime/runtime.js";
import { earlyStopping } from "../../../src/callbacks/index.js";
import "../../support/engine.js";
import { noise } from "../networks.js";

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

let bytes: Uint8Array;
let file: Safetensors;

/** A checkpoint in the middle of an epoch, with everything that a file can hold. */
beforeAll(async () => {
  const symbol = input({ shape: [5], name: "x" });
  const body = dense({ units: 4, activation: "relu", kernelRegularizer: l2(0.1) });
  const left = dropout({ rate: 0.5 }).apply(body.apply(symbol));
  const joined = add().apply([left, body.apply(symbol)]);
  const net = model({ inputs: symbol, outputs: dense({ units: 3 }).apply(flatten().apply(joined)) });
  net.compile({
    optimizer: adam({ learningRate: cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }), globalClipNorm: 1 }),
    loss: categoricalCrossentropy({ fromLogits: true }),
    metrics: [accuracy()],
  });
  const { x, y } = noise(1, 20);
  await net.fit(x, y, { epochs: 2, callbacks: [earlyStopping({ monitor: "loss" })] });
  bytes = await net.toBytes({ checkpoint: true });
  file = decodeSafetensors(bytes);
  net.dispose();
});

const entries = (): SafetensorsEntry[] => [...file.tensors].map(([name, entry]) => ({ name, ...entry }));
const metadata = (): Json => JSON.parse(file.metadata.lanegrad) as Json;
const rewritten = (saved: Json, tensors = entries()): Uint8Array =>
  encodeSafetensors(tensors, { lanegrad: JSON.stringify(saved) });

/** The file with another value at a path of the metadata, "architecture.layers.0.units"; undefined: none. */
function edited(path: string, value: Json | undefined): Uint8Array {
  const saved = metadata();
  const keys = path.split(".");
  const parent = keys.slice(0, -1).reduce<Json>((object, key) => (object as Record<string, Json>)[key], saved);
  setOrDelete(parent as object, keys.at(-1)!, value);
  return rewritten(saved);
}

function setOrDelete(object: object, key: string, value: Json | undefined): void {
  if (value === undefined) Reflect.deleteProperty(object, key);
  else Reflect.set(object, key, value);
}

/** The file with something else in the place of one tensor. */
const withTensor = (name: string, change: Partial<SafetensorsEntry>): Uint8Array =>
  rewritten(
    metadata(),
    entries().map((entry) => (entry.name === name ? { ...entry, ...change } : entry)),
  );
const without = (name: string): Uint8Array =>
  rewritten(
    metadata(),
    entries().filter((entry) => entry.name !== name),
  );

describe("a damaged file is a DataError that says what is wrong:", () => {
  it.each<[string, () => Uint8Array]>([
    ["safetensors: the file is too short; expected at least 8 bytes, got 5.", () => bytes.subarray(0, 5)],
    ["safetensors: the header's length is wrong; expected at most 92 bytes", () => bytes.subarray(0, 100)],
    ["safetensors: tensor ", () => bytes.subarray(0, bytes.length - 4)],
    [
      'loadModel: no architecture; expected metadata "lanegrad", got ["format"]. The file holds tensors, but not a model that lanegrad saved.',
      () => encodeSafetensors([], { format: "pt" }),
    ],
    ['loadModel: the metadata are not JSON; got "{".', () => encodeSafetensors([], { lanegrad: "{" })],
    ["loadModel: unknown version of the file; expected 1, got 2.", () => edited("version", 2)],
    [
      "loadModel: unknown version of the file; expected 1, got undefined.",
      () => encodeSafetensors([], { lanegrad: "7" }),
    ],
    [
      "loadModel: the architecture is damaged: inputs, layers, calls or outputs have the wrong form.",
      () => edited("architecture", undefined),
    ],
    [
      "loadModel: the architecture is damaged: inputs, layers, calls or outputs have the wrong form.",
      () => edited("architecture.inputs", []),
    ],
    [
      "loadModel: the architecture is damaged: inputs, layers, calls or outputs have the wrong form.",
      () => edited("architecture.outputs", []),
    ],
    [
      "loadModel: the architecture is damaged: tensor 9 is read before it is made.",
      () => edited("architecture.calls.0.inputs", [9]),
    ],
    ["loadModel: the architecture is damaged: there is no layer 9.", () => edited("architecture.calls.0.layer", 9)],
    [
      "loadModel: the architecture is damaged: tensor -1 is read before it is made.",
      () => edited("architecture.outputs", [-1]),
    ],
    [
      "loadModel: the architecture is damaged: trainable must be true or false.",
      () => edited("architecture.layers.0.trainable", 1),
    ],
    [
      'loadModel: unknown layer "constructor"; expected one of activation, add,',
      () => edited("architecture.layers.0.className", "constructor"),
    ],
    [
      "loadModel: the file does not describe a model. dense: units is out of range; expected an integer in [1, ∞), got -4.",
      () => edited("architecture.layers.0.units", -4),
    ],
    [
      "loadModel: the file does not describe a model. dense: unknown option; expected",
      () => edited("architecture.layers.0.size", 4),
    ],
    [
      'loadModel: the file does not describe a model. model: two layers have the same name; expected unique names, got "dense_2".',
      () => edited("architecture.layers.0.name", "dense_2"),
    ],
    [
      "loadModel: the file does not describe a model. input: the shape is invalid",
      () => edited("architecture.inputs.0.shape", [-5]),
    ],
    [
      "loadModel: the file does not describe a model. input: unknown option",
      () => edited("architecture.inputs.0.dtype", "float32"),
    ],
    ["loadModel: the file does not describe a model. model: seed is out of range", () => edited("seed", 0.5)],
    ["loadModel: the file does not describe a model. model: name must be a string", () => edited("name", 5)],
    ["loadModel: the notes are damaged; expected an object, got [1].", () => edited("notes", [1])],
    [
      'loadModel: tensor "dense_1/bias" is missing; expected F32 [4], got ["training/metrics/0", "dense_1/kernel",',
      () => without("dense_1/bias"),
    ],
    [
      'loadModel: tensor "dense_1/kernel" does not fit the architecture; expected F32 [5, 1000000000], got F32 [5, 4].',
      () => edited("architecture.layers.0.units", 1e9),
    ],
    [
      'loadModel: tensor "dense_1/kernel" does not fit the architecture; expected F32 [5, 4], got F32 [4, 5].',
      () => withTensor("dense_1/kernel", { shape: [4, 5] }),
    ],
    [
      'loadModel: tensor "dense_1/kernel" does not fit the architecture; expected F32 [5, 4], got I32 [5, 4].',
      () => withTensor("dense_1/kernel", { dtype: "I32" }),
    ],
    ['loadModel: tensor "training/metrics/0" is missing', () => without("training/metrics/0")],
    ["adam: the saved state belongs to another optimizer or model; expected", () => without("training/optimizer/mean")],
    [
      'optimizer: unknown optimizer "newton"; expected one of adadelta, adagrad, adam, adamax, adamw, lbfgs, lion, nadam, rmsprop, sgd.',
      () => edited("training.compile.optimizer.className", "newton"),
    ],
    [
      "loadModel: the file does not describe a model. adam: beta1 is out of range",
      () => edited("training.compile.optimizer.beta1", 2),
    ],
    ["schedule: not a config", () => edited("training.compile.optimizer.learningRate", {})],
    ["loss: not a config", () => edited("training.compile.losses", [null])],
    [
      "loadModel: the file does not describe a model. compile: number of losses differs from the number of outputs; expected 1, got 0.",
      () => edited("training.compile.losses", []),
    ],
    [
      'metric: unknown metric "toString"; expected one of accuracy',
      () => edited("training.compile.metrics", [{ className: "toString" }]),
    ],
    [
      "loadModel: the file does not describe a model. compile: lossWeights do not fit",
      () => edited("training.compile.lossWeights", ["1"]),
    ],
    ["loadModel: the progress is damaged", () => edited("training.progress", undefined)],
    ["loadModel: the progress is damaged", () => edited("training.progress.batch", -1)],
    [
      "loadModel: the random state is damaged; expected 4 integers, got [0, 1].",
      () => edited("training.random", [0, 1]),
    ],
    [
      "adam: the saved progress is invalid; expected finite numbers, got step -1",
      () => edited("training.optimizer.step", -1),
    ],
    [
      "loadModel: the file does not describe a model. adam: learningRate is out of range",
      () => edited("training.optimizer.learningRate", -1),
    ],
    [
      "loadModel: the file does not describe a model. The metadata are damaged (TypeError",
      () => edited("training.compile", undefined),
    ],
  ])("%s", async (expected, make) => {
    const before = heap().bytesInUse;
    const loading = loadModel(make());
    await expect(loading).rejects.toThrow(DataError);
    await expect(loading).rejects.toThrow(expected);
    expect(heap().bytesInUse).toBeLessThanOrEqual(before); // less where the garbage collector has freed what other tests left
  });

  it("a maker that gives no layer", async () => {
    abstract class Own extends Layer {}
    await expect(loadModel(bytes, { customLayers: { dense: Own as never } })).rejects.toThrow(
      'loadModel: customLayers["dense"] is a class; expected (config) => new Own(config), got the class Own.',
    );
    const customLayers = { dense: () => 7 as never };
    await expect(loadModel(bytes, { customLayers })).rejects.toThrow(
      'loadModel: customLayers["dense"] did not return a layer; expected a Layer, got 7.',
    );
  });
});

describe("what cannot be read", () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-damage-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  it("a path without a file, a folder, another file, no source at all, an unknown option", async () => {
    const text = join(folder, "text");
    writeFileSync(text, "This is no model, but it is longer than eight bytes.");
    await expect(loadModel(join(folder, "none"))).rejects.toThrow(
      /^loadModel: cannot read ".*": it, or its folder, does not exist\.$/,
    );
    await expect(loadModel(folder)).rejects.toThrow(/^loadModel: cannot read ".*": it is a folder\.$/);
    await expect(loadModel(text)).rejects.toThrow("safetensors: the header's length is wrong");
    await expect(loadModel(7 as never)).rejects.toThrow("loadModel: the source cannot be read; expected a path");
    await expect(loadModel(bytes, { custom: {} } as never)).rejects.toThrow(
      'loadModel: unknown option; expected customLayers, losses, metrics, optimizers, schedules, initializers, constraints, functions, batchSize or inputShape, got "custom".',
    );
  });
});

describe("by chance: an error of ours or a model, no hang, no memory in proportion to a lie", () => {
  /** Loads; whatever happens, memory is as before and was never much more than the file. */
  async function survives(damaged: Uint8Array): Promise<void> {
    const before = heap().bytesInUse;
    heap().resetPeak();
    try {
      (await loadModel(damaged)).dispose();
    } catch (error) {
      if (!(error instanceof LanegradError)) throw error;
    }
    expect(heap().bytesInUse).toBeLessThanOrEqual(before); // less where the garbage collector has freed what other tests left
    expect(heap().peakBytes - before).toBeLessThan(20 * bytes.length);
  }

  it("300 files with a few other bytes", async () => {
    const at = fc.nat({ max: 4000 });
    const damage = fc.array(fc.tuple(at, fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const damaged = bytes.slice();
        for (const [position, byte] of changes) damaged[position % bytes.length] = byte;
        await survives(damaged);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it("100 files that end early or go on too long", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.uint8Array({ maxLength: 9 }), async (length, tail) => {
        const damaged = new Uint8Array([...bytes.subarray(0, length % (bytes.length + 1)), ...tail]);
        await survives(damaged);
      }),
      { numRuns: 100, seed: 2 },
    );
  });

  it("600 files with one other value somewhere in the metadata", async () => {
    const lies: Json[] = [
      null,
      true,
      -1,
      0,
      0.5,
      7,
      1e9,
      2 ** 31,
      1e300,
      "",
      "x",
      "__proto__",
      "dense",
      [],
      [[]],
      {},
      [1e9],
    ];
    const lie = fc.oneof(fc.constantFrom(...lies), fc.jsonValue() as fc.Arbitrary<Json>);
    await fc.assert(
      fc.asyncProperty(fc.nat(), lie, fc.boolean(), async (which, value, isDeleted) => {
        const saved = metadata();
        const places = placesIn(saved);
        const [parent, key] = places[which % places.length];
        setOrDelete(parent, key, isDeleted ? undefined : value);
        await survives(rewritten(saved));
      }),
      { numRuns: 600, seed: 3 },
    );
  });
});

/** Every object or array in a JSON value with each of its keys. */
function placesIn(value: Json): [parent: object, key: string][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [[value, key], ...placesIn(item)] as [object, string][]);
}
