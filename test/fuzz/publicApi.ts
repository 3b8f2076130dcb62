/**
 * Everything that users call, with garbage: exported functions and makers, and the methods of what they make. An error
 * that is not one of the library's is a failure, and so is a promise that rejects with one.
 *
 * What models call on layers, losses, metrics and optimizers is called as well (insideApi.ts). Not called: hooks of
 * callbacks, which models alone call, `init`, which is of the whole process, and loaders without an argument, which
 * would ask the network.
 */
import * as lanegrad from "../../src/index.js";
import "../../src/methods/index.js";
import "../../src/names.js";
import * as calculus from "../../src/calculus/index.js";
import * as report from "../../src/report/index.js";
import * as words from "../../src/words/index.js";
import * as classic from "../../src/classic/index.js";
import * as speech from "../../src/speech/index.js";
import { Tensor } from "../../src/tensor/tensor.js";
import { type Draw, type Fuzzer } from "./fuzzer.js";
import { describeValue, garbage, someModel } from "./garbage.js";
import { disposeMade, insideTargets } from "./insideApi.js";

/** A function with a name by which a failure is found again. */
interface Target {
  readonly name: string;
  /** The most arguments that are given. */
  readonly most: number;
  /** Makes what the function is called on; what is to be freed is in the scope of the case, or has `dispose`. */
  readonly on?: () => object;
  readonly call: (on: object | undefined, args: readonly unknown[]) => unknown;
  /** Arguments that it takes, of which some are then replaced. */
  readonly right?: (() => readonly unknown[]) | undefined;
  /** The keys of its options, where it has some. */
  keys?: readonly string[];
}

type Callable = (...args: readonly unknown[]) => unknown;

/** Ask the network or the disk for data where they are called without a source. */
const loaders = new Set([
  "datasets.mnist",
  "datasets.fashionMnist",
  "datasets.imdb",
  "datasets.shakespeare",
  "datasets.digits",
  "datasets.movingScenes",
]);
const leftOut = new Set(["init", "datasets.downloaded", "scope"]);

function functionsOf(name: string, value: unknown): Target[] {
  if (typeof value === "function" && !/^class\b/.test(Function.prototype.toString.call(value)) && !leftOut.has(name))
    return [{ name, most: Math.max(3, value.length + 1), call: (_, args) => (value as Callable)(...args) }];
  if (typeof value === "object" && value !== null)
    // a namespace
    return Object.entries(value).flatMap(([key, one]) => functionsOf(name === "" ? key : `${name}.${key}`, one));
  return [];
}

/** The public methods of an object, its accessors aside. */
function methodsOf(
  name: string,
  on: () => object,
  methods: readonly string[],
  right?: (method: string) => Target["right"],
): Target[] {
  return methods.map((method) => ({
    name: `${name}.${method}`,
    ...(right?.(method) && { right: right(method)! }),
    most: 3,
    on,
    call: (it, args) => (it as Record<string, Callable>)[method].apply(it, args as unknown[]),
  }));
}

/** Methods of tensors that are marked as internal. */
const internals = ["added", "changed", "dependencies", "escape", "gradientOf", "holdGradient", "section", "share", "shapeOnly", "takePlace"]; // prettier-ignore
/** All methods of tensors, those of lanegrad/methods too. */
const opMethods = Object.entries(Object.getOwnPropertyDescriptors(Tensor.prototype))
  .filter(([name, { value }]) => typeof value === "function" && name !== "constructor" && !internals.includes(name))
  .map(([name]) => name);
const tensorMethods = ["item", "toArray", "toTypedArray", "assign", "addAssign", "subAssign", "backward", "zeroGrad", "toString"]; // prettier-ignore
const modelMethods = ["build", "compile", "fit", "evaluate", "predict", "predictAll", "call", "trainOnBatch", "zeroGrad", "resetStates", "summary", "save", "saveCheckpoint", "toBytes", "loadWeights"]; // prettier-ignore
const { layers, optimizers, tensor, Random, RandomState, text } = lanegrad;
const leaf = (): lanegrad.Tensor => tensor([1, 2], [2], { requiresGrad: true });

const rows = (): lanegrad.Tensor => tensor([[1, 2], [3, 4]]); // prettier-ignore
const sums = (): lanegrad.Tensor => tensor([[3], [7]]);
/** What methods of a model take. */
const taken: Readonly<Record<string, Target["right"]>> = {
  fit: () => [rows(), sums(), { batchSize: 1 }],
  evaluate: () => [rows(), sums(), {}],
  predict: () => [rows(), {}],
  predictAll: () => [rows(), {}],
  call: () => [[rows()], {}],
  trainOnBatch: () => [[rows()], [sums()], {}],
  compile: () => [{ optimizer: optimizers.sgd(), loss: lanegrad.losses.huber(), metrics: [lanegrad.metrics.r2()] }],
};
const symbols = (): Target["right"] => () => [layers.input({ shape: [2] })];
const ofModels: Readonly<Record<string, Target["right"]>> = {
  bptt: () => [someModel(true), { x: [[[1, 2]]], y: [[[1]]] }, { window: 1 }],
  upTo: () => [someModel(true), "dense_1"],
  inputGradients: () => [someModel(true), [rows()], {}],
  foldBatchNormalization: () => [someModel(true), {}],
  modelToDot: () => [someModel(true)],
  saveToIndexedDb: () => ["name", someModel(true)],
  record: () => [() => lanegrad.sum(leaf())],
};
const hum = (): Float32Array => Float32Array.from({ length: 300 }, (_, i) => Math.sin(i));
const chain = (): speech.MarkovChain => ({ initial: [1, 0], transitions: [[0.5, 0.5], [0, 1]] }); // prettier-ignore
const someWords = (): speech.WordChains => ({ chains: [speech.leftToRight(1), speech.leftToRight(1)] });
/** What functions of lanegrad/speech take. */
const ofSpeech: Readonly<Record<string, Target["right"]>> = {
  "speech.addNoise": () => [hum(), { random: new Random(1), decibels: 10, noise: hum() }],
  "speech.changeSpeed": () => [hum(), 1.1],
  "speech.ctcBeam": () => [tensor([[[1, 2], [3, 1]]]), { width: 4, best: 2 }], // prettier-ignore
  "speech.ctcGreedy": () => [tensor([[[1, 2], [3, 1]]]), { blank: 1, lengths: [2] }], // prettier-ignore
  "speech.deltas": () => [rows(), { width: 1 }],
  "speech.encodeWav": () => [[hum(), hum()], { sampleRate: 8000 }],
  "speech.featureStatistics": () => [[rows(), rows()]],
  "speech.forwardBackward": () => [rows(), chain()],
  "speech.logMel": () => [hum(), { sampleRate: 8000, filters: 10 }],
  "speech.melFilters": () => [{ sampleRate: 8000, dftLength: 64, filters: 4 }],
  "speech.mfcc": () => [hum(), { sampleRate: 8000, deltas: 2 }],
  "speech.normalizeFeatures": () => [rows(), speech.featureStatistics([rows()])],
  "speech.powerSpectrum": () => [hum(), { sampleRate: 8000, window: "hann" }],
  "speech.recordSound": () => [{ seconds: 1, sampleRate: 8000 }],
  "speech.resample": () => [hum(), { from: 8000, to: 11025 }],
  "speech.specAugment": () => [rows(), { random: new Random(1), timeShare: 1 }],
  "speech.viterbi": () => [rows(), chain()],
  "speech.alignWords": () => [rows(), someWords(), [0, 1]],
  "speech.baumWelch": () => [{ ...someWords(), emissions: new speech.SymbolTable(tensor([[1, 0], [0.5, 0.5]])) }, [{ observations: tensor(Int32Array.of(0, 1)), words: [0, 1] }], { iterations: 1 }], // prettier-ignore
  "speech.contextFrames": () => [rows(), { before: 1 }],
  "speech.decodeWords": () => [rows(), someWords(), { penalty: 1 }],
  "speech.evenStates": () => [5, 0, 2],
  "speech.fitMixtures": () => [rows(), { components: 2, states: Int32Array.of(0, 1) }],
  "speech.leftToRight": () => [3, { stay: 0.2 }],
  "speech.scaledLikelihoods": () => [rows(), Float32Array.of(0.5, 0.5)],
  "speech.statePriors": () => [[Int32Array.of(0, 1)], 2],
};
const squares = (x: Tensor): Tensor => lanegrad.mul(x, x);
const squareSum = (x: Tensor): Tensor => lanegrad.sum(squares(x));
const numberGraph = (): calculus.ComputationGraph => calculus.graph(({ x }) => squares(x), { x: tensor([2]) });
/** What functions of lanegrad/calculus take. */
const ofCalculus: Readonly<Record<string, Target["right"]>> = {
  "calculus.forwardDerivatives": () => [numberGraph(), "x"],
  "calculus.grad": () => [squareSum, [rows()]],
  "calculus.graph": () => [({ x }: { readonly x: Tensor }) => squares(x), { x: rows() }, "y"],
  "calculus.graphToDot": () => [numberGraph(), { notes: ["a", "b"] }],
  "calculus.hvp": () => [squareSum, [rows()], [rows()], { method: "exact" }],
  "calculus.jacobian": () => [squares, [rows()], { mode: "forward" }],
  "calculus.jvp": () => [squares, [rows()], [rows()]],
  "calculus.pathSum": () => [numberGraph(), "x", "y"],
  "calculus.reverseDerivatives": () => [numberGraph(), "y"],
  "calculus.valueAndGrad": () => [squareSum, [rows()]],
  "calculus.vjp": () => [squares, [rows()], [rows()]],
};
/** Most exported functions that are in no namespace are ops. */
const operands = (): readonly unknown[] => [tensor([[1, 2], [3, 4]], undefined, { requiresGrad: true }), rows(), rows()]; // prettier-ignore
const partsOf = (): readonly unknown[] => [{ x: rows(), y: sums(), train: { x: rows(), y: sums() }, test: { x: rows(), y: sums() } }, { test: 0.5 }]; // prettier-ignore

const someVectors = (): words.WordVectors => new words.WordVectors(["a", "b", "c"], Float32Array.of(1, 2, 3, 4, 5, 6));
/** What functions of lanegrad/words take. */
function rightOfWords(name: string): () => readonly unknown[] {
  if (name.startsWith("words.evaluate"))
    return () => [someVectors(), { text: name.endsWith("Analogies") ? "a b c a" : "a b 1" }];
  if (name === "words.lsa") return () => [["a b", "b a c"], { minCount: 1, dimensions: 1 }];
  if (name === "words.pcaMap" || name === "words.tsneMap") return () => [someVectors(), { words: ["a", "b"] }];
  if (name === "words.subsample") return () => [words.corpusOf("a b", { minCount: 1 })];
  if (name === "words.keepProbabilities") return () => [words.corpusOf("a b", { minCount: 1 }).vocabulary];
  return name.startsWith("words.load") || name.startsWith("words.read") ? () => [] : () => ["some words of a text"];
}

/** Networks of lanegrad/classic with two inputs, and what their methods take. */
const bits = (): readonly unknown[] => [[[0, 1], [1, 1]], { epochs: 2 }]; // prettier-ignore
const classicTargets = (): Target[] => [
  ...methodsOf("perceptron", () => new classic.Perceptron({ inputs: 2 }), ["fit", "predict"], (method) => () => (method === "fit" ? [[[0, 1], [1, 1]], [0, 1]] : bits())), // prettier-ignore
  ...methodsOf("hopfield", () => new classic.HopfieldNetwork({ units: 2 }), ["store", "recall", "energy"], () => () => [[[1, -1]], {}]), // prettier-ignore
  ...methodsOf("modern hopfield", () => new classic.ModernHopfieldNetwork({ patterns: [[1, 2]] }), ["recall", "energy"], () => () => [[[1, -1]], 2]), // prettier-ignore
  ...methodsOf("map", () => new classic.SelfOrganizingMap({ rows: 2, columns: 2, inputs: 2 }), ["fit", "winners", "errors"], () => bits), // prettier-ignore
  ...methodsOf("rbm", () => new classic.RestrictedBoltzmannMachine({ visible: 2, hidden: 2 }), ["fit", "features", "reconstruct", "freeEnergy"], () => bits), // prettier-ignore
  ...methodsOf("rbm's chains", () => new classic.RestrictedBoltzmannMachine({ visible: 2, hidden: 2 }), ["sample"], () => () => [{ steps: 2 }]), // prettier-ignore
  ...methodsOf("competitive", () => new classic.CompetitiveNetwork({ units: 2, inputs: 2 }), ["fit", "winners", "deadUnits"], () => bits), // prettier-ignore
  ...methodsOf(
    "boltzmann",
    () => new classic.BoltzmannMachine({ visible: 2 }),
    ["fit"],
    () => bits,
  ),
];

const targets: readonly Target[] = [
  ...functionsOf("", lanegrad).map((target) => ({
    right: target.name.startsWith("datasets.") ? partsOf : target.name.includes(".") ? () => [] : operands,
    ...target,
    ...(ofModels[target.name] && { right: ofModels[target.name] }),
  })),
  ...methodsOf("tensor", leaf, [...new Set([...tensorMethods, ...opMethods])]),
  ...methodsOf(
    "model",
    () => someModel(true),
    modelMethods,
    (method) => taken[method],
  ),
  ...methodsOf(
    "model not built",
    () => someModel(false),
    modelMethods,
    (method) => taken[method],
  ),
  ...methodsOf("layer", () => layers.dense({ units: 2 }), ["apply", "applyMany"], symbols),
  ...methodsOf("lstm", () => layers.lstm({ units: 2, returnState: true }), ["apply", "applyMany"]),
  ...methodsOf("optimizer", () => optimizers.adam(), ["for"]),
  ...methodsOf("optimizer of tensors", () => optimizers.adam().for([leaf()]), ["step", "zeroGrad", "dispose"]),
  ...methodsOf("recording", () => lanegrad.record(() => 1), ["replay", "dispose"]),
  ...methodsOf("random", () => new Random(1), ["bits", "uniform", "integer", "permutation", "fork"]),
  ...methodsOf("tokenizer", () => text.fitTokenizer("some text", { unit: "characters" }), [
    "tokenOf",
    "unitOf",
    "encode",
    "decode",
    "toJSON",
  ]),
  ...methodsOf("byte pairs", () => text.fitBytePairs("some text", { maxTokens: 300 }), [
    "tokenOf",
    "unitOf",
    "encode",
    "decode",
    "toJSON",
  ]),
  ...functionsOf("report", report),
  ...functionsOf("words", words).map((target) => ({ ...target, right: rightOfWords(target.name) })),
  ...methodsOf(
    "word vectors",
    someVectors,
    ["rowOf", "vectorOf", "similarity", "nearest", "analogy", "save"],
    (method) => (method === "save" ? undefined : () => ["a", "b", "c"]),
  ),
  ...methodsOf("vocabulary", () => words.corpusOf("a b", { minCount: 1 }).vocabulary, ["tokenOf", "encode"]),
  { name: "new WordVectors", most: 3, right: () => [["a", "b"], Float32Array.of(1, 2)], call: (_, args) => new words.WordVectors(...(args as [string[], Float32Array])) }, // prettier-ignore
  ...functionsOf("calculus", calculus).map((target) => ({ ...target, right: ofCalculus[target.name] })),
  ...functionsOf("classic", classic),
  ...classicTargets(),
  ...functionsOf("speech", speech).map((target) => ({ ...target, right: ofSpeech[target.name] })),
  ...insideTargets.map(({ name, on, method, right }) => ({
    name,
    most: 1 + right.length,
    on,
    right: () => right(),
    call: (it: object | undefined, args: readonly unknown[]) => (it as Record<string, Callable>)[method](...args),
  })),
  { name: "new Random", most: 2, call: (_, args) => new Random(...(args as [number])) },
  { name: "new RandomState", most: 2, call: (_, args) => new RandomState(...(args as [number])) },
  { name: "trainable", most: 1, on: () => layers.dense({ units: 1 }), call: (on, [value]) => void ((on as { trainable: unknown }).trainable = value) }, // prettier-ignore
  { name: "requiresGrad", most: 1, on: leaf, call: (on, [value]) => void ((on as { requiresGrad: unknown }).requiresGrad = value) }, // prettier-ignore
  { name: "grad", most: 1, on: leaf, call: (on, [value]) => void ((on as { grad: unknown }).grad = value) },
  { name: "notes", most: 1, on: () => someModel(true), call: (on, [value]) => { (on as { notes: unknown }).notes = value; return (on as lanegrad.Model).toBytes(); } }, // prettier-ignore
];

/** The keys that a function takes in its options, as its own message lists them. */
function keysOf(target: Target, on: object | undefined): readonly string[] {
  for (const args of [[{ __: 1 }], [undefined, { __: 1 }], [undefined, undefined, { __: 1 }], [leaf(), { __: 1 }], [[leaf()], { __: 1 }]]) {
    try {
      const made = target.call(on, args);
      if (made instanceof Promise) made.catch(() => undefined);
    } catch (error) {
      const [, list] = /unknown option; expected (.*), got "__"/.exec(String(error)) ?? [];
      if (list !== undefined) return list.split(/, | or /);
    }
  }
  return [];
} // prettier-ignore

/** What the library throws on purpose. */
function isOurs(error: unknown): boolean {
  return error instanceof lanegrad.LanegradError || (error instanceof DOMException && error.name === "AbortError");
}

export const publicApi: Fuzzer = {
  name: "api",
  holds: "every public function, called with garbage, succeeds or throws an error of the library",
  cases: 1_000_000,
  shortCases: 1000,
  async play(draw: Draw) {
    const { log } = console;
    console.log = () => undefined; // what summary prints to
    try {
      await callOne(draw);
    } finally {
      console.log = log;
    }
  },
};

async function callOne(draw: Draw): Promise<void> {
  const target = draw.pick(targets);
  const disposed: { dispose?: () => void }[] = [];
  let shown = "";
  const outcome = lanegrad.scope(() => {
      const on = target.on?.();
      target.keys ??= keysOf(target, on);
      const keys = target.keys;
      const right = draw.chance(0.6) ? (target.right?.() ?? []) : [];
    const args = Array.from({ length: draw.integer(right.length, Math.max(right.length, target.most)) }, (_, i) => i < right.length && draw.chance(0.6) ? right[i] : garbage(draw, keys));
      if (loaders.has(target.name) && (args[0] === undefined || typeof args[0] === "object")) args[0] = draw.integer(0, 9);
      if (/\.(save|writeWav)/.test(target.name) && typeof args[0] === "string") args[0] = "/dev/null/no/folder";
      if (target.name === "report.report") args[1] = { ...Object(args[1]), file: undefined };
      shown = `${target.name}(${args.map((one) => describeValue(one)).join(", ")})`;
      if (on !== undefined && "compile" in on) disposed.push(on as lanegrad.Model);
      try {
        return { result: target.call(on, args) };
      } catch (error) {
        return { error };
      }
    }) as { readonly result?: unknown; readonly error?: unknown }; // prettier-ignore
  let { error } = outcome;
  if (outcome.result instanceof Promise) {
    try {
      await outcome.result;
    } catch (rejected) {
      error = rejected;
    }
  }
  for (const one of disposed) one.dispose?.();
  disposeMade();
  if (error !== undefined && !isOurs(error)) throw new Error(shown, { cause: error });
}
