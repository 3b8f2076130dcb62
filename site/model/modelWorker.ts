/** Runs a saved model of the course in a worker: opens its file, and answers to texts, pictures or sounds. */
import { DataError, type Model, init, loadModel, tensor } from "lanegrad";
import { textAnsweringOf } from "../../course/sequences/answering.js";
import { captionerOf, writesCaptions } from "../../course/sequences/captioning/captioner.js";
import { endsOf, spectrogram } from "../../course/speech/alignment.js";
import { hearsDigits, listenTo } from "../../course/speech/digitListener.js";
import { type Sound, readWav } from "lanegrad/speech";
import type { ModelOrder, ModelReport } from "./modelMessages.js";

const tell = (report: ModelReport): void => postMessage(report);

const started = init();
let model: Model | undefined;
addEventListener("message", ({ data: order }: MessageEvent<ModelOrder>) => {
  reply(order).then(tell, (error: unknown) => {
    tell({ kind: "failed", text: error instanceof Error ? error.message : String(error) });
  });
});

async function reply(order: ModelOrder): Promise<ModelReport> {
  await started;
  if (order.kind === "open") {
    const opened = await loadModel(new Uint8Array(await order.file.arrayBuffer()));
    const report = about(opened);
    model?.dispose();
    model = opened;
    return report;
  }
  if ("picture" in order) return { kind: "answer", text: await caption(model!, order.picture) };
  if ("recording" in order) return heard(model!, await readWav(order.recording, { mono: true }));
  if ("sound" in order) return heard(model!, order.sound);
  const { isEmpty, answer } = textAnsweringOf(model!)!;
  if (isEmpty(order.text)) throw new DataError("There is no word in the text.");
  return { kind: "answer", text: await answer(model!, order.text) };
}

/** What the model is to be given. @throws {DataError} for one that neither answers nor says what it sees */
function about(opened: Model): ModelReport {
  const texts = textAnsweringOf(opened);
  if (texts !== undefined) {
    return { kind: "opened", asked: texts.isDialogue ? "dialogue" : "text", about: texts.asked };
  }
  if (writesCaptions(opened)) return { kind: "opened", asked: "picture", about: "a picture" };
  if (hearsDigits(opened)) return { kind: "opened", asked: "sound", about: "spoken digits" };
  opened.dispose();
  const known = "models of diacritics, translate, chat, captions and spoken-numbers do";
  throw new DataError(`This model answers neither to texts nor to pictures nor to sounds; ${known}.`);
}

/** What the model says of a picture, which is stretched to the size that it knows. */
async function caption(of: Model, picture: File): Promise<string> {
  const captioner = captionerOf(of);
  const [H, W] = captioner.size;
  const bitmap = await createImageBitmap(picture, { resizeWidth: W, resizeHeight: H, resizeQuality: "high" });
  const canvas = new OffscreenCanvas(W, H).getContext("2d")!;
  canvas.drawImage(bitmap, 0, 0);
  const { data } = canvas.getImageData(0, 0, W, H);
  const pixels = Uint8Array.from({ length: H * W * 3 }, (_, i) => data[Math.floor(i / 3) * 4 + (i % 3)]);
  return captioner.write(tensor(pixels, [1, H, W, 3]))[0];
}

/** The digits in a sound, and where they are. */
async function heard(by: Model, given: Sound): Promise<ModelReport> {
  const { digits, spots, sound } = await listenTo(by, given);
  const text = digits.length === 0 ? "no digit" : digits.join(" ");
  const picture = spectrogram(sound.channels[0], sound.sampleRate, {
    title: "Where each digit is heard",
    caption: `Heard: ${text}. From left to right time, upwards frequency; the dots are where a digit begins and ends.`,
    points: (T) => endsOf(spots, T),
  });
  return { kind: "answer", text, picture };
}
