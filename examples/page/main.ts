/** Trains on drawn digits in a page and shows what it misread. Run it by `npm run example:page`. */
import {
  callbacks,
  datasets,
  init,
  layers,
  losses,
  metrics,
  optimizers,
  sequential,
  type Callback,
  type Tensor,
} from "lanegrad";

const epochs = 5;
const size = 28;

const element = (id: string): HTMLElement => document.getElementById(id)!;
const button = element("train") as HTMLButtonElement;
const bar = element("progress") as HTMLProgressElement;
const table = element("epochs") as HTMLTableElement;
const state = element("state");
const percent = (part: number): string => `${(100 * part).toFixed(2)} %`;

const { build, threads, threadsReason } = await init();
element("engine").textContent =
  `${build} SIMD, ${threads === 1 ? `one thread: ${threadsReason}` : `${threads} threads`}`;
button.onclick = () => {
  button.disabled = true;
  train().catch((error: unknown) => (state.textContent = String(error)));
};
button.disabled = false;

async function train(): Promise<void> {
  state.textContent = "drawing 24,000 digits …";
  const { train, test } = await datasets.digits({ train: 20_000, test: 4_000, seed: 1 });
  const model = sequential([
    layers.flatten({ inputShape: [size, size, 1] }),
    layers.dense({ units: 300, activation: "relu" }),
    layers.dense({ units: 10 }),
  ]);
  model.compile({
    optimizer: optimizers.adam({ learningRate: 2e-3 }),
    loss: losses.categoricalCrossentropy({ fromLogits: true }),
    metrics: [metrics.accuracy()],
  });
  const started = performance.now();
  const stop = callbacks.earlyStopping({ monitor: "valLoss", patience: 2, restoreBestWeights: true });
  await model.fit(train.x, train.y, { epochs, batchSize: 64, validationSplit: 0.1, callbacks: [stop, progress()] });
  const seconds = (performance.now() - started) / 1000;
  const { accuracy } = await model.evaluate(test.x, test.y);
  await showMisread(await model.predict(test.x), test.x, test.y);
  state.textContent = `trained in ${seconds.toFixed(1)} s; ${percent(accuracy)} of the test digits are right`;
  document.body.dataset.accuracy = String(accuracy);
}

/** Moves the progress bar, and adds a row to the table after each epoch. */
function progress(): Callback {
  let epoch = 0;
  return {
    onBatchEnd(batch, { accuracy }, { batches }) {
      bar.value = (epoch + (batch + 1) / batches) / epochs;
      state.textContent = `epoch ${epoch + 1} of ${epochs}, ${percent(accuracy)} right`;
    },
    onEpochEnd(done, { loss, accuracy, valAccuracy }) {
      epoch = done + 1;
      table.hidden = false;
      const row = table.tBodies[0].insertRow();
      for (const text of [String(epoch), loss.toFixed(4), percent(accuracy), percent(valAccuracy)])
        row.insertCell().textContent = text;
    },
  };
}

/** Draws the first misread digits with the predicted ones. */
async function showMisread(logits: Tensor, x: Tensor, y: Tensor): Promise<void> {
  const [scores, pixels, labels] = [logits.toTypedArray(), x.toTypedArray(), y.toTypedArray()];
  let shown = 0;
  for (let i = 0; i < labels.length && shown < 12; i++) {
    const row = scores.subarray(10 * i, 10 * i + 10);
    const read = row.indexOf(Math.max(...row));
    if (read === labels[i]) continue;
    shown++;
    const figure = document.createElement("figure");
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [size, size];
    const image = new ImageData(size, size);
    for (let j = 0; j < size * size; j++)
      image.data.fill(pixels[i * size * size + j], 4 * j, 4 * j + 3).fill(255, 4 * j + 3, 4 * j + 4);
    canvas.getContext("2d")!.putImageData(image, 0, 0);
    const caption = document.createElement("figcaption");
    caption.textContent = `${labels[i]} read as ${read}`;
    figure.append(canvas, caption);
    element("digits").append(figure);
  }
}
