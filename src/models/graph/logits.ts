/**
 * Probabilities or logits: whether the last activation of a network gives what its loss takes. A sigmoid or softmax
 * before a loss that applies one itself trains badly without an error, and so does a loss of probabilities after a
 * linear output. Does not look at values.
 */
import { UsageError, message, show } from "../../errors.js";
import type { Layer } from "../../layers/layer.js";
import type { Loss } from "../../losses/loss.js";

/** Activations whose values are in [0, 1]. */
const probabilities: readonly (string | undefined)[] = ["sigmoid", "hardSigmoid", "softmax"];

/** True for outputs that are probabilities, false for others, undefined where the layers do not say. */
export function givesProbabilities(activation: string | undefined): boolean | undefined {
  return activation === undefined ? undefined : probabilities.includes(activation);
}

/** The layer whose activation gives an output. @param layers that the output has passed through, last first */
export function activatedLayer(layers: Iterable<Layer>): Layer | undefined {
  for (const layer of layers) if (layer.outputActivation !== "same") return layer;
  return undefined;
}

/**
 * Checks that the output is what the loss takes.
 * @param layers  as for {@link activatedLayer}
 * @throws {UsageError} naming the layer, when it gives probabilities and the loss takes logits, or the other way round
 */
export function checkLogits({ name, takes, config }: Loss, layers: Iterable<Layer>): void {
  const layer = activatedLayer(layers);
  const given = givesProbabilities(layer?.outputActivation);
  if (takes === undefined || given === undefined || given === (takes === "probabilities")) return;
  const wrong = `${name} takes ${takes}, but layer ${show(layer!.name ?? layer!.kind)} gives ${given ? "probabilities" : "none"}`;
  const expected = `${"fromLogits" in config ? `fromLogits: ${!given} or ` : ""}another activation`;
  const hint = "If intended, pass checkLogits: false.";
  throw new UsageError(message("compile", wrong, { expected, got: show(layer!.outputActivation), hint }));
}
