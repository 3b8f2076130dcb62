/**
 * Which part of the kernels a folder of assembly/ is first built in, and which tests concern it: the cheapest file first. `rows` are those of the table of ops
 * (test/ops/table.test.ts) that call the family. A mutant that all of these let pass is built into every part that holds it and meets `wider`.
 */

export const table = "test/ops/table.test.ts";
const kernels = (...names) => names.map((name) => `test/kernels/${name}.test.ts`);

/** Families by folder. `target` other than simd: what only threads run. Without a part: folders of src/, for kinds of faults that have a home there. */
export const families = {
  gemm: { part: "core", tests: kernels("pack", "gemm", "gemmBatch"), rows: "dense|matmul" },
  conv: { part: "images", tests: kernels("conv", "winograd"), rows: "conv|depthwise" },
  pool: { part: "images", tests: ["test/ops/pooling.test.ts"], rows: "Pool|upsample" },
  norm: { part: "images", tests: ["test/ops/norm.test.ts"], rows: "Norm|movingAverage" },
  image: { part: "images", tests: [], rows: "sample|deskew|distortion|cutout" },
  recurrent: { part: "recurrent", tests: kernels("recurrent"), rows: "lstm|gru|simpleRnn|Rnn|peephole" },
  elementwise: { part: "core", tests: kernels("fill", "bias", "unary", "binary"), rows: "" },
  reduce: { part: "core", tests: kernels("reduce"), rows: "sum|mean|max|min|arg" },
  softmax: { part: "core", tests: kernels("softmax"), rows: "oftmax" },
  loss: { part: "core", tests: kernels("loss"), rows: "Error|Entropy|hinge|huber|Leibler|cosine|weightedMean" },
  optim: { part: "core", tests: [...kernels("optim"), "test/optimizers/optimizers.test.ts"], rows: "" },
  random: { part: "core", tests: kernels("random"), rows: "dropout" },
  metrics: { part: "core", tests: kernels("metrics"), rows: "" },
  gather: { part: "core", tests: kernels("gather"), rows: "gather|embedding" },
  memory: { part: "core", tests: kernels("copy"), rows: "cast|slice|pad|transpose|concat|copy" },
  simd: { part: "core", tests: kernels("math", "unary", "random"), rows: "" },
  thread: { part: "core", tests: ["test/runtime/threadPlan.test.ts", ...kernels("fill", "optim")], rows: "" },
  launch: { part: "core", target: "simd-threads", tests: ["test/runtime/threads.test.ts"], wider: ["test/runtime/threadPlan", "test/models/threads"] },
  cli: { tests: ["test/cli/png.test.ts"], wider: [] },
  io: { tests: ["test/io/"], wider: [] },
  data: { tests: ["test/data/text/", "test/data/"], wider: [] },
  models: { tests: ["test/models/fold.test.ts", "test/models/"], wider: [] },
  layers: { tests: ["test/layers/"], wider: ["test/models/"] },
  optimizers: { tests: ["test/optimizers/"], wider: ["test/models/"] },
};

/** Parts where not the family's: functions that the core does not have. */
export const partOf = {
  "assembly/elementwise/unary.ts": "more",
  "assembly/elementwise/power.ts": "more",
  "assembly/elementwise/compare.ts": "more",
  "assembly/elementwise/binaryFunctions.ts": "more",
  "assembly/elementwise/where.ts": "more",
  "assembly/loss/cosineSimilarity.ts": "more",
  "assembly/optim/adaptive.ts": "more",
  "assembly/memory/cast.ts": "more",
  "assembly/reduce/extreme.ts": "more",
  "assembly/simd/pow.ts": "more",
};

/** What a mutant meets that its family let pass: files, or folders. */
export const wider = [
  "test/ops/",
  "test/kernels/",
  "test/models/traces.test.ts",
  "test/models/convTraces.test.ts",
  "test/models/embeddingTraces.test.ts",
  "test/optimizers/",
  "test/layers/",
  "test/metrics/",
  "test/tensor/",
];

/** The family of a file of assembly/. */
export function familyOf(file) {
  const [, folder, name] = file.split("/");
  return name === undefined ? folder.replace(".ts", "") : folder;
}
