#!/usr/bin/env node
/** The entry point of `lanegrad`: the command line in Node's process. */
import process from "node:process";
import { createInterface } from "node:readline";
import { arrayBuffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { reasonOf } from "../io/fileErrors.js";
import { lanegrad } from "./lanegrad.js";
import type { StopSignal } from "./surroundings.js";

const stopSignals: readonly StopSignal[] = ["SIGINT", "SIGTERM"];

// The reader of a pipe may go away, which is not an error; a disk may be full, which is one.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(141);
  process.stderr.write(`lanegrad: cannot write to standard output: ${reasonOf(error)}.\n`);
  process.exit(1);
});

process.exitCode = await lanegrad(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  readStdin: async () => new Uint8Array(await arrayBuffer(process.stdin)),
  readLines: async function* () {
    try {
      yield* createInterface({ input: process.stdin, terminal: false });
    } finally {
      process.stdin.destroy(); // a pipe that stays open would keep the process alive
    }
  },
  env: process.env,
  files: {
    command: fileURLToPath(import.meta.url),
    library: new URL("./index.js", import.meta.url).href,
    pages: {
      bench: new URL("../report/bench.js", import.meta.url).href,
      lesson: new URL("../report/page.js", import.meta.url).href,
    },
  },
  onStopSignal: (listener) => {
    for (const signal of stopSignals) process.on(signal, listener);
    return () => {
      for (const signal of stopSignals) process.off(signal, listener);
    };
  },
  exit: (status) => process.exit(status),
});
