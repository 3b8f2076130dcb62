/** fit on batches that come one by one: what a stream may be, where an epoch ends, reading ahead, and streams that go wrong. */
import { getEventListeners } from "node:events";
import { beforeAll, describe, expect, it } from "vitest";
import {
  callbacks,
  layers,
  loadModel,
  losses,
  memoryUsage,
  optimizers,
  sequential,
  tensor,
  type Model,
  type StreamFitOptions,
} from "../../../src/index.js";
import { DataError, ShapeError, UsageError } from "../../../src/errors.js";
import type { BatchSource, StreamBatch } from "../../../src/models/input/samples.js";
import { mostSizes } from "../../../src/models/loop/streamSteps.js";
import { collectGarbage } from "../../support/garbage.js";
import "../../support/engine.js";

const N = 22;
const [x, y] = [0, 1].map((s) =>
  Array.from({ length: N }, (_, i) => [0, 1, 2].map((j) => Math.sin(i * 3 + j + s)).slice(s)),
);

function network(): Model {
  const model = sequential([
    layers.dense({ inputShape: [3], units: 4, activation: "tanh" }),
    layers.dense({ units: 2 }),
  ]);
  model.compile({ optimizer: optimizers.adam({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
  return model;
}

const weightsOf = (model: Model): number[][] => model.weights.map(({ value }) => [...value.toTypedArray()]);

interface Rows {
  readonly x: number[][];
  readonly y: number[][];
}

/** Batches of 5, the last of 2. */
function batches(count = Infinity, size = 5): Rows[] {
  const all: Rows[] = [];
  for (let i = 0; i < N; i += size) all.push({ x: x.slice(i, i + size), y: y.slice(i, i + size) });
  return all.slice(0, count);
}

function* given(count?: number): Generator<StreamBatch> {
  yield* batches(count);
}

async function* slowly(list: readonly StreamBatch[] = batches()): AsyncGenerator<StreamBatch> {
  for (const batch of list) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    yield batch;
  }
}

async function trained(source: BatchSource, options: StreamFitOptions = {}): Promise<number[][]> {
  const model = network();
  await model.fit(source, options);
  return weightsOf(model);
}

let once: number[][];
let twice: number[][];
beforeAll(async () => {
  const model = network();
  const options = { batchSize: 5, shuffle: false };
  await model.fit(x, y, options);
  once = weightsOf(model);
  await model.fit(x, y, { ...options, initialEpoch: 1, epochs: 2 });
  twice = weightsOf(model);
});

describe("a stream trains as the same batches from memory, to the bit", () => {
  it.each<[string, () => BatchSource]>([
    ["a generator", () => given()],
    ["an asynchronous generator", () => slowly()],
    ["a function that makes one", () => () => given()],
    ["a function that makes an asynchronous one", () => () => slowly()],
    ["an array from a function", () => () => batches()],
    ["a set", () => new Set(batches())],
    ["a web stream", () => webStream()],
    ["pairs", () => given2((b) => [b.x, b.y])],
    ["tensors", () => given2((b) => [tensor(b.x as number[][]), tensor(b.y as number[][])])],
    ["one tensor that is written anew for each batch", () => rewritten()],
    ["typed arrays", () => given2((b) => [Float32Array.from((b.x as number[][]).flat()), Float32Array.from((b.y as number[][]).flat())])],
  ])("%s", async (_, source) => {
    expect(await trained(source())).toEqual(once);
  }); // prettier-ignore

  function* given2(form: (batch: { x: unknown; y: unknown }) => unknown): Generator<StreamBatch> {
    for (const batch of batches()) yield form(batch) as StreamBatch;
  }

  function webStream(): BatchSource {
    const start = (controller: ReadableStreamDefaultController<StreamBatch>): void => {
      for (const batch of batches()) controller.enqueue(batch);
      controller.close();
    };
    return new ReadableStream({ start });
  }

  async function* rewritten(): AsyncGenerator<StreamBatch> {
    const [tx, ty] = [tensor(x.slice(0, 5)), tensor(y.slice(0, 5))];
    for (const batch of batches(4) as { x: number[][]; y: number[][] }[]) {
      tx.assign(batch.x);
      ty.assign(batch.y);
      yield [tx, ty];
    }
    yield batches()[4];
  }

  it("bytes are fractions of 255", async () => {
    const bytes = (part: number[][]): Uint8Array => Uint8Array.from(part.flat(), (v) => Math.round(100 + 100 * v));
    const [inMemory, streamed] = [network(), network()];
    await inMemory.fit(bytes(x), y, { batchSize: 5, shuffle: false });
    await streamed.fit(() => batches().map((one) => ({ x: bytes(one.x), y: one.y })));
    expect(weightsOf(streamed)).toEqual(weightsOf(inMemory));
  });

  it("the loss of an epoch is the mean over samples: the last batch, of 2, counts less than one of 5", async () => {
    const [inMemory, streamed] = [network(), network()];
    const { history } = await inMemory.fit(x, y, { batchSize: 5, shuffle: false });
    expect((await streamed.fit(() => given())).history).toEqual(history);
  });

  it("no memory is left behind, whether sizes come once, again, or too many of them", async () => {
    const model = network();
    const parts = [3, 3, 5, 1, 2, 4, 6, 7, 8, 9, 10, 3].map((n) => ({ x: x.slice(0, n), y: y.slice(0, n) }));
    await model.fit(() => parts);
    const bytesInUse = await collectGarbage();
    await model.fit(() => parts);
    expect(memoryUsage().bytesInUse).toBeLessThanOrEqual(bytesInUse);
  });

  it(`recordings of ${mostSizes} sizes are kept, and no more`, async () => {
    const rows = (n: number): StreamBatch => ({
      x: Array.from({ length: n }, (_, i) => Array.from({ length: 64 }, (__, j) => Math.sin(i + j))),
      y: Array.from({ length: n }, () => [0]),
    });
    const model = sequential([layers.dense({ inputShape: [64], units: 1 })]);
    model.compile({ optimizer: optimizers.sgd(), loss: losses.meanSquaredError() });
    const used: number[] = [];
    const onBatchEnd = (): void => void used.push(memoryUsage().bytesInUse);
    await collectGarbage();
    await model.fit(() => Array.from({ length: 12 }, (_, i) => rows(65 + i)), { callbacks: [{ onBatchEnd }] });
    const one = used[1] - used[0];
    const more = used.slice(1).map((bytes, i) => Math.round((bytes - used[i]) / one));
    expect(more).toEqual([1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0]);
  });

  it("weights of samples come with each batch, as third or by name", async () => {
    const weights = Float32Array.from({ length: N }, (_, i) => i % 3);
    const model = network();
    await model.fit(x, y, { batchSize: 5, shuffle: false, sampleWeight: weights });
    const weighted = batches().map((b, i) => ({ ...b, sampleWeight: weights.subarray(5 * i, 5 * i + 5) }));
    expect(await trained(() => weighted)).toEqual(weightsOf(model));
    expect(await trained(() => weighted.map(({ x, y, sampleWeight }) => [x, y, sampleWeight] as never))).toEqual(
      weightsOf(model),
    );
  });

  it("masks come with each batch", async () => {
    const make = (): Model => {
      const model = sequential([
        layers.gru({ inputShape: [3, 1], units: 2, returnSequences: true }),
        layers.dense({ units: 1 }),
      ]);
      model.compile({ optimizer: optimizers.sgd({ learningRate: 0.1 }), loss: losses.meanSquaredError() });
      return model;
    };
    const data = x.slice(0, 20).map((row) => row.map((v) => [v]));
    const lengths = Int32Array.from({ length: 20 }, (_, i) => 1 + (i % 3));
    const [inMemory, streamed] = [make(), make()];
    const history = await inMemory.fit(data, data, { batchSize: 5, shuffle: false, lengths });
    const parts = [0, 5, 10, 15].map((i) => ({
      x: data.slice(i, i + 5),
      y: data.slice(i, i + 5),
      lengths: lengths.subarray(i, i + 5),
    }));
    expect((await streamed.fit(() => parts)).history).toEqual(history.history);
    expect(weightsOf(streamed)).toEqual(weightsOf(inMemory));
  });

  it(`more sizes than the ${mostSizes} that are kept`, async () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2];
    const parts = sizes.map((n) => ({ x: x.slice(0, n), y: y.slice(0, n) }));
    const model = network();
    for (const part of parts) await model.fit(part.x, part.y, { batchSize: part.x.length, shuffle: false });
    expect(await trained(() => parts)).toEqual(weightsOf(model));
  });
});

it("fit takes a data set in place of x and y", async () => {
  const model = network();
  await model.fit({ x: tensor(x), y: tensor(y) }, { batchSize: 5, shuffle: false });
  expect(weightsOf(model)).toEqual(once);
});

it("evaluate and predict take a data set, too", async () => {
  const model = network();
  const data = { x: tensor(x), y: tensor(y) };
  expect(await model.evaluate(data, { batchSize: 5 })).toEqual(await model.evaluate(x, y, { batchSize: 5 }));
  expect((await model.predict(data)).toArray()).toEqual((await model.predict(x)).toArray());
});

it("a data set in two parts is told", async () => {
  const data = { x: tensor(x), y: tensor(y) };
  await expect(network().fit({ train: data, test: data } as never)).rejects.toThrow(
    "fit: this is a data set in two parts; got { train, test }. Hand over one part at a time: fit(data.train, …), evaluate(data.test).",
  );
});

describe("epochs", () => {
  it("are passes: a function is called for each", async () => {
    const model = network();
    const { epochs, history } = await model.fit(() => given(), { epochs: 2 });
    expect([weightsOf(model), epochs, history.loss.length]).toEqual([twice, [0, 1], 2]);
    expect(await trained(() => slowly(), { epochs: 2, prefetch: 3 })).toEqual(twice);
    expect(await trained(new Set(batches()), { epochs: 2 })).toEqual(twice);
  });

  it("or stepsPerEpoch batches each, the next going on where the one before ended", async () => {
    const counts: number[] = [];
    const model = network();
    const source = (): BatchSource => {
      // prettier-ignore
      counts.push(0);
      return (function* () {
        for (const batch of [...batches(), ...batches()]) {
          counts[counts.length - 1]++;
          yield batch;
        }
      })();
    };
    const { epochs } = await model.fit(source as never, { epochs: 5, stepsPerEpoch: 2 });
    expect([weightsOf(model), epochs.length, counts]).toEqual([twice, 5, [10]]);
  });

  it("a source that can be opened again is, where it ends within stepsPerEpoch", async () => {
    expect(await trained(() => given(), { epochs: 2, stepsPerEpoch: 5 })).toEqual(twice);
    expect(await trained(() => slowly(), { epochs: 1, stepsPerEpoch: 10 })).toEqual(twice);
  });

  it("callbacks see every batch, and how many there are where that is known", async () => {
    const seen: [number, number][] = [];
    const onBatchEnd = (batch: number, _: unknown, { batches: count }: { batches: number }): void =>
      void seen.push([batch, count]);
    const onEpochEnd = (_: number, __: unknown, { batches: count }: { batches: number }): void =>
      void seen.push([-1, count]);
    await trained(() => given(2), { callbacks: [{ onBatchEnd, onEpochEnd }] });
    await trained(() => given(2), { callbacks: [{ onBatchEnd }], stepsPerEpoch: 1 });
    expect(seen).toEqual([[0, Infinity], [1, Infinity], [-1, 2], [0, 1]]); // prettier-ignore
  });

  it("validation data and early stopping go with a stream", async () => {
    const model = network();
    const stopping = callbacks.earlyStopping({ monitor: "valLoss", patience: 1, minDelta: 1e9 });
    const { history, stopped } = await model.fit(() => given(), {
      epochs: 9,
      validationData: { x, y },
      callbacks: [stopping],
    });
    expect(history.valLoss).toHaveLength(2);
    expect(stopped).toContain("valLoss");
  });

  it("a generator is enough for the one epoch that is left", async () => {
    const model = network();
    await model.fit(given());
    await model.fit(given(), { initialEpoch: 1, epochs: 2 });
    expect(weightsOf(model)).toEqual(twice);
  });

  it("resume on a stream that ends before where it should begin trains on nothing", async () => {
    const model = network();
    const onBatchEnd = (batch: number, _: unknown, training: { stop(reason: string): void }): void => {
      if (batch === 3) training.stop("enough");
    };
    await model.fit(() => given(), { callbacks: [{ onBatchEnd }] });
    const before = weightsOf(model);
    await expect(model.fit(() => given(2), { resume: true })).rejects.toThrow(
      "fit: the stream ended before batch 5 of epoch 1; expected 4 batches, got 2.",
    );
    expect(weightsOf(model)).toEqual(before);
  });

  it("resume goes on in the middle of one, to the bit", async () => {
    const model = network();
    const stop = {
      onBatchEnd: (batch: number, _: unknown, training: { stop(reason: string): void }) =>
        batch === 1 ? training.stop("enough") : undefined,
    };
    await model.fit(() => given(), { callbacks: [stop] });
    const loaded = await loadModel(await model.toBytes({ checkpoint: true }));
    for (const one of [model, loaded]) {
      await one.fit(() => slowly(), { epochs: 2, resume: true });
      expect(weightsOf(one)).toEqual(twice);
    }
  });
});

describe("reading ahead", () => {
  /** What was read when each of four steps ended. */
  async function readAtSteps(prefetch?: number, isAsync = true): Promise<number[]> {
    let read = 0;
    const seen: number[] = [];
    function* atOnce(): Generator<StreamBatch> {
      for (const batch of batches(4)) {
        read++;
        yield batch;
      }
    }
    async function* later(): AsyncGenerator<StreamBatch> {
      for (const batch of atOnce()) {
        yield batch;
        await Promise.resolve();
      }
    }
    const onBatchEnd = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 5)); // a step that takes its time
      seen.push(read);
    };
    const source = isAsync ? later() : atOnce();
    await network().fit(source, { callbacks: [{ onBatchEnd }], ...(prefetch !== undefined && { prefetch }) });
    return seen;
  }

  it("so many batches as prefetch says, none by default: a batch may be written anew for the next", async () => {
    expect(await readAtSteps()).toEqual([1, 2, 3, 4]);
    expect(await readAtSteps(1)).toEqual([2, 3, 4, 4]);
    expect(await readAtSteps(2)).toEqual([3, 4, 4, 4]);
    expect(await readAtSteps(2, false)).toEqual([1, 2, 3, 4]); // not of one that has its batches at once
  });

  it("never asks an iterator for a batch before it has given the one before", async () => {
    let isBusy = false;
    const list = [...batches()];
    const iterator = {
      [Symbol.asyncIterator]: () => iterator,
      next: async (): Promise<IteratorResult<StreamBatch>> => {
        expect(isBusy).toBe(false);
        isBusy = true;
        await new Promise((resolve) => setTimeout(resolve, 2));
        isBusy = false;
        const value = list.shift();
        return value === undefined ? { done: true, value } : { done: false, value };
      },
    };
    expect(await trained(iterator, { prefetch: 4 })).toEqual(once);
  });

  it("a generator that a function made is closed at the end, one that was handed in goes on", async () => {
    let closed = 0;
    async function* source(): AsyncGenerator<StreamBatch> {
      try {
        for (let left = 99; left > 0; left--) yield* batches();
      } finally {
        closed++;
      }
    }
    await trained(() => source(), { stepsPerEpoch: 3 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(closed).toBe(1);
    const mine = given();
    const model = network();
    await model.fit(mine, { stepsPerEpoch: 2 });
    await model.fit(mine, { stepsPerEpoch: 3 });
    expect(weightsOf(model)).toEqual(once);
  });

  it("a signal is not listened to any more when a batch has come", async () => {
    const { signal } = new AbortController();
    await network().fit(() => slowly(), { signal });
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it("a signal ends the wait for a batch that never comes", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    async function* source(): AsyncGenerator<StreamBatch> {
      yield batches()[0];
      setTimeout(() => controller.abort(reason), 5);
      await new Promise(() => undefined);
    }
    const model = network();
    await expect(model.fit(() => source(), { signal: controller.signal })).rejects.toBe(reason);
    await model.fit(x, y); // may be trained on
  });
});

describe("streams that go wrong: a clear error before the step, the weights are those after the batch before", () => {
  const [first, second] = batches();
  const bad = [[1, 2]];
  it.each<[string, () => BatchSource, StreamFitOptions, typeof DataError | typeof ShapeError, string, number]>([
    ["ends early", () => given(2), { stepsPerEpoch: 3 }, DataError, "fit: the stream ended before batch 3 of epoch 1; expected 3 batches, got 2. The weights are those after the batch before, and the model may be saved or trained on.", 2],
    ["ends early in a later epoch", () => given(3), { stepsPerEpoch: 2, epochs: 2 }, DataError, "fit: the stream ended before batch 2 of epoch 2; expected 2 batches, got 1.", 3],
    ["gives nothing", () => [].values(), {}, DataError, "fit: the stream ended before batch 1 of epoch 1; expected at least one batch, got 0.", 0],
    ["gives nothing however often it is opened", () => { let left = 3; return () => { if (left-- === 0) throw new Error("opened again"); return []; }; }, { stepsPerEpoch: 2 }, DataError, "fit: the stream ended before batch 1 of epoch 1; expected at least one batch, got 0.", 0],
    ["gives nothing in the second epoch", () => { let left = 1; return () => given(left-- > 0 ? 2 : 0); }, { epochs: 2 }, DataError, "fit: the stream ended before batch 1 of epoch 2; expected 1 batches, got 0. The weights are those after the batch before", 2],
    ["throws", () => thrower(), {}, DataError, "fit: the stream threw in place of batch 3 of epoch 1; got Error: disk on fire. The weights are", 2],
    ["rejects", () => slowThrower(), { prefetch: 5 }, DataError, "fit: the stream threw in place of batch 3 of epoch 1; got Error: disk on fire.", 2],
    ["gives x of another shape", () => [first, { x: bad, y: [[1, 2]] }].values(), {}, ShapeError, "fit, batch 2 of epoch 1: x does not fit the model; expected [N, 3], got x [1, 2].", 1],
    ["gives y of another shape", () => [first, second, { x: [[1, 2, 3]], y: [[1]] }].values(), {}, ShapeError, "fit, batch 3 of epoch 1: y does not fit the model's output", 2],
    ["gives fewer targets", () => [first, { x: [[1, 2, 3]], y: [[1, 2], [1, 2]] }].values(), {}, ShapeError, "fit, batch 2 of epoch 1: x and y differ in the number of samples", 1],
    ["gives NaN", () => [first, { x: [[1, 2, NaN]], y: [[1, 2]] }].values(), {}, ShapeError, "fit, batch 2 of epoch 1: x has a value that is not finite in sample 0", 1],
    ["gives no batch", () => [first, 5 as never].values(), {}, DataError, "fit: batch 2 of epoch 1 is no batch; expected { x, y } or [x, y], with sampleWeight, mask or lengths where there are some, got 5.", 1],
    ["gives tf.js's xs and ys", () => [{ xs: x, ys: y } as never].values(), {}, DataError, "fit: batch 1 of epoch 1 is no batch; expected { x, y }", 0],
    ["gives a key too many", () => [{ ...first, weight: 1 } as never].values(), {}, DataError, 'got key "weight".', 0],
    ["gives weights later on", () => [first, { ...second, sampleWeight: [1, 1, 1, 1, 1] } as never].values(), {}, UsageError as never, "fit, batch 2 of epoch 1: this batch does not come with what the first came with; expected neither sampleWeight nor mask, got sampleWeight.", 1],
    ["gives masks later on", () => [first, { ...second, mask: [[1], [1], [1], [1], [1]] } as never].values(), {}, UsageError as never, "expected neither sampleWeight nor mask, got mask or lengths.", 1],
    ["gives weights no more", () => [{ ...first, sampleWeight: [1, 1, 1, 1, 1] } as never, { ...second, lengths: [1, 1, 1, 1, 1], sampleWeight: [1, 1, 1, 1, 1] } as never].values(), {}, UsageError as never, "expected sampleWeight, got sampleWeight, mask or lengths.", 1],
  ])("one that %s", async (_, source, options, type, text, steps) => {
    const model = network();
    const error = await model.fit(source(), options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toContain(text);
    if (steps === 0) expect((error as Error).message).not.toContain("the batch before");
    const alike = network();
    if (steps > 0) await alike.fit(given(steps));
    expect(weightsOf(model)).toEqual(weightsOf(alike));
    await model.fit(x, y); // nothing is left locked
  }); // prettier-ignore

  function* thrower(): Generator<StreamBatch> {
    yield* batches(2);
    throw new Error("disk on fire");
  }
  async function* slowThrower(): AsyncGenerator<StreamBatch> {
    yield* batches(2);
    await Promise.resolve();
    throw new Error("disk on fire");
  }

  it("the error of the stream is the cause", async () => {
    const error: unknown = await network()
      .fit(thrower())
      .catch((reason: unknown) => reason);
    expect((error as Error).cause).toEqual(new Error("disk on fire"));
  });

  it("a loss that becomes NaN names batch and layer", async () => {
    const far = { x: [[1, 2, 3]], y: [[3e38, 3e38]] };
    await expect(network().fit([first, far].values())).rejects.toThrow(
      "fit: the loss became Infinity in epoch 1, batch 2; expected a finite loss. It arose in the loss function.",
    );
  });
});

describe("options that do not go with a stream", () => {
  it.each<[() => unknown, object, string]>([
    [() => given(), { epochs: 2 }, "fit: a generator gives its batches once; expected a function that makes one for each epoch, such as () => batches(), or stepsPerEpoch, got a generator and 2 epochs."],
    [() => given(), { batchSize: 5 }, "fit: batchSize and a stream of batches exclude each other. The stream decides how many samples a batch has."],
    [() => given(), { shuffle: true }, "fit: shuffle and a stream of batches exclude each other."],
    [() => given(), { validationSplit: 0.1 }, "Give validationData."],
    [() => given(), { stepsPerEpoch: 0 }, "fit: stepsPerEpoch is out of range; expected an integer ≥ 1, got 0."],
    [() => given(), { prefetch: -1 }, "fit: prefetch is out of range; expected an integer ≥ 0, got -1."],
    [() => given(), { steps: 3 }, 'fit: unknown option; expected stepsPerEpoch, got "steps".'],
    [() => () => 5, {}, "fit: this is no stream of batches; expected a generator, or another iterable of batches, in place of x or from the function in its place, got 5."],
    [() => () => ({ x, y }), {}, "fit: this is no stream of batches; expected a generator"],
    [() => new Set(batches()), { stepsPerEpoch: 1.5 }, "stepsPerEpoch is out of range"],
  ])("%o %o", async (source, options, text) => {
    const model = network();
    const error = await model.fit(source() as BatchSource, options).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UsageError);
    expect((error as Error).message).toContain(text);
  }); // prettier-ignore

  it("a generator given with y is named, not “got .”", async () => {
    const model = network();
    await expect(model.fit(given() as never, y)).rejects.toThrow("got Generator");
    await expect(model.fit(x, given() as never)).rejects.toThrow(/got (Generator|.*y)/);
    await expect(model.evaluate(given() as never, y)).rejects.toThrow("got Generator");
  });

  it("without y: what is missing is said", async () => {
    await expect(network().fit(x as never)).rejects.toThrow("fit: y is missing");
    for (const none of [5, null, "x"]) await expect(network().fit(none as never)).rejects.toThrow(ShapeError);
    await expect(network().fit(tensor(x) as never, { epochs: 2 } as never)).rejects.toThrow(ShapeError);
  });
});
