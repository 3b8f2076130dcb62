/** Faults in src/ of kinds that once went unnoticed, each in its home; Stryker (rooms.mjs) plants the rest. A row: see products.mjs. */
export const edits = {
  "src/data/formats/png.ts": [
    [
      "toLeft <= toAbove && toLeft <= toCorner",
      "toLeft < toAbove && toLeft <= toCorner",
      "ties: Paeth's left and above equally near",
      "where both are as near, they are equal, or the corner is nearer than both",
    ],
    [
      "toLeft <= toAbove && toLeft <= toCorner",
      "toLeft <= toAbove && toLeft < toCorner",
      "ties: Paeth's left and corner equally near",
    ],
    ["toAbove <= toCorner ?", "toAbove < toCorner ?", "ties: Paeth's above and corner equally near"],
  ],
  "src/data/text/sampler.ts": [
    [
      "random.uniform() * cumulated.at(-1)!;",
      "random.uniform() * cumulated.at(-1)! * (1 + 2 ** -31);",
      "rounding: nobody is drawn",
    ],
  ],
  "src/data/text/streams.ts": [
    [
      "(row % batchSize) * L + Math.floor(row / batchSize) * T",
      "(row % batchSize) * L + (W - 1 - Math.floor(row / batchSize)) * T",
      "windows out of order",
    ],
    [
      "(row % batchSize) * L + Math.floor(row / batchSize) * T",
      "Math.floor(row / W) * L + (row % W) * T",
      "windows out of order",
    ],
  ],
  "src/layers/parameter.ts": [
    [
      "    for (const [i, [parameter]] of substitutes.entries()) parameter.bind(before[i]);\n",
      "",
      "states not restored after a validation",
    ],
  ],
  "src/layers/recurrent/carriedStates.ts": [
    ['      if (owners.get(parameter) === "fit") continue;\n', "", "states of a fit that is under way taken"],
  ],
  "src/models/graph/fold.ts": [
    ["!outputs.includes(tensor) && ", "", "folded although the convolution's output is one of the model's"],
    [
      " && calls.filter((call) => call.inputs.includes(tensor)).length === 1",
      "",
      "folded although the convolution's output is used elsewhere",
    ],
    [" && uses(norm) === 1", "", "folded although the normalisation is shared"],
    ["fits && uses(layer) === 1 &&", "fits &&", "folded although the convolution is shared"],
  ],
  "src/io/files.ts": [["await handle.sync();", "", "a file is not on the disk before it is renamed"]],
  "src/layers/recurrent/recurrentLayer.ts": [
    [
      "this.declare({ ...spec, decays: false })",
      "this.declare({ ...spec, decays: true })",
      "weight decay of peepholes",
    ],
  ],
  "src/layers/core/dense.ts": [["decays: false", "decays: true", "weight decay of biases"]],
  "src/layers/image/convolutionLayer.ts": [["decays: false", "decays: true", "weight decay of biases"]],
  "src/layers/norm/normalization.ts": [["{ decays: false }", "{ decays: true }", "weight decay of γ and β"]],
};
