/** The run of a lesson as its page sees it: a worker that is started, paused, resumed and stopped. */
import type { Shown } from "lanegrad/report";
import type { AnyValues, Ending, Order, Report } from "./messages.js";

/** Not started; running; paused, by people or because its tab is hidden; or ended. */
export type State = "ready" | "running" | "paused" | Ending;

/** Callbacks for the page. */
export interface Audience {
  engine(text: string): void;
  shown(shown: Shown): void;
  /** @param text how it ended, otherwise empty */
  state(state: State, text: string): void | Promise<void>;
}

/** Milliseconds after which a lesson that ignores its signal is ended with its worker. */
const patience = 3000;

/** Runs one lesson, any number of times. */
export class Performance {
  readonly #lesson: string;
  readonly #audience: Audience;
  #worker: Worker;
  #state: State = "ready";
  /** True if it was paused because its tab is hidden. */
  #isHidden = false;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(lesson: string, audience: Audience) {
    this.#lesson = lesson;
    this.#audience = audience;
    this.#worker = this.#hired();
  }

  /** Starts a new run. */
  start(settings: AnyValues, seed: number, files: Readonly<Record<string, readonly File[]>>): void {
    if (this.#isUnderWay) return;
    this.#order({ kind: "start", lesson: this.#lesson, settings, seed, files });
    this.#enter("running");
    if (document.hidden) this.hide();
  }

  pause(): void {
    if (this.#state !== "running") return;
    this.#order({ kind: "pause" });
    this.#enter("paused");
  }

  resume(): void {
    if (this.#state !== "paused") return;
    this.#order({ kind: "resume" });
    this.#enter("running");
  }

  stop(): void {
    if (!this.#isUnderWay) return;
    this.#order({ kind: "stop" });
    this.#patience = setTimeout(() => {
      this.#worker.terminate();
      this.#worker = this.#hired();
      this.#end("stopped", "Stopped.");
    }, patience);
  }

  /** Called when the tab is hidden: pauses a running lesson. */
  hide(): void {
    this.#isHidden = this.#state === "running";
    this.pause();
  }

  /** Called when the tab is visible again: resumes what {@link hide} paused. */
  reveal(): void {
    if (this.#isHidden) this.resume();
    this.#isHidden = false;
  }

  /** Ends everything; the worker is released. */
  close(): void {
    clearTimeout(this.#patience);
    this.#worker.terminate();
  }

  get #isUnderWay(): boolean {
    return this.#state === "running" || this.#state === "paused";
  }

  #hired(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Report>) => this.#hear(data));
    worker.addEventListener("error", ({ message }) => this.#end("failed", message));
    return worker;
  }

  #hear(report: Report): void {
    if (report.kind === "engine") this.#audience.engine(report.text);
    else if (report.kind === "shown") this.#audience.shown(report.shown);
    else this.#end(report.ending, report.text);
  }

  #order(order: Order): void {
    this.#worker.postMessage(order);
  }

  #end(ending: Ending, text: string): void {
    clearTimeout(this.#patience);
    this.#enter(ending, text);
  }

  #enter(state: State, text = ""): void {
    this.#state = state;
    void this.#audience.state(state, text);
  }
}
