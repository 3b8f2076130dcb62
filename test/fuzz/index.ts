/** Every fuzzer. */
import type { Fuzzer } from "./fuzzer.js";
import { damagedFiles } from "./damagedFiles.js";
import { recordedPrograms } from "./recordedPrograms.js";

export const fuzzers: readonly Fuzzer[] = [recordedPrograms, damagedFiles];
