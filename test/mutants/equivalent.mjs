/**
 * Mutants of src/ that change nothing that a test could see, with one line of argument each. scripts/mutants/rooms.mjs subtracts them from what survives, and
 * complains where one is caught or no longer there. file, line (trimmed), from (the piece), to (what takes its place).
 */
const learningRate = "src/callbacks/learningRate.ts";

const optimizerState = "src/optimizers/state.ts";

const csvLogger = "src/callbacks/csvLogger.ts";

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
  {
    file: optimizerState,
    line: "if (clipValue !== undefined) for (const range of this.#ranges) clipByValue(range, clipValue);",
    from: "clipValue !== undefined",
    to: "true",
    why: "the kernel clips to NaN, which leaves every gradient as it is",
  },
  {
    file: optimizerState,
    line: "if (value !== 0) fillFloat32(slab.whole.ptr, value, slab.whole.size);",
    from: "value !== 0",
    to: "true",
    why: "fills a new slab, which is zero, with 0",
  },
  {
    file: csvLogger,
    line: "let isResumed = false;",
    from: "false",
    to: "true",
    why: "onTrainBegin, which comes first, sets it to false",
  },
  {
    file: csvLogger,
    line: "if (kept < found.length || !isEnded) await write(found.slice(0, kept));",
    from: "kept < found.length || !isEnded",
    to: "true",
    why: "writes the file with the text that it has",
  },
  {
    file: csvLogger,
    line: "if (kept < found.length || !isEnded) await write(found.slice(0, kept));",
    from: "kept < found.length",
    to: "kept <= found.length",
    why: "writes the file with the text that it has",
  },
];
