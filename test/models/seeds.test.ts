/** Seeds of models: those without one differ from each other. Starts the library by itself: test/support/engine.ts gives models without a seed 0. */
import { beforeAll, describe, expect, it } from "vitest";
import { type Model, init, layers, loadModel, models, sequential } from "../../src/index.js";
import { unseeded } from "../../src/models/seeds.js";

beforeAll(() => init());

const make = (seed?: number): Model =>
  sequential([layers.dense({ units: 3, inputShape: [4] })], seed === undefined ? {} : { seed });
const weightsOf = (model: Model): unknown => model.weights.map(({ value }) => value.toArray());

describe("models made without a seed", () => {
  it("differ from each other, and are those of the seeds 0, 1, 2", () => {
    unseeded.next = 0;
    const made = [make(), make(), make()];
    expect(made.map(({ seed }) => seed)).toEqual([0, 1, 2]);
    expect(new Set(made.map((model) => JSON.stringify(weightsOf(model)))).size).toBe(3);
    expect(made.map(weightsOf)).toEqual([0, 1, 2].map((seed) => weightsOf(make(seed))));
  });

  it("a model with a seed does not change what others get, and its seed gives the same weights each time", () => {
    const first = make();
    const given = make(7);
    expect(weightsOf(make(7))).toEqual(weightsOf(given));
    expect(make().seed).toBe(first.seed + 1);
  });

  it("so are ready-made networks, and one that was loaded keeps its seed", async () => {
    const [a, b] = [models.lenet5(), models.lenet5()];
    expect(b.seed).toBe(a.seed + 1);
    expect((await loadModel(await b.toBytes())).seed).toBe(b.seed);
  });

  it("after 2³² comes 0", () => {
    unseeded.next = 2 ** 32 - 1;
    expect([make().seed, make().seed]).toEqual([2 ** 32 - 1, 0]);
  });
});
