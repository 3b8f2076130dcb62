import { beforeAll, describe, expect, it } from "vitest";
import { type Batch, Batches } from "../../src/data/batches.js";
import { init } from "../../src/runtime/init.js";
import { heap } from "../../src/runtime/runtime.js";
import { Lengths } from "../../src/data/lengths.js";
import { tensor, zeros } from "../../src/tensor/create.js";

/** Selects and gathers a batch. */
function load(batches: Batches, order: Int32Array, b: number): Batch {
  const { n, batch } = batches.select(order, b);
  batches.gather(n);
  return batch;
}

beforeAll(() => init());

const rows = 10;
const x = () =>
  tensor(
    Float32Array.from({ length: 2 * rows }, (_, i) => i / 2),
    [rows, 2],
  );
const y = () => tensor(Int32Array.from({ length: rows }, (_, i) => 100 + i));

/** The batches of an epoch as arrays, column by column. */
function epoch(batches: Batches, order: Int32Array): unknown[][] {
  return Array.from({ length: batches.count }, (_, b) => load(batches, order, b).map((column) => column.toArray()));
}

describe("Batches", () => {
  it("in order: every row once, beside its own target; the last batch is smaller", () => {
    const batches = new Batches([x(), y()], 4);
    const order = batches.order(false, 0, 0);
    expect([...order]).toEqual([...Array(rows).keys()]);
    const loaded = epoch(batches, order);
    expect(loaded.map(([, targets]) => targets)).toEqual([
      [100, 101, 102, 103],
      [104, 105, 106, 107],
      [108, 109],
    ]);
    expect(loaded[2][0]).toEqual([
      [8, 8.5],
      [9, 9.5],
    ]);
  });

  it("shuffled: a permutation that follows from seed and epoch alone", () => {
    const batches = new Batches([x(), y()], 3);
    const order = batches.order(true, 5, 2);
    const targets = epoch(batches, order).flatMap(([, column]) => column as number[]);
    expect(targets).toEqual([...order].map((row) => 100 + row));
    expect(targets.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => 100 + i));
    expect(new Batches([y()], 7).order(true, 5, 2)).toEqual(order);
    expect(batches.order(true, 5, 3)).not.toEqual(order);
    expect(batches.order(true, 6, 2)).not.toEqual(order);
  });

  it("bytes come as fractions of 255, integers as integers, whatever the shape of a row", () => {
    const images = tensor(Uint8Array.of(0, 51, 102, 255), [2, 1, 2, 1]);
    const labels = tensor(Int32Array.of(7, -8), [2, 1]);
    const [imageBatch, labelBatch] = load(new Batches([images, labels], 2), Int32Array.of(1, 0), 0);
    expect([imageBatch.shape, imageBatch.dtype, labelBatch.shape, labelBatch.dtype]).toEqual([
      [2, 1, 2, 1],
      "float32",
      [2, 1],
      "int32",
    ]);
    expect([...imageBatch.toTypedArray()]).toEqual(
      [Math.fround(0.4), 1, 0, Math.fround(0.2)].map((value) => expect.closeTo(value, 6) as number),
    );
    expect([...labelBatch.toTypedArray()]).toEqual([-8, 7]);
  });

  it("a batch larger than the data is all of the data", () => {
    const batches = new Batches([y()], 64);
    expect([batches.count, batches.batchSize, load(batches, batches.order(false, 0, 0), 0)[0].shape]).toEqual([
      1,
      rows,
      [rows],
    ]);
  });

  it("the numbers of the rows of a large batch have room of their own", () => {
    const column = tensor(Int32Array.from({ length: 300 }, (_, i) => i));
    const batches = new Batches([column], 300);
    const others = Array.from({ length: 40 }, () => zeros([16]));
    const batch = load(batches, batches.order(true, 1, 0), 0);
    expect([...batch[0].toTypedArray()]).toEqual([...batches.order(true, 1, 0)]);
    for (const other of others) expect([...other.toTypedArray()]).toEqual(Array(16).fill(0));
  });

  it("of sequences that are grouped by length: batches of any size and length, and the share of padding", () => {
    const tokens = Int32Array.of(6, 5, 3, 2, 2, 1, 1);
    const sequences = tensor(
      tokens.reduce((rows, length, i) => rows.fill(i + 1, 6 * i, 6 * i + length), new Int32Array(42)),
      [7, 6],
    );
    const one = { tokens, rounded: tokens, isPaddedInFront: false, steps: 6 };
    const lengths = new Lengths([one], [0], 1);
    const batches = new Batches([sequences], 2, lengths);
    expect([batches.grouping, batches.padding]).toEqual([1, undefined]);
    const shapes = [[0], [2, 3], [5, 6], [1], [3], [2, 1], [5, 2]].map((rows) => {
      const { n, steps, batch } = batches.select(Int32Array.from(rows), 0);
      batches.gather(n, steps);
      expect([...batch[0].toTypedArray()].filter(Boolean)).toEqual(rows.flatMap((row) => Array<number>(tokens[row]).fill(row + 1))); // prettier-ignore
      return batch[0].shape;
    });
    expect(shapes).toEqual([[1, 6], [2, 3], [2, 1], [1, 5], [1, 2], [2, 5], [2, 3]]); // prettier-ignore
    expect(batches.padding).toBeCloseTo(100 * (1 - 32 / 37), 10);
    expect(new Batches([sequences], 2).padding).toBeUndefined();
  });

  it("every batch is in the same place, so that a recorded step can read it; dispose gives the memory back", () => {
    const columns = [x(), y()];
    const before = heap().bytesInUse;
    const batches = new Batches(columns, 4);
    const order = batches.order(true, 1, 0);
    const places = Array.from({ length: batches.count }, (_, b) => load(batches, order, b).map(({ ptr }) => ptr));
    expect(new Set(places.map(String)).size).toBe(1);
    const inUse = heap().bytesInUse;
    epoch(batches, order);
    expect(heap().bytesInUse).toBe(inUse);
    batches.dispose();
    expect(heap().bytesInUse).toBe(before);
    for (const column of columns) expect(column.isDisposed).toBe(false);
  });
});
