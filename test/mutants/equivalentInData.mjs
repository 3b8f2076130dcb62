/** Mutants of src/data that change nothing that a test could see: see equivalent.mjs. */
import { same } from "./same.mjs";

const behind = "reads undefined and writes behind the end of a typed array, which is ignored";
const lastToken = "the first token ends the walk, and a sample without one is left out";
export const inData = [
  same("src/data/formats/png.ts", behind, [
    "for (let i = 0; i < row.length; i++) {",
    "i < row.length",
    "i <= row.length",
  ]),
  same("src/data/formats/png.ts", "as near as one another, and corner no nearer, left and above are equal", [
    "if (toLeft <= toAbove && toLeft <= toCorner) return left;",
    "toLeft <= toAbove",
    "toLeft < toAbove",
  ]),
  same(
    "src/data/formats/png.ts",
    "the opacity is written there afterwards",
    ["for (let c = 0; c < 3; c++) pixels[to + c] = palette[index * 3 + c];", "c < 3", "c <= 3"],
    [
      "for (let c = 0; c < 3; c++) pixels[to + c] = Math.round(sample(row, i * channels + (c % colors)) * scale);",
      "c < 3",
      "c <= 3",
    ],
  ),
  same("src/data/formats/png.ts", "the general way reads the same byte", [
    "if (depth === 8) return (row, i) => row[i];",
    "depth === 8",
    "false",
  ]),
  same(
    "src/data/formats/png.ts",
    "a part of a message that is undefined is one that is not given",
    ...["expected", "got"].map((part) => [
      "const parts = { ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) };",
      `${part} !== undefined`,
      "true",
    ]),
  ),
  same(
    "src/data/formats/png.ts",
    "the function's name in a message of pages, which decode their pictures themselves",
    ['const { crc32 } = nodeBuiltin("zlib", "png");', '"png"', '""'],
    ['scanlines = nodeBuiltin("zlib", "png").inflateSync(compressed, {', '"png"', '""'],
  ),
  same("src/data/formats/png.ts", "in two pieces, which are copied together, the same bytes", [
    "chunkSize: Math.max(64, bytes + 1),",
    "bytes + 1",
    "bytes - 1",
  ]),
  same("src/data/formats/png.ts", "without a scanline none is read afterwards either", [
    "if (scanlines.length === 0) return;",
    "scanlines.length === 0",
    "false",
  ]),
  same("src/data/formats/png.ts", "a row behind the last has no samples, and no place in the image", [
    "for (let j = 0; j * (1 + length) < scanlines.length; j++) {",
    "j * (1 + length) < scanlines.length",
    "j * (1 + length) <= scanlines.length",
  ]),
  same("src/data/text/scores.ts", "of equal lengths the penalty is e⁰, which is 1", [
    "const penalty = written > right ? 1 : Math.exp(1 - right / written);",
    "written > right",
    "written >= right",
  ]),
  same("src/data/text/scores.ts", "one of two equal numbers, as well", [
    "return far < further || (far === further && other < best) ? other : best;",
    "other < best",
    "other <= best",
  ]),
  same("src/data/text/scores.ts", "quotients of sums that both change their sign", [
    "for (const [at, count] of best.entries()) total[at] += count;",
    "total[at] += count",
    "total[at] -= count",
  ]),
  same("src/data/text/scores.ts", "the empty words between two blanks are left out afterwards", [
    'typeof text === "string" ? text.split(/\\s+/u).filter((word) => word !== "") : text;',
    "/\\s+/u",
    "/\\s/u",
  ]),
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
  same("src/data/formats/pickleMachine.ts", "an instruction stands before, so that no line ends at byte 0", [
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
  same(
    "src/data/imdb.ts",
    "a set that holds none of the files' names, as well",
    ["const present = new Set<string>(await fs.readdir(folder).catch(() => []));", "() => []", "() => undefined"],
    ["const present = new Set<string>(await fs.readdir(folder).catch(() => []));", "[]", '["Stryker was here"]'],
  ),
  same("src/data/formats/csvScanner.ts", "the end is seen one byte later", [
    'if (at >= length) throw this.wrong(firstLine, count, "a quoted field does not end", "a closing quote");',
    "at >= length",
    "at > length",
  ]),
  same(
    "src/data/formats/csvScanner.ts",
    "looks at ASCII as well, which is UTF-8",
    ...["true", "high >= 127"].map((to) => ["if (high > 127) this.#checkEncoding(line, count);", "high > 127", to]),
  ),
  same(
    "src/data/formats/csvScanner.ts",
    "behind the end there is no separator either",
    ["if (at >= length || bytes[at] !== separator) break;", "at >= length", "false"],
    ["if (at >= length || bytes[at] !== separator) break;", "at >= length", "at > length"],
  ),
  same(
    "src/data/formats/csvScanner.ts",
    "a line without an end is the last",
    ["this.#nextLine = width > 0 ? line + 1 : line;", "width > 0", "true"],
    ["this.#nextLine = width > 0 ? line + 1 : line;", "width > 0", "width >= 0"],
  ),
  same(
    "src/data/formats/csvScanner.ts",
    "a part of a message that is undefined is one that is not given",
    ...["got", "hint"].map((part) => [
      "const parts = { expected, ...(got !== undefined && { got }), ...(hint !== undefined && { hint }) };",
      `${part} !== undefined`,
      "true",
    ]),
  ),
  same(
    "src/data/table/rows.ts",
    "a part of a message that is undefined is one that is not given",
    ...["expected", "got"].map((part) => [
      "const rule = { ...(expected !== undefined && { expected }), ...(got !== undefined && { got }) };",
      `${part} !== undefined`,
      "true",
    ]),
  ),
  same("src/data/formats/decimals.ts", "10⁰ is 1, whether it divides or multiplies", [
    "const scaled = (m: number, power: number): number => (power < 0 ? m / powers[-power] : m * powers[power]);",
    "power < 0",
    "power <= 0",
  ]),
  same("src/data/table/layout.ts", "what is missing is neither a number nor a word, as well", [
    'if (missingValues.includes(text)) return "missing";',
    '"missing"',
    '""',
  ]),
  same("src/data/table/layout.ts", "an option that is undefined is one that is not given", [
    "return pattern === undefined ? slot : { ...slot, like: pattern };",
    "pattern === undefined",
    "false",
  ]),
  same(
    "src/data/table/layout.ts",
    "a row of another length is an error afterwards, and what is behind the end of a typed array is ignored",
    ...["i <= Math.min(first.length, scanner.count)", "Math.max(first.length, scanner.count)"].map((to, i) => [
      "for (let i = 0; i < Math.min(first.length, scanner.count); i++) {",
      i === 0 ? "i < Math.min(first.length, scanner.count)" : "Math.min(first.length, scanner.count)",
      to,
    ]),
  ),
  same("src/data/cifar10/rows.ts", "behind the last picture there are none to decode", [
    "for (let first = 0; first < N; first += atOnce) {",
    "first < N",
    "first <= N",
  ]),
  same("src/data/table/rows.ts", "the slow way reads the same number", [
    "piece[at] = value === value ? value : otherNumber(scanner, s, starts[s], ends[s], layout, options);",
    "value === value",
    "false",
  ]),
  same(
    "src/data/table/rows.ts",
    "sets a property of the typed array that nobody reads",
    ["for (const one of known) if (one.length > 0) begins[one[0]] = 1;", "one.length > 0", "true"],
    ["for (const one of known) if (one.length > 0) begins[one[0]] = 1;", "one.length > 0", "one.length >= 0"],
  ),
  same("src/data/table/rows.ts", "the comparison with each of them decides as well", [
    "if (begins[bytes[start]] === 0) return false;",
    "begins[bytes[start]] === 0",
    "false",
  ]),
  same("src/data/table/rows.ts", "whatever is not a point is a comma there", [
    'else if (isDecimal(withPoint(text, decimal === "." ? "," : "."))) {',
    '","',
    '""',
  ]),
  same("src/data/table/values.ts", "what fills gaps of which there are none is not read", [
    "rows.missing[s] === 0 ? NaN : fillOf(op, rows, layout, s, orders[s]),",
    "rows.missing[s] === 0",
    "false",
  ]),
  same("src/data/table/words.ts", "without known words nobody asks for the key", [
    "this.#keyOf = keysOf(known ?? []);",
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/data/table/words.ts", "the bytes are compared anyway", [
    "if (entries[entry] !== hash || entries[entry + 2] - entries[entry + 1] !== end - start) continue;",
    "entries[entry] !== hash",
    "false",
  ]),
  same("src/data/imdb.ts", "the size was compared before: four bytes a number", [
    "const tokens = words32(bytes, `${name}-tokens.u32le`);",
    "`${name}-tokens.u32le`",
    "``",
  ]),
  same("src/data/imdb.ts", "files are read, and unpacked, into buffers of their own", [
    "return new Uint32Array(bytes.slice().buffer); // engines that run WebAssembly SIMD are little-endian",
    "bytes.slice()",
    "bytes",
  ]),
  same(
    "src/data/text/rankEncoding.ts",
    "undefined and null are not at least a number above 0 either",
    ...[
      ["numWords !== undefined && unknownToken !== null", "true"],
      ["numWords !== undefined && unknownToken !== null", "numWords !== undefined || unknownToken !== null"],
      ["numWords !== undefined", "true"],
      ["unknownToken !== null", "true"],
    ].map(([from, to]) => [
      "if (numWords !== undefined && unknownToken !== null && unknownToken >= numWords) {",
      from,
      to,
    ]),
  ),
  same("src/data/imdb.ts", "an option that is undefined is one that is not given", [
    "return isGzip(bytes) ? gunzip(bytes, `${op}: ${file}`, { ...(size !== undefined && { size }), maxBytes }) : bytes;",
    "size !== undefined",
    "true",
  ]),
  same("src/data/formats/decimals.ts", "power is NaN then, which is no place of the table: NaN all the same", [
    "if (exponent === undefined) return NaN;",
    "exponent === undefined",
    "false",
  ]),
  same("src/data/table/values.ts", "of several columns with most words either is a good example in the hint", [
    "const most = columns.reduce((a, b) => (b.words.length > a.words.length ? b : a));",
    "b.words.length > a.words.length",
    "b.words.length >= a.words.length",
  ]),
  same("src/data/table/values.ts", "tells apart a table of exactly 2 GiB, which a test cannot hold", [
    "if (N * F > mostValues) {",
    "N * F > mostValues",
    "N * F >= mostValues",
  ]),
  same(
    "src/data/table/words.ts",
    "a slot more for the word that is noted next: its bytes are compared as any other's",
    ["for (let entry = 0; entry < this.#count; entry++) {", "entry < this.#count", "entry <= this.#count"],
  ),
  same(
    "src/data/table/layout.ts",
    "a name that no column has",
    ["const { labels, target, features = [], text, missing, like } = options;", "[]", '["Stryker was here"]'],
    [
      'const keys = [text, missing].flatMap((each) => (typeof each === "object" ? Object.keys(each) : []));',
      "[]",
      '["Stryker was here"]',
    ],
  ),
  same("src/data/table/words.ts", "stands where it is not looked for: a string is made of it, as without a place", [
    "for (let probe = 0; probe < mostProbes; probe++) {",
    "probe < mostProbes",
    "probe <= mostProbes",
  ]),
  same(
    "src/data/table/words.ts",
    "of more than 1,048,576 spellings no string is made a second time: the same numbers, in more memory",
    ...["true", "this.#count <= mostKnown"].map((to) => [
      "if (this.#count < mostKnown) this.#note(place, hash, bytes.subarray(start, end), number);",
      "this.#count < mostKnown",
      to,
    ]),
  ),
  same("src/data/table/words.ts", "makes room one word earlier", [
    "if (end > this.#spellings.length) {",
    "end > this.#spellings.length",
    "end >= this.#spellings.length",
  ]),
  same(
    "src/data/table/rows.ts",
    "wording of a hint",
    ...['"Numbers to predict are a target, not labels."', '"Leave a column whose words all differ out."'].map(
      (hint) => [
        'hint: isLabel ? "Numbers to predict are a target, not labels." : "Leave a column whose words all differ out.",',
        hint,
        '""',
      ],
    ),
  ),
  same(
    "src/data/formats/csvScanner.ts",
    "a new room in place of one that is large enough: the same bytes",
    ...["true", "length >= this.#room.length"].map((to) => [
      "if (length > this.#room.length) this.#room = new Uint8Array(length + (length >> 1));",
      "length > this.#room.length",
      to,
    ]),
  ),
  same("src/data/formats/csvScanner.ts", "behind the last byte, whatever it is, more is asked for as well", [
    "if (at + 1 >= length && !this.isWhole) return false;",
    "at + 1 >= length",
    "at + 1 > length",
  ]),
  same("src/data/images/resize.ts", behind, ["for (let y = 0; y < height; y++) {", "y < height", "y <= height"]),
  same("src/data/images/resize.ts", behind, ["for (let i = 0; i < count; i++) {", "i < count", "i <= count"]),
  same("src/data/images/resize.ts", "written again with the next row, and behind the end after the last", [
    "for (let x = 0; x < W; x++) {",
    "x < W",
    "x <= W",
  ]),
  same("src/data/images/resize.ts", "what is that far away has the weight 0", [
    "const last = Math.min(from - 1, Math.floor(centre + radius - 0.5));",
    "centre + radius - 0.5",
    "centre + radius + 0.5",
  ]),
  same("src/data/images/resize.ts", "the weights of columns and of rows both change their sign", [
    "const sum = weights.reduce((a, b) => a + b, 0);",
    "a + b",
    "a - b",
  ]),
  same("src/data/images/pictures.ts", "reads none more", [
    "for (let from = 0; from < found.length; from += atOnce) {",
    "from < found.length",
    "from <= found.length",
  ]),
  same("src/data/images/pictures.ts", "one part names no folder either", [
    'const parts = typeof path === "string" ? path.split("/") : [];',
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/data/images/pixelStore.ts", "what is no Blob cannot be read either", [
    "blobs = [];",
    "[]",
    '["Stryker was here"]',
  ]),
  same("src/data/images/decode.ts", "a Buffer, whose bytes are copied into an array as well", [
    "const options = { useTArray: true, maxResolutionInMP: maxPixels / 1e6, maxMemoryUsageInMB: 512 };",
    "true",
    "false",
  ]),
  same("src/data/images/imageBatches.ts", "other streams of random numbers, each as good as another", [
    "const order = random.fork(epoch++).permutation(count);",
    "epoch++",
    "epoch--",
  ]),
  same("src/data/cifar10/cifar10.ts", "the first match begins at the beginning anyway", [
    'const found = new Map(readTar(op, bytes).map((file) => [file.name.replace(/^.*\\//, ""), file.bytes]));',
    "/^.*\\//",
    "/.*\\//",
  ]),
  same("src/data/cifar10/rows.ts", "written again with the next picture, and behind the end after the last", [
    "for (let p = 0; p < plane; p++) pixels[to + 3 * p] = file[from + p];",
    "p < plane",
    "p <= plane",
  ]),
  same("src/data/flickr8k.ts", "an option that is undefined is one that is not given", [
    "return flickr8kFrom(files, maxBytes === undefined ? {} : { maxBytes });",
    "maxBytes === undefined",
    "false",
  ]),
  same(
    "src/data/fourFiles.ts",
    "a set that holds none of the files' names, as well",
    ["const present = new Set<string>(await fs.readdir(folder).catch(() => []));", "() => []", "() => undefined"],
    ["const present = new Set<string>(await fs.readdir(folder).catch(() => []));", "[]", '["Stryker was here"]'],
  ),
  same("src/data/fourFiles.ts", "the files' names have it once, at their end", [
    'const unpacked = (name: string) => name.replace(/\\.gz$/, "");',
    "/\\.gz$/",
    "/\\.gz/",
  ]),
  same("src/data/download.ts", "only a signal that is there calls it", [
    "const passOn = () => stop.abort(signal?.reason);",
    "signal?.reason",
    "signal.reason",
  ]),
  same("src/data/download.ts", "the uppermost folder is there", [
    'if (parent === folder || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;',
    "parent === folder",
    "false",
  ]),
  same("src/data/images/decode.ts", "“without jpeg-js” sees it, which the runs leave out", [
    "return loaded.catch((cause: unknown) => {",
    `{
    loaded = undefined;
    const hint = "npm install jpeg-js, or hand in a decoder: { decodeJpeg }.";
    throw new UsageError(message(op, "JPEG files need the package jpeg-js in Node", { hint }), { cause });
  }`,
    "{}",
  ]),
  same(
    "src/data/images/decode.ts",
    "tells the browser what will be fast",
    ...[
      ["{ willReadFrequently: true }", "{}"],
      ["true", "false"],
    ].map(([from, to]) => [
      'const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true })!;',
      from,
      to,
    ]),
  ),
];
