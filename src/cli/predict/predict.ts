/**
 * `lanegrad predict`: a saved model applied to texts, images or numbers; prints classes with probabilities, or the text
 * that a model generates.
 */
import { type Model, init, loadModel } from "../../index.js";
import { writesCaptions } from "../../../course/sequences/captioning/captioner.js";
import { hearsDigits } from "../../../course/speech/digitListener.js";
import { classify } from "./classify.js";
import type { Command } from "../command.js";
import { type Arguments, helpHint, wrong } from "../commandLine.js";
import { chatOptions, converse } from "./converse.js";
import { drawImage } from "../terminal/drawDigit.js";
import { oneLine, percent } from "../terminal/format.js";
import { descriptions } from "./describe.js";
import { digitsHeard } from "./hear.js";
import { type Input, type Sources, readInputs, readTexts } from "./inputs.js";
import { rewritesTexts, rewrittenTexts } from "./rewrite.js";
import { printJson } from "../json.js";
import type { Surroundings } from "../surroundings.js";
import type { NamedText } from "./texts.js";
import { wrap } from "../terminal/layout.js";
import { Terminal } from "../terminal/terminal.js";
import { writeOptions, writtenOn } from "./write.js";

/** Classes shown beside the best one when there are many samples. */
const runnersUp = 2;
const widestBar = 40;

/** `lanegrad predict`: classes of texts, of images or of the rows of a table, by a saved model. */
export const predict: Command = {
  name: "predict",
  summary: "classify texts, images or a table by a saved model, or have it write",
  operand: { name: "model", isRequired: false },
  more: { name: "file" },
  options: {
    model: { value: "FILE", about: "the model that lanegrad train --out or model.save wrote, if not the first word" },
    input: {
      value: "FILE",
      about:
        "a text, a PNG picture, a WAV recording, an idx file of images (as MNIST's, gzipped or not), or a CSV table of numbers; - is standard input",
    },
    text: { value: "TEXT", about: "a text to classify, to be given its diacritics, translated or answered" },
    ...chatOptions,
    ...writeOptions,
    json: { about: "print the result as one JSON object" },
  },
  about: [
    "Prints the probability of each class; for many samples a line for each.",
    "",
    "A model of lanegrad train imdb reads texts, one per file; its vocabulary",
    "is saved with the model. A picture for a model of digits may be of any size,",
    "dark on bright or bright on dark, with the digit anywhere on it. A CSV table has",
    "a sample per line, with the numbers that the model was trained on, and may begin",
    "with a line of names. Outputs of a last layer without softmax or sigmoid are",
    "taken for logits.",
    "",
    "A model of lanegrad train shakespeare continues the text of --prompt; one of",
    "lanegrad train diacritics prints the texts with their diacritics; one of",
    "lanegrad train translate translates them, line by line; one of lanegrad train",
    "chat answers the last line, the lines above it being the turns before. --chat",
    "holds a conversation, whose answers --temperature and --seed change. A model of",
    "lanegrad train captions says what is in a picture; one of lanegrad train",
    "spoken-numbers --model ctc prints the digits that it hears in WAV files.",
  ],
  examples: [
    "lanegrad predict digits.safetensors seven.png",
    "lanegrad predict --model digits.safetensors --input t10k-images-idx3-ubyte.gz",
    'lanegrad predict imdb.safetensors --text "A wonderful film"',
    'lanegrad predict diacritics.safetensors --text "tieng viet"',
    'lanegrad predict translate.safetensors --text "Ein Hund spielt im Schnee."',
    'lanegrad predict chat.safetensors --text "How are you?"',
    "lanegrad predict chat.safetensors --chat",
    "lanegrad predict captions.safetensors scene.png",
    "lanegrad predict numbers.safetensors recording.wav",
    'lanegrad predict writer.safetensors --prompt "ROMEO:" --temperature 0.5',
  ],
  run: async (args, surroundings) => {
    const { modelFile, sources, prompt, isChatting } = whatIsMeant(args);
    const terminal = new Terminal(surroundings.stdout, surroundings.env);
    await init();
    if (prompt !== undefined) {
      const written = await writtenOn(modelFile, prompt, args);
      if (args.has("json")) printJson(surroundings, { model: modelFile, text: written });
      else terminal.print(written);
      return;
    }
    const model = await loadModel(modelFile);
    if (isChatting) {
      const isJson = args.has("json");
      const turns = await converse(model, args, surroundings, isJson ? undefined : terminal);
      if (isJson) printJson(surroundings, { model: modelFile, turns });
      return;
    }
    const answers = await answersOf(model, sources, surroundings);
    if (answers !== undefined) {
      const { texts, areNamed } = answers;
      if (args.has("json")) printJson(surroundings, { model: modelFile, texts });
      else for (const { name, text } of texts) terminal.print(areNamed ? `${name}: ${text}` : text);
      return;
    }
    const samples: Sample[] = [];
    const inputs = await readInputs(model, sources, surroundings);
    for (const input of inputs) for (const sample of await classified(model, input)) samples.push(sample);
    const names = classNamesOf(model.notes.classNames, samples[0].probabilities.length);
    if (args.has("json")) printJson(surroundings, resultOf(modelFile, names, samples));
    else if (samples.length > 1) printTable(names.map(oneLine), samples, terminal);
    else {
      const [{ picture }] = inputs;
      if (picture !== undefined) for (const line of [...drawImage(picture, terminal), ""]) terminal.printStyled(line);
      printOne(names.map(oneLine), samples[0], terminal);
    }
  },
};

/** A sample and its predicted class. */
interface Sample {
  readonly name: string;
  readonly detail: string | undefined;
  /** The probability of each class. */
  readonly probabilities: Float32Array;
}

/** The request of a command line. */
interface Request {
  readonly modelFile: string;
  /** The samples to classify. */
  readonly sources: Sources;
  /** The beginning of a text to generate; there is nothing to classify then. */
  readonly prompt: string | undefined;
  /** Whether the turns of a conversation are read from standard input. */
  readonly isChatting: boolean;
}

/** The options of {@link writeOptions} that a conversation has too. */
const chatting: readonly string[] = ["temperature", "seed"];

/** The model and its input. The first word is the model, unless --model is given. @throws {CommandLineError} */
function whatIsMeant(args: Arguments): Request {
  const words = args.operand === undefined ? [] : [args.operand, ...args.more];
  const modelFile = args.text("model") ?? words.shift();
  const hint = helpHint("predict");
  if (modelFile === undefined)
    throw wrong("predict", "missing model", "a file that lanegrad train --out wrote", undefined, hint);
  const [input, text, prompt] = [args.text("input"), args.text("text"), args.text("prompt")];
  const files = input === undefined ? words : [input, ...words];
  const isClassifying = files.length > 0 || text !== undefined;
  const isChatting = args.has("chat");
  if (isClassifying && prompt !== undefined)
    throw wrong("predict", "--prompt cannot be combined with files, --input or --text", "one of them");
  if (isChatting && (isClassifying || prompt !== undefined))
    throw wrong("predict", "--chat cannot be combined with files, --input, --text or --prompt", "one of them");
  const allowed = prompt !== undefined ? Object.keys(writeOptions) : isChatting ? chatting : [];
  const spare = Object.keys(writeOptions).find((option) => args.has(option) && !allowed.includes(option));
  if (spare !== undefined)
    throw wrong("predict", `--${spare} is for a model that writes`, `--prompt TEXT with --${spare}`, "no --prompt");
  const isAsked = isClassifying || prompt !== undefined || isChatting;
  if (isAsked) return { modelFile, sources: { files, text }, prompt, isChatting };
  throw wrong(
    "predict",
    "nothing to classify",
    "files, --input FILE, --text TEXT, --prompt TEXT or --chat",
    undefined,
    hint,
  );
}

/** What a model that writes or listens answers; undefined for one that classifies. */
async function answersOf(
  model: Model,
  sources: Sources,
  surroundings: Surroundings,
): Promise<{ readonly texts: readonly NamedText[]; readonly areNamed: boolean } | undefined> {
  if (rewritesTexts(model)) {
    return { texts: await rewrittenTexts(model, await readTexts(sources, surroundings)), areNamed: false };
  }
  const describe = writesCaptions(model) ? descriptions : hearsDigits(model) ? digitsHeard : undefined;
  if (describe === undefined) return undefined;
  const texts = await describe(model, sources, surroundings);
  return { texts, areNamed: texts.length > 1 };
}

async function classified(model: Model, { x, names, details }: Input): Promise<Sample[]> {
  const outputs = await model.predict(x);
  const { classes, probabilities } = classify(model, outputs.toTypedArray() as Float32Array, outputs.shape.at(-1)!);
  return names.map((name, i) => {
    return { name, detail: details?.[i], probabilities: probabilities.subarray(i * classes, (i + 1) * classes) };
  });
}

function resultOf(model: string, classNames: readonly string[], samples: readonly Sample[]): object {
  return {
    model,
    classNames,
    samples: samples.map(({ name, probabilities }) => {
      const [best] = ranked(probabilities);
      return {
        name,
        class: classNames[best],
        probability: probabilities[best],
        probabilities: Array.from(probabilities),
      };
    }),
  };
}

/** Names from the model's notes if they fit, otherwise numbers. */
function classNamesOf(noted: unknown, classes: number): string[] {
  const fits = Array.isArray(noted) && noted.length === classes;
  return Array.from({ length: classes }, (_, i) => String(fits ? noted[i] : i));
}

/** All classes of one sample, the likeliest first. */
function printOne(names: readonly string[], { probabilities, detail }: Sample, terminal: Terminal): void {
  const width = Math.max(...names.map(({ length }) => length));
  const longest = Math.max(0, Math.min(widestBar, terminal.columns - width - 14));
  for (const [rank, i] of ranked(probabilities).entries()) {
    const bar = "━".repeat(Math.round(probabilities[i] * longest));
    const line = `${names[i].padStart(width)}  ${percent(probabilities[i]).padStart(8)}`;
    const start = terminal.style(line, rank === 0 ? "bold" : "dim");
    terminal.printStyled(`${start}  ${terminal.style(bar, "green")}`.trimEnd());
  }
  if (detail === undefined) return;
  for (const line of wrap(oneLine(detail), terminal.columns)) terminal.printStyled(terminal.style(line, "dim"));
}

/** A line for each sample: its number or name, its class, and the next likely classes. */
function printTable(names: readonly string[], all: readonly Sample[], terminal: Terminal): void {
  const samples = all.map(({ name, probabilities }) => ({ name: oneLine(name), probabilities }));
  const width = Math.max(...names.map(({ length }) => length), "class".length);
  const nameWidth = samples.reduce((width, { name }) => Math.max(width, name.length), "sample".length);
  const isNumbered = samples.every(({ name }) => /^\d+$/.test(name));
  const nameCell = (name: string): string => (isNumbered ? name.padStart(nameWidth) : name.padEnd(nameWidth));
  const header = `${nameCell("sample")}  ${"class".padEnd(width)}  probability  else`;
  terminal.printStyled(terminal.style(header, "dim"));
  for (const { name, probabilities } of samples) {
    const [best, ...others] = ranked(probabilities);
    const rest = others.slice(0, runnersUp).map((i) => `${names[i]} (${percent(probabilities[i])})`);
    const cells = [
      nameCell(name),
      names[best].padEnd(width),
      percent(probabilities[best]).padStart(11),
      rest.join(", "),
    ];
    terminal.print(cells.join("  "));
  }
}

/** Indices of the values, the largest first. */
function ranked(values: Float32Array): number[] {
  return Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
}
