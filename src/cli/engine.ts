/** Starts the library for a command and describes in words what it chose. */
import { cpus } from "node:os";
import process from "node:process";
import { type Info, info, init } from "../index.js";
import type { Arguments } from "./commandLine.js";
import { plural } from "./terminal/format.js";

/** The option of commands with long computations. */
export const threadsOption = { value: "N", about: "number of threads; default: the machine's cores, at most 8" };

/** The option of commands that can use wide mode. */
export const wideOption = { about: "let V8 fuse pairs of vectors into 256-bit ones (Node 24 and later)" };

const mostThreads = 64;

/** Starts the library according to the options. @throws {CommandLineError} for a wrong option */
export function initWith(args: Arguments): Promise<Info> {
  const isCount = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= mostThreads;
  const threads = args.number("threads", `an integer from 1 to ${mostThreads}`, isCount);
  return init({ ...(threads !== undefined && { threads }), ...(args.has("wide") && { wide: true }) });
}

/** "relaxed SIMD, 2 threads, wide" */
export function engineText({ build, threads, wide }: Pick<Info, "build" | "threads" | "wide">): string {
  return `${build === "relaxed" ? "relaxed SIMD" : "SIMD"}, ${plural(threads, "thread")}${wide ? ", wide" : ""}`;
}

/** What a result depends on besides data and settings, for people. */
export function engineFacts(): readonly (readonly [name: string, text: string])[] {
  return [
    ["engine", `${engineText(info())}, Node ${process.version}`],
    ["machine", cpuName()],
  ];
}

/** "AMD EPYC 9654" */
export function cpuName(): string {
  return cpus().at(0)?.model.trim() ?? "unknown";
}
