/** Long work: it leaves the event loop alive, ends when it is told to, and what it leaves behind is whole. */
import { describe, expect, it } from "vitest";
import type { Callback } from "../../../src/callbacks/callback.js";
import { dense } from "../../../src/layers/index.js";
import { categoricalCrossentropy } from "../../../src/losses/index.js";
import { loadModel } from "../../../src/models/file/loading.js";
import type { Model } from "../../../src/models/model.js";
import { sequential } from "../../../src/models/sequential.js";
import { adam, sgd } from "../../../src/optimizers/index.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { expectSameWeights, expectWeights, network, noise, stopAfterBatch, weightsOf } from "../networks.js";

const { x, y } = noise(1, 60);

/** Aborts after `count` batches. */
function abortAfter(count: number): { readonly signal: AbortSignal; readonly callback: Callback } {
  const controller = new AbortController();
  let batches = 0;
  return {
    signal: controller.signal,
    callback: {
      onBatchEnd() {
        if (++batches === count) controller.abort(new Error("enough"));
      },
    },
  };
}

describe("the event loop", () => {
  it("runs during a long fit: a timer of 5 ms fires at least 6 times in 400 ms", async () => {
    const model = network();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 5);
    const start = performance.now();
    const clock: Callback = {
      onBatchEnd(_batch, _logs, training) {
        if (performance.now() - start > 400) training.stop("time is up");
      },
    };
    await model.fit(x, y, { epochs: 100_000, batchSize: 60, callbacks: [clock] });
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5); // of about 25: a break at least every 16 ms
  });

  it("runs during evaluate and predict", async () => {
    const model = sequential([dense({ units: 512, inputShape: [256] }), dense({ units: 512 }), dense({ units: 3 })]);
    model.compile({ optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) });
    const samples = new Float32Array(6000 * 256);
    for (const work of [() => model.evaluate(samples, new Int32Array(6000)), () => model.predict(samples)]) {
      let ticks = 0;
      const timer = setInterval(() => ticks++, 1);
      await work();
      clearInterval(timer);
      expect(ticks).toBeGreaterThan(0);
    }
  });
});

describe("an AbortSignal", () => {
  it("that is aborted already: nothing is trained", async () => {
    const model = network();
    const before = weightsOf(model);
    const signal = AbortSignal.abort(new Error("never mind"));
    await expect(model.fit(x, y, { signal })).rejects.toThrow("never mind");
    await expect(model.evaluate(x, y, { signal })).rejects.toThrow("never mind");
    await expect(model.predict(x, { signal })).rejects.toThrow("never mind");
    expectWeights(model, before);
  });

  it("ends fit after the current batch, in the middle of an epoch", async () => {
    const { signal, callback } = abortAfter(3);
    const model = network();
    await expect(model.fit(x, y, { batchSize: 10, signal, callbacks: [callback] })).rejects.toThrow("enough");
    const other = network();
    await other.fit(x, y, { batchSize: 10, callbacks: [stopAfterBatch(2)] });
    expectSameWeights(model, other);
  });

  it("arrives from outside, by a timer", async () => {
    const model = network();
    const signal = AbortSignal.timeout(50);
    await expect(model.fit(x, y, { epochs: 1_000_000, signal })).rejects.toMatchObject({ name: "TimeoutError" });
  });

  it("ends validation too; the epoch is then finished by a resumed fit, to the bit", async () => {
    const [cut, whole] = [network(), network()];
    const options = { epochs: 3, batchSize: 15, validationSplit: 0.5 };
    const { signal, callback } = abortAfter(2);
    const aborted = cut.fit(x, y, { ...options, callbacks: [callback], signal });
    await expect(aborted).rejects.toThrow("enough");
    const rest = await (
      await loadModel(await cut.toBytes({ checkpoint: true }))
    ).fit(x, y, { ...options, resume: true });
    const wanted = await whole.fit(x, y, options);
    expect(rest).toEqual(wanted);
    const here = await cut.fit(x, y, { ...options, resume: true });
    expect(here).toEqual(wanted);
    expectSameWeights(cut, whole);
  });

  it("leaves a model that can be used, saved, and trained from the start of an epoch", async () => {
    const { signal, callback } = abortAfter(2);
    const model = network();
    await expect(model.fit(x, y, { batchSize: 10, signal, callbacks: [callback] })).rejects.toThrow("enough");
    const loaded = await loadModel(await model.toBytes());
    expectSameWeights(loaded, model);
    const { history } = await model.fit(x, y, { batchSize: 10 });
    expect(history.loss).toHaveLength(1);
  });
});

describe("while fit runs", () => {
  it("another fit, compile and trainOnBatch are refused, and the first goes on", async () => {
    const [busy, calm] = [network(), network()];
    const fitting = busy.fit(x, y, { epochs: 3 });
    const hint = "the model is being trained. Await the running fit first.";
    await expect(busy.fit(x, y)).rejects.toThrow(`fit: ${hint}`);
    const loss = categoricalCrossentropy();
    expect(() => busy.compile({ optimizer: adam(), loss })).toThrow(`compile: ${hint}`);
    expect(() => busy.trainOnBatch([x], [y])).toThrow(`trainOnBatch: ${hint}`);
    expect(await fitting).toEqual(await calm.fit(x, y, { epochs: 3 }));
    expectSameWeights(busy, calm);
    await busy.fit(x, y);
  });

  it("evaluate, predict and saveCheckpoint from outside leave it as it is", async () => {
    const [busy, calm] = [network(), network()];
    const fitting = busy.fit(x, y, { epochs: 20, batchSize: 7 });
    const others = Promise.all(
      Array.from({ length: 20 }, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await busy.evaluate(x, y, { batchSize: 3 });
        await busy.predict(x, { batchSize: 4 });
        await busy.toBytes({ checkpoint: true });
      }),
    );
    const [got] = await Promise.all([fitting, others]);
    expect(got).toEqual(await calm.fit(x, y, { epochs: 20, batchSize: 7 }));
    expectSameWeights(busy, calm);
  });

  it("evaluations side by side each give what they give alone", async () => {
    const model = network();
    const other = noise(9, 31);
    const alone = [await model.evaluate(x, y, { batchSize: 4 }), await model.evaluate(other.x, other.y)];
    const both = [model.evaluate(x, y, { batchSize: 4 }), model.evaluate(other.x, other.y)];
    expect(await Promise.all(both)).toEqual(alone);
  });
});

describe("after dispose", () => {
  it("`using` disposes a model and an optimizer at the end of the block", () => {
    const weight = tensor([1], undefined, { requiresGrad: true });
    let model: Model;
    {
      using own = network();
      using optimizer = adam().for([weight]);
      expect(own.weights.length + optimizer.stepCount).toBeGreaterThan(0);
      model = own;
    }
    expect(() => model.call([tensor([[1]])])).toThrow("call: the model was disposed.");
    expect(weight.isDisposed).toBe(false);
    expect(() => adam().for([weight])).not.toThrow(); // nobody trains it any more
  });

  it("everything is refused by name, and dispose may be called again", async () => {
    const model = network();
    model.dispose();
    model.dispose();
    const gone = ": the model was disposed. Make another one, or dispose it later.";
    await expect(model.fit(x, y)).rejects.toThrow(`fit${gone}`);
    await expect(model.evaluate(x, y)).rejects.toThrow(`evaluate${gone}`);
    await expect(model.predict(x)).rejects.toThrow(`predict${gone}`);
    await expect(model.save("never-written")).rejects.toThrow(`save${gone}`);
    expect(() => model.call([x])).toThrow(`call${gone}`);
    expect(() => model.trainOnBatch([x], [y])).toThrow(`trainOnBatch${gone}`);
    await expect(model.toBytes()).rejects.toThrow(`toBytes${gone}`);
    expect(() => model.compile({ optimizer: sgd(), loss: categoricalCrossentropy() })).toThrow(`compile${gone}`);
    expect(() => model.weights[0].value.toArray()).toThrow(
      'tensor: Tensor(5, 8) "dense_1/kernel" is used after it was freed.',
    );
  });

  it("before the weights were made, too", async () => {
    const model = sequential([dense({ units: 1 })]);
    model.dispose();
    await expect(model.predict([[1]])).rejects.toThrow("predict: the model was disposed.");
    expect(() => model.weights).toThrow("weights: the model was disposed.");
  });

  it("in the middle of fit, evaluate and predict: these reject", async () => {
    for (const work of ["fit", "evaluate", "predict"] as const) {
      const model = network();
      const one = { batchSize: 1 };
      const running = { fit: () => model.fit(x, y, one), evaluate: () => model.evaluate(x, y, one), predict: () => model.predict(x, one) }[work](); // prettier-ignore
      await Promise.resolve();
      model.dispose();
      await expect(running).rejects.toThrow(`${work}: the model was disposed.`);
    }
  });
});

it("compile and loadWeights during an evaluation or a prediction are refused before anything changes, and it ends well", async () => {
  const model = network();
  const bytes = await model.toBytes();
  const wanted = [await model.evaluate(x, y, { batchSize: 4 }), (await model.predict(x, { batchSize: 4 })).toArray()];
  const options = { optimizer: sgd(), loss: categoricalCrossentropy({ fromLogits: true }) };
  for (const [i, start] of [
    () => model.evaluate(x, y, { batchSize: 4 }),
    async () => (await model.predict(x, { batchSize: 4 })).toArray(),
  ].entries()) {
    const running = start();
    const hint = "the model is being used. Await the running evaluate or predict first.";
    expect(() => {
      model.compile(options);
    }).toThrow(`compile: ${hint}`);
    await expect(model.loadWeights(bytes)).rejects.toThrow(`loadWeights: ${hint}`);
    expect(await running).toEqual(wanted[i]);
  }
  model.compile(options);
});
