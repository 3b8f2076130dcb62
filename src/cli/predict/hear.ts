/** Digits in recordings, by saved networks of the lesson on spoken numbers. A recording of another rate is resampled. */
import { listenTo } from "../../../course/speech/digitListener.js";
import { decodeWav } from "../../data/formats/wav.js";
import { DataError, message } from "../../errors.js";
import type { Model } from "../../index.js";
import type { Surroundings } from "../surroundings.js";
import { type Sources, bytesOf } from "./inputs.js";
import type { NamedText } from "./texts.js";

/**
 * What is heard in each recording: "3 1 4".
 * @throws {DataError} for a text in place of recordings, or a file that is not WAV or too short
 */
export async function digitsHeard(
  model: Model,
  { files, text }: Sources,
  surroundings: Surroundings,
): Promise<NamedText[]> {
  if (text !== undefined) {
    const hint = "Pass WAV files.";
    throw new DataError(message("predict", "the model hears recordings and reads no texts", { hint }));
  }
  const heard: NamedText[] = [];
  for (const file of files) {
    const sound = decodeWav(`predict: ${file}`, await bytesOf(file, surroundings), true);
    const { digits } = await listenTo(model, sound);
    heard.push({ name: file, text: digits.join(" ") });
  }
  return heard;
}
