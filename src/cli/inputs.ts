/** What predict reads: a PNG picture, an idx file of images, or a CSV table, told apart by their first bytes, made into samples that fit the model. */
import type { CsvTable } from "../data/csv.js";
import { readIdx } from "../data/idx.js";
import { DataError, message, show } from "../errors.js";
import { type Model, type Shape, type Tensor, datasets, tensor } from "../index.js";
import { readFile } from "../io/files.js";
import { digitInput } from "./digitImage.js";
import type { GreyImage } from "./drawDigit.js";
import { imageInput } from "./image.js";
import { decodePng } from "./png.js";

/** Samples for a model. */
export interface Input {
  /** (N, …) */
  readonly x: Tensor;
  /** The picture as the model sees it, where there is one and it is grey. */
  readonly picture: GreyImage | undefined;
}

/** Reads a file as samples. Errors: DataError for a file that is damaged or does not fit the model. */
export async function readInput(model: Model, file: string): Promise<Input> {
  const bytes = await readFile("predict", file);
  const [first, second] = bytes;
  if (first === 0x89 && second === 0x50) return pictureInput(model, bytes);
  const op = `predict: ${show(file)}`;
  const isGzip = first === 0x1f && second === 0x8b;
  if (isGzip || (first === 0 && second === 0)) {
    const { shape, values } = await readIdx(bytes, op, 3);
    return { x: tensor(values, samplesShape(model, shape, op)), picture: undefined };
  }
  const { rows, features, featureNames } = readTable(new TextDecoder().decode(bytes));
  return { x: tensor(features, samplesShape(model, [rows, featureNames.length], op)), picture: undefined };
}

function pictureInput(model: Model, bytes: Uint8Array): Input {
  const image = decodePng(bytes);
  const [height, width, channels] = imageShape(model.inputShape);
  const isDigit = model.notes.input === "digit";
  const pixels = isDigit ? digitInput(image) : imageInput(image, { height, width, channels });
  const picture = channels === 1 ? { height, width, pixels } : undefined;
  return { x: tensor(pixels, [1, ...model.inputShape]), picture };
}

function imageShape(shape: Shape): [height: number, width: number, channels: number] {
  const [height, width, channels = 1] = shape;
  if (shape.length === 2 || shape.length === 3) return [height, width, channels];
  const expected = "a model whose samples are images, [H, W] or [H, W, C]";
  throw new DataError(message("predict", "a picture does not fit the model", { expected, got: show(shape) }));
}

/** The model's shape for that many samples. @param shape (N, …) of the file */
function samplesShape({ inputShape }: Model, [samples, ...sizes]: readonly number[], op: string): Shape {
  const product = (factors: readonly number[]): number => factors.reduce((all, size) => all * size, 1);
  if (product(sizes) === product(inputShape)) return [samples, ...inputShape];
  const expected = `${product(inputShape)} numbers a sample (${show(inputShape)})`;
  throw new DataError(
    message(op, "the samples do not fit the model", { expected, got: `${product(sizes)} (${show(sizes)})` }),
  );
}

/** A table of numbers in a file with any of the usual separators; a first line without numbers is taken for names. Errors: DataError. */
function readTable(text: string): CsvTable {
  const [firstLine] = text.trimStart().split(/[\r\n]/, 1);
  const separator = [";", "\t"].find((one) => firstLine.includes(one)) ?? ",";
  const header = firstLine.split(separator).every((cell) => Number.isNaN(Number.parseFloat(cell)));
  return datasets.parseCsv(text, { header, separator });
}
