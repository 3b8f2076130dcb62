/**
 * Damaged files of every format that the library reads: each is read, or refused by an error of ours, in less than a second of computing and 256 MiB, and
 * nothing of it stays in linear memory. Time is the processor's, of all threads, whatever else the machine does; memory is what the process ever took
 * beyond what it had before the first case, garbage included.
 */
import { DataError, LanegradError } from "../../src/errors.js";
import { heap } from "../../src/runtime/runtime.js";
import { drawDamage, mostBytes } from "./damage.js";
import type { Fuzzer } from "./fuzzer.js";
import { prepareReaders, readers } from "./readers.js";

/** Microseconds of computing, and bytes. */
const most = { microseconds: 1_000_000, bytes: 256 * 2 ** 20 };

/** The most memory that the process had before the first case, in bytes. */
let atStart: number | undefined;

const peakBytes = (): number => 1024 * process.resourceUsage().maxRSS;

export const damagedFiles: Fuzzer = {
  name: "damaged-files",
  holds: "a damaged file is read or refused by an error of ours, within 1 s and 256 MiB",
  cases: 1_000_000,
  shortCases: 1500,
  async play(draw) {
    await prepareReaders();
    atStart ??= peakBytes();
    const reader = draw.pick(readers);
    const bytes = new Uint8Array(reader.file(draw, drawDamage(draw))).subarray(0, mostBytes);
    const fail = (wrong: string, cause?: unknown): never => {
      throw new Error(`${reader.name}, ${bytes.length} bytes: ${wrong}`, { cause });
    };
    const inUse = heap().bytesInUse;
    const before = process.cpuUsage();
    try {
      await reader.read(bytes, draw);
    } catch (error) {
      if (!(error instanceof LanegradError)) fail(`foreign ${String(error)}\n${(error as Error).stack}`, error);
      else if (!(error instanceof DataError) && error.message.length > 10_000) fail("an endless message");
    }
    const { user, system } = process.cpuUsage(before);
    if (user + system > most.microseconds) fail(`${(user + system) / 1e6} s of computing`);
    if (heap().bytesInUse > inUse) fail(`${heap().bytesInUse - inUse} bytes of linear memory stay in use`);
    const peak = peakBytes();
    if (peak - atStart > most.bytes) {
      const grown = Math.round((peak - atStart) / 2 ** 20);
      atStart = peak; // the next cases are measured from here
      fail(`${grown} MiB`);
    }
  },
};
