import { datasets, init, layers, losses, metrics, optimizers, sequential } from "lanegrad";

await init();
const { train, test } = await datasets.digits(); // drawn on the spot; datasets.mnist() loads MNIST
const model = sequential([
  layers.flatten({ inputShape: [28, 28, 1] }),
  layers.dense({ units: 300, activation: "relu" }),
  layers.dense({ units: 10 }),
]);
const loss = losses.categoricalCrossentropy({ fromLogits: true });
model.compile({ optimizer: optimizers.adam(), loss, metrics: [metrics.accuracy()] });
await model.fit(train.x, train.y, { epochs: 5, batchSize: 64 });
console.log(await model.evaluate(test.x, test.y)); // { loss: 0.03, accuracy: 0.99 }
