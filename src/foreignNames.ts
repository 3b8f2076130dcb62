/**
 * What people who come from Keras, PyTorch or TensorFlow.js call an option, and what it is called here. Does not know
 * which function has which options. Pages of bundlers carry sameName.ts in its place (scripts/build.mjs), for their bytes.
 */
import { adviceFor as bySpelling, plain } from "./sameName.js";

/** Ours, and others' names for it, in lower case without underscores. */
const names: Readonly<Record<string, string>> = {
  filters: "outchannels channels",
  heads: "nhead",
  inputDim: "numembeddings vocabsize",
  inputShape: "infeatures inchannels inputsize inputdim",
  learningRate: "lr",
  maskZero: "paddingidx",
  outputDim: "embeddim embeddingdim dmodel",
  rate: "p prob",
  units: "outfeatures hidden hiddensize hiddendim",
};

const advice: Readonly<Record<string, string>> = {
  batchfirst: "Leave it out: the batch is the first axis.",
  betas: "Write beta1 and beta2.",
  inplace: "Leave it out: a layer makes a new tensor.",
  numlayers: "Leave it out: put as many layers one after the other.",
};

/** What to write in place of an unknown option; undefined where nothing is like it. @param known the options there are */
export function adviceFor(unknown: string, known: readonly string[]): string | undefined {
  const name = plain(unknown);
  const spelt = bySpelling(unknown, known);
  if (spelt?.startsWith("Write")) return spelt;
  const foreign = known.find((key) => Object.hasOwn(names, key) && names[key].split(" ").includes(name));
  if (foreign !== undefined) return `Write it ${foreign}.`;
  return Object.hasOwn(advice, name) ? advice[name] : spelt;
}
