/** Classification networks: their results on the test set, class by class, and the samples they got wrong. */
import { type Model, metrics } from "lanegrad";
import type { Block } from "lanegrad/report";
import { count, decimal, percent } from "./format.js";
import { imageOf, lookInside } from "./lookInside.js";
import type { NetworkParts, Task, TrainingData } from "./networkLesson.js";
import { type Classified, bestClasses, classifyLogits } from "./probabilities.js";

const mostMisread = 24;

/** The network's outputs on the test set. */
export interface Reading extends Classified {
  readonly loss: number;
  readonly accuracy: number;
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
}

/** Loss and accuracy, class by class. */
export const classes: Task = {
  wording: {
    live({ loss, accuracy }) {
      const lossText = `loss ${decimal(loss)}`;
      return accuracy === undefined
        ? { score: lossText, details: [] }
        : { score: `accuracy ${percent(accuracy, 1)}`, details: [lossText] };
    },
    epoch: (logs) =>
      Object.entries(logs).map(
        ([name, value]) => `${name} ${name.toLowerCase().endsWith("loss") ? decimal(value) : percent(value)}`,
      ),
  },
  counted: () => ({ name: "samples", perRow: 1 }),
  notes({ classNames, hasImages, vocabulary }) {
    const isDigits = hasImages && classNames.every((name, i) => name === String(i));
    const input = isDigits ? { input: "digit" } : vocabulary !== undefined && { input: "text", vocabulary };
    return { classNames, ...input };
  },
  async test(lesson, model, data) {
    const reading = await read(lesson, model, data);
    const { loss, accuracy, labels } = reading;
    const wrong = `${count(wrongCount(reading))} of ${count(labels.length)} wrong (${percent(1 - accuracy)})`;
    return {
      summary: `${percent(accuracy)} right, ${wrong}, loss ${decimal(loss)}`,
      numbers: { testLoss: loss, testAccuracy: accuracy, testErrorPercent: 100 * (1 - accuracy) },
      blocks: blocksOf(model, data, reading),
    };
  },
};

/** Evaluates the test set. The network's outputs are logits. */
export async function read(
  { fit }: Pick<NetworkParts, "fit">,
  model: Model,
  { test: { x, y } }: Pick<TrainingData, "test">,
): Promise<Reading> {
  const { groupByLength = false } = fit ?? {};
  const batchSize = groupByLength === false ? 256 : 64; // the values kept for each step of a sequence add up
  const { loss } = await model.evaluate(x, y, { batchSize, groupByLength });
  const outputs = await model.predict(x, { batchSize, groupByLength });
  const classified = classifyLogits(outputs.toTypedArray() as Float32Array, outputs.shape.at(-1)!);
  outputs.dispose();
  const predictions = bestClasses(classified);
  const labels = y.toTypedArray() as Int32Array;
  const right = labels.reduce((sum, label, i) => sum + Number(label === predictions[i]), 0);
  return { ...classified, loss, accuracy: right / labels.length, labels, predictions };
}

function wrongCount({ accuracy, labels }: Reading): number {
  return labels.length - Math.round(accuracy * labels.length);
}

function blocksOf(model: Model, data: TrainingData, reading: Reading): Block[] {
  const { labels, predictions } = reading;
  const { classNames, hasImages } = data;
  const blocks: Block[] = [
    {
      ...{ kind: "confusion", title: "Which class was read as which", classNames },
      caption: "A row for each true class, a column for each class that was read.",
      counts: metrics.confusionMatrix({ labels, predictions, classes: classNames.length }),
    },
  ];
  if (!hasImages) return blocks;
  const wrong = surestErrors(reading);
  const pictureAt = (i: number) => imageOf(data, i, caption(classNames, reading, i));
  if (wrong.length > 0)
    blocks.push({
      ...{ kind: "images", title: "Misread", scale: 3, pictures: wrong.map(pictureAt) },
      caption: "The errors of which the network was surest.",
    });
  const at = wrong[0] ?? 0;
  blocks.push(...lookInside(model, data, { at, picture: pictureAt(at), label: predictions[at] }));
  return blocks;
}

/** The wrong samples, those with the highest probability first. */
function surestErrors(reading: Reading): number[] {
  const { labels, predictions } = reading;
  return Array.from(labels.keys())
    .filter((i) => labels[i] !== predictions[i])
    .sort((a, b) => sureness(reading, b) - sureness(reading, a))
    .slice(0, mostMisread);
}

const sureness = ({ classes: K, probabilities, predictions }: Reading, i: number): number =>
  probabilities[i * K + predictions[i]];

function caption(classNames: readonly string[], reading: Reading, i: number): string {
  const { labels, predictions } = reading;
  return `${classNames[labels[i]]} read as ${classNames[predictions[i]]}, ${percent(sureness(reading, i), 0)}`;
}
