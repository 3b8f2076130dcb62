/**
 * Runs a lesson in the terminal: prints what it shows, keeps its model in files, writes its page, prints its result as
 * JSON.
 */
import type { Lesson, Moment, Result, Stage } from "../../../course/stage.js";
import { WrongResultError } from "../../../bench/check.js";
import { DataError } from "../../errors.js";
import { info } from "../../index.js";
import { breathe } from "../../runtime/breathe.js";
import { Collected } from "../../report/collected.js";
import type { PageParts } from "../../report/page.js";
import type { Shown } from "../../report/shown.js";
import type { Arguments } from "../commandLine.js";
import { engineFacts, engineText, initWith } from "../engine.js";
import { printJson } from "../json.js";
import type { Surroundings } from "../surroundings.js";
import { duration } from "../terminal/format.js";
import { Printer } from "../terminal/printer.js";
import { Terminal } from "../terminal/terminal.js";
import { CheckpointFile } from "./checkpointFile.js";
import { Interrupted, interruptible } from "./interrupt.js";
import { lessonPage, pageParts, pageSize } from "./lessonPage.js";
import { Outputs } from "./outputs.js";
import { type Plan, planFrom, repeatCommand, resumeCommand } from "./plan.js";
import { provide } from "./sources.js";

/** What the first line and the result call a lesson, by its kind. */
const words = { network: "recipe", comparison: "experiment", table: "table" } as const;

/** Runs the lesson that the arguments name. @param lessons those that this command can run */
export function play(
  command: string,
  lessons: readonly Lesson[],
  args: Arguments,
  surroundings: Surroundings,
): Promise<void> {
  return interruptible(surroundings, async (signal) => {
    const outputs = await Outputs.tried(command, args);
    const parts = outputs.has("report") ? await pageParts(command, surroundings.files.pages.lesson) : undefined;
    if (parts !== undefined) await outputs.try({ report: pageSize(parts) });
    await initWith(args);
    const plan = await planFrom(command, lessons, args);
    const checkpoint = await CheckpointFile.of(plan, args);
    await new TerminalPlayer({ plan, args, surroundings, signal, outputs, parts, checkpoint }).play();
  });
}

/** The parts of a performance. */
interface Performance {
  readonly plan: Plan;
  readonly args: Arguments;
  readonly surroundings: Surroundings;
  readonly signal: AbortSignal;
  readonly outputs: Outputs;
  readonly parts: PageParts | undefined;
  readonly checkpoint: CheckpointFile;
}

/** One performance. */
class TerminalPlayer {
  readonly #with: Performance;
  readonly #terminal: Terminal;
  readonly #printer: Printer;
  readonly #collected = new Collected();
  #isIntroduced = false;

  constructor(performance: Performance) {
    this.#with = performance;
    const { args, surroundings, plan } = performance;
    const output = args.has("json") ? surroundings.stderr : surroundings.stdout;
    this.#terminal = new Terminal(output, surroundings.env);
    this.#printer = new Printer(this.#terminal, plan.lesson.kind === "table" ? undefined : "shows");
  }

  async play(): Promise<void> {
    const { plan, args, surroundings, outputs, parts } = this.#with;
    const { lesson, settings, seed } = plan;
    const terminal = this.#terminal;
    if (lesson.kind !== "network") this.#introduce();
    const start = performance.now();
    const result = await lesson.run(this.#stage());
    terminal.clearLive();
    const seconds = (performance.now() - start) / 1000;
    if (lesson.kind === "comparison") terminal.fact("took", duration(seconds));
    if (parts !== undefined) {
      const facts = [...engineFacts(), ["seed", String(seed)], ["took", duration(seconds)]] as const;
      const page = await lessonPage(lesson, this.#collected, { command: repeatCommand(plan, args), facts }, parts);
      const file = await outputs.write("report", page);
      if (file !== undefined) terminal.fact("report", file);
    }
    if (args.has("json")) {
      const { threads, build, wide } = info();
      const name = { [words[lesson.kind]]: lesson.name };
      const own: Result = lesson.kind === "network" ? result : { ...settings, seed, ...result, seconds };
      printJson(surroundings, { ...name, ...own, wide, threads, build });
    }
    outputs.finish();
    const failures = this.#collected.conclusions.filter(({ isFailure }) => isFailure);
    if (failures.length > 0)
      throw new WrongResultError(`${plan.command}: ${failures.map(({ text }) => text).join(" ")}`);
  }

  #stage(): Stage {
    const { plan, args, surroundings, signal } = this.#with;
    const { env } = surroundings;
    const note = (text: string): void => this.#terminal.note(text);
    return {
      settings: plan.settings,
      seed: plan.seed,
      signal,
      resumed: plan.resumed?.model,
      show: (shown) => this.#show(shown),
      turn: () => {
        signal.throwIfAborted();
        return breathe();
      },
      data: (source, isOptional = false) => provide(source, { args, env, signal, note, isOptional }),
      keep: (moment, bytes) => this.#keep(moment, bytes),
    };
  }

  #show(shown: Shown): void {
    if (!this.#isIntroduced && shown.kind === "fact") this.#introduce();
    this.#collected.add(shown);
    if (shown.kind === "conclusion" && shown.isFailure === true) return; // becomes the error at the end
    this.#printer.show(shown);
  }

  /** Prints what is being run: before anything that it shows, but not before its data have been found. */
  #introduce(): void {
    this.#isIntroduced = true;
    const { name, about, kind } = this.#with.plan.lesson;
    if (kind === "network") this.#terminal.fact("recipe", `${name}, ${about}`);
    else {
      if (kind === "comparison") this.#terminal.fact("lesson", `${name}, ${about}`);
      for (const [what, text] of engineFacts()) this.#terminal.fact(what, text);
    }
  }

  async #keep(moment: Moment, bytes: (isCheckpoint: boolean) => Promise<Uint8Array>): Promise<void> {
    const { plan, args, outputs, parts, checkpoint, signal } = this.#with;
    const terminal = this.#terminal;
    switch (moment) {
      case "made": {
        const { length: modelSize } = await bytes(false);
        return outputs.try({ out: modelSize, report: parts && pageSize(parts), checkpoint: modelSize });
      }
      case "begun":
        terminal.fact("engine", engineText(info()));
        if (plan.resumed !== undefined) terminal.fact("resumed", `from ${plan.resumed.file}`);
        if (checkpoint.isAsked) await checkpoint.begin(() => bytes(true));
        return;
      case "epoch":
        if (!checkpoint.isAsked) return;
        try {
          await checkpoint.save(await bytes(true));
        } catch (error) {
          if (!(error instanceof DataError)) throw error;
          terminal.fact("warning", error.message, "yellow");
        }
        return;
      case "stopped": {
        terminal.clearLive();
        const { path, failure } = await checkpoint.saveSomewhere(await bytes(true));
        const reason = failure === undefined ? "" : `${failure.message}\n`;
        const goOn = resumeCommand(plan, args, path);
        const stop = (signal.reason as Interrupted).signal;
        throw new Interrupted(stop, `${reason}Stopped; ${path} holds everything. Go on with:\n  ${goOn}`);
      }
      case "trained": {
        if (!outputs.has("out")) return;
        const saved = await outputs.write("out", await bytes(false));
        if (checkpoint.isAsked && saved !== undefined && saved === args.text("out")) await checkpoint.remove();
        if (saved !== undefined) terminal.fact("saved", saved);
      }
    }
  }
}
