/**
 * While fit trains a model, nothing reaches its weights, statistics and states by way of another model that has layers
 * of it: what would is refused, and the fit ends with the bits that it has alone.
 */
import { describe, expect, it } from "vitest";
import type { Callback } from "../../../src/callbacks/callback.js";
import { UsageError } from "../../../src/errors.js";
import { activation, batchNormalization, dense, input, lstm } from "../../../src/layers/index.js";
import { meanSquaredError } from "../../../src/losses/index.js";
import { asLayer } from "../../../src/models/asLayer.js";
import type { Model } from "../../../src/models/model.js";
import { model, sequential } from "../../../src/models/sequential.js";
import { upTo } from "../../../src/models/upTo.js";
import { sgd } from "../../../src/optimizers/index.js";
import "../../support/engine.js";
import { expectWeights, normals, weightsOf } from "../networks.js";

const [N, T, batchSize] = [6, 3, 2];
const x = normals(1, [N, T, 2]);
const y = normals(2, [N, 1]);
const training = { epochs: 3, batchSize, shuffle: false };

function compiled(net: Model): Model {
  net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError() });
  return net;
}

/** A network with statistics and carried states. */
const newBody = (): Model =>
  sequential(
    [
      batchNormalization({ inputShape: [T, 2] }),
      lstm({ units: 2, stateful: true, batchSize, returnSequences: true }),
      lstm({ units: 1 }),
    ],
    { name: "body", seed: 3 },
  );

/** Such a body, and a model that has it as a layer, both compiled, the outer one first. */
function nested(isFrozen = false): { readonly body: Model; readonly outer: Model } {
  const body = newBody();
  const layer = asLayer(body);
  layer.trainable = !isFrozen;
  const inputs = input({ shape: [T, 2] });
  const outer = compiled(model({ inputs, outputs: dense({ units: 1 }).apply(layer.apply(inputs)), seed: 4 }));
  return { body: compiled(body), outer };
}

/** The message with which `fn`, called between two batches of a fit of `trained`, was refused; the fit goes on. */
async function refusal(trained: Model, fn: () => unknown): Promise<string> {
  let said = "nothing was refused";
  const callback: Callback = {
    async onBatchEnd(batch) {
      if (batch !== 1) return;
      try {
        await fn();
      } catch (error) {
        expect(error).toBeInstanceOf(UsageError);
        said = (error as Error).message;
      }
    },
  };
  await trained.fit(x, y, { ...training, callbacks: [callback] });
  return said;
}

const one = { x: normals(5, [batchSize, T, 2]), y: normals(6, [batchSize, 1]) };
const changes: Readonly<Record<string, (net: Model, file: Uint8Array) => unknown>> = {
  resetStates: (net) => net.resetStates(),
  call: (net) => net.call([one.x], { training: true }),
  loadWeights: (net, file) => net.loadWeights(file),
  trainOnBatch: (net) => net.trainOnBatch([one.x], [one.y]),
  fit: (net) => net.fit(one.x, one.y, { batchSize }),
  compile: (net) => compiled(net),
};

describe.each(Object.entries(changes))("%s of a model, while one that has layers of it is trained", (name, change) => {
  it("is refused, from within and from without, and that fit has the bits that it has alone", async () => {
    const alone = nested().outer;
    await alone.fit(x, y, training);
    const { body, outer } = nested();
    const file = await body.toBytes();
    expect(await refusal(outer, () => change(body, file))).toBe(
      `${name}: layers of the model are being trained in another one. Await the running fit first.`,
    );
    expectWeights(outer, weightsOf(alone));
  });
});

it.each(["resetStates", "call"])(
  "%s of a model is refused while one that is a layer of it is trained",
  async (name) => {
    const body = compiled(newBody());
    const inputs = input({ shape: [T, 2] });
    const around = model({ inputs, outputs: dense({ units: 1 }).apply(asLayer(body).apply(inputs)) });
    expect(await refusal(body, () => changes[name](around, new Uint8Array()))).toContain(
      "being trained in another one",
    );
  },
);

describe("what is shared and frozen", () => {
  it("two networks on one frozen body without states are trained at once, to the bits that each has alone", async () => {
    const heads = (): Model[] => {
      const body = sequential([batchNormalization({ inputShape: [2] }), dense({ units: 3 })], {
        name: "body",
        seed: 8,
      });
      const layer = asLayer(body);
      layer.trainable = false;
      return [1, 2].map((seed) => {
        const inputs = input({ shape: [2] });
        return compiled(model({ inputs, outputs: dense({ units: 1 }).apply(layer.apply(inputs)), seed }));
      });
    };
    const [rows, targets] = [normals(7, [N, 2]), y];
    const alone = heads();
    for (const head of alone) await head.fit(rows, targets, training);
    const together = heads();
    await Promise.all(together.map((head) => head.fit(rows, targets, training)));
    for (const [i, head] of together.entries()) expectWeights(head, weightsOf(alone[i]));
  });

  it("its weights are not loaded, and its states neither reset nor carried by another, while they are used", async () => {
    for (const name of ["loadWeights", "resetStates", "fit"]) {
      const { body, outer } = nested(true);
      const file = await body.toBytes();
      expect(await refusal(outer, () => changes[name](body, file))).toContain("being trained in another one");
    }
  });
});

describe("a sequential model that is not built yet", () => {
  const unbuilt = (body: Model): Model => compiled(sequential([activation({ activation: "linear" }), asLayer(body)]));

  it.each(["call", "trainOnBatch", "fit"])(
    "%s of it is refused while a model that it holds is trained",
    async (name) => {
      const body = compiled(newBody());
      const around = unbuilt(body);
      expect(await refusal(body, () => changes[name](around, new Uint8Array()))).toContain(
        "being trained in another one",
      );
    },
  );

  it("neither its evaluation nor its learning rate takes the weights over", async () => {
    const alone = compiled(newBody());
    await alone.fit(x, y, { ...training, epochs: 6 });
    for (const ask of [
      (net: Model) => net.evaluate(one.x, one.y, { batchSize }),
      (net: Model) => (net.build([T, 2]), net.learningRate),
      (net: Model) => (net.build([T, 2]), net.toBytes({ checkpoint: true })),
    ]) {
      const body = compiled(newBody());
      const around = unbuilt(body);
      expect(await refusal(body, () => ask(around))).toContain("being trained in another one");
      await body.fit(x, y, training);
      expectWeights(body, weightsOf(alone));
    }
  });
});

it("compile, which makes averages the weights, is refused where those weights are used, frozen or not", async () => {
  const body = newBody();
  const average = (net: Model): unknown =>
    net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: meanSquaredError(), averageDecay: 0.9 });
  average(body);
  await body.fit(x, y, training);
  const layer = asLayer(body);
  layer.trainable = false;
  const inputs = input({ shape: [T, 2] });
  const outer = compiled(model({ inputs, outputs: dense({ units: 1 }).apply(layer.apply(inputs)) }));
  expect(await refusal(outer, () => average(body))).toContain("being trained in another one");
});

it("a frozen model stays frozen when a part of it becomes a layer, too", async () => {
  const body = sequential([batchNormalization({ inputShape: [2] }), dense({ units: 3 }), dense({ units: 1 })]);
  const layer = asLayer(body);
  layer.trainable = false;
  const part = asLayer(upTo(body, body.layers[1].name!));
  expect(body.layers.map(({ isFrozen }) => isFrozen)).toEqual([true, true, true]);
  const before = weightsOf(body);
  const outer = compiled(sequential([layer, dense({ units: 1 })]));
  await outer.fit(normals(7, [N, 2]), y, training);
  expectWeights(body, before);
  layer.trainable = true;
  expect(part.trainable && body.layers.every(({ isFrozen }) => !isFrozen)).toBe(true);
});

it("resetStates and compile of models that share nothing are nobody's business", async () => {
  const [{ outer }, other] = [nested(), nested()];
  expect(await refusal(outer, () => [other.outer, other.body].map((net) => net.resetStates()))).toBe(
    "nothing was refused",
  );
  expect(await refusal(outer, () => compiled(other.outer))).toBe("nothing was refused");
});

it("a model resets its own states in a callback of its fit", async () => {
  const { outer } = nested();
  expect(await refusal(outer, () => outer.resetStates())).toBe("nothing was refused");
});
