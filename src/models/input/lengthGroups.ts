/**
 * The implementation of the option `groupByLength` of fit, evaluate and predict: Note [Groups by length] in
 * data/lengths.ts. Imported where the option is given, so that other pages do not load it. Letters: N sequences, T
 * steps.
 */
import { Lengths, lengthsOf } from "../../data/lengths.js";
import { ShapeError, UsageError, message } from "../../errors.js";
import type { Layer } from "../../layers/layer.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import type { DataColumns } from "./batchColumns.js";
import type { GroupByLength } from "./groupByLengthOption.js";

/** A target or an output, without the batch axis. */
interface PerSample {
  readonly shape: Shape;
  /** Whether its values are labels: an int32 target has no axis of classes. */
  readonly areLabels: boolean;
}

/**
 * The lengths by which data with targets are grouped. A target or a sample weight for each step of an input is shortened
 * with it.
 * @throws {UsageError} when masks are given as well
 * @throws what {@link groupsFor} throws
 */
export function groupsOf(
  op: string,
  layers: readonly Layer[],
  { inputs, targets, weights, masks }: DataColumns,
  value?: GroupByLength,
): Lengths | undefined {
  checkNotGiven(op, masks);
  const tensors = inputs.map(({ tensor }) => tensor);
  const results = targets.map(({ tensor }) => {
    return { shape: tensor.shape.slice(1), areLabels: tensor.dtype === "int32" };
  });
  for (const { tensor } of weights) results.push({ shape: tensor.shape.slice(1), areLabels: true });
  return groupsFor(op, layers, tensors, results, value);
}

/** @throws {UsageError} when masks are given as well */
export function checkNotGiven(op: string, masks: readonly unknown[]): void {
  if (masks.length === 0) return;
  const hint = "Sequences are grouped by their tokens, of which 0 is padding: embedding({ maskZero: true }).";
  throw new UsageError(
    message(op, "groupByLength cannot be combined with mask or lengths", { expected: "one of them", hint }),
  );
}

/**
 * The lengths to group by; undefined where rows are not to be grouped.
 * @param results  the columns behind the inputs
 * @throws {UsageError} for a model that carries states from batch to batch
 * @throws {ShapeError} when no input is token sequences
 */
export function groupsFor(
  op: string,
  layers: readonly Layer[],
  inputs: readonly Tensor[],
  results: readonly PerSample[],
  value: GroupByLength = false,
): Lengths | undefined {
  if (value === false) return undefined;
  const stateful = layers.find(({ sequences }) => sequences !== undefined && sequences.carried.length > 0);
  if (stateful !== undefined) {
    const [expected, got] = ["layers without carried states", `the stateful layer ${stateful.name}`];
    throw new UsageError(message(op, "groupByLength changes the order of samples", { expected, got }));
  }
  const tokens = inputs.filter(({ rank, dtype }) => rank === 2 && dtype === "int32");
  if (tokens.length === 0) {
    const got = `${inputs.length} inputs, the first ${inputs[0].label()}`;
    throw new ShapeError(
      message(op, "groupByLength does not fit the data", { expected: "an input of tokens [N, T] int32", got }),
    );
  }
  const longest = Math.max(...tokens.map(({ shape }) => shape[1]));
  // several inputs have more combinations of lengths, each with a recording
  const { multiple = Math.ceil(longest / (tokens.length === 1 ? 10 : 5)) } = value === true ? {} : value;
  const withSteps = (steps: number): number | undefined => numberOf(tokens, ({ shape }) => shape[1] === steps);
  const columns = [
    ...inputs.map((input) => {
      const own = numberOf(tokens, (one) => one === input);
      return own ?? (input.rank > 2 && input.dtype !== "uint8" ? withSteps(input.shape[1]) : undefined);
    }),
    ...results.map(({ shape, areLabels }) => (areLabels || shape.length > 1 ? withSteps(shape[0]) : undefined)),
  ];
  return new Lengths(
    tokens.map((one) => lengthsOf(op, one, multiple)),
    columns,
    multiple,
  );
}

/** The number of the last that fits: of an encoder's and a decoder's input with equally many steps the decoder's. */
function numberOf(tokens: readonly Tensor[], fits: (one: Tensor) => boolean): number | undefined {
  const at = tokens.findLastIndex(fits);
  return at < 0 ? undefined : at;
}
