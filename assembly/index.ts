/** The ABI and the table of contents: every kernel by name. Nothing else lives here. */
export { heapBase } from "./heapBase";
export { setSmallWork, setThread, threadCount, threadIndex } from "./thread";
export { fill } from "./elementwise/fill";
