/** The ABI and the table of contents of the core: its kernels by name. The other parts are in parts/. Nothing else lives here. */
export { buildFeatures, heapBase } from "./module";
export {
  beginProbe, endProbe, setAlone, setSmallWork, setThread, threadCount, threadIndex,
} from "./thread"; // prettier-ignore
export { setWide } from "./wide";
export { fill } from "./elementwise/fill";
export { gemm, gemmScratchBytes } from "./gemm/gemm";
export { gemmBatch } from "./gemm/batch";
export { combineBlocks, sumBlocks, sumBlocksCount, sumMagnitudesBlocks, sumSquaresBlocks } from "./reduce/blocks";
export { sumAxis, sumAxisBackward } from "./reduce/sum";
export { gatherRows, gatherRowsUint8, scatterAddRows } from "./gather/rows";
export { clearRowList, collectAllRows, collectRows, rowListBytes } from "./gather/rowList";
export { advanceStep } from "./optim/block";
export { momentumStep, sgdStep } from "./optim/sgd";
export { adamStep, adamwStep } from "./optim/adam";
export {
  clipFactor,
  clipGradients,
  regularize,
  scaleByFactor,
  sumSquaresRows,
  sumSquaresRowsCount,
} from "./optim/clip";
export { negateBackward, negateForward } from "./elementwise/unary";
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
export { binary } from "./elementwise/binary";
export { biasActivationBackward, biasActivationForward } from "./elementwise/bias";
export { addStrided, copyBytes, copyStrided } from "./memory/copy";
export { softmaxBackward, softmaxForward } from "./softmax/softmax";
export { softmaxCrossEntropyBackward, softmaxCrossEntropyForward } from "./loss/softmaxCrossEntropy";
export { softmaxCrossEntropySparseBackward, softmaxCrossEntropySparseForward } from "./loss/softmaxCrossEntropy";
export { crossEntropyBackward, crossEntropyForward } from "./loss/elementwise";
export { crossEntropySparseBackward, crossEntropySparseForward } from "./loss/sparseCrossEntropy";
export { binaryCrossEntropyBackward, binaryCrossEntropyForward } from "./loss/elementwise";
export { sigmoidCrossEntropyBackward, sigmoidCrossEntropyForward } from "./loss/elementwise";
export { squaredErrorBackward, squaredErrorForward } from "./loss/elementwise";
export { clearPadding, stepWeights } from "./loss/stepWeights";
export { weightedMeanBackward, weightedMeanForward } from "./loss/weightedMean";
export { movingAverage, warmMovingAverage } from "./norm/movingAverage";
export { advanceRandom } from "./random/philox";
export { randomUniform } from "./random/draws";
export { dropoutBackward, dropoutForward, dropoutMaskBytes } from "./random/dropout";
export { answersAdd, topKCount } from "./metrics/counts";
export { meanAdd } from "./metrics/sums";
