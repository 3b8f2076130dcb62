/** Every fuzzer. */
import type { Fuzzer } from "./fuzzer.js";
import { damagedFiles } from "./damagedFiles.js";
import { maskedStacks } from "./maskedStacks.js";
import { movedOut } from "./movedOut.js";
import { publicApi } from "./publicApi.js";
import { recordedPrograms } from "./recordedPrograms.js";
import { trainedNetworks } from "./trainedNetworks.js";

export const fuzzers: readonly Fuzzer[] = [
  recordedPrograms,
  trainedNetworks,
  maskedStacks,
  damagedFiles,
  movedOut,
  publicApi,
];
