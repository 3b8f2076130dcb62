/** The ABI and the table of contents: every kernel by name. Nothing else lives here. */
export { buildFeatures, heapBase } from "./module";
export { setSmallWork, setThread, threadCount, threadIndex } from "./thread";
export { fill } from "./elementwise/fill";
export { gemm, gemmScratchBytes } from "./gemm/gemm";
export { peakMultiplyAdd } from "./bench/peak";
export { combineBlocks, sumBlocks, sumBlocksCount, sumMagnitudesBlocks, sumSquaresBlocks } from "./reduce/blocks";
export { sumAxis, sumAxisBackward } from "./reduce/sum";
export { argMaxAxis, argMinAxis, maxAxis, maxAxisBackward, minAxis } from "./reduce/extreme";
export { gatherRows, gatherRowsUint8, scatterAddRows } from "./gather/rows";
export { advanceStep, optimizerBlockBytes } from "./optim/block";
export { momentumStep, sgdStep } from "./optim/sgd";
export { adamStep, adamwStep, nadamStep } from "./optim/adam";
export { adadeltaStep, adagradStep, rmspropStep } from "./optim/adaptive";
export { clipFactor, clipGradients, regularize, scaleByFactor } from "./optim/clip";
