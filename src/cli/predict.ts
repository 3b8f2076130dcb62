/** `lanegrad predict`: a saved model and an input; prints classes with probabilities. */
import { init, loadModel } from "../index.js";
import { classify } from "./classify.js";
import type { Command } from "./command.js";
import { drawImage } from "./drawDigit.js";
import { percent } from "./format.js";
import { readInput } from "./inputs.js";
import { Terminal } from "./terminal.js";

/** Classes that stand beside the best one where there are many samples. */
const runnersUp = 2;
const widestBar = 40;

/** `lanegrad predict`: classes of an image or of the rows of a table, by a saved model. */
export const predict: Command = {
  name: "predict",
  summary: "classify an image or a table by a saved model",
  options: {
    model: { value: "FILE", isRequired: true, about: "what lanegrad train --out or model.save wrote" },
    input: {
      value: "FILE",
      isRequired: true,
      about: "a PNG picture, an idx file of images (as MNIST's, gzipped or not), or a CSV table of numbers",
    },
  },
  about: [
    "Prints the probability of each class; of many samples, a line each.",
    "",
    "A picture for a model of digits may be of any size, dark on bright or bright on",
    "dark, with the digit anywhere on it. A CSV table has a sample a line, with the",
    "numbers that the model was trained on, and may have a line of names above.",
    "Outputs of a last layer without softmax or sigmoid are taken for logits.",
  ],
  examples: [
    "lanegrad predict --model digits.safetensors --input seven.png",
    "lanegrad predict --model digits.safetensors --input t10k-images-idx3-ubyte.gz",
  ],
  run: async (args, surroundings) => {
    const [modelFile, inputFile] = [args.required("model"), args.required("input")];
    const terminal = new Terminal(surroundings.stdout, surroundings.env);
    await init();
    const model = await loadModel(modelFile);
    const input = await readInput(model, inputFile);
    const outputs = await model.predict(input.x);
    const { classes, probabilities } = classify(model, outputs.toTypedArray() as Float32Array, outputs.shape.at(-1)!);
    const names = classNamesOf(model.notes.classNames, classes);
    if (probabilities.length > classes) {
      printTable(names, probabilities, terminal);
      return;
    }
    if (input.picture !== undefined)
      for (const line of [...drawImage(input.picture, terminal), ""]) terminal.print(line);
    printOne(names, probabilities, terminal);
  },
};

/** Names from the model's notes where they fit, else numbers. */
function classNamesOf(noted: unknown, classes: number): string[] {
  const fits = Array.isArray(noted) && noted.length === classes;
  return Array.from({ length: classes }, (_, i) => String(fits ? noted[i] : i));
}

/** All classes of one sample, the likeliest first. */
function printOne(names: readonly string[], probabilities: Float32Array, terminal: Terminal): void {
  const width = Math.max(...names.map(({ length }) => length));
  const longest = Math.max(0, Math.min(widestBar, terminal.columns - width - 14));
  for (const [rank, i] of ranked(probabilities).entries()) {
    const bar = "━".repeat(Math.round(probabilities[i] * longest));
    const line = `${names[i].padStart(width)}  ${percent(probabilities[i]).padStart(8)}`;
    terminal.print(`${terminal.style(line, rank === 0 ? "bold" : "dim")}  ${terminal.style(bar, "green")}`.trimEnd());
  }
}

/** A line for each sample: its number, its class, and what else it might be. */
function printTable(names: readonly string[], probabilities: Float32Array, terminal: Terminal): void {
  const classes = names.length;
  const samples = probabilities.length / classes;
  const width = Math.max(...names.map(({ length }) => length), "class".length);
  const numberWidth = Math.max(String(samples).length, "sample".length);
  terminal.print(
    terminal.style(`${"sample".padStart(numberWidth)}  ${"class".padEnd(width)}  probability  else`, "dim"),
  );
  for (let sample = 0; sample < samples; sample++) {
    const row = probabilities.subarray(sample * classes, (sample + 1) * classes);
    const [best, ...others] = ranked(row);
    const rest = others.slice(0, runnersUp).map((i) => `${names[i]} (${percent(row[i])})`);
    const cells = [
      String(sample + 1).padStart(numberWidth),
      names[best].padEnd(width),
      percent(row[best]).padStart(11),
      rest.join(", "),
    ];
    terminal.print(cells.join("  "));
  }
}

/** Indices of the values, the largest first. */
function ranked(values: Float32Array): number[] {
  return Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
}
