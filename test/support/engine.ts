/**
 * The library, running, for tests above the kernels. One build a process: vitest runs the tests of test/ops once for each project, and a project names its
 * build by LANEGRAD_BUILD. Node 20 has relaxed SIMD behind a flag, which is set here, so that both builds are tested everywhere.
 */
import { setFlagsFromString } from "node:v8";
import { probeFeatures } from "../../src/runtime/features.js";
import type { BuildName } from "../../src/runtime/modules/load.js";
import { init } from "../../src/runtime/init.js";
import { unseeded } from "../../src/models/seeds.js";
import { pressHeap } from "./pressure.js";

/** The build under test. */
export const build: BuildName = process.env.LANEGRAD_BUILD === "relaxed" ? "relaxed" : "simd";

if (build === "relaxed" && !probeFeatures().relaxedSimd) setFlagsFromString("--experimental-wasm-relaxed-simd");
await init({ build, threads: 1 }); // withThreads (kernelTable.ts) plays the shares one after the other

/** With LANEGRAD_PRESSURE=1 every test runs with all that may be moved out moved out at every turn. */
if (process.env.LANEGRAD_PRESSURE === "1") pressHeap();

/** Tests compare models with each other: those made without a seed all get 0. (seeds.test.ts has it otherwise.) */
Object.defineProperty(unseeded, "next", { get: () => 0, set: () => undefined, configurable: true });
