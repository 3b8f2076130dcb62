/**
 * The ops as methods of tensors, beside the functions: `x.matmul(w).add(b).relu()`. Installed by `import
 * "lanegrad/methods"`, an entry of its own, because a page with methods carries every op: docs/decisions/0013.
 *
 * A method is the function with the tensor as its first argument; what else it takes, gives and throws stands there.
 */
import * as ops from "../ops/index.js";
import { Tensor } from "../tensor/tensor.js";

/** A function of a tensor as its method. */
type Method<F> = F extends (x: never, ...rest: infer R) => infer Y ? (...rest: R) => Y : never;

/** Every op whose first argument is a tensor. */
const functions = {
  abs: ops.abs,
  activate: ops.activate,
  add: ops.add,
  argMax: ops.argMax,
  argMaxWhere: ops.argMaxWhere,
  argMin: ops.argMin,
  argSort: ops.argSort,
  atan: ops.atan,
  attention: ops.attention,
  attentionWeights: ops.attentionWeights,
  averagePool1d: ops.averagePool1d,
  averagePool2d: ops.averagePool2d,
  averagePool3d: ops.averagePool3d,
  batchNorm: ops.batchNorm,
  batchNormWith: ops.batchNormWith,
  broadcastTo: ops.broadcastTo,
  cast: ops.cast,
  clip: ops.clip,
  conv1d: ops.conv1d,
  conv2d: ops.conv2d,
  conv2dTranspose: ops.conv2dTranspose,
  conv3d: ops.conv3d,
  cos: ops.cos,
  crossEntropy: ops.crossEntropy,
  cumprod: ops.cumprod,
  cumsum: ops.cumsum,
  cutout: ops.cutout,
  dense: ops.dense,
  depthwiseConv2d: ops.depthwiseConv2d,
  deskew: ops.deskew,
  detach: ops.detach,
  distort: ops.distort,
  div: ops.div,
  dropout: ops.dropout,
  elu: ops.elu,
  embedding: ops.embedding,
  equal: ops.equal,
  exp: ops.exp,
  expandDims: ops.expandDims,
  flip: ops.flip,
  floor: ops.floor,
  gatherRows: ops.gatherRows,
  gelu: ops.gelu,
  globalAveragePool1d: ops.globalAveragePool1d,
  globalAveragePool2d: ops.globalAveragePool2d,
  globalAveragePool3d: ops.globalAveragePool3d,
  globalMaxPool1d: ops.globalMaxPool1d,
  globalMaxPool2d: ops.globalMaxPool2d,
  globalMaxPool3d: ops.globalMaxPool3d,
  greater: ops.greater,
  greaterEqual: ops.greaterEqual,
  groupNorm: ops.groupNorm,
  gru: ops.gru,
  gruCell: ops.gruCell,
  hardSigmoid: ops.hardSigmoid,
  layerNorm: ops.layerNorm,
  leakyRelu: ops.leakyRelu,
  less: ops.less,
  lessEqual: ops.lessEqual,
  log: ops.log,
  logSoftmax: ops.logSoftmax,
  logSumExp: ops.logSumExp,
  lstm: ops.lstm,
  lstmCell: ops.lstmCell,
  matmul: ops.matmul,
  max: ops.max,
  maxPool1d: ops.maxPool1d,
  maxPool2d: ops.maxPool2d,
  maxPool3d: ops.maxPool3d,
  maximum: ops.maximum,
  mean: ops.mean,
  min: ops.min,
  minimum: ops.minimum,
  mul: ops.mul,
  negate: ops.negate,
  norm: ops.norm,
  notEqual: ops.notEqual,
  oneHot: ops.oneHot,
  outer: ops.outer,
  pad: ops.pad,
  pow: ops.pow,
  prod: ops.prod,
  relu: ops.relu,
  repeat: ops.repeat,
  reshape: ops.reshape,
  roll: ops.roll,
  rotate: ops.rotate,
  round: ops.round,
  sampleBilinear: ops.sampleBilinear,
  selu: ops.selu,
  separableConv2d: ops.separableConv2d,
  sigmoid: ops.sigmoid,
  sign: ops.sign,
  silu: ops.silu,
  simpleRnn: ops.simpleRnn,
  simpleRnnCell: ops.simpleRnnCell,
  sin: ops.sin,
  slice: ops.slice,
  softmax: ops.softmax,
  softmaxCrossEntropy: ops.softmaxCrossEntropy,
  ctcLoss: ops.ctcLoss,
  softplus: ops.softplus,
  sort: ops.sort,
  split: ops.split,
  sqrt: ops.sqrt,
  square: ops.square,
  squeeze: ops.squeeze,
  std: ops.std,
  sub: ops.sub,
  sum: ops.sum,
  tan: ops.tan,
  tanh: ops.tanh,
  tile: ops.tile,
  topK: ops.topK,
  transpose: ops.transpose,
  upsample2d: ops.upsample2d,
  variance: ops.variance,
  weightedMean: ops.weightedMean,
  where: ops.where,
};

/** The methods that `import "lanegrad/methods"` gives to every tensor. */
export type TensorMethods = { readonly [K in keyof typeof functions]: Method<(typeof functions)[K]> };

declare module "../tensor/tensor.js" {
  // An interface, since only these merge with a class.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface Tensor extends TensorMethods {}
}

for (const [name, f] of Object.entries(functions)) {
  Object.defineProperty(Tensor.prototype, name, {
    configurable: true,
    writable: true,
    value(this: Tensor, ...rest: unknown[]): unknown {
      return (f as (x: Tensor, ...rest: unknown[]) => unknown)(this, ...rest);
    },
  });
}
