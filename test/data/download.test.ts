import { createHash } from "node:crypto";
import { getEventListeners } from "node:events";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import {
  cacheFolder,
  checkCacheOptions,
  download,
  fetchFiles,
  readCached,
  type DownloadOptions,
  type DownloadProgress,
} from "../../src/data/download.js";
import { DataError } from "../../src/errors.js";
import { startMirror, type Behaviour, type MirrorServer } from "../support/mirror.js";

const content = Uint8Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 251);
const sha256 = createHash("sha256").update(content).digest("hex");
const file = { name: "digits.gz", bytes: content.length, sha256 };

let server: MirrorServer;
let folder: string;

beforeAll(async () => {
  server = await startMirror({ [file.name]: content });
});
afterAll(async () => {
  await server.close();
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lanegrad-"));
  server.requests.length = 0;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

const stallMs = 150;
const stalling: readonly Behaviour[] = ["silent", "stalling", "dripping"];

const start = (mirrors: readonly Behaviour[], options: Partial<DownloadOptions> = {}) =>
  download(file, { op: "datasets.x", folder, mirrors: mirrors.map(server.url), stallMs, ...options });

/**
 * Downloads by a clock that stands still until a mirror that stalls has got the request: a good one has all the time
 * that it needs on a busy machine.
 */
async function get(mirrors: readonly Behaviour[], options: Partial<DownloadOptions> = {}) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const asked = vi.spyOn(globalThis, "fetch");
  const clock = setInterval(() => {
    const url = asked.mock.lastCall?.[0];
    const isAsked = (behaviour: Behaviour): boolean =>
      url === `${server.url(behaviour)}/${file.name}` && server.requests.at(-1) === `${behaviour}/${file.name}`;
    if (stalling.some(isAsked)) vi.advanceTimersByTime(stallMs);
  }, 5);
  try {
    return await start(mirrors, options);
  } finally {
    clearInterval(clock);
    asked.mockRestore();
    vi.useRealTimers();
  }
}

const bad: readonly [Behaviour, string][] = [
  ["notFound", "HTTP status 404"],
  ["broken", "HTTP status 500"],
  ["silent", "less than 1 kB came in 0.15 s"],
  ["stalling", "less than 1 kB came in 0.15 s"],
  ["dripping", "less than 1 kB came in 0.15 s"],
  ["cut", "other side closed"],
  ["truncated", "19999 bytes"],
  ["corrupted", "SHA-256 "],
  ["endless", "more than 20000 bytes"],
  ["portal", "28 bytes"],
];

describe("download", () => {
  it("stores the file and returns its bytes", async () => {
    const received: number[] = [];
    const bytes = await get(["good"], {
      onBytes: (n, mirror) => received.push(mirror === server.url("good") ? n : NaN),
    });
    expect(bytes).toEqual(content);
    expect(readFileSync(join(folder, file.name))).toEqual(Buffer.from(content));
    expect(readdirSync(folder)).toEqual([file.name]);
    expect(received.at(-1)).toBe(content.length);
    expect(received).toEqual(received.toSorted((a, b) => a - b));
  });

  it("makes the folder, and takes addresses with a slash at the end", async () => {
    folder = join(folder, "a", "b");
    expect(await get([], { mirrors: [`${server.url("good")}/`] })).toEqual(content);
    expect(readdirSync(folder)).toEqual([file.name]);
    expect(server.requests).toEqual(["good/digits.gz"]);
    folder = join(folder, "..", "..");
  });

  it("a slow mirror is not a stalled one", async () => {
    const onBytes = () => void vi.advanceTimersByTime(stallMs - 1);
    expect(await get(["slow"], { onBytes })).toEqual(content);
  });

  it.each(bad)("%s: the next mirror is asked", async (behaviour) => {
    expect(await get([behaviour, "good"])).toEqual(content);
    expect(readdirSync(folder)).toEqual([file.name]);
    expect(server.requests).toEqual([`${behaviour}/digits.gz`, "good/digits.gz"]);
  });

  it.each(bad)(
    "%s: without another mirror, an error that says so, and nothing stays behind",
    async (behaviour, text) => {
      const error = await get([behaviour]).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DataError);
      const { message } = error as Error;
      expect(message).toContain(
        `datasets.x: digits.gz could not be downloaded; expected 20000 bytes with SHA-256 ${sha256}, got ${server.url(behaviour)}/digits.gz: ${text}`,
      );
      expect(message).toContain(" Try again later, or get the files by other means and pass their folder as dir.");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("every fault in a row: each is named, the last mirror is still reached", async () => {
    const faults = bad.map(([behaviour]) => behaviour);
    expect(await get([...faults, "good"])).toEqual(content);
    const error = (await get(faults).catch((reason: unknown) => reason)) as Error;
    for (const [behaviour, text] of bad) expect(error.message).toContain(`${server.url(behaviour)}/digits.gz: ${text}`);
  });

  it("a mirror that nobody answers at", async () => {
    const closed = await startMirror({});
    const url = closed.url("good");
    await closed.close();
    expect(await get([], { mirrors: [url, server.url("good")] })).toEqual(content);
    await expect(get([], { mirrors: [url] })).rejects.toThrow(
      /got http:\/\/127\.0\.0\.1:\d+\/good\/digits\.gz: connect ECONNREFUSED/,
    );
  });

  it.each<Behaviour>(["good", "silent", "stalling", "dripping", "slow", "cut", "corrupted"])(
    "%s: abort ends it with the signal's reason, no other mirror is asked, nothing stays behind",
    async (behaviour) => {
      const controller = new AbortController();
      const reason = new Error("the user left");
      const done = get([behaviour, "good"], {
        signal: controller.signal,
        stallMs: 10_000,
        onBytes: () => controller.abort(reason),
      });
      if (behaviour === "silent") setTimeout(() => controller.abort(reason), 20);
      await expect(done).rejects.toBe(reason);
      expect(server.requests).toEqual([`${behaviour}/digits.gz`]);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it("abort ends the wait for a silent mirror at once", async () => {
    const controller = new AbortController();
    const done = start(["silent"], { signal: controller.signal, stallMs: 60_000 });
    while (server.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort("gone");
    const late = new Promise((resolve) => setTimeout(resolve, 1000, "late"));
    await expect(Promise.race([done, late])).rejects.toBe("gone");
  });

  it("a folder that cannot be made is an error at once, and no mirror is asked", async () => {
    writeFileSync(join(folder, "taken"), "");
    for (const [place, reason] of [
      [join(folder, "taken"), "EEXIST"],
      [join(folder, "taken", "in", "it"), "ENOTDIR"],
    ]) {
      const error = await get(["good", "slow"], { folder: place }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(DataError);
      expect((error as Error).message).toContain(`datasets.x: cannot make the cache folder "${place}"; got ${reason}`);
      expect((error as Error).message).toMatch(/\. Set LANEGRAD_CACHE or pass cache\.$/);
    }
    expect(server.requests).toEqual([]);
  });

  it.runIf(process.platform === "linux")(
    "a folder below /proc is an error at once: Node's mkdir would never end",
    async () => {
      await expect(get(["good"], { folder: "/proc/lanegrad/mnist" })).rejects.toThrow(
        /^datasets\.x: cannot make the cache folder "\/proc\/lanegrad\/mnist"; got ENOENT/,
      );
      expect(server.requests).toEqual([]);
    },
  );

  it("a link in the file's place is replaced, and what it leads to is as it was", async () => {
    const elsewhere = join(folder, "diary");
    writeFileSync(elsewhere, "mine");
    symlinkSync(elsewhere, join(folder, file.name));
    expect(await get(["good"])).toEqual(content);
    expect(readFileSync(elsewhere, "utf8")).toBe("mine");
    expect(lstatSync(join(folder, file.name)).isFile()).toBe(true);
    expect(await readCached(file, folder)).toEqual(content);
  });

  it("aborted before it begins: no mirror is asked", async () => {
    await expect(get(["good"], { signal: AbortSignal.abort("gone") })).rejects.toBe("gone");
    expect(server.requests).toEqual([]);
  });

  it("two downloads at once do not disturb each other", async () => {
    const unhurried = { stallMs: 60_000 };
    const sources: Behaviour[][] = [["slow"], ["good"], ["corrupted", "slow"]];
    const results = await Promise.all(sources.map((mirrors) => start(mirrors, unhurried)));
    expect(results).toEqual([content, content, content]);
    expect(readdirSync(folder)).toEqual([file.name]);
  });
});

describe("readCached", () => {
  it("takes the right file and no other", async () => {
    expect(await readCached(file, folder)).toBeUndefined();
    await get(["good"]);
    expect(await readCached(file, folder)).toEqual(content);
    writeFileSync(join(folder, file.name), content.subarray(1));
    expect(await readCached(file, folder)).toBeUndefined();
    writeFileSync(join(folder, file.name), content.toReversed());
    expect(await readCached(file, folder)).toBeUndefined();
    await get(["good"]);
    expect(await readCached(file, folder)).toEqual(content);
  });
});

describe("what a mirror sends", () => {
  /** A download by a clock that stands still but for what the pieces take: each a number of bytes, and milliseconds before it. */
  async function receive(pieces: readonly (readonly [bytes: number, after: number])[], signal?: AbortSignal) {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    let [at, i] = [0, 0];
    const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
      await Promise.resolve(); // after the reader has begun to wait
      if (i === pieces.length) controller.close();
      else {
        const [bytes, after] = pieces[i++];
        vi.advanceTimersByTime(after);
        controller.enqueue(content.slice(at, (at += bytes)));
      }
    };
    const asked = vi.spyOn(globalThis, "fetch").mockImplementation(async () => Promise.resolve(new Response(new ReadableStream({ pull }, { highWaterMark: 0 })))); // prettier-ignore
    try {
      const got = await start(["good"], { ...(signal && { signal }) }).catch((reason: unknown) => reason as Error);
      expect(asked.mock.lastCall![1]!.signal!.aborted).toBe(true); // no connection stays open
      expect(vi.getTimerCount()).toBe(0);
      return got instanceof Error ? got.message : got;
    } finally {
      asked.mockRestore();
      vi.useRealTimers();
    }
  }

  it("1,024 bytes at a time, each just before it would be given up, are enough", async () => {
    const pieces = Array.from({ length: 20 }, (_, i) => [i < 19 ? 1024 : 544, stallMs - 1] as const);
    expect(await receive(pieces)).toEqual(content);
  });

  it("what has come before does not count: a mirror that begins well and then drips is given up", async () => {
    const drops = Array.from({ length: 9 }, () => [1, stallMs / 3] as const);
    expect(await receive([[19_991, 0], ...drops])).toContain("less than 1 kB came in 0.15 s");
    expect(await receive([[5000, 0], [1023, stallMs - 1], [13_977, 1]])).toContain("less than 1 kB came"); // prettier-ignore
  });

  it("is received without leaving anything at the signal", async () => {
    const { signal } = new AbortController();
    expect(await receive([[20_000, 0]], signal)).toEqual(content);
    expect(getEventListeners(signal, "abort")).toEqual([]);
  });

  it.each<[string, () => Promise<Response>]>([
    ["HTTP status 204", async () => Promise.resolve(new Response(null, { status: 204 }))],
    ["offline", async () => Promise.reject("offline")], // eslint-disable-line @typescript-eslint/prefer-promise-reject-errors
    ["TypeError", async () => Promise.reject(new TypeError(""))],
    ["no route", async () => Promise.reject(new TypeError("fetch failed", { cause: new Error("no route") }))],
  ])("%s: said as it is", async (text, answer) => {
    const asked = vi.spyOn(globalThis, "fetch").mockImplementation(answer);
    try {
      await expect(start(["good"])).rejects.toThrow(`/good/digits.gz: ${text}. Try again later`);
    } finally {
      asked.mockRestore();
    }
  });
});

describe("fetchFiles", () => {
  const parts = [5000, 3000, 2000].map((length, i) => content.slice(i, i + length));
  const files = parts.map((bytes, i) => ({ name: `${"abc"[i]}.bin`, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") })); // prettier-ignore

  it("downloads what is not there, and says how far it is of that", async () => {
    const several = await startMirror(Object.fromEntries(files.map(({ name }, i) => [name, parts[i]])));
    try {
      writeFileSync(join(folder, "b.bin"), parts[1]);
      const mirrors = [several.url("good")];
      const steps: DownloadProgress[] = [];
      const onProgress = (step: DownloadProgress): void => void steps.push(step);
      const wanted = files.map(({ name }, i) => ({ name, bytes: parts[i] }));
      expect(await fetchFiles(files, "f", folder, mirrors, { onProgress })).toEqual(wanted);
      expect(several.requests).toEqual(["good/a.bin", "good/c.bin"]);
      const last = (file: string) => steps.findLast((step) => step.file === file);
      expect(last("a.bin")).toEqual({ file: "a.bin", mirror: mirrors[0], receivedBytes: 5000, totalBytes: 7000 });
      expect(last("c.bin")).toEqual({ file: "c.bin", mirror: mirrors[0], receivedBytes: 7000, totalBytes: 7000 });
      expect(steps.map(({ receivedBytes }) => receivedBytes)).toEqual(
        steps.map(({ receivedBytes }) => receivedBytes).toSorted((a, b) => a - b),
      );
      expect(await fetchFiles(files, "f", folder, [], {})).toEqual(wanted);
      expect(several.requests).toHaveLength(2);
    } finally {
      await several.close();
    }
  });

  it("tells nobody how far it is where nobody asks", async () => {
    const one = await startMirror({ "a.bin": parts[0] });
    const [found] = await fetchFiles(files.slice(0, 1), "f", folder, [one.url("good")], {}).finally(() => one.close());
    expect(found).toEqual({ name: "a.bin", bytes: parts[0] });
  });

  it("takes mirrors as texts, and any time above 0", () => {
    const check = (options: object) => () => checkCacheOptions("f", options);
    for (const mirrors of [[new URL("https://example.org")], [], ["here"], "https://example.org"])
      expect(check({ mirrors })).toThrow("f: mirrors must be a list of addresses; expected at least one, got ");
    for (const stallMs of [0, -1, NaN])
      expect(check({ stallMs })).toThrow(`f: stallMs is out of range; expected a number > 0, got ${stallMs}.`);
    for (const options of [{}, { mirrors: ["https://example.org"] }, { stallMs: 0.5 }])
      expect(check(options)).not.toThrow();
  });
});

it("cacheFolder: LANEGRAD_CACHE, then XDG_CACHE_HOME, then ~/.cache", () => {
  vi.stubEnv("LANEGRAD_CACHE", "/own");
  vi.stubEnv("XDG_CACHE_HOME", "/xdg");
  expect(cacheFolder("x")).toBe("/own");
  vi.stubEnv("LANEGRAD_CACHE", "");
  expect(cacheFolder("x")).toBe(join("/xdg", "lanegrad"));
  vi.stubEnv("XDG_CACHE_HOME", undefined);
  expect(cacheFolder("x")).toBe(join(homedir(), ".cache", "lanegrad"));
});
