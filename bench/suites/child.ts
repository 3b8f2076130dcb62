/**
 * Benchmarks in processes of their own, for what a process can do only once, such as starting or choosing its number of
 * threads.
 */
import { execFile } from "node:child_process";
import process from "node:process";
import type { BenchResult } from "../result.js";
import type { InstalledPackage } from "./suite.js";

/**
 * Runs Node with these arguments.
 * @returns the last line of its standard output, parsed as JSON
 * @throws an error with its standard error
 */
export function runNode(args: readonly string[], signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const options = { signal, maxBuffer: 2 ** 26 };
    execFile(process.execPath, [...process.execArgv, ...args], options, (error, stdout, stderr) => {
      if (signal.aborted) reject(signal.reason as Error);
      else if (error) reject(new Error(`bench: a process of its own failed. ${stderr.trim()}`));
      else resolve(JSON.parse(stdout.trim().split("\n").at(-1)!));
    });
  });
}

/** Runs `lanegrad bench` with these arguments. */
export async function benchInChild({ command }: InstalledPackage, args: readonly string[], signal: AbortSignal) {
  return (await runNode([command, "bench", ...args, "--json"], signal)) as BenchResult;
}
