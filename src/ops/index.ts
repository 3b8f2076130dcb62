/** All ops: their definitions, which the test table is typed by, and the functions that users call. */
export { type Activation, activate, activations } from "./activation.js";
export {
  elu,
  eluOp,
  gelu,
  geluOp,
  hardSigmoid,
  hardSigmoidOp,
  leakyRelu,
  leakyReluOp,
  relu,
  reluOp,
  selu,
  seluOp,
  sigmoid,
  sigmoidOp,
  silu,
  siluOp,
  softplus,
  softplusOp,
  tanh,
  tanhOp,
} from "./activations.js";
export {
  add,
  addOp,
  div,
  divOp,
  maximum,
  maximumOp,
  minimum,
  minimumOp,
  mul,
  mulOp,
  sub,
  subOp,
} from "./arithmetic.js";
export { concat, concatOp, stack } from "./concat.js";
export { dense, denseOp } from "./dense.js";
export { expandDims, reshape, reshapeOp, squeeze } from "./reshape.js";
export { logSoftmax, logSoftmaxOp, softmax, softmaxOp } from "./softmax.js";
export { softmaxCrossEntropy, softmaxCrossEntropyOp } from "./softmaxCrossEntropy.js";
export { transpose, transposeOp } from "./transpose.js";
export {
  abs,
  absOp,
  clip,
  clipOp,
  exp,
  expOp,
  log,
  logOp,
  negate,
  negateOp,
  pow,
  powOp,
  sqrt,
  sqrtOp,
  square,
  squareOp,
} from "./unary.js";
export { weightedMean, weightedMeanOp } from "./weightedMean.js";
