/**
 * A place to speak: the microphone, heard live, or a recording. What has been heard so far goes to the model whenever it
 * has answered; the digits and where they were heard are drawn anew each time.
 */
import type { HeatMap } from "lanegrad/report";
import type { Sound } from "lanegrad/speech";
import { Drawing } from "../../src/report/browser/drawing.js";
import { element } from "../../src/report/browser/elements.js";

/** The last seconds of the sound that are heard, and the seconds that must be new. */
const [longest, fresh] = [8, 0.3];

/** What a {@link Listening} needs of the element around it. */
interface Around {
  /** Has the model listen; {@link Listening.answer} must be called with what it says. */
  readonly ask: (sound: Sound) => void;
  /** Says what cannot be done. */
  readonly fail: (text: string) => void;
}

/** The button that listens, and below it what is heard. */
export class Listening {
  readonly element = element("div");
  readonly #around: Around;
  readonly #button = element("button", "Listen", "main") as HTMLButtonElement;
  readonly #heard = element("p", "", "heard");
  readonly #drawing: Drawing;
  #stopping: AbortController | undefined;
  /** The sound so far, in blocks, and the samples that the model has not been given. */
  #blocks: Float32Array[] = [];
  #sampleRate = 0;
  #unheard = 0;
  #isAsked = false;

  constructor(around: Around) {
    this.#around = around;
    this.#heard.setAttribute("aria-live", "polite");
    const blocks = element("div");
    this.#drawing = new Drawing(blocks, 3);
    this.#button.addEventListener("click", () => {
      if (this.#stopping === undefined) void this.#listen();
      else this.stop();
    });
    const line = element("p", "", "buttons");
    line.append(this.#button);
    this.element.append(line, this.#heard, blocks);
  }

  /** Lets the microphone go. */
  stop(): void {
    this.#stopping?.abort();
  }

  /** Shows what the model has heard, and asks it again if there is more. */
  answer(text: string, picture: HeatMap): void {
    this.#isAsked = false;
    this.#heard.textContent = text;
    this.#drawing.draw(picture);
    this.#askIf(this.#stopping === undefined ? 0 : fresh);
  }

  /** The model could not listen, for instance because it has heard too little yet. */
  failed(): void {
    this.#isAsked = false;
  }

  async #listen(): Promise<void> {
    this.#stopping = new AbortController();
    this.#button.textContent = "Stop";
    this.#blocks = [];
    this.#unheard = 0;
    try {
      const { microphone } = await import("lanegrad/speech");
      for await (const { sampleRate, channels } of microphone({ signal: this.#stopping.signal })) {
        this.#sampleRate = sampleRate;
        this.#blocks.push(channels[0]);
        this.#unheard += channels[0].length;
        this.#askIf(fresh);
      }
    } catch (error) {
      this.#around.fail(error instanceof Error ? error.message : String(error));
    } finally {
      this.#stopping = undefined;
      this.#button.textContent = "Listen";
      this.#askIf(0);
    }
  }

  /** Gives the model the last seconds, if more than `seconds` of them are new to it. */
  #askIf(seconds: number): void {
    if (this.#isAsked || this.#unheard <= seconds * this.#sampleRate) return;
    let samples = this.#blocks.reduce((sum, { length }) => sum + length, 0);
    while (samples - this.#blocks[0].length > longest * this.#sampleRate) samples -= this.#blocks.shift()!.length;
    const whole = new Float32Array(samples);
    let at = 0;
    for (const block of this.#blocks) {
      whole.set(block, at);
      at += block.length;
    }
    this.#unheard = 0;
    this.#isAsked = true;
    this.#around.ask({ sampleRate: this.#sampleRate, channels: [whole] });
  }
}
