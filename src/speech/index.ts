/** Speech: sounds read and written, features of them, augmentation, decoding. An entry of its own, `lanegrad/speech`. */
export type { Sound } from "../data/formats/wav.js";
export { encodeWav, readWav, writeWav, type ReadWavOptions, type WriteWavOptions } from "./wav.js";
