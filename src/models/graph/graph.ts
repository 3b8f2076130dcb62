/**
 * The graph of a model: layer calls in an order in which every input exists before it is needed. Runs forward; the tape
 * runs backward. Does not own the parameters' memory and does not train.
 */
import { ShapeError, UsageError, message, show } from "../../errors.js";
import type { OwnStates, StateKeeper, TokenRule } from "../../layers/sequencePart.js";
import type { CallContext } from "../../layers/callContext.js";
import { type Layer, type LayerCall, SymbolicTensor } from "../../layers/layer.js";
import { checkTensors } from "../../ops/defineOp.js";
import type { MaskedSteps } from "../../ops/loss/maskedLoss.js";
import { type Shape, fitsShape, showShape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";

/** A layer call and the first tensor it makes. */
export interface Step {
  readonly call: LayerCall;
  readonly output: SymbolicTensor;
}

/** What a run needs besides its inputs. */
export interface RunContext extends Pick<CallContext, "training" | "random"> {
  /** The mask of each input that has one. */
  readonly given: CallContext["masks"];
  /** Of a graph within another, whose padding is cleared already: the stream of each step. Default: its number. */
  readonly streams?: readonly number[];
}

/** Layer calls in order, between inputs and outputs. */
export class Graph {
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
  readonly steps: readonly Step[];
  /** Each layer once, in order of first use; every layer has a name. */
  readonly layers: readonly Layer[];
  /** How masks act on inputs, losses and metrics; undefined until a layer or the caller brings it. */
  maskedSteps: MaskedSteps | undefined;

  /**
   * @throws {UsageError} when an output depends on an input that is not listed, an input is listed twice, or two layers
   *   have the same name or the same weights
   */
  constructor(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]) {
    const twice = inputs.findIndex((input, i) => inputs.indexOf(input) < i);
    if (twice >= 0) {
      const wrong = `input ${twice} is listed twice`;
      throw new UsageError(message("model", wrong, { expected: "different inputs", got: show(inputs[twice].name) }));
    }
    this.inputs = inputs;
    this.outputs = outputs;
    this.steps = inOrder(inputs, outputs);
    this.layers = [...new Set(this.steps.map(({ call }) => call.layer))];
    nameLayers(this.layers);
    for (const layer of this.layers) layer.checkBeside(this.layers);
    this.maskedSteps = this.layers.find(({ sequences }) => sequences)?.sequences?.maskedSteps;
    const wrong = this.layers.find(
      ({ sequences }) =>
        sequences !== undefined && sequences.carried.length > 0 && sequences.carriedStates === undefined,
    );
    if (wrong === undefined) return;
    const text = `layer ${show(wrong.name)} carries states without a place for them`;
    throw new UsageError(message("model", text, { expected: "carriedStates as well as carried", got: "undefined" }));
  }

  /** What results call each output: the name of its layer, or of an input that is an output too. */
  get outputNames(): string[] {
    return this.outputs.map(({ origin, name = "input" }) => origin?.layer.name ?? name);
  }

  /** The rule for the tokens of each input that a layer reads as tokens; of several rules the strictest. */
  get tokenRules(): (TokenRule | undefined)[] {
    const rules = new Map<SymbolicTensor, TokenRule>();
    for (const { call } of this.steps) {
      for (const [i, input] of call.inputs.entries()) {
        const tokens = ruleOf(call, i);
        if (tokens === undefined) continue;
        for (const symbol of sourcesOf([input], tokensOf)) {
          const least = rules.get(symbol)?.vocabulary ?? Infinity;
          if (this.inputs.includes(symbol) && tokens.vocabulary <= least) rules.set(symbol, tokens);
        }
      }
    }
    return this.inputs.map((input) => rules.get(input));
  }

  /** The layers that output `i` has passed through, last first; where a layer joins several inputs, along the first. */
  *layersBefore(i: number): Generator<Layer> {
    for (let symbol = this.outputs[i]; symbol.origin?.outputs[0] === symbol; symbol = symbol.origin.inputs[0])
      yield symbol.origin.layer;
  }

  /** The carried states of the first layer that carries any. */
  get carriedStates(): StateKeeper | undefined {
    return this.layers.map(({ sequences }) => sequences?.carriedStates).find((keeper) => keeper);
  }

  /** Separate states for one piece of work, if layers carry states. @throws {MemoryError} */
  newStates(): OwnStates | undefined {
    return this.carriedStates && new this.carriedStates(this.layers);
  }

  /** Shapes of the outputs, without the batch axis. */
  get outputShapes(): Shape[] {
    return this.outputs.map(({ sizes }) => sizes);
  }

  /**
   * The shape of every tensor for inputs of these shapes: Note [Any size] in tensor/shape.ts. @throws {ShapeError} when
   * a layer does not fit
   */
  shapesFor(inputShapes: readonly Shape[]): (symbol: SymbolicTensor) => Shape {
    const made = new Map(this.inputs.map((symbol, i) => [symbol, new SymbolicTensor(inputShapes[i])]));
    for (const { call } of this.steps) {
      const outputs = call.layer.applyMany(call.inputs.map((symbol) => made.get(symbol)!));
      for (const [i, symbol] of call.outputs.entries()) made.set(symbol, outputs[i]);
    }
    return (symbol) => made.get(symbol)!.sizes;
  }

  /**
   * Computes the outputs. A tensor that no later layer needs is freed at once; the tape keeps what the backward pass
   * needs.
   *
   * @param inputs  (N, …) each, in the order of `inputs`
   * @param watch   called with each layer's output as soon as it is computed
   * @returns       (N, …) each, in the order of `outputs`
   */
  run(inputs: readonly Tensor[], context: RunContext, watch?: (layer: string, output: Tensor) => void): Tensor[] {
    return this.runMasked(inputs, context, watch).outputs;
  }

  /**
   * Runs as {@link run} does, and returns the mask of each output that has one: Note [Masks] in
   * layers/sequencePart.ts. Values in the padding of a given mask are read as 0: a value that is not finite would spoil
   * the gradients of weights (0 · ∞).
   */
  runMasked(
    inputs: readonly Tensor[],
    { given, streams, ...context }: RunContext,
    watch?: (layer: string, output: Tensor) => void,
  ): { readonly outputs: Tensor[]; readonly masks: readonly (Tensor | undefined)[] } {
    const values = new Map<SymbolicTensor, Tensor>(this.inputs.map((symbol, i) => [symbol, inputs[i]]));
    const masks = new Map<SymbolicTensor, Tensor>();
    for (const [i, symbol] of this.inputs.entries()) {
      const mask = given[i];
      if (mask === undefined) continue;
      masks.set(symbol, mask);
      if (streams === undefined) values.set(symbol, this.maskedSteps?.clear(inputs[i], mask) ?? inputs[i]);
    }
    const uses = countUses(this.steps);
    const hasOwnShapes = this.inputs.every(({ sizes }, i) => fitsShape(inputs[i].shape.slice(1), sizes));
    const release = (symbol: SymbolicTensor): void => {
      if (uses.get(symbol) || this.inputs.includes(symbol) || this.outputs.includes(symbol)) return;
      const value = values.get(symbol)!;
      values.delete(symbol);
      // A layer may return its operand itself (dropout outside of training) or use it as a mask; the operand then stays
      // alive.
      if (![...values.values(), ...masks.values()].includes(value)) value.dispose();
    };
    for (const [i, { call, output }] of this.steps.entries()) {
      const stream = streams?.[i] ?? i;
      const operands = call.inputs.map((symbol) => values.get(symbol)!);
      const operandMasks = call.inputs.map((symbol) => masks.get(symbol));
      const made = call.layer.callMany(operands, { ...context, stream, masks: operandMasks });
      for (const [k, symbol] of call.outputs.entries()) {
        checkTensors(call.layer.kind, [made[k]], "output");
        if (hasOwnShapes) checkOutput(call.layer, symbol, made[k]);
        values.set(symbol, made[k]);
      }
      const mask = call.layer.outputMask(operands, operandMasks);
      if (mask !== undefined) masks.set(output, mask);
      watch?.(call.layer.name!, made[0]);
      for (const symbol of call.outputs) release(symbol);
      for (const symbol of call.inputs) {
        uses.set(symbol, uses.get(symbol)! - 1);
        release(symbol);
      }
    }
    return {
      outputs: this.outputs.map((symbol) => values.get(symbol)!),
      masks: this.outputs.map((symbol) => masks.get(symbol)),
    };
  }
}

/** @throws {ShapeError} when a layer, one of the user's, has not made what its output shapes say */
function checkOutput({ kind }: Layer, { sizes }: SymbolicTensor, made: Tensor): void {
  if (fitsShape(made.shape.slice(1), sizes)) return;
  const expected = showShape(["N", ...sizes]);
  throw new ShapeError(
    message(kind, "outputShape says another shape than call makes", { expected, got: made.label() }),
  );
}

/** These tensors, and all that they are computed from. @param inputsOf the inputs of a call that count */
export function sourcesOf(
  symbols: readonly SymbolicTensor[],
  inputsOf = ({ inputs }: LayerCall): readonly SymbolicTensor[] => inputs,
): ReadonlySet<SymbolicTensor> {
  const sources = new Set(symbols);
  for (const { origin } of sources) for (const input of origin ? inputsOf(origin) : []) sources.add(input);
  return sources;
}

/** The inputs of a call that can be tokens. */
function tokensOf({ layer, inputs }: LayerCall): readonly SymbolicTensor[] {
  return layer.sequences?.tokensAmong?.(inputs) ?? inputs;
}

/** The rule for input i of a call, if the layer reads it as tokens. A model as a layer has one for each of its inputs. */
function ruleOf(call: LayerCall, i: number): TokenRule | undefined {
  const part = call.layer.sequences;
  if (part?.tokenRules) return part.tokenRules[i];
  return tokensOf(call).includes(call.inputs[i]) ? part?.tokens : undefined;
}

/** How many layer calls read each tensor. */
function countUses(steps: readonly Step[]): Map<SymbolicTensor, number> {
  const uses = new Map<SymbolicTensor, number>();
  for (const { call } of steps) {
    for (const symbol of call.inputs) uses.set(symbol, (uses.get(symbol) ?? 0) + 1);
  }
  return uses;
}

/** Depth first from the outputs, without recursion, since networks may be deep. */
function inOrder(inputs: readonly SymbolicTensor[], outputs: readonly SymbolicTensor[]): Step[] {
  const steps: Step[] = [];
  const done = new Set<SymbolicTensor>(inputs);
  const waiting = outputs.toReversed();
  for (let symbol = waiting.at(-1); symbol !== undefined; symbol = waiting.at(-1)) {
    const missing = done.has(symbol) ? [] : (symbol.origin?.inputs.filter((input) => !done.has(input)) ?? []);
    if (missing.length > 0) {
      waiting.push(...missing.toReversed());
      continue;
    }
    waiting.pop();
    if (done.has(symbol)) continue;
    if (symbol.origin === undefined) {
      const hint = "List every layers.input() that the outputs depend on.";
      const input = symbol.name === undefined ? "an input" : `input ${show(symbol.name)}`;
      throw new UsageError(message("model", `an output depends on ${input}, which is not among the inputs`, { hint }));
    }
    const { origin } = symbol;
    steps.push({ call: origin, output: origin.outputs[0] });
    for (const output of origin.outputs) done.add(output);
  }
  return steps;
}

/** Names layers without a name by kind and number: dense_1, dense_2, … */
function nameLayers(layers: readonly Layer[]): void {
  const taken = new Set<string>();
  for (const { name } of layers) {
    if (name === undefined) continue;
    if (taken.has(name)) {
      const hint = "Give one of them another name where it is made.";
      throw new UsageError(
        message("model", "two layers have the same name", { expected: "unique names", got: show(name), hint }),
      );
    }
    taken.add(name);
  }
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (layer.name !== undefined) continue;
    let number = counts.get(layer.kind) ?? 0;
    do number++;
    while (taken.has(`${layer.kind}_${number}`));
    counts.set(layer.kind, number);
    layer.giveName(`${layer.kind}_${number}`);
  }
}
