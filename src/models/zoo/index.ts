/**
 * Well-known networks, ready to be compiled. Their outputs are logits: train them with
 * `categoricalCrossentropy({ fromLogits: true })`.
 */
export { gpt, type GptOptions } from "./gpt.js";
export { highway, type HighwayNetworkOptions } from "./highway.js";
export { lenet5, type LenetOptions } from "./lenet5.js";
export type { NetworkOptions } from "./options.js";
export { smallResNet, type ResNetOptions } from "./smallResNet.js";
export { transformerBlock, type TransformerBlockOptions } from "./transformerBlock.js";
