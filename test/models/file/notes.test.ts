/** Notes of a model: what stands in them comes back from a file as it was, or is refused before anything is written. */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkpoint } from "../../../src/callbacks/index.js";
import { standardize } from "../../../src/data/prepare.js";
import { foldBatchNormalization } from "../../../src/models/graph/fold.js";
import { DataError } from "../../../src/errors.js";
import { decodeNotes } from "../../../src/models/file/notes.js";
import { loadModel } from "../../../src/models/file/loading.js";
import { tensor } from "../../../src/tensor/create.js";
import "../../support/engine.js";
import { network, noise, weightsOf } from "../networks.js";

type Notes = Readonly<Record<string, unknown>>;

async function returned(notes: Notes): Promise<Notes> {
  const model = network();
  model.notes = notes;
  return (await loadModel(await model.toBytes())).notes;
}

describe("notes come back as they were", () => {
  it("the scaling of standardize, to the bit", async () => {
    const { x, y } = noise(1, 10);
    const { scaling } = standardize({ train: { x, y }, test: { x, y } });
    const notes = await returned({ scaling });
    expect(notes).toStrictEqual({ scaling });
    expect((notes.scaling as typeof scaling).offset).toBeInstanceOf(scaling.offset.constructor);
  });

  it.each<[string, unknown]>([
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["−Infinity", -Infinity],
    ["−0", -0],
    ["numbers", [0, 1e-320, 5e-324, 2 ** 53, 0.1]],
    ["a date", new Date("2026-11-29T04:30:00.123Z")],
    ["no date", new Date(NaN)],
    ["bytes", Uint8Array.of(0, 128, 255)],
    ["clamped bytes", Uint8ClampedArray.of(1, 2)],
    ["int8", Int8Array.of(-128, 127)],
    ["int16 and uint16", [Int16Array.of(-1), Uint16Array.of(65535)]],
    ["int32 and uint32", [Int32Array.of(-1), Uint32Array.of(2 ** 32 - 1)]],
    ["float32 with NaN and −0", Float32Array.of(NaN, -0, Infinity, 0.1)],
    ["float64", Float64Array.of(Math.PI, -0, NaN)],
    ["64-bit integers", [BigInt64Array.of(-(2n ** 63n)), BigUint64Array.of(2n ** 64n - 1n)]],
    ["an empty array", new Float32Array(0)],
    ["a part of an array", new Float32Array(8).fill(3).subarray(2, 5)],
    ["null, booleans, text", [null, true, false, "", "\u0000 ß 日 \ud83d\ude00"]],
    ["an object that looks like ours", { $: "Date", time: 3, more: [{ $: 1 }] }],
    ["a key __proto__", JSON.parse('{"__proto__": {"a": 1}, "b": 2}')],
    ["nested", { a: [{ b: [NaN, { c: Float32Array.of(1) }] }] }],
  ])("%s", async (_, value) => {
    expect(await returned({ value, list: [value] })).toStrictEqual({ value, list: [value] });
  });

  it("what is undefined is left out; an object without prototype is a plain one", async () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(await returned({ gone: undefined, bare })).toStrictEqual({ bare: { a: 1 } });
  });

  it("−0 stands in files as it always has", () => {
    expect(decodeNotes({ $: "-0" })).toBe(-0);
  });

  it.each<[string, unknown]>([
    ["an unknown type", { $: "Float16Array", base64: "AAAA" }],
    ["no type", { $: 5 }],
    ["an array without bytes", { $: "Float32Array" }],
    ["bytes that are a number", { $: "Uint8Array", base64: 1234 }],
    ["bytes that are no base64", { $: "Uint8Array", base64: "§" }],
    ["three quarters of a number", { $: "Float32Array", base64: "YWJj" }],
    ["entries that are none", { $: "object", entries: 5 }],
    ["entries of which one is none", { $: "object", entries: [["a", 1], 5] }],
    ["entries of another type", { $: "list", entries: [["a", 1]] }],
  ])("damaged notes are an error of the library: %s", (_, value) => {
    expect(() => decodeNotes([{ value }])).toThrow(DataError);
    expect(() => decodeNotes([{ value }])).toThrow("loadModel: the notes are damaged; expected what saving writes");
  });

  it("20 bytes of a view into a larger buffer, without the rest of it", async () => {
    const view = new Uint8Array(new ArrayBuffer(1000), 100, 20).fill(7);
    expect(((await returned({ view })).view as Uint8Array).buffer.byteLength).toBe(20);
  });

  it("as they were at the call, not when the file is written", async () => {
    const model = network();
    const list = [1, 2];
    model.notes = { list };
    const saving = model.toBytes();
    list.push(3);
    expect((await loadModel(await saving)).notes).toEqual({ list: [1, 2] });
  });

  it("also through foldBatchNormalization, and in a checkpoint", async () => {
    const model = network();
    model.notes = { value: NaN, date: new Date(5) };
    expect((await foldBatchNormalization(model)).notes).toStrictEqual(model.notes);
    expect((await loadModel(await model.toBytes({ checkpoint: true }))).notes).toStrictEqual(model.notes);
  });
});

describe("notes that would be lost are refused, with the place", () => {
  class Scaler {
    readonly mean = 3;
  }
  const cycle: Record<string, unknown> = {};
  cycle.again = { cycle };

  it.each<[string, Notes, string]>([
    ["a tensor", { x: tensor([1]) }, "notes.x would be lost; expected numbers"],
    ["an instance of a class", { a: [{ scaler: new Scaler() }] }, "notes.a[0].scaler would be lost"],
    [
      "a function",
      { f: () => 1 },
      "notes.f would be lost; expected numbers, strings, booleans, null, typed arrays, dates, and lists and plain objects of these, got a function.",
    ],
    ["a symbol", { s: Symbol("s") }, "notes.s would be lost"],
    ["a symbol as a key", { o: { [Symbol("s")]: 1 } }, "notes.o would be lost"],
    ["a BigInt", { n: 1n }, "notes.n would be lost"],
    ["a map", { map: new Map([[1, 2]]) }, "notes.map would be lost"],
    ["undefined in a list", { list: [1, undefined] }, "notes.list[1] would be lost"],
    ["a hole in a list", { list: new Array<number>(2) }, "notes.list[0] would be lost"],
    ["a cycle", cycle, "notes.again.cycle would be lost"],
  ])("%s", async (_, notes, text) => {
    const model = network();
    model.notes = notes;
    await expect(model.toBytes()).rejects.toThrow(`toBytes: the notes cannot be saved: ${text}`);
  });

  it("by fit that is to save checkpoints, before the first step", async () => {
    const model = network();
    const { x, y } = noise(1, 10);
    model.notes = { x: tensor([1]) };
    const before = weightsOf(model);
    let batches = 0;
    const counter = {
      onBatchEnd: (): void => {
        batches++;
      },
    };
    const path = join(tmpdir(), `lanegrad-notes-${process.pid}.safetensors`);
    await expect(model.fit(x, y, { callbacks: [checkpoint({ path }), counter] })).rejects.toThrow(
      "saveCheckpoint: the notes cannot be saved: notes.x would be lost",
    );
    expect(batches).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect(weightsOf(model)).toEqual(before);
  });
});

it.each(["hi", null, 5, [1, 2], new Date(0), new Float32Array(2)])("notes that are no object, %s, are refused", async (notes) => {
  const net = network();
  net.notes = notes as never;
  await expect(net.toBytes()).rejects.toThrow("toBytes: the notes cannot be saved; expected an object: model.notes = { … }, got");
}); // prettier-ignore
