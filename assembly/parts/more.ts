/**
 * What networks need now and then: functions and losses beside the common ones, comparisons, extremes, running sums, sorting, further optimizers and metrics; the peak loop
 * of measurements; the tiles of wide mode.
 */
export { argMaxAxis, argMinAxis, maxAxis, maxAxisBackward, minAxis } from "../reduce/extreme";
export { productAxis, productAxisBackward } from "../reduce/product";
export { cumulativeProduct, cumulativeProductBackward, cumulativeSum } from "../reduce/scan";
export { scatterAddAxis, sortAxis, sortAxisScratchBytes } from "../order/sort";
export { nadamStep } from "../optim/adam";
export { adamaxStep } from "../optim/adamax";
export { lionStep } from "../optim/lion";
export { combineVectors, dotBlocks, largestBlocks } from "../optim/vectors";
export { adadeltaStep, adagradStep, rmspropStep } from "../optim/adaptive";
export {
  absBackward,
  absForward,
  clipBackward,
  clipForward,
  expBackward,
  expForward,
  logBackward,
  logForward,
} from "../elementwise/unary";
export { sqrtBackward, sqrtForward, squareBackward, squareForward } from "../elementwise/unary";
export { atanBackward, atanForward, cosBackward, cosForward } from "../elementwise/angles";
export { sinBackward, sinForward, tanBackward, tanForward } from "../elementwise/angles";
export { floorForward, roundForward, signForward } from "../elementwise/rounding";
export { powBackward, powForward } from "../elementwise/power";
export { compare, furtherBinary } from "../elementwise/binary";
export { whereBackwardA, whereBackwardB, whereForward } from "../elementwise/where";
export { castFloat32ToInt32, castInt32ToFloat32, castUint8ToFloat32 } from "../memory/cast";
export { logSoftmaxBackward, logSoftmaxForward } from "../softmax/softmax";
export { halfSquaredErrorBackward, halfSquaredErrorForward } from "../loss/elementwise";
export { absoluteErrorBackward, absoluteErrorForward } from "../loss/elementwise";
export { hingeBackward, hingeForward, huberBackward, huberForward } from "../loss/elementwise";
export { kullbackLeiblerBackward, kullbackLeiblerForward } from "../loss/elementwise";
export { cosineSimilarityBackward, cosineSimilarityForward } from "../loss/cosineSimilarity";
export { randomBits, randomInt, randomNormal, randomTruncatedNormal } from "../random/draws";
export { confusionAdd, histogramAdd } from "../metrics/counts";
export { determinationAdd } from "../metrics/sums";
export { peakFlopsPerIteration, peakMultiplyAdd, peakOnThreads } from "../bench/peak";
export { wideColumn } from "../gemm/wideTiles";
