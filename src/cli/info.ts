/** `lanegrad info`: what `init` chose on this machine, and why. */
import { info, init } from "../index.js";
import type { Command } from "./command.js";
import { printJson } from "./json.js";
import { Terminal } from "./terminal/terminal.js";

/** `lanegrad info`: which build runs here, and why. */
export const infoCommand: Command = {
  name: "info",
  summary: "say which build runs here, and why",
  options: { json: { about: "print one JSON object" } },
  about: ["Starts the library and says what it chose on this machine."],
  examples: ["lanegrad info", "lanegrad info --json"],
  run: async (args, surroundings) => {
    await init();
    const { version, build, simd, relaxedSimd, threads, threadsReason, wide, memoryMaxBytes } = info();
    if (args.has("json")) {
      printJson(surroundings, { version, build, simd, relaxedSimd, threads, threadsReason, wide, memoryMaxBytes });
      return;
    }
    const terminal = new Terminal(surroundings.stdout, surroundings.env);
    const yesNo = (value: boolean): string => (value ? "yes" : "no");
    const rows = [
      ["version", version],
      ["build", build === "relaxed" ? "relaxed SIMD" : "SIMD"],
      ["simd", yesNo(simd)],
      ["relaxed", yesNo(relaxedSimd)],
      ["threads", `${threads} (${threadsReason})`],
      ["wide", yesNo(wide)],
      ["memory", `at most ${(memoryMaxBytes / 2 ** 30).toFixed(2)} GiB`],
      ["node", process.version],
    ];
    for (const [name, value] of rows) terminal.fact(name, value);
  },
};
