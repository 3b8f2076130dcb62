/** Every fuzzer. */
import type { Fuzzer } from "./fuzzer.js";
import { maskedStacks } from "./maskedStacks.js";
import { recordedPrograms } from "./recordedPrograms.js";

export const fuzzers: readonly Fuzzer[] = [recordedPrograms, maskedStacks];
