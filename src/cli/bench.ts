/** `lanegrad bench`: speeds of matrix products and of networks, each as a part of what this machine can do at best, measured in the same run. */
import process from "node:process";
import { denseCases } from "../../bench/dense.js";
import { gemmCases } from "../../bench/gemm.js";
import { type Case, type Measurement, measure, median } from "../../bench/measure.js";
import { show } from "../errors.js";
import { engineText, initWith, threadsOption } from "./engine.js";
import { peakMultiplyAdds } from "../ops/peak.js";
import type { Command } from "./command.js";
import { wrong } from "./commandLine.js";
import { interruptible } from "./interrupt.js";
import { printJson } from "./json.js";
import { Terminal } from "./terminal.js";

const suites: Readonly<Record<string, readonly Case[]>> = { gemm: gemmCases, dense: denseCases };

const columns = [
  { title: "m", width: 5 },
  { title: "n", width: 5 },
  { title: "k", width: 5 },
  { title: "", width: 2 },
  { title: "ms", width: 9 },
  { title: "GFLOP/s", width: 8 },
  { title: "of peak", width: 8 },
];

export const bench: Command = {
  name: "bench",
  summary: "measure matrix products or networks against this machine's peak",
  operand: { name: "suite", choices: Object.keys(suites), isRequired: true },
  options: {
    only: { value: "TEXT", about: "measure only what has TEXT in its name" },
    seconds: { value: "X", about: "how long each case is measured; default 0.5" },
    threads: threadsOption,
    json: { about: "print one JSON object, and everything else on standard error" },
  },
  about: [
    "gemm   matrix products of named shapes, by matmul on tensors",
    "dense  training steps and forward passes of fully connected networks",
    "",
    "Results are checked, then timed in turns with a loop of multiply-adds on",
    "registers, which is the peak; medians count. N and T: as stored, transposed.",
  ],
  examples: ["lanegrad bench gemm", "lanegrad bench dense --json"],
  run: async (args, surroundings) => {
    const isJson = args.has("json");
    const seconds = args.number("seconds", "a number > 0", (value) => value > 0) ?? 0.5;
    const terminal = new Terminal(isJson ? surroundings.stderr : surroundings.stdout, surroundings.env);
    const cases = selected(suites[args.operand!], args.text("only"));
    const { build, threads } = await initWith(args);
    const width = Math.max(...cases.map(({ name }) => name.length));
    const cells = ["".padEnd(width), ...columns.map(({ title, width }) => title.padStart(width))];
    terminal.print(terminal.style(cells.join("  "), "dim"));
    const peaks: number[] = [];
    const results: Measurement[] = [];
    await interruptible(surroundings, async (signal) => {
      for (const one of cases) {
        terminal.note(`${one.name} …`);
        const { measurement, peakGflops } = await measure(one, seconds, peakMultiplyAdds);
        await new Promise(setImmediate); // a signal arrives between two cases
        signal.throwIfAborted();
        peaks.push(peakGflops);
        results.push(measurement);
        terminal.print(row(measurement, width));
      }
    });
    const peakGflops = median(peaks);
    const engine = engineText({ build, threads });
    terminal.print(`peak of the same run: ${peakGflops.toFixed(1)} GFLOP/s (${engine}, Node ${process.version})`);
    if (isJson) printJson(surroundings, { peakGflops, build, threads, node: process.version, results });
  },
};

/** Errors: CommandLineError where no case is left. */
function selected(cases: readonly Case[], part = ""): readonly Case[] {
  const left = cases.filter(({ name }) => name.includes(part));
  if (left.length > 0) return left;
  throw wrong("bench", "--only leaves nothing", `a part of ${cases.map(({ name }) => show(name)).join(", ")}`, part);
}

function row({ name, m, n, k, transA, transB, ms, gflops, percentOfPeak }: Measurement, nameWidth: number): string {
  const trans = `${transA ? "T" : "N"}${transB ? "T" : "N"}`;
  const time = ms < 0.1 ? ms.toFixed(5) : ms < 10 ? ms.toFixed(3) : ms.toFixed(1);
  const cells = [m, n, k, trans, time, gflops.toFixed(1), `${percentOfPeak.toFixed(0)} %`];
  return [name.padEnd(nameWidth), ...cells.map((cell, i) => String(cell).padStart(columns[i].width))].join("  ");
}
