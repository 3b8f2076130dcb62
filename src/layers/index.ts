/** Layers: parameters and a formula over ops. */
export { activation, type ActivationOptions } from "./activation.js";
export { dense, type DenseOptions } from "./dense.js";
export { dropout, type DropoutOptions } from "./dropout.js";
export { embedding, type EmbeddingOptions } from "./embedding.js";
export { input, type InputOptions } from "./input.js";
export { add, concatenate, type ConcatenateOptions, multiply } from "./merge.js";
export { flatten, reshape, type ReshapeOptions } from "./reshape.js";
