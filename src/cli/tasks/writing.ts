/** Networks that say the next character of a text: judged by the bits that they need for one, shown by what they write. */
import { loadModel } from "../../index.js";
import { decimal } from "../format.js";
import { wrap } from "../layout.js";
import { write } from "../write.js";
import type { Task } from "./task.js";

const sampleLength = 400;
const samples = [{ temperature: 0.5 }, { temperature: 0.8, topK: 10 }, { temperature: 1 }] as const;

const unit = "bits a character";
const bits = (nats: number): string => (nats / Math.LN2).toFixed(3);

/** Bits a character, the binary logarithm of the perplexity: as many as a compressor with this network would need. */
export const writing: Task = {
  live: ({ loss }) => ({ score: `${bits(loss)} ${unit}`, details: [] }),
  epoch: ({ loss, valLoss }) => [`${bits(loss)} ${unit}`, `${bits(valLoss)} on the held-out text`],
  counted: ({ train }) => ({ name: "characters", perRow: train.x.shape[1] }),
  notes: ({ classNames }) => ({ classNames, input: "characters" }),
  async judge({ model, data: { test }, batch }) {
    const { loss } = await model.evaluate(test.x, test.y, { batchSize: batch });
    const writer = await loadModel(await model.toBytes(), { batchSize: 1, inputShape: [1] });
    const characters = writer.notes.classNames as readonly string[];
    const beginning = ["\n", " "].find((one) => characters.includes(one)) ?? characters[0];
    const texts = samples.map((options) => {
      const title = `temperature ${options.temperature}${"topK" in options ? `, from the ${options.topK} likeliest` : ""}`;
      return { title, text: write(writer, beginning, { ...options, length: sampleLength, seed: 0 }).trimStart() };
    });
    writer.dispose();
    return {
      summary: `${bits(loss)} ${unit} on the held-out text, loss ${decimal(loss)}`,
      numbers: { testLoss: loss, bitsPerCharacter: loss / Math.LN2 },
      print(terminal) {
        for (const { title, text } of texts) {
          terminal.printStyled(terminal.style(title, "dim"));
          for (const line of text.split(/\r?\n/)) for (const part of wrap(line, terminal.columns)) terminal.print(part);
          terminal.print();
        }
      },
      page: () => ({ classNames: [], confusion: [], misread: [], filters: [], sample: undefined, texts }),
    };
  },
};
