/**
 * A model as a layer of another: its graph, run as one call, with the weights under the layer's name ("encoder/dense_1/kernel").
 * The weights are those of the inner model, shared with it and with every other use of the layer. Does not train.
 */
import type { Config } from "../../config.js";
import { ShapeError, UsageError, message } from "../../errors.js";
import type { CallContext } from "../../layers/callContext.js";
import { Layer, type LayerOptions } from "../../layers/layer.js";
import { Parameter, type ParameterSpec } from "../../layers/parameter.js";
import { type SequencePart, type StateKeeper, type TokenRule, carriedBy } from "../../layers/sequencePart.js";
import { checkOwnWeights } from "../../layers/wrapper.js";
import { recompute } from "../../ops/recompute.js";
import type { Shape } from "../../tensor/shape.js";
import type { Tensor } from "../../tensor/tensor.js";
import { describe } from "./architecture.js";
import type { Graph } from "./graph.js";
import { activatedLayer } from "./logits.js";

/** The kind of these layers, and their className in files. */
export const modelKind = "model";

/** A parameter of an inner layer under another name; everything else is that parameter's. */
class InnerParameter extends Parameter {
  override readonly source: Parameter;
  readonly #of: Parameter;
  #layer: string;

  /** @param alone the weights of the inner model as a model of its own, which hands them over to the one around it */
  constructor(of: Parameter, layer: string, holder: Layer, alone: () => unknown) {
    const { layer: owner } = of;
    super(of.spec, {
      get isFrozen() {
        return owner.isFrozen || holder.isFrozen;
      },
      get parameters() {
        return owner.parameters;
      },
    });
    this.#of = of;
    this.source = of.source;
    this.#layer = layer;
    // The fields are those of the inner parameter.
    Object.defineProperty(this, "rows", { get: () => of.rows, set: (value: never) => (of.rows = value) });
    Object.defineProperty(this, "trainer", {
      get: () => (of.trainer === alone() ? undefined : of.trainer),
      set: (value: never) => (of.trainer = value),
    });
  }

  override get spec(): ParameterSpec {
    return { ...this.#of.spec, name: `${this.#layer}/${this.#of.spec.name}` };
  }

  override putInto(part: string): void {
    this.#layer = `${part}/${this.#layer}`;
  }

  override get isBound(): boolean {
    return this.#of.isBound;
  }

  override get value(): Tensor {
    return this.#of.value;
  }

  override bind(value: Tensor): void {
    this.#of.bind(value);
  }

  override retain(): void {
    this.#of.retain();
  }

  override release(): void {
    this.#of.release();
  }
}

/** Steps between the streams of an inner graph's calls, so that they are none of the outer graph's. */
const streamStep = 4096;

/** Options of a graph as one layer. */
interface ModelLayerOptions extends LayerOptions {
  /** Default false. */
  readonly recompute?: boolean;
}

/** A graph as one layer. It takes the shapes that the layers within it take. */
export class ModelLayer extends Layer implements SequencePart {
  readonly kind = modelKind;
  override readonly keepsMore = true;
  readonly graph: Graph;
  /** Whether what is within is computed again in the backward pass, not kept. */
  readonly recomputes: boolean;
  readonly #alone: () => unknown;
  readonly #inner: readonly Parameter[];
  #mask: Tensor | undefined;

  /** @param alone the weights of the model that has this graph, while there are any: it hands them over */
  constructor(
    graph: Graph,
    { recompute = false, ...options }: ModelLayerOptions = {},
    alone: () => unknown = () => undefined,
  ) {
    super(graph.inputs.length === 1 ? { inputShape: graph.inputs[0].shape, ...options } : options);
    this.graph = graph;
    this.recomputes = recompute;
    this.#alone = alone;
    if (recompute && carriedBy(graph.layers).length > 0) {
      const hint = "Leave stateful layers out of the block.";
      throw new UsageError(message("asLayer", "a block with stateful layers cannot be recomputed", { hint }));
    }
    for (const layer of graph.layers) layer.putInto(this);
    this.#inner = graph.layers.flatMap((layer) =>
      layer.parameters.map((parameter) => new InnerParameter(parameter, layer.name!, this, alone)),
    );
  }

  override checkBeside(layers: readonly Layer[]): void {
    checkOwnWeights(this, layers);
  }

  /** Another layer of the same model, whose parameters get the wrapper's names. Who freezes one freezes the other. */
  override forWrapper(): Layer {
    const { name, recomputes: recompute } = this;
    const made = new ModelLayer(this.graph, { ...(name !== undefined && { name }), recompute }, this.#alone);
    Object.defineProperty(made, "trainable", {
      get: () => this.trainable,
      set: (isTrainable: boolean) => (this.trainable = isTrainable),
    });
    return made;
  }

  override get parameters(): readonly Parameter[] {
    return this.#inner;
  }

  override get config(): Config {
    const { inputShape: _, ...config } = super.config; // the architecture has it
    return config;
  }

  override get isOwn(): boolean {
    return false;
  }

  override get options(): Readonly<Record<string, unknown>> {
    return { architecture: describe(this.graph), ...(this.recomputes && { recompute: true }) };
  }

  override get outputActivation(): string | undefined {
    return activatedLayer(this.graph.layersBefore(0))?.outputActivation;
  }

  override outputShape(inputShapes: readonly Shape[]): Shape {
    return this.outputShapes(inputShapes)[0];
  }

  /** Applies the layers within to such inputs, so that each checks what it is given. */
  override outputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    const { inputs, outputs } = this.graph;
    if (inputShapes.length !== inputs.length) {
      const [expected, got] = [String(inputs.length), String(inputShapes.length)];
      throw new ShapeError(message(this.kind, "wrong number of inputs", { expected, got }));
    }
    return outputs.map(this.graph.shapesFor(inputShapes));
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    return this.callMany(inputs, context)[0];
  }

  override callMany(inputs: readonly Tensor[], context: CallContext): readonly Tensor[] {
    const streams = this.#places.map((place) => context.stream + streamStep * (1 + place));
    const run = (...given: readonly Tensor[]): ReturnType<Graph["runMasked"]> =>
      this.graph.runMasked(given, { ...context, given: context.masks, streams });
    if (!this.recomputes || !context.training) {
      const { outputs, masks: made } = run(...inputs);
      this.#mask = made[0];
      return outputs;
    }
    const results = recompute(
      (...given: Tensor[]) => {
        const { outputs, masks: made } = run(...given);
        return made[0] === undefined ? outputs : [...outputs, made[0]];
      },
      ...inputs,
    );
    const n = this.graph.outputs.length;
    this.#mask = results.at(n);
    return results.slice(0, n);
  }

  /** The number of each step among all steps within, those of models in this model too. */
  get #places(): readonly number[] {
    let next = 0;
    return this.graph.steps.map(({ call }) => {
      const place = next;
      next += 1 + (call.layer instanceof ModelLayer ? call.layer.size : 0);
      return place;
    });
  }

  /** How many steps are within. */
  get size(): number {
    return this.graph.steps.reduce(
      (n, { call: { layer } }) => n + 1 + (layer instanceof ModelLayer ? layer.size : 0),
      0,
    );
  }

  /** The mask of the last call's first output, for which alone it is asked. */
  override outputMask(): Tensor | undefined {
    return this.#mask;
  }

  override checkBatch(rows: number, inputShapes: readonly Shape[]): void {
    const shapeOf = this.graph.shapesFor(inputShapes);
    for (const { call } of this.graph.steps) call.layer.checkBatch(rows, call.inputs.map(shapeOf));
  }

  override get sequences(): SequencePart | undefined {
    return this.#parts.length > 0 ? this : undefined;
  }

  get #parts(): readonly SequencePart[] {
    return this.graph.layers.map(({ sequences }) => sequences).filter((part) => part !== undefined);
  }

  /** Of the first input: wrappers and chains, which ask for it, give one. */
  get tokens(): TokenRule | undefined {
    return this.tokenRules[0];
  }

  /** Of each input, for a graph. */
  get tokenRules(): readonly (TokenRule | undefined)[] {
    return this.graph.tokenRules;
  }

  get maskedSteps(): SequencePart["maskedSteps"] {
    return this.#parts[0].maskedSteps;
  }

  get masksOfLengths(): SequencePart["masksOfLengths"] {
    return this.#parts[0].masksOfLengths;
  }

  get carried(): readonly Parameter[] {
    const carried = carriedBy(this.graph.layers);
    const all = this.graph.layers.flatMap(({ parameters }) => parameters);
    return this.#inner.filter((_, i) => carried.includes(all[i]));
  }

  get carriedStates(): StateKeeper | undefined {
    return this.graph.carriedStates;
  }

  checkRows(kind: string, N: number): void {
    for (const part of this.#parts) part.checkRows(kind, N);
  }

  resetStates(): void {
    for (const part of this.#parts) part.resetStates();
  }
}
