/** Data sets: loaders, and what prepares their values for training. */
export type { Dataset, Split } from "./dataset.js";
export { digits, type DigitsOptions } from "./digits.js";
export { findMnist, mnist, type DownloadProgress, type MnistOptions } from "./mnist.js";
