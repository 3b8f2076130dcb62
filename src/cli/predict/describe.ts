/** Sentences on pictures, by saved models of the lesson on captions. A picture of another size is stretched to fit. */
import { captionerOf } from "../../../course/sequences/captioning/captioner.js";
import { decodeImage } from "../../data/images/decode.js";
import { resized } from "../../data/images/resize.js";
import { DataError, message } from "../../errors.js";
import { type Model, tensor } from "../../index.js";
import type { Surroundings } from "../surroundings.js";
import { type Sources, bytesOf } from "./inputs.js";
import type { NamedText } from "./texts.js";

/**
 * What the model says of each picture.
 * @throws {DataError} for a text in place of pictures, or a file that is no picture
 */
export async function descriptions(
  model: Model,
  { files, text }: Sources,
  surroundings: Surroundings,
): Promise<NamedText[]> {
  if (text !== undefined) {
    const hint = "Pass files with a picture each.";
    throw new DataError(message("predict", "the model reads pictures, no texts", { hint }));
  }
  const captioner = captionerOf(model);
  const [H, W] = captioner.size;
  const pixels = new Uint8Array(files.length * H * W * 3);
  for (const [i, file] of files.entries()) {
    const image = await decodeImage(`predict: ${file}`, await bytesOf(file, surroundings));
    pixels.set(resized(image, H, W, 3), i * H * W * 3);
  }
  const written = captioner.write(tensor(pixels, [files.length, H, W, 3]));
  return files.map((name, i) => ({ name, text: written[i] }));
}
