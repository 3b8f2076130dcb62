/**
 * What people who come from Keras, PyTorch or TensorFlow.js call an option, and what it is called here. Does not know
 * which function has which options.
 */

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
  batchfirst: "Leave it out: the batch is the first axis everywhere.",
  betas: "Write beta1 and beta2.",
  inplace: "Leave it out: a layer makes a new tensor.",
  numlayers: "Leave it out: put as many layers one after the other.",
};

/** In lower case without underscores. */
const plain = (name: string): string => name.replaceAll("_", "").toLowerCase();

/** What to write in place of an unknown option; undefined where nothing is like it. @param known the options there are */
export function adviceFor(unknown: string, known: readonly string[]): string | undefined {
  const name = plain(unknown);
  const same = known.find((key) => plain(key) === name);
  const foreign = known.find((key) => Object.hasOwn(names, key) && names[key].split(" ").includes(name));
  const like = (key: string): boolean =>
    (key.length > 2 && name.includes(plain(key))) || (name.length > 2 && plain(key).includes(name));
  const meant = same ?? foreign;
  if (meant !== undefined) return `Write it ${meant}.`;
  if (Object.hasOwn(advice, name)) return advice[name];
  const similar = known.find(like);
  return similar && `Did you mean ${similar}?`;
}
