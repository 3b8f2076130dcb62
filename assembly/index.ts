/** The ABI and the table of contents: every kernel by name. Nothing else lives here. */
export { buildFeatures, heapBase } from "./module";
export { setSmallWork, setThread, threadCount, threadIndex } from "./thread";
export { fill } from "./elementwise/fill";
export { gemm, gemmScratchBytes } from "./gemm/gemm";
export { peakMultiplyAdd } from "./bench/peak";
