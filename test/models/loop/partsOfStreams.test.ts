/** Streams: what they are asked for at their end, which is nothing more, however many batches are read ahead; and what is a batch. */
import { describe, expect, it } from "vitest";
import { DataError, UsageError } from "../../../src/errors.js";
import { dense } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import type { BatchSource, StreamBatch } from "../../../src/models/input/samples.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { sgd } from "../../../src/optimizers/index.js";
import "../../support/engine.js";

const network = (): Model => {
  const model = sequential([dense({ units: 1, inputShape: [2] })], { seed: 1 });
  model.compile({ optimizer: sgd(), loss: meanSquaredError() });
  return model;
};
const batch: StreamBatch = { x: [[1, 2]], y: [[3]] };
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Two batches, then the end or an error; counts how often it is asked. */
function counted(end: () => IteratorResult<StreamBatch>) {
  let asked = 0;
  const source = {
    [Symbol.asyncIterator]: () => source,
    next: async (): Promise<IteratorResult<StreamBatch>> => {
      asked++;
      await pause();
      return asked <= 2 ? { done: false, value: batch } : end();
    },
  };
  return { source, asked: () => asked };
}

it("after its end it is not asked again", async () => {
  const { source, asked } = counted(() => ({ done: true, value: undefined }));
  await network().fit(source, { prefetch: 4, callbacks: [{ onBatchEnd: pause }] });
  await pause();
  expect(asked()).toBe(3);
});

it("after an error it is not asked again", async () => {
  const { source, asked } = counted(() => {
    throw new Error("disk on fire");
  });
  await expect(network().fit(source, { prefetch: 4 })).rejects.toThrow(DataError);
  await pause();
  expect(asked()).toBe(3);
});

it.each(["a text", 5, null])("a function that gives no iterable object is refused: %j", async (given) => {
  const source = (() => given) as never as BatchSource;
  await expect(network().fit(source)).rejects.toThrow(UsageError);
  await expect(network().fit(source)).rejects.toThrow("fit: this is no stream of batches");
});

describe("a batch", () => {
  const [x, y] = [[[1, 2]], [[3]]];
  const fitted = (one: unknown) => network().fit(() => [one].values() as never);

  it.each([[null], ["ab"], [5], [[x]], [[x, y, [1], [2]]], [{ x }], [{ y }]])(
    "of fit that is none is refused: %j",
    async (one) => {
      await expect(fitted(one)).rejects.toThrow(DataError);
      await expect(fitted(one)).rejects.toThrow(
        "fit: batch 1 of epoch 1 is no batch; expected { x, y } or [x, y], with ",
      );
    },
  );

  it("of predict is x, or an object with it", async () => {
    const model = network();
    const predicted = async (one: unknown) => (await model.predict((() => [one].values()) as never)).toArray();
    const expected = (await model.predict(x)).toArray();
    expect(await predicted({ x })).toEqual(expected);
    expect(await predicted(x)).toEqual(expected);
    expect(await predicted({ x, y })).toEqual(expected); // a stream for fit
    const wrong = predicted({ x, z: 1 });
    await expect(wrong).rejects.toThrow("predict: batch 1 is no batch; expected x, or { x } with mask or lengths");
    await expect(predicted({ x, z: 1 })).rejects.toThrow('got key "z"');
  });
});
