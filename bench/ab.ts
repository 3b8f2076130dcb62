/**
 * Compares builds of the kernels in one process:
 * `node build/ab.mjs A.wasm B.wasm [… .wasm] [part of a shape's name, or 64x300x10NT …]`, made by
 * `npx esbuild bench/ab.ts --bundle --platform=node --format=esm --outfile=build/ab.mjs`. AB_MS: milliseconds for each
 * shape. AB_WIDE=1: wide mode. Prints for each build the best and the median slice as percentages of the best and the
 * median peak of the same turns, the best in GFLOP/s, and the best's ratio to the first build's. How it is measured:
 * builds.ts.
 */
import { argv, exit } from "node:process";
import { compareBuilds, loadBuild } from "./builds.js";
import { shapesOf } from "./shapes.js";

const files = argv.slice(2).filter((word) => word.endsWith(".wasm"));
const words = argv.slice(2).filter((word) => !word.endsWith(".wasm"));
if (files.length < 2) {
  console.error(
    "usage: node build/ab.mjs A.wasm B.wasm [… .wasm] [part of a shape's name, or MxNxK with NN, NT, TN, TT …]",
  );
  exit(1);
}
const builds = files.map((file) => loadBuild(file, process.env.AB_WIDE === "1"));
console.log("best % of peak, median %, best GFLOP/s, ratio to the first; one group a build");
for (const shape of shapesOf(words)) {
  const speeds = compareBuilds(builds, shape, Number(process.env.AB_MS ?? 1000));
  const groups = speeds.map(({ best, bestPercent, medianPercent }) =>
    [
      bestPercent.toFixed(1).padStart(5),
      medianPercent.toFixed(1).padStart(6),
      best.toFixed(1).padStart(6),
      (best / speeds[0].best).toFixed(3).padStart(6),
    ].join(" "),
  );
  const { m, n, k, transA, transB, name } = shape;
  console.log(`${groups.join("  |")}   ${name} (${m}×${n}×${k} ${transA ? "T" : "N"}${transB ? "T" : "N"})`);
}
