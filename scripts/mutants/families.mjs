/**
 * For each folder of assembly/, the part of the kernels in which its mutants are first built, and the tests that run, the
 * cheapest file first. `rows` are the rows of the table of ops (test/ops/table.test.ts) that call the family. A mutant that
 * survives them is built into every part that contains it, and meets the tests of `wider`.
 */

export const table = "test/ops/table.test.ts";
const kernels = (...names) => names.map((name) => `test/kernels/${name}.test.ts`);

/**
 * Families by folder. `target` other than simd: what only threads run. Without a part: folders of src/, for kinds of
 * faults that have a home there.
 */
export const families = {
  gemm: {
    part: "core",
    tests: kernels("product/pack", "edges", "product/gemm", "product/gemmBatch"),
    rows: "dense|matmul",
  },
  conv: { part: "images", tests: kernels("product/conv", "product/winograd"), rows: "conv|depthwise" },
  pool: { part: "images", tests: ["test/ops/pooling.test.ts", "test/ops/ties.test.ts"], rows: "Pool|upsample" },
  norm: {
    part: "images",
    tests: ["test/ops/norm.test.ts", "test/ops/fusedPairs.test.ts", ...kernels("edges")],
    rows: "Norm|movingAverage",
  },
  image: { part: "images", tests: kernels("edges"), rows: "sample|deskew|distortion|cutout" },
  recurrent: { part: "recurrent", tests: kernels("recurrent", "edges"), rows: "lstm|gru|simpleRnn|Rnn|peephole" },
  attention: { part: "sequences", tests: ["test/ops/attention.test.ts"], rows: "attention" },
  elementwise: { part: ["core", "more"], tests: kernels("fill", "edges", "bias", "unary", "binary"), rows: "" },
  reduce: { part: "core", tests: kernels("edges", "reduce"), rows: "sum|mean|max|min|arg|prod|cum" },
  order: { part: "more", tests: ["test/ops/composed.test.ts"], rows: "sort" },
  softmax: { part: "core", tests: kernels("softmax"), rows: "oftmax" },
  loss: {
    part: "core",
    tests: kernels("edges", "loss"),
    rows: "Error|Entropy|hinge|huber|Leibler|cosine|weightedMean",
  },
  optim: { part: "core", tests: [...kernels("optim", "edges"), "test/optimizers/optimizers.test.ts"], rows: "" },
  random: { part: "core", tests: kernels("random"), rows: "dropout" },
  metrics: { part: "core", tests: kernels("metrics", "edges"), rows: "" },
  words: { part: "words", tests: kernels("glove", "word2vec"), rows: "", wider: [] },
  gather: { part: "core", tests: kernels("gather"), rows: "gather|embedding" },
  memory: { part: "core", tests: kernels("copy"), rows: "cast|slice|pad|transpose|concat|copy" },
  simd: { part: ["core", "more"], tests: kernels("unary", "math", "random"), rows: "" },
  thread: { part: "core", tests: ["test/runtime/threadPlan.test.ts", ...kernels("fill", "edges", "optim")], rows: "" },
  launch: {
    part: "core",
    target: "simd-threads",
    tests: ["test/runtime/threads.test.ts", "test/runtime/threadPage.test.ts"],
    wider: ["test/runtime/threadPlan", "test/models/step/threads"],
  },
  io: { tests: ["test/io/files.test.ts"], wider: [] },
  data: { tests: ["test/data/text/"], wider: ["test/data/"] },
  models: { tests: ["test/models/graph/fold.test.ts", "test/models/step/states.test.ts"], wider: ["test/models/"] },
  layers: {
    tests: ["test/layers/decay.test.ts", "test/models/step/states.test.ts"],
    wider: ["test/layers/", "test/models/"],
  },
  optimizers: { tests: ["test/optimizers/"], wider: ["test/models/"] },
};

/** Files that are in another part than their family, because the core does not have their functions. */
export const partOf = {
  "assembly/elementwise/unary.ts": "more",
  "assembly/elementwise/power.ts": "more",
  "assembly/elementwise/binary.ts": "more",
  "assembly/elementwise/binaryFunctions.ts": "more",
  "assembly/elementwise/where.ts": "more",
  "assembly/loss/cosineSimilarity.ts": "more",
  "assembly/optim/adaptive.ts": "more",
  "assembly/memory/cast.ts": "more",
  "assembly/norm/movingAverage.ts": "core",
  "assembly/reduce/extreme.ts": "more",
  "assembly/reduce/product.ts": "more",
  "assembly/reduce/scan.ts": "more",
  "assembly/elementwise/angles.ts": "more",
  "assembly/elementwise/rounding.ts": "more",
  "assembly/simd/angle.ts": "more",
  "assembly/simd/pow.ts": "more",
  "assembly/metrics/counts.ts": ["core", "more"],
  "assembly/loss/kinds.ts": ["core", "more"],
  "assembly/loss/elementwise.ts": ["core", "more"],
  "assembly/softmax/softmax.ts": ["core", "more"],
  "assembly/softmax/rows.ts": ["core", "more"],
  "assembly/metrics/sums.ts": ["core", "more"],
  "assembly/elementwise/binaryRow.ts": ["core", "more"],
  "assembly/elementwise/broadcast.ts": ["core", "more"],
  "assembly/random/draws.ts": ["core", "more"],
  "assembly/optim/adam.ts": ["core", "more"],
  "assembly/optim/update.ts": ["core", "more"],
};

/** The tests that run first for a file, where they are not the first of its family. */
export const firstOf = {
  "assembly/elementwise/bias.ts": kernels("bias"),
  "assembly/elementwise/activation.ts": kernels("bias", "unary"),
  "assembly/elementwise/activate.ts": kernels("bias"),
  "assembly/elementwise/activations.ts": kernels("unary"),
  "assembly/elementwise/map.ts": kernels("unary"),
  "assembly/elementwise/power.ts": kernels("unary"),
  "assembly/elementwise/unary.ts": kernels("unary"),
  "assembly/elementwise/binaryFunctions.ts": kernels("binary"),
  "assembly/elementwise/binaryRow.ts": kernels("binary"),
  "assembly/elementwise/broadcast.ts": kernels("binary"),
  "assembly/elementwise/binary.ts": kernels("binary"),
  "assembly/simd/f32x4.ts": kernels("optim", "product/gemm"),
  "assembly/simd/lanes.ts": kernels("copy", "loss"),
  "assembly/simd/swept.ts": kernels("optim", "edges"),
  "assembly/simd/trig.ts": kernels("random"),
  "assembly/simd/angle.ts": kernels("math"),
  "assembly/elementwise/rounding.ts": ["test/ops/composed.test.ts"],
  "assembly/reduce/product.ts": ["test/ops/composed.test.ts"],
  "src/data/formats/png.ts": ["test/data/formats/png.test.ts"],
  "assembly/conv/winograd.ts": kernels("product/winograd"),
  "assembly/conv/winogradConvolve.ts": kernels("product/winograd"),
  "assembly/conv/winogradGradient.ts": kernels("product/winograd"),
  "assembly/conv/winogradKernel.ts": kernels("product/winograd"),
  "assembly/conv/winogradPatch.ts": kernels("product/winograd"),
};

/** The tests for a mutant that survived those of its family: files or folders. */
export const wider = [
  "test/ops/",
  "test/kernels/",
  "test/models/traces/traces.test.ts",
  "test/models/traces/convTraces.test.ts",
  "test/models/traces/embeddingTraces.test.ts",
];

/** The family of a file of assembly/. */
export function familyOf(file) {
  const [, folder, name] = file.split("/");
  return name === undefined ? folder.replace(".ts", "") : folder;
}
