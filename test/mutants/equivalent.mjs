/**
 * Mutants of src/ that change nothing that a test could see, with one line of argument each. scripts/mutants/rooms.mjs subtracts them from what survives, and
 * complains where one is caught or no longer there. file, line (trimmed), from (the piece), to (what takes its place).
 */
const learningRate = "src/callbacks/learningRate.ts";

const places = "src/metrics/places.ts";

export const equivalent = [
  {
    file: places,
    line: "if (weights === undefined || weights.size === places) return weights;",
    from: "weights.size === places",
    to: "false",
    why: "one weight a place is then repeated once: the same weights, copied",
  },
  {
    file: learningRate,
    line: "else if (!improved) waited++;",
    from: "!improved",
    to: "true",
    why: "after an improvement the next line sets it to 0",
  },
  {
    file: learningRate,
    line: "if (improved || cooling > 0) waited = 0;",
    from: "cooling > 0",
    to: "false",
    why: "the cooldown begins with 0 epochs waited and none is added while it lasts",
  },
  {
    file: learningRate,
    line: "if (reduced < training.learningRate) training.learningRate = reduced;",
    from: "reduced < training.learningRate",
    to: "reduced <= training.learningRate",
    why: "sets the learning rate to what it is",
  },
];
