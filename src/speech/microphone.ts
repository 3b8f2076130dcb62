/**
 * The sound of the microphone, in pages: blocks of samples as they come, or a recording of some seconds. The samples are
 * handed over by an audio worklet, which runs beside the page, so that a busy page loses none. Does not filter: echo
 * cancellation, noise suppression and gain control of the browser are switched off.
 * Source: W3C, "Media Capture and Streams" and "Web Audio API".
 */
import { DataError, UsageError, checkKeys, message } from "../errors.js";
import type { Sound } from "../data/formats/wav.js";
import { checkInteger, checkNumber } from "../options.js";
import { resample } from "./resample.js";

/** Options of {@link microphone}. */
export interface MicrophoneOptions {
  /** Ends the sound; what has been heard until then is still given. */
  readonly signal?: AbortSignal;
}

/** Options of {@link recordSound}. */
export interface RecordSoundOptions extends MicrophoneOptions {
  /** The length of the recording, in seconds: in (0, 3600]. */
  readonly seconds: number;
  /** The rate of the result, in Hz: an integer in [1, 768000]. Default: that of the device. */
  readonly sampleRate?: number;
}

/** The worklet: posts the first channel of what it hears, about a twentieth of a second at a time. */
const worklet = `registerProcessor("listener", class extends AudioWorkletProcessor {
  constructor() { super(); this.heard = new Float32Array(Math.ceil(sampleRate / 20 / 128) * 128); this.at = 0; }
  process([[channel]]) {
    if (channel === undefined) return true;
    this.heard.set(channel, this.at);
    this.at += channel.length;
    if (this.at === this.heard.length) {
      this.port.postMessage(this.heard);
      this.heard = new Float32Array(this.at);
      this.at = 0;
    }
    return true;
  }
});`;

/**
 * What the microphone hears, in blocks of about a twentieth of a second at the rate of the device, without gaps, until
 * the loop is left or the signal aborts; then the microphone is let go. The browser asks the user for permission.
 *
 *   for await (const { sampleRate, channels: [samples] } of microphone({ signal })) …
 *
 * @throws {UsageError} for a wrong option, and where there is no microphone to ask for: outside of pages, and in pages
 *   that come neither by https nor from localhost
 * @throws {DataError} when the microphone is refused, missing or in use
 */
export async function* microphone(options: MicrophoneOptions = {}): AsyncGenerator<Sound, void, undefined> {
  const op = "speech.microphone";
  checkKeys(op, options, ["signal"]);
  yield* listen(op, options.signal);
}

/**
 * A recording of the microphone; shorter where the signal ends it.
 * @returns one channel
 * @throws {UsageError} {@link microphone} says when
 * @throws {DataError} {@link microphone} says when
 */
export async function recordSound(options: RecordSoundOptions): Promise<Sound> {
  const op = "speech.recordSound";
  checkKeys(op, options, ["seconds", "sampleRate", "signal"]);
  const { seconds, sampleRate: wanted, signal } = options;
  checkNumber(op, "seconds", seconds, "(0, 3600]");
  if (wanted !== undefined) checkInteger(op, "sampleRate", wanted, "[1, 768000]");
  const blocks: Float32Array[] = [];
  let [heard, rate] = [0, wanted ?? 0];
  for await (const { sampleRate, channels } of listen(op, signal)) {
    rate = sampleRate;
    blocks.push(channels[0]);
    heard += channels[0].length;
    if (heard >= seconds * rate) break;
  }
  const samples = new Float32Array(heard);
  let at = 0;
  for (const block of blocks) {
    samples.set(block, at);
    at += block.length;
  }
  const asked = samples.slice(0, Math.round(seconds * rate));
  if (wanted === undefined || wanted === rate) return { sampleRate: rate, channels: [asked] };
  return { sampleRate: wanted, channels: [resample(asked, { from: rate, to: wanted })] };
}

async function* listen(op: string, signal: AbortSignal | undefined): AsyncGenerator<Sound, void, undefined> {
  const stream = await opened(op);
  const context = new AudioContext();
  const blocks: Float32Array<ArrayBuffer>[] = [];
  let wake = (): void => undefined;
  const isOver = (): boolean => signal?.aborted === true || stream.getAudioTracks().every((track) => track.readyState === "ended"); // prettier-ignore
  const stop = (): void => wake();
  try {
    const module = URL.createObjectURL(new Blob([worklet], { type: "text/javascript" }));
    await context.audioWorklet.addModule(module).finally(() => URL.revokeObjectURL(module));
    const listener = new AudioWorkletNode(context, "listener", { numberOfOutputs: 0 });
    listener.port.onmessage = ({ data }: MessageEvent<Float32Array<ArrayBuffer>>) => {
      blocks.push(data);
      wake();
    };
    context.createMediaStreamSource(stream).connect(listener);
    await context.resume();
    signal?.addEventListener("abort", stop);
    for (const track of stream.getAudioTracks()) track.addEventListener("ended", stop);
    while (true) {
      while (blocks.length > 0) yield { sampleRate: context.sampleRate, channels: [blocks.shift()!] };
      if (isOver()) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal?.removeEventListener("abort", stop);
    for (const track of stream.getTracks()) track.stop();
    await context.close();
  }
}

/** What the browser's errors mean, by their names. */
const refusals: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  NotAllowedError: ["the microphone was not allowed", "Allow it for this page, in the browser's address bar."],
  NotFoundError: ["there is no microphone", "Connect one, or choose one in the system's settings."],
  NotReadableError: ["the microphone cannot be read", "Close other programs that use it."],
};

async function opened(op: string): Promise<MediaStream> {
  const devices = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;
  if (devices === undefined) {
    const expected = "a page that was loaded by https, or from localhost";
    throw new UsageError(message(op, "there is no microphone to ask for here", { expected }));
  }
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  try {
    return await devices.getUserMedia({ audio });
  } catch (cause) {
    const { name, message: text } = cause as DOMException;
    const [what, hint] = refusals[name] ?? [`the microphone cannot be used: ${text}`, "Try another device."];
    throw new DataError(message(op, what, { hint }), { cause });
  }
}
