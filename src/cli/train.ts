/** `lanegrad train`: trains a network of the course, or compares several. */
import { lessons } from "../../course/index.js";
import type { Lesson } from "../../course/stage.js";
import type { Command } from "./command.js";
import { threadsOption, wideOption } from "./engine.js";
import { play } from "./lesson/play.js";
import { settingOptions, settingsText } from "./lesson/settings.js";
import { dataOptions, fileOptions } from "./lesson/sources.js";
import { seedOption } from "./seed.js";
import { beside } from "./terminal/layout.js";

const trainable = lessons.filter(({ kind }) => kind !== "table");
const networks = trainable.filter(({ kind }) => kind === "network");
/** The recipes that stand for several networks. */
const families = [...new Set(networks.flatMap(({ family }) => family?.name ?? []))];
const models = (of: string): string =>
  networks.flatMap(({ family }) => (family?.name === of ? [family.model] : [])).join(", ");
const comparisons = trainable.filter(({ kind }) => kind === "comparison");

/** Lines of the help: each lesson and the settings that can be changed. */
const described = (some: readonly Lesson[]): string[] => {
  const row = (lesson: Lesson) => {
    const settings = settingsText(lesson);
    return [lesson.name, settings === "" ? lesson.about : `${lesson.about} (${settings})`] as const;
  };
  return beside(some.map(row), 80);
};

/** `lanegrad train` */
export const train: Command = {
  name: "train",
  summary: "train a network by a recipe",
  operand: {
    name: "recipe",
    choices: [...new Set([...trainable.map(({ name }) => name), ...families])],
    isRequired: false,
  },
  options: {
    ...dataOptions,
    ...fileOptions(trainable),
    ...settingOptions(trainable),
    seed: seedOption,
    model: {
      value: "KIND",
      about: `the network of ${families.map((name) => `${name}: ${models(name)}`).join("; of ")}, default lstm; of word2vec: skipgram, cbow`,
    },
    out: {
      value: "FILE",
      about: "save the trained model to this file, as safetensors; vectors of words as word2vec does",
    },
    resume: {
      value: "FILE",
      about: "resume from a checkpoint of Ctrl-C or --checkpoint, to the same weights as without a break",
    },
    checkpoint: {
      value: "FILE",
      about: "save a checkpoint before the first step and after each epoch; removed once --out has the model",
    },
    report: { value: "FILE.html", about: "write a page with curves, errors and what the network looks at" },
    threads: threadsOption,
    wide: wideOption,
    json: { about: "print the result as one JSON object, and everything else on standard error" },
  },
  about: [
    "Trains a network and reports its accuracy on samples that it has never seen.",
    "Ctrl-C saves a checkpoint and prints how to resume; a second Ctrl-C quits.",
    "",
    "Recipes, each with its settings; the first is the default:",
    ...described(networks),
    "",
    "Comparisons and experiments, printed as tables and drawn with --report:",
    ...described(comparisons),
  ],
  examples: [
    "lanegrad train",
    "lanegrad train mnist-mlp-300 --download --out mlp.safetensors",
    "lanegrad train imdb --model bigru --data DIR",
    "lanegrad train shakespeare --download --out writer.safetensors",
    "lanegrad train digits --resume digits.checkpoint.safetensors",
  ],
  run: (args, surroundings) => play("train", trainable, args, surroundings),
};
