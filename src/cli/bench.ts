/**
 * `lanegrad bench`: speeds of everything that training consists of, each compared with the machine's limit measured in
 * the same run.
 */
import process from "node:process";
import type { Group } from "../../bench/case.js";
import { type Measurement, measureLimit, median } from "../../bench/measure.js";
import { show } from "../errors.js";
import { pageText } from "../report/page.js";
import { machineLimits, threadsArrived } from "../../bench/limits.js";
import type { BenchResult } from "../../bench/result.js";
import { chosenGroups, suiteNames, suites } from "../../bench/suites/index.js";
import { tableHead, tableRow } from "../../bench/table.js";
import type { Command } from "./command.js";
import { wrong } from "./commandLine.js";
import { oneLine } from "./terminal/format.js";
import { cpuName, engineText, initWith, threadsOption, wideOption } from "./engine.js";
import { interruptible } from "./lesson/interrupt.js";
import { printJson } from "./json.js";
import { Outputs } from "./lesson/outputs.js";
import { pageParts, pageSize } from "./lesson/lessonPage.js";
import { Terminal } from "./terminal/terminal.js";

/** The part of the page above its script; benchmarks/page/ draws the run. */
const pageBody = `<h1>Speed of kernels and training steps</h1>
<p>Every result was compared with float64 arithmetic before it was timed. Each time is the median of many runs, which took turns with the machine's limit:
multiply-adds on registers, or a copy of memory.</p>
<div id="runs"></div>
<form id="here">
<h2>Run in this browser</h2>
<p><label>Group <select name="group"></select></label> <label>seconds a case <input name="seconds" type="number" value="0.3" min="0.05" max="10" step="0.05"></label>
<button>Run here</button> <output></output></p>
</form>`;

/** `lanegrad bench`: measures kernels and training steps against the peak of this machine. */
export const bench: Command = {
  name: "bench",
  summary: "measure kernels and training steps against this machine's peak",
  operand: { name: "group", choices: suiteNames, isRequired: true },
  options: {
    only: { value: "TEXT", about: "measure only what has TEXT in its name" },
    seconds: { value: "X", about: "how long each case is timed; default 0.5" },
    threads: threadsOption,
    wide: wideOption,
    report: { value: "FILE.html", about: "write a page with a roofline plot, that also runs in browsers" },
    json: { about: "print one JSON object, and everything else on standard error" },
  },
  about: [
    "gemm         matrix products of named shapes",
    "dense        training steps and forward passes of fully connected networks",
    "conv         convolutions: forward, and each gradient by itself",
    "recurrent    training steps of LSTM, GRU and simple RNN, a decoder's step",
    "attention    attention by itself: forward, with gradients, causal",
    "seq2seq      training steps of transformers, a decoder's beam search",
    "words        word vectors by word2vec: a block of 8,192 words",
    "speech       the CTC loss with its gradient, log-mel energies of a minute",
    "cnn          a training step and a forward pass of a convolutional network",
    "elementwise  functions of every element, softmax, rows gathered, Adam",
    "minimize     full-batch methods: evaluations beside SciPy's",
    "tiny         steps of a network of 13 weights, the cost of a replay",
    "startup      from the start of a process to the first training step",
    "threads      launches, and one thread against all",
    "all          everything",
    "",
    "Results are checked, then timed in turns with the machine's limit: a loop of",
    "multiply-adds on registers, or a copy of memory. Medians count; ± is half the",
    "range of the middle half. N and T: an operand as stored, or transposed.",
  ],
  examples: ["lanegrad bench all --threads 1", "lanegrad bench gemm --only square --json"],
  run: async (args, surroundings) => {
    const isJson = args.has("json");
    const seconds = args.number("seconds", "a number > 0", (value) => value > 0) ?? 0.5;
    const terminal = new Terminal(isJson ? surroundings.stderr : surroundings.stdout, surroundings.env);
    const wanted = selected(chosenGroups(args.operand!), args.text("only"));
    const outputs = await Outputs.tried("bench", args);
    const parts = outputs.has("report") ? await pageParts("bench", surroundings.files.pages.bench) : undefined;
    if (parts !== undefined) await outputs.try({ report: pageSize(parts) });
    const { build, threads, wide } = await initWith(args);
    await threadsArrived();
    const limits = machineLimits();
    const results: Measurement[] = [];
    const peaks: { gflops: number[]; gbs: number[] } = { gflops: [], gbs: [] };
    await interruptible(surroundings, async (signal) => {
      const setting = {
        ...{ seconds, limits, threads, signal, wide: args.has("wide"), files: surroundings.files },
        working: (name: string) => terminal.note(`${name} …`),
        note: (text: string) => terminal.print(text),
      };
      for (const { group, names } of wanted) {
        const width = Math.max(...names.map((name) => name.length));
        if (results.length > 0) terminal.print();
        terminal.printStyled(terminal.style(tableHead(group, width), "dim"));
        for await (const measured of suites[group].run((name) => names.includes(name), setting)) {
          results.push(measured.measurement);
          if (measured.peakGflops !== undefined) peaks.gflops.push(measured.peakGflops);
          if (measured.peakGBs !== undefined) peaks.gbs.push(measured.peakGBs);
          terminal.print(tableRow(measured.measurement, width));
        }
      }
    });
    const peakOf = (seen: readonly number[], limit: () => number): number =>
      seen.length > 0 ? median(seen) : measureLimit(limit, seconds / 2);
    const peakGflops = peakOf(peaks.gflops, limits.multiplyAdds);
    const peakGBs = peakOf(peaks.gbs, limits.copy);
    const node = process.version;
    const cpu = cpuName();
    const result: BenchResult = { peakGflops, peakGBs, build, wide, threads, node, cpu, results };
    terminal.print();
    terminal.print(`peak of the same run: ${peakGflops.toFixed(1)} GFLOP/s, ${peakGBs.toFixed(1)} GB/s copied`);
    terminal.print(`${engineText(result)}, Node ${node}, ${cpu}`);
    if (parts !== undefined) {
      const page = pageText(
        { title: "Speed of kernels and training steps – lanegrad bench", body: pageBody, data: result },
        parts,
      );
      const file = await outputs.write("report", new TextEncoder().encode(page));
      if (file !== undefined) terminal.print(`report: ${oneLine(file)}`);
    }
    if (isJson) printJson(surroundings, result);
    outputs.finish();
  },
};

/** The names in each group that are to be measured. @throws {CommandLineError} when there are none */
function selected(groups: readonly Group[], part = ""): readonly { group: Group; names: readonly string[] }[] {
  const named = groups.map((group) => ({ group, names: suites[group].names.filter((name) => name.includes(part)) }));
  const left = named.filter(({ names }) => names.length > 0);
  if (left.length > 0) return left;
  const all = groups.flatMap((group) => suites[group].names);
  throw wrong("bench", "--only matches no case", `a part of ${all.map((name) => show(name)).join(", ")}`, part);
}
