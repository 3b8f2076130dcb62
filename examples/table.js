// @ts-check
/**
 * A table with words and gaps: prices of flats. The table is drawn at random, with a rule behind it; with
 * `datasets.csv("flats.csv", …)` the code is the same. Run it by `node examples/table.js`.
 */
import { Random, callbacks, datasets, init, layers, losses, metrics, optimizers, sequential } from "lanegrad";

await init();
const table = await datasets.csv(new Blob([drawTable(2000)]), {
  target: "price",
  text: "oneHot",
  missing: { size: "median", year: "mean", city: "mostFrequent" },
});
console.log(`${table.x.shape[0]} flats, ${table.featureNames.join(", ")}`);

const { train, test } = datasets.trainTestSplit(table, { test: 0.2, seed: 1 });
const scale = layers.normalization({ inputShape: [table.featureNames.length] });
scale.adapt(train.x); // mean and variance come from what it trains on, and are saved with the model
const model = sequential(
  [
    scale,
    layers.dense({ units: 32, activation: "relu" }),
    layers.dense({ units: 16, activation: "relu" }),
    layers.dense({ units: 1 }),
  ],
  { seed: 1 },
);
model.compile({
  optimizer: optimizers.adam({ learningRate: 0.01 }),
  loss: losses.meanSquaredError(),
  metrics: [metrics.r2()],
});
const stop = callbacks.earlyStopping({ monitor: "valLoss", patience: 10, restoreBestWeights: true });
await model.fit(train, { epochs: 100, batchSize: 32, validationSplit: 0.1, callbacks: [stop] });

const { r2 } = await model.evaluate(test.x, test.y);
const later = "size,year,city,balcony,price\n80,NA,Bern,yes,0\n80,1990,Rom,no,0\n";
const rows = await datasets.csv(new Blob([later]), { target: "price", like: table });
const [bern, rome] = (await model.predict(rows.x)).toTypedArray();
console.log(`R² ${r2.toFixed(3)}; 80 m² in Bern ${bern.toFixed(0)}, in Rome ${rome.toFixed(0)} thousand`);
if (!(r2 > 0.9 && bern > rome)) throw new Error(`not learned: R² ${r2}`);

/** The lines of a CSV file: every twentieth size, year and city is missing. @param {number} count */
function drawTable(count) {
  const random = new Random(1);
  const cities = Object.entries({ Bern: 8, Rom: 4, Oslo: 6 });
  const lines = ["size,year,city,balcony,price"];
  for (let i = 0; i < count; i++) {
    const [size, year, balcony] = [random.uniform(20, 150), random.uniform(1900, 2020), random.integer(2)];
    const [city, perMetre] = cities[random.integer(3)];
    const price = size * perMetre + 40 * balcony + (year - 1900) / 2 + random.uniform(-5, 5);
    const orGap = (/** @type {string} */ text) => (random.uniform() < 0.05 ? "NA" : text);
    lines.push(
      [orGap(size.toFixed(0)), orGap(year.toFixed(0)), orGap(city), balcony ? "yes" : "no", price.toFixed(1)].join(),
    );
  }
  return lines.join("\n");
}
