import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readFile as read,
  readdir,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { DataError, UsageError } from "../../src/errors.js";
import { concatenate, readBytes, writeBytes } from "../../src/io/bytes.js";
import { readFile, writeFileAtomically } from "../../src/io/files.js";
import { nodeBuiltin } from "../../src/io/node.js";
import { temporaryName } from "../../src/io/temporary.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "lanegrad-files-"));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);

describe("writeFileAtomically", () => {
  it("writes the pieces one after the other and leaves nothing else in the folder", async () => {
    const path = join(folder, "model.safetensors");
    const inside = new Uint8Array(new SharedArrayBuffer(8), 2, 3).fill(9);
    await writeFileAtomically("save", path, [bytes(1, 2), bytes(), inside]);
    expect([...(await read(path))]).toEqual([1, 2, 9, 9, 9]);
    expect(await readdir(folder)).toEqual(["model.safetensors"]);
  });

  it("takes an async source and a file URL, and replaces what was there", async () => {
    const path = join(folder, "a b#.bin");
    await writeFile(path, "something longer than three bytes");
    const source = (async function* () {
      yield bytes(1);
      yield bytes(2, 3);
    })();
    await writeFileAtomically("save", pathToFileURL(path), source);
    expect([...(await readFile("load", pathToFileURL(path)))]).toEqual([1, 2, 3]);
  });

  it("leaves the old file and no temporary one when the source throws halfway", async () => {
    const path = join(folder, "model");
    await writeFile(path, "old");
    const reason = new RangeError("halfway");
    const source = (function* () {
      yield bytes(1, 2, 3);
      throw reason;
    })();
    await expect(writeFileAtomically("save", path, source)).rejects.toBe(reason);
    expect(await read(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["model"]);
  });

  it("shows the old bytes to a reader until the last piece is written", async () => {
    const path = join(folder, "model");
    await writeFile(path, "old");
    const source = (async function* () {
      yield bytes(1);
      expect(await read(path, "utf8")).toBe("old");
      yield bytes(2);
    })();
    await writeFileAtomically("save", path, source);
    expect([...(await read(path))]).toEqual([1, 2]);
  });

  it("is on the disk before it takes the old one's place: written, synced, closed, renamed, for a checkpoint too", async () => {
    const fs = process.getBuiltinModule("fs/promises");
    const path = join(folder, "file");
    await writeFile(path, "old");
    const calls: string[] = [];
    const { open, rename, writeFile: write } = fs;
    vi.spyOn(fs, "open").mockImplementation(async (...args) => {
      const handle = await open(...args);
      for (const name of ["sync", "close"] as const) {
        const run = handle[name].bind(handle);
        vi.spyOn(handle, name).mockImplementation(async () => {
          calls.push(name);
          await run();
        });
      }
      return handle;
    });
    vi.spyOn(fs, "writeFile").mockImplementation(async (...args) => {
      await write(...args);
      calls.push("written");
    });
    vi.spyOn(fs, "rename").mockImplementation(async (from, to) => {
      calls.push(`renamed, and until then ${(await read(path)).toString().slice(0, 3)}`);
      await rename(from, to);
    });
    const order = ["written", "sync", "close", "renamed, and until then old"];
    try {
      await writeFileAtomically("test", path, [new TextEncoder().encode("new")]);
      expect(calls.splice(0)).toEqual(order);
      await writeFile(path, "old");
      calls.length = 0;
      await writeBytes("save", path, [new TextEncoder().encode("new")]);
      expect(calls).toEqual(order);
    } finally {
      vi.restoreAllMocks();
    }
    expect((await read(path)).toString()).toBe("new");
  });

  it("follows a link to a file that is not there yet, over two links, and leaves the links as they are", async () => {
    const [first, second, target] = ["first", "second", "made-there"].map((name) => join(folder, name));
    await symlink("second", first);
    await symlink(target, second);
    await writeFileAtomically("save", first, [Uint8Array.of(1, 2)]);
    expect(await readlink(first)).toBe("second");
    expect(await readlink(second)).toBe(target);
    expect([...(await read(target))]).toEqual([1, 2]);
    await symlink("circle", join(folder, "circle"));
    await expect(writeFileAtomically("save", join(folder, "circle"), [])).rejects.toThrow(DataError);
  });

  it("follows a link and keeps the file's permissions", async () => {
    await mkdir(join(folder, "real"));
    const real = join(folder, "real", "model");
    const link = join(folder, "link");
    await writeFile(real, "old");
    await chmod(real, 0o640);
    await symlink(real, link);
    await writeFileAtomically("save", link, [bytes(7)]);
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect([...(await read(real))]).toEqual([7]);
    expect((await stat(real)).mode & 0o777).toBe(0o640);
  });

  it("writes to a device without replacing it", async () => {
    await writeFileAtomically("save", "/dev/null", [bytes(1)]);
    expect((await stat("/dev/null")).isCharacterDevice()).toBe(true);
  });

  it("says why it cannot write", async () => {
    await writeFile(join(folder, "file"), "");
    const attempt = (name: string): Promise<void> => writeFileAtomically("save", join(folder, name), [bytes(1)]);
    const text = (name: string, reason: string): DataError =>
      new DataError(`save: cannot write ${JSON.stringify(join(folder, name))}: ${reason}.`);
    await expect(attempt("")).rejects.toThrow(text("", "it is a folder"));
    await expect(attempt("none/m")).rejects.toThrow(text("none/m", "it, or its folder, does not exist"));
    await expect(attempt("file/m")).rejects.toThrow(text("file/m", "a part of its path is a file"));
    await expect(attempt("none/m")).rejects.toMatchObject({ cause: { code: "ENOENT" } });
  });
});

describe("temporary files", () => {
  /** A process that has ended: nobody has its number. */
  const deadPid = (): number => {
    const { pid } = spawnSync(process.execPath, ["--version"]);
    return pid;
  };
  const uuid = "11111111-2222-4333-8444-555555555555";
  const ours = (): string => temporaryName().slice(0, ".lanegrad-01234567-".length);
  const age = (name: string, ms: number): Promise<void> => {
    const then = new Date(Date.now() - ms);
    return utimes(join(folder, name), then, then);
  };
  const hour = 3_600_000;

  it("51 that a killed run left are removed by the next one that writes into the folder", async () => {
    const entryPoints = [join(import.meta.dirname, "../../src/io/temporary.ts")];
    const [{ text }] = buildSync({ entryPoints, bundle: true, write: false, format: "esm" }).outputFiles;
    const built = `data:text/javascript,${encodeURIComponent(text)}`;
    const script = `
      import { open } from "node:fs/promises";
      import { temporaryName } from ${JSON.stringify(built)};
      const handles = []; // kept, so that no collection closes them
      for (let i = 0; i < 51; i++) handles.push(await open(${JSON.stringify(folder)} + "/" + temporaryName(), "wx"));
      for (const handle of handles) await handle.write("half");
      process.kill(process.pid, "SIGKILL");`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
    expect(run.signal, run.stderr).toBe("SIGKILL");
    expect((await readdir(folder)).length).toBe(51);
    await writeFileAtomically("save", join(folder, "model"), [bytes(1)]);
    expect(await readdir(folder)).toEqual(["model"]);
  });

  it("what a live run writes is left alone, its own threads' and other machines' too, until it is a day old", async () => {
    const live = `${ours()}${process.ppid}-${uuid}.tmp`;
    const thread = `${ours()}${process.pid}-${uuid}.tmp`;
    const elsewhere = `.lanegrad-00000000-${deadPid()}-${uuid}.tmp`;
    const strange = ".lanegrad-notes.tmp";
    for (const name of [live, thread, elsewhere, strange]) await writeFile(join(folder, name), "half");
    await age(elsewhere, hour);
    await writeFileAtomically("save", join(folder, "model"), [bytes(1)]);
    expect((await readdir(folder)).sort()).toEqual([live, thread, elsewhere, strange, "model"].sort());
  });

  it("a day old, or with this process's number but older than this process: removed, links and folders are not", async () => {
    const before = `${ours()}${process.pid}-${uuid}.tmp`;
    const elsewhere = `.lanegrad-00000000-7-${uuid}.tmp`;
    const former = `.lanegrad-${uuid}.tmp`;
    const link = `${ours()}${deadPid()}-${uuid}.tmp`;
    for (const name of [before, elsewhere, former]) await writeFile(join(folder, name), "half");
    await age(before, 1000 * process.uptime() + hour);
    await age(elsewhere, 25 * hour);
    await age(former, 25 * hour);
    await symlink("/dev/null", join(folder, link));
    await writeFileAtomically("save", join(folder, "model"), [bytes(1)]);
    expect((await readdir(folder)).sort()).toEqual([link, "model"].sort());
  });
});

describe("readFile", () => {
  it("says why it cannot read", async () => {
    const path = join(folder, "none");
    const text = `load: cannot read ${JSON.stringify(path)}: it, or its folder, does not exist.`;
    await expect(readFile("load", path)).rejects.toThrow(new DataError(text));
    await expect(readFile("load", folder)).rejects.toThrow(/: it is a folder\.$/);
    await expect(readFile("load", new URL("https://example.org/m"))).rejects.toThrow(
      new UsageError(
        'load: the URL is not a file; expected a file: URL, got "https://example.org/m". Pass `await fetch(url)` to read from the network.',
      ),
    );
  });
});

describe("readBytes", () => {
  it("reads a path, bytes, any view, a Blob, a Response and a stream", async () => {
    const path = join(folder, "m");
    await writeFile(path, bytes(1, 2, 3));
    const around = bytes(0, 1, 2, 3, 4);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes(1));
        controller.enqueue(bytes(2, 3));
        controller.close();
      },
    });
    const sources = [
      path,
      pathToFileURL(path),
      bytes(1, 2, 3),
      bytes(1, 2, 3).buffer as ArrayBuffer,
      new DataView(around.buffer, 1, 3),
      new Blob([new Uint8Array([1, 2, 3])]),
      new Response(new Uint8Array([1, 2, 3])),
      stream,
    ];
    for (const source of sources) expect([...(await readBytes("load", source))]).toEqual([1, 2, 3]);
  });

  it("does not copy bytes in memory", async () => {
    const view = bytes(0, 1, 2).subarray(1);
    const got = await readBytes("load", view);
    expect(got.buffer).toBe(view.buffer);
    expect(got.byteOffset).toBe(1);
  });

  it("refuses what is not there, in use or no source", async () => {
    const used = new Response("x");
    await used.text();
    const locked = new ReadableStream<Uint8Array>();
    locked.getReader();
    const words = new ReadableStream({ start: (controller) => controller.enqueue("word") });
    await expect(readBytes("load", new Response("", { status: 404, statusText: "Not Found" }))).rejects.toThrow(
      new DataError('load: the download of "" failed; expected status 200, got status 404 Not Found.'),
    );
    const inUse = "load: the stream is in use; expected a body or stream that is not being read.";
    await expect(readBytes("load", used)).rejects.toThrow(new UsageError(inUse));
    await expect(readBytes("load", locked)).rejects.toThrow(new UsageError(inUse));
    await expect(readBytes("load", words)).rejects.toThrow(
      new UsageError('load: the stream does not hold bytes; expected Uint8Array, got "word".'),
    );
    await expect(readBytes("load", 5 as unknown as string)).rejects.toThrow(
      new UsageError(
        "load: the source cannot be read; expected a path, an ArrayBuffer, a typed array, a Blob, a Response or a ReadableStream, got 5.",
      ),
    );
  });

  it("passes on the error of a stream and lets it go", async () => {
    const reason = new Error("line dropped");
    const stream = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(reason) });
    await expect(readBytes("load", stream)).rejects.toBe(reason);
  });
});

describe("writeBytes", () => {
  it("writes the pieces into a stream, out of shared memory, and closes it", async () => {
    const written: Uint8Array[] = [];
    let closed = false;
    const sink = new WritableStream<Uint8Array>({
      write: (chunk) => void written.push(chunk),
      close: () => void (closed = true),
    });
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    const plain = bytes(1, 2);
    await writeBytes("save", sink, [plain, shared]);
    expect(closed).toBe(true);
    expect(written[0]).toBe(plain);
    expect(written[1].buffer).toBeInstanceOf(ArrayBuffer);
    expect([...concatenate(written)]).toEqual([1, 2, 0, 0]);
  });

  it("aborts the stream and passes the error on when a write fails", async () => {
    const reason = new Error("full");
    const abort = vi.fn();
    const sink = new WritableStream<Uint8Array>({ write: () => Promise.reject(reason), abort });
    await expect(writeBytes("save", sink, [bytes(1)])).rejects.toBe(reason);
    const source = (function* () {
      yield bytes(1);
      throw reason;
    })();
    await expect(writeBytes("save", new WritableStream({ abort }), source)).rejects.toBe(reason);
    expect(abort).toHaveBeenCalledExactlyOnceWith(reason);
  });

  it("refuses what is in use or no sink", async () => {
    const sink = new WritableStream<Uint8Array>();
    sink.getWriter();
    await expect(writeBytes("save", sink, [])).rejects.toThrow(
      new UsageError("save: the stream is in use; expected a stream that is not being written to."),
    );
    await expect(writeBytes("save", [] as unknown as string, [])).rejects.toThrow(
      new UsageError("save: the sink cannot be written to; expected a path or a WritableStream, got []."),
    );
  });
});

describe("without Node", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("a path is an error that says what to pass instead", async () => {
    vi.stubGlobal("process", undefined);
    const text =
      "load: node:fs/promises is not available here; expected Node ≥ 20.16, Deno or Bun. In a browser pass bytes, a Blob, a Response or a stream instead of a path.";
    await expect(readBytes("load", "model.safetensors")).rejects.toThrow(new UsageError(text));
    expect(() => nodeBuiltin("zlib")).toThrow(/^zlib: node:zlib is not available here/);
    expect([...(await readBytes("load", bytes(1)))]).toEqual([1]);
  });
});
