/** Optimizers as values: defaults, errors, and how they are written down. Needs no kernels. */
import { describe, expect, it } from "vitest";
import * as optimizers from "../../src/optimizers/index.js";
import { optimizerFrom } from "../../src/optimizers/registry.js";
import { cosineDecay } from "../../src/optimizers/schedules.js";

const { adadelta, adagrad, adam, adamax, adamw, lion, nadam, rmsprop, sgd } = optimizers;

describe("defaults are Keras's", () => {
  const adamDefaults = { learningRate: 0.001, weightDecay: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };
  it.each([
    [sgd(), { className: "sgd", learningRate: 0.01, weightDecay: 0, momentum: 0, nesterov: false }],
    [
      adagrad(),
      { className: "adagrad", learningRate: 0.001, weightDecay: 0, initialAccumulatorValue: 0.1, epsilon: 1e-7 },
    ],
    [
      rmsprop(),
      {
        className: "rmsprop",
        learningRate: 0.001,
        weightDecay: 0,
        rho: 0.9,
        momentum: 0,
        epsilon: 1e-7,
        centered: false,
      },
    ],
    [adadelta(), { className: "adadelta", learningRate: 0.001, weightDecay: 0, rho: 0.95, epsilon: 1e-7 }],
    [adam(), { className: "adam", ...adamDefaults, amsgrad: false }],
    [adamw(), { className: "adamw", ...adamDefaults, weightDecay: 0.004, amsgrad: false }],
    [nadam(), { className: "nadam", ...adamDefaults }],
    [adamax(), { className: "adamax", ...adamDefaults }],
    [lion(), { className: "lion", learningRate: 0.001, weightDecay: 0, beta1: 0.9, beta2: 0.99 }],
  ])("%#: $config.className", ({ config }, expected) => expect(config).toEqual(expected));
});

describe("a config makes the same optimizer again", () => {
  it.each([
    sgd({ learningRate: 0.5, momentum: 0.9, nesterov: true, clipNorm: 1 }),
    adagrad({ globalClipNorm: 2 }),
    rmsprop({ centered: true, momentum: 0.5, clipValue: 0.1 }),
    adadelta({ rho: 0.5 }),
    adam({ learningRate: cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }), amsgrad: true }),
    adamw({ weightDecay: 0.1 }),
    nadam({ epsilon: 0.1 }),
    adamax({ epsilon: 0.1, beta2: 0.5 }),
    lion({ beta1: 0.5, weightDecay: 0.1 }),
  ])("$name", (optimizer) => {
    const again = optimizerFrom(JSON.parse(JSON.stringify(optimizer.config)));
    expect(again.config).toEqual(optimizer.config);
    expect(again.clipping).toEqual(optimizer.clipping);
    expect(again.slots).toEqual(optimizer.slots);
    const rate = typeof again.learningRate === "number" ? again.learningRate : again.learningRate.at(3);
    const same = typeof optimizer.learningRate === "number" ? optimizer.learningRate : optimizer.learningRate.at(3);
    expect(rate).toBe(same);
  });

  it("every optimizer can be loaded", () => {
    for (const name of Object.keys(optimizers)) expect(optimizerFrom({ className: name }).name).toBe(name);
  });

  it("a schedule of one's own in a config stays what it is", () => {
    const learningRate = { at: (step: number) => step / 4 };
    expect(optimizerFrom({ className: "sgd", learningRate }).learningRate).toBe(learningRate);
  });
});

describe("errors", () => {
  const text = (make: (...args: any[]) => unknown, ...args: unknown[]): string => {
    try {
      make(...args);
    } catch (error) {
      return String(error);
    }
    return "no error";
  };

  it.each([
    [
      'UsageError: sgd: unknown option; expected learningRate, weightDecay, momentum, nesterov, clipValue, clipNorm or globalClipNorm, got "learningrate". Write it learningRate.',
      sgd,
      { learningrate: 1 },
    ],
    [
      "UsageError: sgd: the options must be an object; expected { learningRate, weightDecay, momentum, nesterov, clipValue, clipNorm, globalClipNorm }, got 0.1.",
      sgd,
      0.1,
    ],
    [
      "UsageError: sgd: learningRate is out of range; expected a number in [0, ∞) or a schedule, got -1.",
      sgd,
      { learningRate: -1 },
    ],
    [
      "UsageError: sgd: learningRate is out of range; expected a number in [0, ∞) or a schedule, got Infinity.",
      sgd,
      { learningRate: Infinity },
    ],
    [
      "UsageError: sgd: learningRate is out of range; expected a number in [0, ∞) or a schedule, got Object.",
      sgd,
      { learningRate: { at: 0.1 } },
    ],
    [
      'UsageError: sgd: learningRate is out of range; expected a number in [0, ∞) or a schedule, got "0.1".',
      sgd,
      { learningRate: "0.1" },
    ],
    [
      "UsageError: sgd: learningRate is out of range; expected a number in [0, ∞) or a schedule, got null.",
      sgd,
      { learningRate: null },
    ],
    ["UsageError: sgd: momentum is out of range; expected a number in [0, 1), got 1.", sgd, { momentum: 1 }],
    ["UsageError: sgd: nesterov has the wrong type; expected true or false, got 1.", sgd, { nesterov: 1 }],
    ["UsageError: adam: beta1 is out of range; expected a number in [0, 1), got NaN.", adam, { beta1: NaN }],
    ["UsageError: adam: epsilon is out of range; expected a number in [1e-30, ∞), got 0.", adam, { epsilon: 0 }],
    [
      "UsageError: adamw: weightDecay is out of range; expected a number in [0, ∞), got Infinity.",
      adamw,
      { weightDecay: Infinity },
    ],
    [
      'UsageError: nadam: unknown option; expected learningRate, weightDecay, beta1, beta2, epsilon, clipValue, clipNorm or globalClipNorm, got "amsgrad".',
      nadam,
      { amsgrad: true },
    ],
    ["UsageError: rmsprop: clipNorm is out of range; expected a number in (0, ∞), got 0.", rmsprop, { clipNorm: 0 }],
    [
      "UsageError: adagrad: more than one kind of clipping; expected at most one, got clipNorm and clipValue.",
      adagrad,
      { clipNorm: 1, clipValue: 1 },
    ],
    [
      'DataError: optimizer: unknown optimizer "adamin"; expected one of adadelta, adagrad, adam, adamax, adamw, lbfgs, lion, nadam, rmsprop, sgd. Give your own to loadModel(file, { optimizers: { adamin } }).',
      optimizerFrom,
      { className: "adamin" },
    ],
    [
      'DataError: optimizer: unknown optimizer "toString"; expected one of adadelta, adagrad, adam, adamax, adamw, lbfgs, lion, nadam, rmsprop, sgd. Give your own to loadModel(file, { optimizers: { toString } }).',
      optimizerFrom,
      { className: "toString" },
    ],
    ["DataError: optimizer: not a config; expected { className, … }, got Object.", optimizerFrom, {}],
    [
      'DataError: schedule: unknown schedule "oneCycel"; expected one of cosineDecay, cosineDecayRestarts, exponentialDecay, inverseTimeDecay, oneCycle, piecewiseConstantDecay, polynomialDecay. Give your own to loadModel(file, { schedules: { oneCycel } }).',
      optimizerFrom,
      { className: "sgd", learningRate: { className: "oneCycel" } },
    ],
    [
      "UsageError: sgd: learningRate is out of range; expected a number in [0, ∞) or a schedule, got null.",
      optimizerFrom,
      { className: "sgd", learningRate: null },
    ],
    [
      "UsageError: sgd: momentum is out of range; expected a number in [0, 1), got 2.",
      optimizerFrom,
      { className: "sgd", momentum: 2 },
    ],
  ])("%s", (expected, make, options) => expect(text(make, options)).toBe(expected));

  it("an option that is undefined has its default", () => {
    expect(adam({ beta1: undefined } as object).config.beta1).toBe(0.9);
    expect(adam({ clipNorm: undefined } as object).clipping).toEqual({});
    expect(adam({ clipNorm: undefined, clipValue: 2 } as object).clipping).toEqual({ clipValue: 2 });
  });

  it("a learning rate of 0 is none", () => {
    expect(sgd({ learningRate: 0 }).learningRate).toBe(0);
  });
});

it("rmsprop keeps what it needs: an average where it is centered, a velocity where it has momentum", () => {
  const kept = (options: optimizers.RmspropOptions): string[] => rmsprop(options).slots.map(({ name }) => name);
  expect(kept({})).toEqual(["square"]);
  expect(kept({ centered: true })).toEqual(["square", "average"]);
  expect(kept({ momentum: 0.5 })).toEqual(["square", "velocity"]);
  expect(kept({ centered: true, momentum: 0.5 })).toEqual(["square", "average", "velocity"]);
});
