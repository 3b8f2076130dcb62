/**
 * The threads: workers that share the memory, each with its own instances of the kernels, and the launch of a command
 * list on all of them. Workers start in the background and never keep a process alive. Until they have started, and
 * after one has died, thread 0 does everything. Where they cannot be started at all, because the page's policy forbids
 * it or `workerUrl` is wrong, nothing is lost: `info()` tells the reason and the cure. The words in shared memory are described in Note [Control block] in
 * assembly/launch.ts. Imported only when there are threads, and imports nothing that pages without threads load:
 * bundlers would put shared code into separate files.
 */
import { controlBytes, controlFailed, controlPhase, controlReady } from "#wasm/layout";
import { ThreadError, message, show } from "../errors.js";
import type { Kernels, firstState } from "./kernels.js";
import type { Modules } from "./modules/load.js";
import { workerSource } from "./workerSource.js";

/** The size of the control block in bytes. */
export { controlBytes };

/** Milliseconds that a launch sleeps before it looks whether the workers are alive. */
const patience = 5;

/**
 * Milliseconds after which a thread counts as dead when its life cannot be checked: far longer than any kernel's share
 * takes.
 */
const longestSilence = 30_000;

/** The return values of the kernels' `launch` and `resume`. */
const [died, done] = [0, 1];

/** What a worker needs to start. */
interface WorkerTask {
  /** The parts of the kernels, by number. */
  readonly modules: Modules;
  readonly memory: WebAssembly.Memory;
  readonly control: number;
  readonly mostParts: number;
  /** Note [Thread state] in assembly/thread.ts. */
  readonly state: Readonly<Record<string, number>>;
}

/** Options of {@link ThreadPool}. */
export interface ThreadPoolOptions {
  /** The parts of the kernels, by number. */
  readonly modules: Modules;
  readonly memory: WebAssembly.Memory;
  /** The functions of the core on the caller's thread. */
  readonly functions: Kernels;
  /** The address of the control block, zeroed. */
  readonly control: number;
  /** The number of threads, the caller's own included, ≥ 2. */
  readonly count: number;
  /** True to use the wide tiles. */
  readonly wide: boolean;
  /** The constants of kernels.ts. */
  readonly firstState: typeof firstState;
  readonly mostParts: number;
  /** Where the worker's script is served, instead of the one that the library carries. */
  readonly workerUrl?: string | URL | undefined;
}

/** A worker as the pool sees it. */
interface Member {
  terminate(): void;
  /** False once the worker is dead, even if the event loop has not run since; undefined when it cannot be checked. */
  isAlive(): boolean | undefined;
}

/** The worker threads of this process. */
export class ThreadPool {
  readonly count: number;
  readonly #functions: Kernels;
  readonly #memory: WebAssembly.Memory;
  readonly #control: number;
  readonly #workers: Member[] = [];
  readonly #patience: number;
  #isAlone = true;
  #failure: string | undefined;
  #isReported = false;

  constructor(options: ThreadPoolOptions) {
    const { modules, memory, functions, control, count, wide, firstState, mostParts, workerUrl } = options;
    this.count = count;
    this.#functions = functions;
    this.#memory = memory;
    this.#control = control;
    this.#patience = mayBlock() ? patience : 0;
    functions.setThread(0, count);
    functions.setAlone(1);
    const start = (i: number): Member => {
      const state = { ...firstState, threadIndex: i + 1, threadCount: count, wide: wide ? 1 : 0 };
      return startWorker({ modules, memory, control, mostParts, state }, workerUrl, (reason) => {
        this.#fail(`thread ${i + 1} ${reason}`);
      });
    };
    for (let i = 0; i < count - 1 && this.#failure === undefined; i++) this.#workers.push(start(i));
  }

  /** Why the threads are no longer used; undefined while they work. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** True once all workers have started. */
  get isReady(): boolean {
    if (this.#failure !== undefined) return false;
    if (!this.#isAlone) return true;
    if (Atomics.load(this.#words(), controlReady / 4) < this.count - 1) return false;
    this.#isAlone = false;
    this.#functions.setAlone(0);
    for (const worker of this.#workers) worker.isAlive(); // records that they were alive, if that can be checked
    return true;
  }

  /**
   * Runs a command list on all threads. Call it only while {@link isReady}. The death of a worker is noticed some
   * milliseconds later in Node, some seconds later on a page's main thread where the worker had not begun, else after
   * 30 s; a worker that is merely slow, or does not run for a while, is waited for.
   * @throws {ThreadError} when a thread has died; what the list writes is then undefined, and thread 0 works alone from
   *   now on
   */
  launch(at: number, end: number): void {
    let outcome = this.#functions.launch(at, end, this.count, this.#control, this.#patience);
    for (let silence = 0; outcome !== done; silence += patience) {
      const lost = outcome === died ? undefined : this.#lost(silence);
      if (outcome === died || lost !== undefined) {
        this.#fail(lost ?? "a thread died");
        this.reportFailure();
        return;
      }
      outcome = this.#functions.resume(this.count, this.#control, this.#patience);
    }
  }

  /** Describes a thread that will not answer any more, if there is one. @param silence milliseconds waited in vain */
  #lost(silence: number): string | undefined {
    for (const [i, worker] of this.#workers.entries()) {
      const isAlive = worker.isAlive();
      if (isAlive === false) return `thread ${i + 1} died`;
      if (isAlive === undefined && silence >= longestSilence)
        return `thread ${i + 1} did not answer within ${longestSilence / 1000} s`;
    }
    return undefined;
  }

  /** Reports a failure, once. @throws {ThreadError} when it is called for the first time after one */
  reportFailure(): void {
    if (this.#failure === undefined || this.#isReported) return;
    this.#isReported = true;
    const hint = "Results of the running call are lost; from now on one thread does all the work.";
    throw new ThreadError(message("threads", this.#failure, { hint }));
  }

  /** Ends the workers because another pool takes over. Call it between launches. */
  close(): void {
    this.#end("closed");
    this.#isReported = true;
  }

  #fail(reason: string): void {
    if (this.#failure !== undefined) return;
    this.#isReported = this.#isAlone; // the workers have computed nothing yet, so nothing is lost
    this.#functions.setAlone(1);
    this.#end(reason);
  }

  #end(reason: string): void {
    this.#failure = reason;
    this.#isAlone = true;
    const words = this.#words();
    Atomics.store(words, controlFailed / 4, 1);
    Atomics.notify(words, controlPhase / 4);
    for (const worker of this.#workers) worker.terminate();
  }

  #words(): Int32Array {
    return new Int32Array(this.#memory.buffer, this.#control, controlBytes / 4);
  }
}

/** False on a page's main thread, where Atomics.wait throws. */
function mayBlock(): boolean {
  return typeof globalThis.document === "undefined";
}

/** @param onEnd is told how the worker ended, also when it could not be started, then perhaps before this returns */
function startWorker(task: WorkerTask, url: string | URL | undefined, onEnd: (reason: string) => void): Member {
  const threads = globalThis.process?.getBuiltinModule?.("node:worker_threads");
  if (threads !== undefined) {
    const worker = new threads.Worker(url === undefined ? workerSource : new URL(url), {
      eval: url === undefined,
      workerData: task,
      stdin: false,
    });
    worker.unref();
    worker.on("error", (error) => onEnd(`ended: ${String(error)}`));
    worker.on("exit", (code) => onEnd(`ended: exit status ${code}`));
    return { terminate: () => void worker.terminate(), isAlive: watchLife(worker) };
  }
  const isAlive = (): undefined => undefined;
  try {
    const worker = new Worker(url ?? URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" })));
    worker.onerror = ({ message }) => onEnd(message ? `ended: ${message}` : notStarted(url));
    worker.postMessage(task);
    return { terminate: () => worker.terminate(), isAlive };
  } catch {
    onEnd(notStarted(url));
    return { terminate: () => undefined, isAlive };
  }
}

/** Why a worker could not be started: browsers tell a page that it failed, but not for which reason. */
function notStarted(url: string | URL | undefined): string {
  if (url === undefined) {
    const served = "or serve the file lanegrad/worker.js and pass its address as init({ workerUrl })";
    return `could not be started; a content-security policy must allow worker-src blob:, ${served}`;
  }
  const shown = show(String(url));
  return `could not be started from ${shown}; serve the file lanegrad/worker.js there, as text/javascript`;
}

/**
 * Checks whether a Node worker is alive without running the event loop: the idle time of its handle is −1 from the
 * moment its thread has ended. Node's own `worker.performance` asks the same way, but it is not documented; if it gives
 * nothing for a living worker, life cannot be checked.
 */
function watchLife(worker: object): Member["isAlive"] {
  const symbol = Object.getOwnPropertySymbols(worker).find(({ description }) => description === "kHandle");
  let hasLived = false;
  return () => {
    const handle = symbol && (worker as Readonly<Record<symbol, { loopIdleTime?: () => number } | null>>)[symbol];
    if (handle === null) return false; // its end was already reported
    const lives = (handle?.loopIdleTime?.() ?? -1) >= 0;
    hasLived ||= lives;
    return hasLived ? lives : undefined;
  };
}
