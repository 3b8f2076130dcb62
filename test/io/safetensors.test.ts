import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { DataError, UsageError } from "../../src/errors.js";
import {
  decodeSafetensors,
  encodeSafetensors,
  safetensorsChunks,
  type SafetensorsDtype,
  type SafetensorsEntry,
} from "../../src/io/safetensors.js";

/** A file from a header's text, right or wrong, and its data. */
function file(header: string, data: number | Uint8Array = 0, claimed?: bigint): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = typeof data === "number" ? new Uint8Array(data) : data;
  const all = new Uint8Array(8 + text.length + bytes.length);
  new DataView(all.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  all.set(text, 8);
  all.set(bytes, 8 + text.length);
  return all;
}

const info = (dtype: string, shape: number[], begin: number, end: number): string =>
  JSON.stringify({ dtype, shape, data_offsets: [begin, end] });

const floats = (name: string, shape: number[], values: number[]): SafetensorsEntry => ({
  name,
  dtype: "F32",
  shape,
  bytes: new Uint8Array(new Float32Array(values).buffer),
});

/** The file, byte by byte, for {"a": float32 [[1, 2]], "b": uint8 [7]}: wider types first, the header padded with spaces to a multiple of 8. */
const reference = file(
  '{"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[1],"data_offsets":[8,9]}}    ',
  new Uint8Array([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40, 7]),
);

describe("encodeSafetensors", () => {
  it("writes the bytes that the format asks for", () => {
    const entries: SafetensorsEntry[] = [
      { name: "b", dtype: "U8", shape: [1], bytes: new Uint8Array([7]) },
      floats("a", [1, 2], [1, 2]),
    ];
    expect(encodeSafetensors(entries)).toEqual(reference);
  });

  it("starts every tensor at a multiple of its width, whatever the order given", () => {
    const entry = (name: string, dtype: SafetensorsDtype, bytes: number): SafetensorsEntry => ({
      name,
      dtype,
      shape: [3],
      bytes: new Uint8Array(bytes),
    });
    const entries = [entry("u8", "U8", 3), entry("f16", "F16", 6), entry("f64", "F64", 24), entry("i32", "I32", 12)];
    const { tensors } = decodeSafetensors(encodeSafetensors(entries, { note: "x" }));
    expect([...tensors.keys()]).toEqual(["f64", "i32", "f16", "u8"]);
    for (const { bytes } of tensors.values()) expect(bytes.byteOffset % (bytes.length / 3)).toBe(0);
  });

  it("hands out the tensors' own memory as chunks, not copies", () => {
    const weights = floats("w", [2], [1, 2]);
    const chunks = safetensorsChunks([weights]);
    expect(chunks).toHaveLength(2);
    expect(chunks[1]).toBe(weights.bytes);
  });

  it("keeps metadata text and names of any characters", () => {
    const metadata = { "": "", model: '{"layers":[{"name":"\\"é\\"😀\u0000"}]}', ["__proto__"]: "harmless" };
    const names = ["", "dense_1/kernel", "toString", 'é😀\n"\\\u0001', "__proto__", "constructor"];
    const { tensors, ...read } = decodeSafetensors(
      encodeSafetensors(
        names.map((name, i) => floats(name, [], [i])),
        metadata,
      ),
    );
    expect([...tensors.keys()]).toEqual(names);
    expect(Object.entries(read.metadata)).toEqual(Object.entries(metadata));
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });

  const bad: [string, SafetensorsEntry[], Record<string, string>, string][] = [
    [
      "a name used twice",
      [floats("w", [1], [1]), floats("w", [1], [1])],
      {},
      'safetensors: two tensors have the same name; expected each name once, got "w".',
    ],
    [
      "the metadata's name",
      [floats("__metadata__", [1], [1])],
      {},
      'safetensors: a tensor has the name of the metadata; expected another name, got "__metadata__".',
    ],
    [
      "a shape that does not fit",
      [floats("w", [2, 2], [1, 2, 3])],
      {},
      'safetensors: tensor "w" has the wrong size; expected 16 bytes (F32 [2, 2]), got 12.',
    ],
    [
      "a negative size",
      [floats("w", [-1, -2], [1, 2])],
      {},
      'safetensors: tensor "w" has a bad shape; expected integers ≥ 0, got [-1, -2].',
    ],
    [
      "an unknown dtype",
      [{ ...floats("w", [1], [1]), dtype: "toString" as "F32" }],
      {},
      'safetensors: tensor "w" has an unknown dtype; expected one of F64, I64, U64, F32, I32, U32, F16, BF16, I16, U16, I8, U8, BOOL, F8_E4M3, F8_E5M2, got "toString".',
    ],
    [
      "metadata that is not text",
      [],
      { epoch: 3 as unknown as string },
      'safetensors: metadata "epoch" is not a string; expected a string, got 3.',
    ],
    [
      "half a character",
      [floats("\ud800", [1], [1])],
      {},
      'safetensors: a name is not valid Unicode; expected no lone surrogates, got "\\ud800".',
    ],
  ];
  it.each(bad)("refuses %s", (_what, entries, metadata, text) => {
    expect(() => encodeSafetensors(entries, metadata)).toThrow(new UsageError(text));
  });
});

describe("decodeSafetensors", () => {
  it("reads those bytes as views of the file", () => {
    const { metadata, tensors } = decodeSafetensors(reference);
    expect(Object.keys(metadata)).toEqual([]);
    expect([...tensors.keys()]).toEqual(["a", "b"]);
    const a = tensors.get("a")!;
    expect(a).toMatchObject({ dtype: "F32", shape: [1, 2] });
    expect(a.bytes.buffer).toBe(reference.buffer);
    expect([...new Float32Array(a.bytes.slice().buffer)]).toEqual([1, 2]);
    expect([...tensors.get("b")!.bytes]).toEqual([7]);
  });

  it("reads a file inside a larger buffer, shared or not, at an odd address", () => {
    for (const buffer of [new ArrayBuffer(200), new SharedArrayBuffer(200)]) {
      const inside = new Uint8Array(buffer, 3, reference.length);
      inside.set(reference);
      expect([...decodeSafetensors(inside).tensors.get("b")!.bytes]).toEqual([7]);
    }
  });

  it("reads scalars, empty tensors, white space, a header that is not padded, tensors out of order, and no tensors", () => {
    const header = ` "s" :\t{"data_offsets":[4,8] ,"shape":[ ],"dtype":"I32"},\n"e":${info("F32", [0, 5], 8, 8)},"f":${info("F32", [1], 0, 4)}`;
    const { tensors } = decodeSafetensors(file(`{${header}} \n `, 8));
    expect([...tensors].map(([name, { shape, bytes }]) => [name, shape, bytes.length])).toEqual([
      ["s", [], 4],
      ["e", [0, 5], 0],
      ["f", [1], 4],
    ]);
    expect(decodeSafetensors(file("{}")).tensors.size).toBe(0);
  });

  const w = (rest: string): string => `{"w":${rest}}`;
  const bad: [string, Uint8Array, string][] = [
    ["an empty file", new Uint8Array(0), "the file is too short; expected at least 8 bytes, got 0."],
    [
      "a header longer than the file",
      file("{}", 0, 3n),
      "the header's length is wrong; expected at most 2 bytes (what follows in the file), got 3. This is not a safetensors file, or it is cut off.",
    ],
    [
      "the largest length that 8 bytes can claim",
      file("{}", 0, 2n ** 64n - 1n),
      "the header's length is wrong; expected at most 2 bytes (what follows in the file), got 18446744073709551615. This is not a safetensors file, or it is cut off.",
    ],
    [
      "an empty header",
      file(""),
      "the header is wrong at character 0; expected '{' as the first character, got the end of the header.",
    ],
    [
      "space before the header",
      file(" {}"),
      "the header is wrong at character 0; expected '{' as the first character, got \" {}\".",
    ],
    ["an array", file("[]"), "the header is wrong at character 0; expected '{' as the first character, got \"[]\"."],
    [
      "an open object",
      file('{"w":'),
      "the header is wrong at character 5; expected '{' to open tensor \"w\", got the end of the header.",
    ],
    [
      "text after the object",
      file("{}{}"),
      "the header is wrong at character 2; expected only white space after the closing '}', got \"{}\".",
    ],
    [
      "a trailing comma",
      file('{"__metadata__":{},}'),
      'the header is wrong at character 19; expected \'"\' to open a name in the header, got "}".',
    ],
    [
      "a header that is not UTF-8",
      file("{}", new Uint8Array(0)).map((b, i) => (i === 8 ? 0xff : b)),
      "the header is not text; expected UTF-8.",
    ],
    [
      "a byte order mark",
      file("\ufeff{}"),
      "the header is wrong at character 0; expected '{' as the first character, got \"\ufeff{}\".",
    ],
    [
      "a name twice",
      file(`{"w":${info("U8", [0], 0, 0)},"\\u0077":${info("U8", [0], 0, 0)}}`),
      '"w" appears twice in the header.',
    ],
    ["a field twice", file(w('{"dtype":"U8","dtype":"I8"}')), '"dtype" appears twice in tensor "w".'],
    ["a metadata key twice", file('{"__metadata__":{"a":"","a":""}}'), '"a" appears twice in __metadata__.'],
    [
      "metadata that is no text",
      file('{"__metadata__":{"a":1}}'),
      'the header is wrong at character 21; expected \'"\' to open the text of "a" in __metadata__, got "1}}".',
    ],
    [
      "metadata that is no object",
      file('{"__metadata__":"x"}'),
      'the header is wrong at character 16; expected \'{\' to open __metadata__, got "\\"x\\"}".',
    ],
    [
      "an unknown field",
      file(w('{"strides":[1]}')),
      'tensor "w" has an unknown field; expected dtype, shape and data_offsets, got "strides".',
    ],
    [
      "a missing field",
      file(w('{"dtype":"U8","shape":[0]}')),
      'tensor "w" lacks a field; expected dtype, shape and data_offsets.',
    ],
    [
      "offsets that are no pair",
      file(w('{"dtype":"U8","shape":[0],"data_offsets":[0,0,0]}')),
      'data_offsets of tensor "w" are not a pair; expected [begin, end], got [0, 0, 0].',
    ],
    [
      "a negative size",
      file(w('{"shape":[-1]}')),
      'the header is wrong at character 15; expected a number of shape of tensor "w" as an integer from 0 to 2^53 − 1, got "-1]}}".',
    ],
    [
      "a fraction",
      file(w('{"shape":[1.5]}')),
      'the header is wrong at character 15; expected a number of shape of tensor "w" as an integer from 0 to 2^53 − 1, got "1.5]}}".',
    ],
    [
      "an exponent",
      file(w('{"shape":[1e3]}')),
      'the header is wrong at character 15; expected a number of shape of tensor "w" as an integer from 0 to 2^53 − 1, got "1e3]}}".',
    ],
    [
      "2^53",
      file(w('{"shape":[9007199254740992]}')),
      'the header is wrong at character 15; expected a number of shape of tensor "w" as an integer from 0 to 2^53 − 1, got "9007199254740992]}}".',
    ],
    [
      "half a character",
      file('{"\\ud83d":{}}'),
      'the header is wrong at character 1; expected a name in the header as a JSON string of whole characters, got "\\"\\\\ud83d\\":{}}".',
    ],
    [
      "a bad escape",
      file('{"\\x":{}}'),
      'the header is wrong at character 1; expected a name in the header as a JSON string of whole characters, got "\\"\\\\x\\":{}}".',
    ],
    [
      "an open string",
      file('{"w\\"'),
      'the header is wrong at character 2; expected \'"\' to close a name in the header, got "w\\\\\\"".',
    ],
    [
      "an unknown dtype",
      file(w(info("F31", [0], 0, 0))),
      'tensor "w" has an unknown dtype; expected one of F64, I64, U64, F32, I32, U32, F16, BF16, I16, U16, I8, U8, BOOL, F8_E4M3, F8_E5M2, got "F31".',
    ],
    ["a dtype of every object", file(w(info("constructor", [0], 0, 0))), undefined as unknown as string],
    [
      "a tensor past the end",
      file(w(info("F32", [1024], 0, 4096)), 2048),
      'tensor "w" ends at 4096; expected ≤ 2048 (data bytes), got data_offsets [0, 4096].',
    ],
    [
      "a size that is not the shape's",
      file(w(info("F32", [2, 3], 0, 20)), 20),
      'tensor "w" has the wrong size; expected 24 bytes (F32 [2, 3]), got data_offsets [0, 20].',
    ],
    [
      "an end before its begin",
      file(w(info("U8", [0], 4, 0)), 4),
      'tensor "w" has the wrong size; expected 0 bytes (U8 [0]), got data_offsets [4, 0].',
    ],
    [
      "a product beyond 2^53",
      file(w(info("F32", [4294967296, 4294967296, 0], 0, 0))),
      'tensor "w" has the wrong size; expected at most 2^53 − 1 bytes (F32 [4294967296, 4294967296, 0]), got data_offsets [0, 0].',
    ],
    [
      "two tensors in the same bytes",
      file(`{"a":${info("U8", [4], 0, 4)},"b":${info("U8", [4], 3, 7)}}`, 7),
      'tensors "a" and "b" overlap; expected "b" to begin at 4, got data_offsets [3, 7].',
    ],
    [
      "the same tensor under two names",
      file(`{"a":${info("U8", [4], 0, 4)},"b":${info("U8", [4], 0, 4)}}`, 4),
      'tensors "a" and "b" overlap; expected "b" to begin at 4, got data_offsets [0, 4].',
    ],
    [
      "a hole between tensors",
      file(`{"a":${info("U8", [4], 0, 4)},"b":${info("U8", [1], 6, 7)}}`, 7),
      "bytes 4 to 6 of the data belong to no tensor; expected no holes.",
    ],
    [
      "bytes after the last tensor",
      file(w(info("U8", [4], 0, 4)), 5),
      "bytes 4 to 5 of the data belong to no tensor; expected no holes.",
    ],
  ];
  it.each(bad)("refuses %s", (_what, bytes, text) => {
    expect(() => decodeSafetensors(bytes)).toThrow(DataError);
    if (text !== undefined) expect(() => decodeSafetensors(bytes)).toThrow(new DataError(`safetensors: ${text}`));
  });

  it("refuses a header beyond the format's limit of 100,000,000 bytes", () => {
    const big = new Uint8Array(100_000_009);
    new DataView(big.buffer).setBigUint64(0, 100_000_001n, true);
    expect(() => decodeSafetensors(big)).toThrow(
      "the header's length is wrong; expected at most 100000000 bytes (the format's limit), got 100000001",
    );
  });

  it("gives up at once on 4 MB of nesting, of backslashes, of one number", () => {
    const long = 4_000_000;
    for (const header of [`{"w":${"[".repeat(long)}`, `{"${"\\".repeat(long)}`, `{"w":{"shape":[${"1".repeat(long)}`]) {
      const start = process.cpuUsage();
      expect(() => decodeSafetensors(file(header))).toThrow(DataError);
      expect(process.cpuUsage(start).user).toBeLessThan(1000000); // microseconds of computing, whatever else runs
    }
  });

  it("holds 20,000 tensors", () => {
    const entries = Array.from({ length: 20_000 }, (_, i) => floats(`layer_${i}/kernel`, [1], [i]));
    const { tensors } = decodeSafetensors(encodeSafetensors(entries));
    expect(tensors.size).toBe(20_000);
    expect([...new Float32Array(tensors.get("layer_19999/kernel")!.bytes.slice().buffer)]).toEqual([19_999]);
  });
});

describe("safetensors, fuzzed", () => {
  const widths = { F64: 8, I64: 8, F32: 4, I32: 4, F16: 2, BF16: 2, U8: 1, BOOL: 1 } as const;
  const text = fc.string({ unit: "grapheme", maxLength: 12 });
  const entry = fc
    .record({
      name: text.filter((name) => name !== "__metadata__"),
      dtype: fc.constantFrom(...(Object.keys(widths) as (keyof typeof widths)[])),
      shape: fc.array(fc.nat(4), { maxLength: 3 }),
      fill: fc.nat(255),
    })
    .map(({ name, dtype, shape, fill }): SafetensorsEntry => {
      const bytes = new Uint8Array(shape.reduce((n, size) => n * size, widths[dtype])).fill(fill);
      return { name, dtype, shape, bytes };
    });
  const entries = fc.uniqueArray(entry, { selector: ({ name }) => name, maxLength: 6 });
  const metadata = fc.dictionary(text, text, { maxKeys: 3 });

  it("what is written is read back", () => {
    fc.assert(
      fc.property(entries, metadata, (given, notes) => {
        const read = decodeSafetensors(encodeSafetensors(given, notes));
        expect(new Map(Object.entries(read.metadata))).toEqual(new Map(Object.entries(notes)));
        expect(read.tensors).toEqual(new Map(given.map(({ name, ...tensor }) => [name, tensor])));
      }),
    );
  });

  /** Decodes; a DataError is a good answer, any other error is not. */
  const survives = (bytes: Uint8Array): void => {
    let read;
    try {
      read = decodeSafetensors(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(DataError);
      expect((error as Error).message).toMatch(/^safetensors: .+\.( .+\.)?$/su);
      return;
    }
    let covered = 0;
    for (const tensor of read.tensors.values()) covered += tensor.bytes.length;
    expect(covered).toBe(bytes.length - 8 - Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)));
    const again = [...read.tensors].map(([name, tensor]) => ({ name, ...tensor }));
    expect(decodeSafetensors(encodeSafetensors(again, read.metadata)).tensors).toEqual(read.tensors);
  };

  it("random bytes are read or refused", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), survives), { numRuns: 500 });
  });

  it("random headers with an honest length are read or refused", () => {
    const token = fc.constantFrom(
      ...Array.from('{}[]:,"\\ 019-.eE'),
      '"w"',
      '"dtype":"F32"',
      '"shape":[1]',
      '"data_offsets":[0,4]',
      '"__metadata__"',
    );
    const header = fc.array(token, { maxLength: 30 }).map((tokens) => tokens.join(""));
    fc.assert(
      fc.property(header, fc.nat(8), (json, data) => survives(file(json, data))),
      { numRuns: 1000 },
    );
    fc.assert(fc.property(fc.json(), (json) => survives(file(json))));
  });

  it("good files with bytes changed, cut out or put in are read or refused", () => {
    const change = fc.record({ at: fc.nat(), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) });
    fc.assert(
      fc.property(entries, metadata, fc.array(change, { minLength: 1, maxLength: 4 }), (given, notes, changes) => {
        const bytes = [...encodeSafetensors(given, notes)];
        for (const { at, cut, put } of changes) bytes.splice(at % bytes.length, cut, ...put);
        survives(new Uint8Array(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it("good files with digits changed are read or refused", () => {
    fc.assert(
      fc.property(
        entries,
        fc.array(fc.tuple(fc.nat(), fc.nat(9)), { minLength: 1, maxLength: 4 }),
        (given, changes) => {
          const bytes = encodeSafetensors(given);
          const digits = [...bytes.keys()].filter((i) => i >= 8 && bytes[i] >= 0x30 && bytes[i] <= 0x39);
          if (digits.length > 0) for (const [at, digit] of changes) bytes[digits[at % digits.length]] = 0x30 + digit;
          survives(bytes);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
