/** Jest as it comes: its own module system, CommonJS. */
const { info, init, sequential } = require("lanegrad");
const { dense } = require("lanegrad/layers");
const { binaryCrossentropy } = require("lanegrad/losses");
const { adam } = require("lanegrad/optimizers");

const x = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
];

it("trains", async () => {
  await init();
  const hidden = dense({ units: 8, activation: "tanh", inputShape: [2] });
  const model = sequential([hidden, dense({ units: 1 })], { seed: 1 });
  model.compile({ optimizer: adam({ learningRate: 0.05 }), loss: binaryCrossentropy({ fromLogits: true }) });
  await model.fit(x, [[0], [1], [1], [0]], { epochs: 200, batchSize: 4 });
  const logits = await model.predict(x);
  expect([...logits.toTypedArray()].map((logit) => (logit > 0 ? 1 : 0))).toEqual([0, 1, 1, 0]);
  expect(info().threads).toBeGreaterThan(0);
});
