/** How a network that tells classes apart does on the test set, class by class, and some of the samples that it got wrong. */
import { type FitOptions, type Model, metrics } from "../index.js";
import { type Classified, bestClasses, classify } from "./classify.js";
import { classTable } from "./classTable.js";
import { type GreyImage, drawRow } from "./drawDigit.js";
import { count, oneLine, percent } from "./format.js";
import type { RecipeData } from "./recipes/data.js";
import type { Terminal } from "./terminal.js";

/** Misread samples that are drawn, where the terminal is wide enough. */
const mostDrawn = 6;

/** What the one look at the test set showed. */
export interface Judgement extends Classified {
  readonly loss: number;
  readonly accuracy: number;
  readonly labels: Int32Array;
  readonly predictions: Int32Array;
}

/** Evaluates the test set. */
export async function judge(
  model: Model,
  { test: { x, y } }: RecipeData,
  { fit }: { readonly fit?: Pick<FitOptions, "groupByLength"> | undefined },
): Promise<Judgement> {
  const { groupByLength = false } = fit ?? {};
  const batchSize = groupByLength === false ? 256 : 64; // what is kept for each step of a sequence adds up
  const { loss } = await model.evaluate(x, y, { batchSize, groupByLength });
  const outputs = await model.predict(x, { batchSize, groupByLength });
  const classified = classify(model, outputs.toTypedArray() as Float32Array, outputs.shape.at(-1)!);
  outputs.dispose();
  const predictions = bestClasses(classified);
  const labels = y.toTypedArray() as Int32Array;
  const right = labels.reduce((sum, label, i) => sum + Number(label === predictions[i]), 0);
  return { ...classified, loss, accuracy: right / labels.length, labels, predictions };
}

/** How many are wrong, in words. */
export function wrongOf(judgement: Judgement): string {
  const { accuracy, labels } = judgement;
  return `${count(wrongCount(judgement))} of ${count(labels.length)} wrong (${percent(1 - accuracy)})`;
}

function wrongCount({ accuracy, labels }: Judgement): number {
  return labels.length - Math.round(accuracy * labels.length);
}

/** Prints a line for each class, and the worst errors where they are images. */
export function printClasses(judgement: Judgement, data: RecipeData, terminal: Terminal): void {
  const { labels, predictions } = judgement;
  const matrix = metrics.confusionMatrix({ labels, predictions, classes: data.classNames.length });
  for (const line of classTable(matrix, data.classNames.map(oneLine), terminal)) terminal.printStyled(line);
  if (!data.hasImages || wrongCount(judgement) === 0) return;
  terminal.print();
  for (const line of drawMisread(judgement, data, terminal)) terminal.printStyled(line);
}

/** The errors of which the network was surest, drawn. */
function drawMisread(
  { labels, predictions, classes, probabilities }: Judgement,
  { test, classNames }: RecipeData,
  terminal: Terminal,
): string[] {
  const sureness = (i: number): number => probabilities[i * classes + predictions[i]];
  const misread = Array.from(labels.keys())
    .filter((i) => labels[i] !== predictions[i])
    .sort((a, b) => sureness(b) - sureness(a))
    .slice(0, mostDrawn);
  const [, height, width] = test.x.shape;
  const pixels = test.x.toTypedArray();
  const images = misread.map((i): GreyImage => ({
    height,
    width,
    pixels: pixels.subarray(i * height * width, (i + 1) * height * width),
  }));
  const names = classNames.map(oneLine);
  const captions = misread.map(
    (i) => `${names[labels[i]]} read as ${names[predictions[i]]}, ${percent(sureness(i), 0)}`,
  );
  return drawRow(images, captions, terminal);
}
