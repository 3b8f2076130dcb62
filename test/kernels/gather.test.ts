import { describe, expect, it } from "vitest";
import { builds } from "../support/builds.js";
import { numbers, runKernel, uniform } from "../support/kernelRun.js";

const lengths = [0, 1, 3, 4, 5, 15, 16, 17, 31, 35, 64];

describe.each(builds)("gather ($name)", (build) => {
  const { kernels } = build;
  const rows = 6;
  const indices = [5, 0, 3, 3, 1, 5, 5];

  it.each(lengths)("gatherRows copies rows of %i elements bit for bit", (rowLength) => {
    const x = uniform(rows * rowLength, 1);
    const out = runKernel(build, () => {
      const [out, input, index] = [build.f32(indices.length * rowLength), build.f32(x), build.i32(indices)];
      return {
        out,
        call: () => kernels.gatherRows(out.ptr, input.ptr, index.ptr, indices.length, rowLength, rowLength),
      };
    });
    expect([...out]).toEqual(indices.flatMap((row) => [...x.subarray(row * rowLength, (row + 1) * rowLength)]));
  });

  it.each([0, 1, 4, 17])("gatherRows copies the first %i columns of rows of 19", (rowLength) => {
    const x = uniform(rows * 19, 1);
    const out = runKernel(build, () => {
      const [out, input, index] = [build.f32(indices.length * rowLength), build.f32(x), build.i32(indices)];
      return { out, call: () => kernels.gatherRows(out.ptr, input.ptr, index.ptr, indices.length, rowLength, 19) };
    });
    expect([...out]).toEqual(indices.flatMap((row) => [...x.subarray(row * 19, row * 19 + rowLength)]));
  });

  it.each(lengths)("gatherRowsUint8 scales rows of %i bytes", (rowLength) => {
    const next = numbers(2);
    const x = Uint8Array.from({ length: rows * rowLength }, () => 128 + 128 * next());
    const out = runKernel(build, () => {
      const [out, input, index] = [build.f32(indices.length * rowLength), build.u8(x), build.i32(indices)];
      const call = () => kernels.gatherRowsUint8(out.ptr, input.ptr, index.ptr, indices.length, rowLength, 1 / 128, -1);
      return { out, call };
    });
    const expected = indices.flatMap((row) => [...x.subarray(row * rowLength, (row + 1) * rowLength)]);
    expect([...out]).toEqual(expected.map((byte) => byte / 128 - 1));
  });

  it.each(lengths)("scatterAddRows adds rows of %i elements in order, also to rows named twice", (rowLength) => {
    const before = uniform(rows * rowLength, 3);
    const dOut = uniform(indices.length * rowLength, 4);
    const dx = runKernel(build, () => {
      const [out, input, index] = [build.f32(before), build.f32(dOut), build.i32(indices)];
      return { out, call: () => kernels.scatterAddRows(out.ptr, input.ptr, index.ptr, indices.length, rowLength) };
    });
    const expected = before.slice();
    indices.forEach((row, i) => {
      for (let c = 0; c < rowLength; c++) expected[row * rowLength + c] += dOut[i * rowLength + c];
    });
    expect([...dx]).toEqual([...expected]);
  });

  it("picking no rows writes nothing", () => {
    build.reset();
    const [out, x, index] = [build.f32(4), build.f32(8), build.i32(0)];
    kernels.gatherRows(out.ptr, x.ptr, index.ptr, 0, 4, 4);
    kernels.gatherRowsUint8(out.ptr, x.ptr, index.ptr, 0, 4, 1, 0);
    kernels.scatterAddRows(out.ptr, x.ptr, index.ptr, 0, 4);
    expect([...out.view]).toEqual([NaN, NaN, NaN, NaN]);
  });

  /** An empty list of a table of V rows: Note [Row list] in assembly/gather/rowList.ts. */
  function rowList(V: number, rowLength: number) {
    const list = build.i32(Math.ceil(kernels.rowListBytes(V) / 4));
    list.view.fill(0);
    list.view.set([0, V, rowLength]);
    return list;
  }

  it("collectRows lists each row once, in the order in which they occur, also over several calls", () => {
    const V = 7;
    const list = runKernel(build, () => {
      const out = rowList(V, 3);
      const [first, second] = [build.i32([5, 0, 5, 3]), build.i32([3, 6, 0, 1])];
      const call = (): void => {
        kernels.collectRows(out.ptr, first.ptr, 4);
        kernels.collectRows(out.ptr, second.ptr, 4);
      };
      return { out, call };
    });
    expect([...list.subarray(0, 3)]).toEqual([5, V, 3]);
    expect([...list.subarray(4, 9)]).toEqual([5, 0, 3, 6, 1]);
  });

  it("collectAllRows adds the rows that are not listed yet, in order", () => {
    const V = 7;
    const list = runKernel(build, () => {
      const out = rowList(V, 3);
      const first = build.i32([5, 0, 5]);
      const call = (): void => {
        kernels.collectRows(out.ptr, first.ptr, 3);
        kernels.collectAllRows(out.ptr);
        kernels.collectAllRows(out.ptr);
      };
      return { out, call };
    });
    expect([...list.subarray(0, 3)]).toEqual([V, V, 3]);
    expect([...list.subarray(4, 4 + V)]).toEqual([5, 0, 1, 2, 3, 4, 6]);
  });

  it("clearRowList leaves an empty list that can be filled again", () => {
    build.reset();
    const [list, indices] = [rowList(9, 1), build.i32([8, 2, 8])];
    const empty = [...list.view];
    kernels.collectRows(list.ptr, indices.ptr, 0);
    expect([...list.view]).toEqual(empty);
    for (const round of [1, 2]) {
      kernels.collectRows(list.ptr, indices.ptr, 3);
      expect([round, list.view[0], list.view[4], list.view[5]]).toEqual([round, 2, 8, 2]);
      build.asThreads(2, () => kernels.clearRowList(list.ptr));
      expect(list.view[0]).toBe(0);
    }
    expect(new Uint8Array(kernels.memory.buffer, list.ptr + 16 + 4 * 9, 9).every((flag) => flag === 0)).toBe(true);
  });
});
