/** Initializers: the values of parameters before training. */
export { constant, identity, ones, zeros } from "./constant.js";
export {
  randomNormal,
  type RandomNormalOptions,
  randomUniform,
  type RandomUniformOptions,
  truncatedNormal,
} from "./distributions.js";
export type { Initializer } from "./initializer.js";
export { orthogonal } from "./orthogonal.js";
export { glorotNormal, glorotUniform, heNormal, heUniform, lecunNormal, lecunUniform } from "./scaled.js";
