/** The ABI and the table of contents: every kernel by name. Nothing else lives here. */
export { buildFeatures, heapBase } from "./module";
export {
  beginProbe, endProbe, setAlone, setSmallWork, setThread, threadCount, threadIndex,
} from "./thread"; // prettier-ignore
export { setWide } from "./wide";
export { fill } from "./elementwise/fill";
export { gemm, gemmScratchBytes } from "./gemm/gemm";
export { gemmBatch } from "./gemm/batch";
export { peakFlopsPerIteration, peakMultiplyAdd, peakOnThreads } from "./bench/peak";
export { combineBlocks, sumBlocks, sumBlocksCount, sumMagnitudesBlocks, sumSquaresBlocks } from "./reduce/blocks";
export { sumAxis, sumAxisBackward } from "./reduce/sum";
export { argMaxAxis, argMinAxis, maxAxis, maxAxisBackward, minAxis } from "./reduce/extreme";
export { gatherRows, gatherRowsUint8, scatterAddRows } from "./gather/rows";
export { clearRowList, collectRows, rowListBytes } from "./gather/rowList";
export { advanceStep, optimizerBlockBytes } from "./optim/block";
export { momentumStep, sgdStep } from "./optim/sgd";
export { adamStep, adamwStep, nadamStep } from "./optim/adam";
export { adadeltaStep, adagradStep, rmspropStep } from "./optim/adaptive";
export {
  clipFactor,
  clipGradients,
  regularize,
  scaleByFactor,
  sumSquaresRows,
  sumSquaresRowsCount,
} from "./optim/clip";
export {
  absBackward,
  absForward,
  clipBackward,
  clipForward,
  expBackward,
  expForward,
  logBackward,
  logForward,
} from "./elementwise/unary";
export {
  negateBackward,
  negateForward,
  sqrtBackward,
  sqrtForward,
  squareBackward,
  squareForward,
} from "./elementwise/unary";
export { powBackward, powForward } from "./elementwise/power";
export {
  eluBackward,
  eluForward,
  geluBackward,
  geluForward,
  hardSigmoidBackward,
  hardSigmoidForward,
} from "./elementwise/activations";
export {
  leakyReluBackward,
  leakyReluForward,
  reluBackward,
  reluForward,
  seluBackward,
  seluForward,
} from "./elementwise/activations";
export {
  sigmoidBackward,
  sigmoidForward,
  siluBackward,
  siluForward,
  softplusBackward,
  softplusForward,
} from "./elementwise/activations";
export { tanhBackward, tanhForward } from "./elementwise/activations";
export { addForward, divBackwardB, divForward, mulForward, subForward } from "./elementwise/binary";
export { maximumBackward, maximumForward, minimumBackward, minimumForward } from "./elementwise/binary";
export { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./elementwise/compare";
export {
  equalInt32,
  greaterEqualInt32,
  greaterInt32,
  lessEqualInt32,
  lessInt32,
  notEqualInt32,
} from "./elementwise/compare";
export { whereBackwardA, whereBackwardB, whereForward } from "./elementwise/where";
export { biasActivationBackward, biasActivationForward } from "./elementwise/bias";
export { addStrided, copyBytes, copyStrided } from "./memory/copy";
export { castFloat32ToInt32, castInt32ToFloat32, castUint8ToFloat32 } from "./memory/cast";
export { logSoftmaxBackward, logSoftmaxForward, softmaxBackward, softmaxForward } from "./softmax/softmax";
export { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from "./loss/softmaxCrossEntropy";
export { softmaxCrossEntropySparseBackward, softmaxCrossEntropySparseForward } from "./loss/softmaxCrossEntropy";
export { crossEntropyBackward, crossEntropyForward } from "./loss/elementwise";
export { crossEntropySparseBackward, crossEntropySparseForward } from "./loss/sparseCrossEntropy";
export { binaryCrossEntropyBackward, binaryCrossEntropyForward } from "./loss/elementwise";
export { sigmoidCrossEntropyBackward, sigmoidCrossEntropyForward } from "./loss/elementwise";
export { halfSquaredErrorBackward, halfSquaredErrorForward } from "./loss/elementwise";
export { squaredErrorBackward, squaredErrorForward } from "./loss/elementwise";
export { absoluteErrorBackward, absoluteErrorForward } from "./loss/elementwise";
export { hingeBackward, hingeForward, huberBackward, huberForward } from "./loss/elementwise";
export { kullbackLeiblerBackward, kullbackLeiblerForward } from "./loss/elementwise";
export { cosineSimilarityBackward, cosineSimilarityForward } from "./loss/cosineSimilarity";
export { weightedMeanBackward, weightedMeanForward } from "./loss/weightedMean";
export { movingAverage, warmMovingAverage } from "./norm/movingAverage";
export { advanceRandom } from "./random/philox";
export { randomBits, randomInt, randomNormal, randomTruncatedNormal, randomUniform } from "./random/draws";
export { dropoutBackward, dropoutForward, dropoutMaskBytes } from "./random/dropout";
export { confusionAdd, histogramAdd, topKCount } from "./metrics/counts";
export { determinationAdd, meanAdd } from "./metrics/sums";
