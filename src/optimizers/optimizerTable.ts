/** The options of all optimizers, and the parts of an Optimizer that follow from them. */
import { UsageError, message, show } from "../errors.js";
import { type Option, type Rows, type Table, type Values, describe, number, optional, resolve } from "../options.js";
import type { Clipping, Optimizer, Schedule } from "./optimizer.js";
import { forTensors } from "./ownTensors.js";

/** Options that every optimizer takes. */
export interface OptimizerOptions extends Clipping {
  /** ≥ 0, or a schedule. */
  readonly learningRate?: number | Schedule;
  /** λ ≥ 0 of weight decay. Biases and normalisation parameters do not decay. */
  readonly weightDecay?: number;
}

/** A row for every option of O except the clippings. */
export type OptimizerTable<O extends OptimizerOptions> = Table<Omit<O, keyof Clipping>>;

/** An option that is a number in [0, 1), such as a momentum. */
export const fraction = (initial: number): Option<number> => number("[0, 1)", initial);

/** ε: a float32 above 0, because 0/(0 + ε) must be 0. */
export const epsilon = number("[1e-30, ∞)", 1e-7);

/** The first rows of every table. */
export function optimizerTable(learningRate: number, weightDecay = 0) {
  return { learningRate: rate(learningRate), weightDecay: number("[0, ∞)", weightDecay) };
}

function rate(initial: number): Option<number | Schedule> {
  return (op, name, value = initial) => {
    const isSchedule = typeof value === "object" && value !== null && "at" in value && typeof value.at === "function";
    if (isSchedule || (typeof value === "number" && value >= 0 && value < Infinity)) return value as number;
    const expected = "a number in [0, ∞) or a schedule";
    throw new UsageError(message(op, `${name} is out of range`, { expected, got: show(value) }));
  };
}

/**
 * Checks options and fills in the defaults.
 *
 * @param name   the optimizer's function
 * @param table  its options except the clippings
 * @returns the values, and the parts of the optimizer that follow from them
 * @throws {UsageError} when an option is unknown or out of range, or more than one kind of clipping is given
 */
export function resolveOptions<V extends Values<ReturnType<typeof optimizerTable>>>(
  name: string,
  options: OptimizerOptions,
  table: Rows<V>,
): {
  readonly values: V;
  readonly common: Pick<Optimizer, "name" | "learningRate" | "weightDecay" | "clipping" | "for" | "config">;
} {
  const limit = optional(number("(0, ∞)"));
  const clippings = { clipValue: limit, clipNorm: limit, globalClipNorm: limit } satisfies Table<Clipping>;
  const values = resolve<V & Clipping>(name, options, { ...table, ...clippings });
  const given = Object.entries(options).filter(([key, value]) => key in clippings && value !== undefined);
  if (given.length > 1) {
    const got = given.map(([key]) => key).join(" and ");
    throw new UsageError(message(name, "more than one kind of clipping", { expected: "at most one", got }));
  }
  const clipping: Clipping = Object.fromEntries(given);
  const { learningRate, weightDecay } = values;
  const config = { className: name, ...describe(values) };
  return { values, common: { name, learningRate, weightDecay, clipping, for: forTensors, config } };
}
