/**
 * What models call on layers, losses, metrics, optimizers, constraints and schedules, as targets of the fuzzer of the public API: own training
 * loops and own layers call it as well. Each target has right arguments, of which the fuzzer replaces some.
 */
import * as lanegrad from "../../src/index.js";
import { newTotals } from "../../src/ops/inPlace/metricTotals.js";
import { maskTable } from "../layers/masks.js";
import { someModel } from "./garbage.js";

/** A method, what it is called on, and arguments that it takes. */
export interface InsideTarget {
  readonly name: string;
  readonly on: () => object;
  readonly method: string;
  readonly right: () => readonly unknown[];
}

type Tensor = lanegrad.Tensor;
const { constraints, layers, losses, metrics, model, optimizers, schedules, tensor } = lanegrad;

/** What the cases have made and no scope frees. */
const made: { dispose(): void }[] = [];

/** Frees what {@link InsideTarget.on} made. */
export function disposeMade(): void {
  for (const one of made.splice(0)) one.dispose();
}

const filled = (shape: readonly number[], value = 0.5): Tensor =>
  tensor(new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value), shape);
const zeros = (shape: readonly number[]): Tensor => tensor(new Int32Array(shape.reduce((a, b) => a * b, 1)), shape);

function onLayers(): InsideTarget[] {
  const tokens = ["embedding", "reversibleEmbedding", "scheduledSampling"];
  const merging = ["add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract"];
  return Object.entries(maskTable).flatMap(([kind, rows]) =>
    rows.flatMap(({ make, shape = [3, 4, 4], others = [] }, row) => {
      const count = merging.includes(kind) ? 2 : 1;
      const sample = tokens.includes(kind) ? shape.slice(1, 2) : shape.slice(1);
      const shapes = [...Array.from({ length: count }, () => sample), ...others.map((other) => other.slice(1))];
      const operands = (): Tensor[] =>
        shapes.map((one, i) => (i === 0 && tokens.includes(kind) ? zeros([3, ...one]) : filled([3, ...one])));
      const context = (): object => {
        const random = new lanegrad.RandomState(1);
        made.push(random);
        return { training: true, random, stream: 0, masks: shapes.map(() => undefined) };
      };
      const on = (): object => {
        const layer = make();
        const inputs = shapes.map((one) => layers.input({ shape: one }));
        const alone = model({ inputs, outputs: layer.apply(inputs), seed: 1 });
        made.push(alone);
        return alone.weights.length >= 0 ? layer : alone; // the weights have values now
      };
      const methods: Readonly<Record<string, () => readonly unknown[]>> = {
        call: () => [operands(), context()],
        callMany: () => [operands(), context()],
        outputShape: () => [shapes],
        outputShapes: () => [shapes],
        checkBatch: () => [3, shapes],
        outputMask: () => [operands(), [zeros([3, shape[1]])]],
        apply: () => [shapes.map((one) => layers.input({ shape: one }))],
      };
      return Object.entries(methods).map(([method, right]) => ({
        name: `${kind}${row === 0 ? "" : ` ${row}`}.${method}`,
        on,
        method,
        right,
      }));
    }),
  );
}

/** Of what a namespace makes without an argument. */
function onEach(
  namespace: string,
  makers: object,
  methods: Readonly<Record<string, () => readonly unknown[]>>,
  leftOut: readonly string[] = [],
): InsideTarget[] {
  return Object.entries(makers as Readonly<Record<string, () => object>>)
    .filter(([name]) => !leftOut.includes(name))
    .flatMap(([name, make]) =>
      Object.entries(methods).map(([method, right]) => ({
        name: `${namespace}.${name}().${method}`,
        on: () => make(),
        method,
        right,
      })),
    );
}

const pair = (): readonly [Tensor, Tensor] => [filled([2, 3], 0), filled([2, 3], 1 / 3)];
const totals = (): Tensor => newTotals(16);

/** All of them. */
export const insideTargets: readonly InsideTarget[] = [
  ...onLayers(),
  ...onEach("losses", losses, {
    call: pair,
    checkTargets: () => [filled([2, 3], 0), [3]],
  }),
  ...onEach("losses", { sparse: () => losses.sparseCategoricalCrossentropy({ ignoreClass: 0 }) }, { countable: () => [zeros([2]), pair()[1], undefined] }), // prettier-ignore
  ...onEach(
    "metrics",
    metrics,
    {
      stateSize: () => [[3]],
      update: () => [totals(), ...pair(), undefined, false],
      result: () => [new Float64Array(16), [3]],
    },
    ["classScores", "confusionMatrix"],
  ),
  ...onEach("optimizers", optimizers, { step: () => [{}, {}], for: () => [[tensor([1, 2], [2], { requiresGrad: true })]] }), // prettier-ignore
  ...onEach("constraints", constraints, { constrain: () => [filled([2, 3])] }),
  ...onEach(
    "schedules",
    { exponentialDecay: () => schedules.exponentialDecay({ initialLearningRate: 1, decaySteps: 2, decayRate: 0.5 }) },
    { at: () => [3] },
  ),
  ...["weights", "layers", "learningRate", "inputShape", "isBuilt", "notes"].map((method) => ({
    name: `model.${method}`,
    on: () => ({ [method]: (): unknown => (someModelMade() as unknown as Record<string, unknown>)[method] }),
    method,
    right: () => [],
  })),
];

function someModelMade(): lanegrad.Model {
  const one = someModel(true);
  made.push(one);
  return one;
}
