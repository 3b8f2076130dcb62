/**
 * Mutants of src/ that change nothing that a test could see, with one line of argument for those of a kind.
 * scripts/mutants/rooms.mjs subtracts them from what survives, and complains where one is caught or no longer there.
 * A row is a line (trimmed), the piece of it, and what takes its place.
 */
const same = (file, why, ...rows) => rows.map(([line, from, to]) => ({ file, line, from, to, why }));

const callbacks = [
  same("src/callbacks/learningRate.ts", "after an improvement the next line sets it to 0", [
    "else if (!improved) waited++;",
    "!improved",
    "true",
  ]),
  same("src/callbacks/learningRate.ts", "the cooldown begins with 0 epochs waited and none is added while it lasts", [
    "if (improved || cooling > 0) waited = 0;",
    "cooling > 0",
    "false",
  ]),
  same("src/callbacks/learningRate.ts", "sets the learning rate to what it is", [
    "if (reduced < training.learningRate) training.learningRate = reduced;",
    "reduced < training.learningRate",
    "reduced <= training.learningRate",
  ]),
  same("src/callbacks/csvLogger.ts", "onTrainBegin, which comes first, sets it to false", [
    "let isResumed = false;",
    "false",
    "true",
  ]),
  same(
    "src/callbacks/csvLogger.ts",
    "writes the file with the text that it has",
    [
      "if (kept < found.length || !isEnded) await write(found.slice(0, kept));",
      "kept < found.length || !isEnded",
      "true",
    ],
    [
      "if (kept < found.length || !isEnded) await write(found.slice(0, kept));",
      "kept < found.length",
      "kept <= found.length",
    ],
  ),
];

const metrics = [
  same("src/metrics/places.ts", "one weight a place is then repeated once: the same weights, copied", [
    "if (weights === undefined || weights.size === places) return weights;",
    "weights.size === places",
    "false",
  ]),
];

const optimizers = [
  same("src/optimizers/state.ts", "fills a new slab, which is zero, with 0", [
    "if (value !== 0) fillFloat32(slab.whole.ptr, value, slab.whole.size);",
    "value !== 0",
    "true",
  ]),
];

const behind = "reads undefined and writes behind the end of a typed array, which is ignored";
const lastToken = "the first token ends the walk, and a sample without one is left out";
const data = [
  same("src/data/lengths.ts", behind, ["for (let n = 0; n < N; n++) {", "n < N", "n <= N"]),
  same(
    "src/data/lengths.ts",
    lastToken,
    ["while (last > first && values[last] === 0) last--;", "last > first", "true"],
    ["while (last > first && values[last] === 0) last--;", "last > first", "last >= first"],
  ),
  same("src/data/lengths.ts", "sorts an empty part", [
    "for (let begin = 0; begin < N; begin += pool) {",
    "begin < N",
    "begin <= N",
  ]),
  same("src/data/lengths.ts", "sets nothing: of no batch there are no rows", [
    "for (let b = 0; b < whole; b++) {",
    "b < whole",
    "b <= whole",
  ]),
  same("src/data/folds.ts", "sets nothing: of no row there are no values", [
    "for (let i = 0; i < order.length; i++) {",
    "i < order.length",
    "i <= order.length",
  ]),
  same("src/data/arrays.ts", behind, [
    "for (let i = 0; i < values.length; i++) ones[i * count + values[i]] = 1;",
    "i < values.length",
    "i <= values.length",
  ]),
  same("src/data/numpyShuffle.ts", behind, ["for (let i = 1; i < 624; i++) {", "i < 624", "i <= 624"]),
  same("src/data/numpyShuffle.ts", behind, ["for (let i = 0; i < 624; i++) {", "i < 624", "i <= 624"]),
  same("src/data/imdb.ts", behind, [
    "for (let t = 1; t < tokens.length; t++) {",
    "t < tokens.length",
    "t <= tokens.length",
  ]),
  same("src/data/batches.ts", "as different for each pair of n ≤ batchSize and steps", [
    "const key = (steps ?? 0) * (this.batchSize + 1) + n;",
    "(steps ?? 0) * (this.batchSize + 1) + n",
    "(steps ?? 0) * (this.batchSize + 1) - n",
  ]),
  same("src/data/formats/idx.ts", "equal lengths do not come here", [
    'const wrong = bytes.length < size ? "the idx file is cut short" : "bytes follow the idx values";',
    "bytes.length < size",
    "bytes.length <= size",
  ]),
  same("src/data/formats/pickledLists.ts", "what is no number is never an int32 either", [
    'if (typeof item !== "number" || item !== (item | 0)) {',
    'typeof item !== "number"',
    "false",
  ]),
  same("src/data/formats/pickledLists.ts", "an instruction stands before, so that no line ends at byte 0", [
    'if (end < 0) throw this.#fail("a name without end");',
    "end < 0",
    "end <= 0",
  ]),
  same("src/data/labels.ts", "different names are never spelt the same", [
    "if (known === undefined || spelling(names[n], known) < 0) shortest.set(key, names[n]);",
    "spelling(names[n], known) < 0",
    "spelling(names[n], known) <= 0",
  ]),
  same("src/data/labels.ts", "a text without digits is the number 0 as well", [
    'const [, sign, whole = "", fraction = "", bareFraction = "", exponent = "0"] = decimal.exec(number)!;',
    '"0"',
    '""',
  ]),
  same("src/data/labels.ts", "a key that no other number has, as well", [
    'if (first === end) return "0";',
    '"0"',
    '""',
  ]),
  same(
    "src/data/labels.ts",
    "numbers below 0 and above it have different keys, as well",
    ['return `${sign === "-" ? "-" : ""}${all.slice(first, end)}e${power}`;', 'sign === "-"', 'sign !== "-"'],
    ['return `${sign === "-" ? "-" : ""}${all.slice(first, end)}e${power}`;', '""', '"Stryker was here!"'],
  ),
  ...["src/data/mnist.ts", "src/data/imdb.ts"].map((file) =>
    same(
      file,
      "a set that holds none of the files' names, as well",
      ["const present = new Set<string>(await fs.readdir(folder).catch(() => []));", "() => []", "() => undefined"],
      ["const present = new Set<string>(await fs.readdir(folder).catch(() => []));", "[]", '["Stryker was here"]'],
    ),
  ),
  same("src/data/mnist.ts", "the four names hold .gz once, at their end", [
    'const unpacked = (name: string) => name.replace(/\\.gz$/, "");',
    "/\\.gz$/",
    "/\\.gz/",
  ]),
  same("src/data/imdb.ts", "an option that is undefined is one that is not given", [
    "return isGzip(bytes) ? gunzip(bytes, `${op}: ${file}`, { ...(size !== undefined && { size }), maxBytes }) : bytes;",
    "size !== undefined",
    "true",
  ]),
];

const models = [
  ...["src/models/file/notes.ts", "src/models/file/saving.ts"].map((file) =>
    same(file, "a function that ends without a word returns undefined", [
      "} catch {",
      "{\n    return undefined;\n  }",
      "{}",
    ]),
  ),
  same(
    "src/models/file/notes.ts",
    "no object is that text",
    ['encode(op, given, "notes", []);', "[]", '["Stryker was here"]'],
    ['return encode(op, copy ?? given, "notes", []);', "[]", '["Stryker was here"]'],
  ),
  same(
    "src/models/graph/architecture.ts",
    "what is no object has no shape, className, layer or inputs",
    [
      'Array.isArray(list) && list.every((item) => typeof item === "object" && item !== null);',
      'typeof item === "object"',
      "true",
    ],
    ['typeof parts === "object" &&', 'typeof parts === "object"', "true"],
  ),
  same("src/models/graph/graph.ts", "the first input is not listed before", [
    "if (twice >= 0) {",
    "twice >= 0",
    "twice > 0",
  ]),
  same("src/models/graph/graph.ts", "a text is no tensor of the graph, and comes from no layer", [
    "for (const input of symbol.origin?.inputs ?? []) sources.add(input);",
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/models/upTo.ts", "a text is no tensor of the graph, and comes from no layer", [
    "for (const symbol of needed) for (const input of symbol.origin?.inputs ?? []) needed.add(input);",
    "[]",
    '["Stryker was here"]',
  ]),
  same(
    "src/models/graph/fold.ts",
    "loadModel reads the tensors of its layers alone",
    ...[
      ['["gamma", "beta", "movingMean", "movingVariance"]', "[]"],
      ['"gamma"', '""'],
      ['"beta"', '""'],
      ['"movingMean"', '""'],
      ['"movingVariance"', '""'],
      ["`${norm}/${name}`", "``"],
    ].map(([from, to]) => [
      'for (const name of ["gamma", "beta", "movingMean", "movingVariance"]) values.delete(`${norm}/${name}`);',
      from,
      to,
    ]),
  ),
  same("src/models/loop/streamSteps.ts", "nobody reads it: the rows of each batch have an order of their own", [
    "order: () => new Int32Array(0),",
    "() => new Int32Array(0)",
    "() => undefined",
  ]),
];

export const equivalent = [callbacks, metrics, optimizers, data, models].flat(2);
