/** Is type-checked against the installed declarations, never run. */
import { info, init, type Info, type Layer } from "lanegrad";
import { dense } from "lanegrad/layers";

export const started: Info = await init({ build: "simd" });
export const { build }: Info = info();
// @ts-expect-error: builds are a union of names
await init({ build: "avx" });

export const layer: Layer = dense({ units: 1 });
