/**
 * The entry lanegrad/names: `import "lanegrad/names"` once, and strings stand for what has a default form, as in Keras:
 *
 *   model.compile({ optimizer: "adam", loss: "mse", metrics: ["accuracy"] });
 *   layers.dense({ units: 10, kernelInitializer: "he_normal", activation: "leaky_relu" });
 *
 * A file of its own, since every loss and optimizer comes with it: docs/decisions/0014. Case and underscores do not
 * count, so that what this library has is known under its own name, as Keras writes it, and as Keras's class is called;
 * of Keras's short forms, those in the tables below. The error for any other name lists what is known.
 */
import * as constraints from "./constraints/index.js";
import { UsageError, message, show } from "./errors.js";
import * as initializers from "./initializers/index.js";
import * as losses from "./losses/index.js";
import * as metrics from "./metrics/index.js";
import { activations } from "./ops/pointwise/activate.js";
import { type NamedActivation, addNamedActivations, namedActivations } from "./ops/pointwise/namedActivations.js";
import * as optimizers from "./optimizers/index.js";
import { register } from "./options.js";
import * as regularizers from "./regularizers/index.js";

type Known = Readonly<Record<string, () => unknown>>;

/** The makers that need no argument, and one more name for some of them. */
function known(makers: object, others: Known): Known {
  const all = Object.entries(makers as Known).map(([name, make]) => [plain(name), () => make()] as const);
  return { ...Object.fromEntries(all), ...others };
}

const { categoricalCrossentropy, klDivergence, meanAbsoluteError, meanSquaredError } = losses;
const { accuracy, topKAccuracy } = metrics;
// what has no default form is left out
const { confusionMatrix: _, classScores: __, ...namedMetrics } = metrics;
const { constant: ___, ...namedInitializers } = initializers;

/** By the last word of the option. Keras's strength of a penalty is 0.01. */
const kinds: Readonly<Record<string, Known>> = {
  optimizer: known(optimizers, {}),
  loss: known(losses, {
    mse: meanSquaredError,
    mae: meanAbsoluteError,
    bce: losses.binaryCrossentropy,
    crossentropy: categoricalCrossentropy,
    kld: klDivergence,
    kullbackleiblerdivergence: klDivergence,
    logcosherror: losses.logCosh,
    mape: losses.meanAbsolutePercentageError,
    msle: losses.meanSquaredLogarithmicError,
  }),
  metric: known(namedMetrics, {
    acc: accuracy,
    binaryaccuracy: accuracy,
    categoricalaccuracy: accuracy,
    sparsecategoricalaccuracy: accuracy,
    topkcategoricalaccuracy: topKAccuracy,
    sparsetopkcategoricalaccuracy: topKAccuracy,
    mse: metrics.meanSquaredError,
    mae: metrics.meanAbsoluteError,
    mape: metrics.meanAbsolutePercentageError,
    rmse: metrics.rootMeanSquaredError,
    r2score: metrics.r2,
    prauc: metrics.prAuc,
    f1score: metrics.f1,
  }),
  initializer: known(namedInitializers, {
    normal: initializers.randomNormal,
    uniform: initializers.randomUniform,
    one: initializers.ones,
    zero: initializers.zeros,
  }),
  regularizer: {
    l1: () => regularizers.l1(0.01),
    l2: () => regularizers.l2(0.01),
    l1l2: () => regularizers.l1l2({ l1: 0.01, l2: 0.01 }),
  },
  constraint: known(constraints, { nonneg: constraints.nonNegative }),
  activation: {
    ...Object.fromEntries(activations.map((name) => [plain(name), () => name])),
    ...Object.fromEntries(namedActivations.map((name) => [plain(name), () => name])),
    swish: () => "silu",
    hardswish: () => "hardSilu",
    exp: () => "exponential",
  },
};

function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** What a name stands for. @throws {UsageError} for an unknown one, listing all */
function valueOf(op: string, option: string, name: string): unknown {
  const names = kinds[/[a-z]+$/i.exec(option.replace(/.*(?=[A-Z])/, ""))![0].toLowerCase()];
  if (Object.hasOwn(names, plain(name))) return names[plain(name)]();
  const expected = `one of ${Object.keys(names).sort().join(", ")}`;
  throw new UsageError(message(op, `unknown ${option}`, { expected, got: show(name) }));
}

register(valueOf);
addNamedActivations();

/** Names of activations in Keras's spelling, for the compiler. */
type KerasActivation =
  "leaky_relu" | "hard_sigmoid" | "swish" | "hard_silu" | "hard_swish" | "hard_tanh" | "log_softmax";

declare module "./ops/pointwise/activate.js" {
  // An interface, since only these are merged.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface FurtherActivations extends Readonly<Record<KerasActivation | NamedActivation, true>> {}
}
