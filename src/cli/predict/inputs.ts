/**
 * Reads the inputs of predict: texts, PNG pictures, idx files of images, or CSV tables (the last three are
 * distinguished by their first bytes), as samples that fit the model. Letters: N samples.
 */
import type { CsvTable } from "../../data/csv.js";
import { readIdx } from "../../data/formats/idx.js";
import { DataError, message, show } from "../../errors.js";
import { type Model, type SampleShape, type Shape, type Tensor, datasets, tensor } from "../../index.js";
import { readFile } from "../../io/files.js";
import { digitInput } from "./digitImage.js";
import type { DrawnImage } from "../terminal/drawDigit.js";
import { imageInput } from "./image.js";
import { decodePng } from "../../data/formats/png.js";
import type { Surroundings } from "../surroundings.js";
import { type NamedText, encodeTexts, nameOfText, readsTexts } from "./texts.js";

/** Samples for a model. */
export interface Input {
  /** (N, …) */
  readonly x: Tensor;
  /** The name of each sample. */
  readonly names: readonly string[];
  /** The picture as the model sees it, if it is a grey one. */
  readonly picture?: DrawnImage | undefined;
  /** What the model sees of each sample, where that is informative. */
  readonly details?: readonly string[];
}

/** The sources of samples: files ("-" is standard input), and a text from the command line. */
export interface Sources {
  readonly files: readonly string[];
  readonly text: string | undefined;
}

/**
 * Reads everything as samples: texts together, each other file separately.
 * @throws {DataError} for a file that is damaged or does not fit the model
 */
export async function readInputs(model: Model, sources: Sources, surroundings: Surroundings): Promise<Input[]> {
  const { files, text } = sources;
  if (!readsTexts(model)) {
    if (text !== undefined) {
      const hint = "lanegrad train imdb --out FILE saves one that does.";
      throw new DataError(message("predict", "the model reads no texts", { hint }));
    }
    const inputs: Input[] = [];
    for (const file of files)
      inputs.push(await readInput(model, file, await bytesOf(file, surroundings), files.length));
    return inputs;
  }
  const texts = await readTexts(sources, surroundings);
  return [{ names: texts.map(({ name }) => name), ...encodeTexts(model, texts) }];
}

/** Every source as a text. @throws {DataError} for a file that is not a text */
export async function readTexts({ files, text }: Sources, surroundings: Surroundings): Promise<NamedText[]> {
  const texts: NamedText[] = text === undefined ? [] : [{ name: nameOfText(text), text }];
  for (const file of files) texts.push({ name: file, text: textOf(file, await bytesOf(file, surroundings)) });
  return texts;
}

/** The bytes of a file, or of standard input. */
export async function bytesOf(file: string, surroundings: Surroundings): Promise<Uint8Array<ArrayBuffer>> {
  return file === "-" ? surroundings.readStdin() : readFile("predict", file);
}

/** @throws {DataError} for bytes that are not UTF-8, or hold control characters */
function textOf(file: string, bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // not UTF-8
  }
  throw new DataError(message("predict", `${show(file)} is not a text file`, { expected: "UTF-8" }));
}

/** @param files how many there are: samples of a single file are numbered, those of several are named after it */
async function readInput(model: Model, file: string, bytes: Uint8Array<ArrayBuffer>, files: number): Promise<Input> {
  const namesOf = (N: number): string[] =>
    files > 1 && N === 1
      ? [file]
      : Array.from({ length: N }, (_, i) => (files > 1 ? `${file}:${i + 1}` : String(i + 1)));
  const [first, second] = bytes;
  if (first === 0x89 && second === 0x50) return { ...pictureInput(model, bytes), names: namesOf(1) };
  const op = `predict: ${show(file)}`;
  const isGzip = first === 0x1f && second === 0x8b;
  if (isGzip || (first === 0 && second === 0)) {
    const { shape, values } = await readIdx(bytes, op, 3);
    return { x: tensor(values, samplesShape(model, shape, op)), names: namesOf(shape[0]) };
  }
  const { rows, features, featureNames } = readTable(textOfTable(op, bytes));
  return { x: tensor(features, samplesShape(model, [rows, featureNames.length], op)), names: namesOf(rows) };
}

function pictureInput(model: Model, bytes: Uint8Array): Omit<Input, "names"> {
  const image = decodePng(bytes);
  const isDigit = model.notes.input === "digit";
  const shape = imageShape(model.inputShape, isDigit ? { height: 28, width: 28 } : image);
  const [height, width, channels = 1] = shape;
  const pixels = isDigit ? digitInput(image) : imageInput(image, { height, width, channels });
  const picture = channels === 1 ? { height, width, pixels } : undefined;
  return { x: tensor(pixels, [1, ...shape]), picture };
}

/** The model's shape; where it takes any size, that of the picture. */
function imageShape(shape: SampleShape, { height, width }: { readonly height: number; readonly width: number }): Shape {
  if (shape.length === 2 || shape.length === 3) return shape.map((size, axis) => size ?? [height, width, 3][axis]);
  const expected = "a model whose samples are images, [H, W] or [H, W, C]";
  throw new DataError(message("predict", "a picture does not fit the model", { expected, got: show(shape) }));
}

/** The model's shape for that many samples. @param shape (N, …) of the file */
function samplesShape({ inputShape }: Model, [samples, ...sizes]: readonly number[], op: string): Shape {
  const product = (factors: readonly number[]): number => factors.reduce((all, size) => all * size, 1);
  const known = inputShape.filter((size) => size !== null);
  const isOpen = known.length < inputShape.length;
  const fits = sizes.length === inputShape.length && inputShape.every((size, i) => (size ?? sizes[i]) === sizes[i]);
  if (isOpen ? fits : product(sizes) === product(known)) return [samples, ...(isOpen ? sizes : known)];
  const expected = isOpen ? `${show(inputShape)} a sample` : `${product(known)} numbers a sample (${show(inputShape)})`;
  throw new DataError(
    message(op, "the samples do not fit the model", { expected, got: `${product(sizes)} (${show(sizes)})` }),
  );
}

/**
 * Bytes that are not UTF-8 become U+FFFD, so that parseCsv reports their place.
 * @throws {DataError} for a text too long for a string
 */
function textOfTable(op: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder().decode(bytes);
  } catch (cause) {
    throw new DataError(message(op, "the text is too long", { got: `${bytes.length} bytes` }), { cause });
  }
}

/**
 * A table of numbers with any of the usual separators; a first line without numbers holds names.
 * @throws {DataError} for anything else
 */
function readTable(text: string): CsvTable {
  const [firstLine] = text.trimStart().split(/[\r\n]/, 1);
  const separator = [";", "\t"].find((one) => firstLine.includes(one)) ?? ",";
  const header = firstLine.split(separator).every((cell) => Number.isNaN(Number.parseFloat(cell)));
  return datasets.parseCsv(text, { header, separator });
}
