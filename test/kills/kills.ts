/**
 * Training commands that are ended at a random moment and resumed: no file is torn, the model has the bytes of a run that was not ended, and nothing is left
 * over. Starts processes of the command as it is built; imports nothing of the library. Played in full by `npm run kills`, for a moment by the tests of the package.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeTinyMnist } from "../cli/tinyMnist.js";

/** How a run may be ended from outside. */
const signals = ["SIGKILL", "SIGTERM", "SIGINT"] as const;
type Signal = (typeof signals)[number];
const statuses: Readonly<Partial<Record<Signal, number>>> = { SIGTERM: 143, SIGINT: 130 };

/** Words of the command line behind `train`: a network without randomness between steps, and one with dropout, a schedule and Adam's moments. */
const networks: readonly (readonly string[])[] = [
  ["xor", "--epochs", "40", "--batch", "16"],
  ["mnist-mlp-300", "--data", "mnist", "--epochs", "6", "--batch", "50"],
];
const [out, checkpoint] = ["model.safetensors", "run.checkpoint.safetensors"];
/** What stands at --out before, in every other case. */
const older = Buffer.from("an older model");
/** A case that is not done after so many ends is given up. */
const mostRuns = 50;

/** How a case ended: how often the run was ended, and by what. */
export interface Killed {
  readonly kills: Readonly<Record<Signal, number>>;
  /** Runs that went on from a checkpoint. */
  readonly resumed: number;
}

interface Ended {
  /** null where a signal ended it. */
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  /** Milliseconds. */
  readonly took: number;
}

interface Whole {
  readonly model: Buffer;
  /** Milliseconds. */
  readonly took: number;
}

/** Plays cases in a folder of its own. */
export class Kills {
  readonly #command: readonly string[];
  readonly #folder = mkdtempSync(join(tmpdir(), "lanegrad-kills-"));
  readonly #whole: Whole[] = [];

  /** @param command  program and first arguments that start `lanegrad` */
  constructor(command: readonly string[]) {
    this.#command = command;
    writeTinyMnist(join(this.#folder, "mnist"), [600, 100]);
  }

  /** Runs each network without an end from outside: what all others are compared with. */
  async begin(): Promise<void> {
    for (const [i, words] of networks.entries()) {
      const folder = this.#caseFolder(`whole-${i}`);
      await this.#run(folder, ["train", ...words, "--out", out]); // the first start reads everything from the disk
      const { status, stderr, took } = await this.#run(folder, ["train", ...words, "--out", out]);
      if (status !== 0) throw new Error(`the run without a kill ended with ${status}: ${stderr}`);
      this.#whole.push({ model: readFileSync(join(folder, out)), took });
    }
  }

  /**
   * Plays a case: the run is ended at random moments, one to three times, each time resumed as the console said, and then left alone.
   * @param number  everything random follows from it, but for when the machine gets to it
   * @throws {Error} that says what does not hold
   */
  async play(number: number): Promise<Killed> {
    const random = mulberry32(number);
    const network = number % networks.length;
    const { model, took } = this.#whole[network];
    const folder = this.#caseFolder(`case-${number}`);
    const isReplacing = random() < 0.5;
    if (isReplacing) writeFileSync(join(folder, out), older);
    // A third of the runs keep no checkpoint but the one that a signal leaves.
    const isKeeping = random() < 2 / 3;
    const asked = [...networks[network], "--out", out, ...(isKeeping ? ["--checkpoint", checkpoint] : [])];
    const kills = { SIGKILL: 0, SIGTERM: 0, SIGINT: 0 };
    const wanted = 1 + Math.floor(3 * random());
    let [next, resumed, ended] = [asked, 0, 0];
    const told = new Set<string>();
    for (let runs = 0; runs < mostRuns; runs++) {
      const isResuming = next.includes("--resume");
      const isLast = ended >= wanted;
      const signal = signals[Math.floor(signals.length * random())];
      const after = isLast ? undefined : { signal, milliseconds: 1.1 * took * random() };
      const result = await this.#run(folder, ["train", ...next], after);
      const at = after === undefined ? "" : ` after ${after.signal} at ${after.milliseconds.toFixed(0)} ms`;
      const files = this.#checkWhole(folder, isReplacing ? [older, model] : [model], at);
      if (isResuming) resumed++;
      if (result.status === 0) {
        this.#checkEnd(folder, files, { model, isKeeping, told });
        rmSync(folder, { recursive: true });
        return { kills, resumed };
      }
      if (after === undefined) throw new Error(`a run that nobody ended ended with ${result.status}: ${result.stderr}`);
      const isDone = files.includes(out) && readFileSync(join(folder, out)).equals(model);
      next = this.#nextOf(result, after.signal, { asked, files, told, at, last: next, isDone });
      kills[after.signal]++;
      ended++;
    }
    throw new Error(`not done after ${mostRuns} runs`);
  }

  /** Removes everything. */
  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #caseFolder(name: string): string {
    const folder = join(this.#folder, name);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    return folder;
  }

  #run(folder: string, words: readonly string[], kill?: { signal: Signal; milliseconds: number }): Promise<Ended> {
    const args = words.map((word) => (word === "mnist" ? join("..", word) : word));
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const [program, ...first] = this.#command;
      const child = spawn(program, [...first, ...args, "--threads", "1"], {
        cwd: folder,
        stdio: ["ignore", "ignore", "pipe"],
      });
      const timer = kill && setTimeout(() => child.kill(kill.signal), kill.milliseconds);
      let stderr = "";
      child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
      child.on("error", reject);
      child.on("close", (status, signal) => {
        clearTimeout(timer);
        resolve({ status, signal, stderr, took: performance.now() - start });
      });
    });
  }

  /** Every file of the folder that is no temporary one is whole. @returns their names */
  #checkWhole(folder: string, models: readonly Buffer[], at: string): string[] {
    const files = readdirSync(folder);
    for (const name of files.filter((one) => !isTemporary(one))) {
      const bytes = readFileSync(join(folder, name));
      if (name === out) {
        if (!models.some((model) => model.equals(bytes)))
          throw new Error(`${name} is neither the old nor the new one${at}`);
      } else if (!isWhole(bytes)) throw new Error(`${name} is torn${at}: ${bytes.length} bytes`);
    }
    return files;
  }

  /** Checks that what the console said is so. @returns the words with which to go on */
  #nextOf(
    { status, signal, stderr }: Ended,
    sent: Signal,
    run: {
      readonly asked: readonly string[];
      readonly files: readonly string[];
      readonly told: Set<string>;
      readonly at: string;
      readonly last: readonly string[];
      /** The model is at --out. */
      readonly isDone: boolean;
    },
  ): string[] {
    const { asked, files, told, at, last, isDone } = run;
    const isThere = files.includes(checkpoint) && asked.includes("--checkpoint");
    if (signal !== null) {
      if (signal !== sent || stderr !== "") throw new Error(`ended by ${signal}${at}: ${stderr}`);
      if (isThere)
        return [...asked.slice(0, 1), "--resume", checkpoint, ...asked.slice(asked.indexOf("--out")), ...dataOf(asked)];
      const from = last.includes("--resume") ? last[last.indexOf("--resume") + 1] : undefined;
      if (from === undefined || files.includes(from)) return [...last];
      // It was done, and had removed its checkpoint, but not ended.
      if (!isDone) throw new Error(`${from} is gone${at}, and there is no model`);
      return [...asked];
    }
    if (status !== statuses[sent]) throw new Error(`status ${status}${at}: ${stderr}`);
    // Stopped before training began: there is nothing to go on from but what there was.
    if (stderr === `Stopped by ${sent}.\n`) return [...last];
    const [, named, words] =
      /^Stopped; (\S+) holds everything\. Go on with:\n {2}npx lanegrad train (.*)\n$/.exec(stderr) ?? [];
    if (words === undefined) throw new Error(`the console said${at}: ${stderr}`);
    if (!files.includes(named)) throw new Error(`${named} is not there${at}, although the console said so`);
    told.add(named);
    return words
      .replace(join("..", "mnist"), "mnist")
      .replace(/ --threads 1$/, "")
      .replace(" --threads 1 ", " ")
      .split(" ");
  }

  /** The model has the right bytes, and there is nothing else but checkpoints that the console named. */
  #checkEnd(
    folder: string,
    files: readonly string[],
    {
      model,
      isKeeping,
      told,
    }: { readonly model: Buffer; readonly isKeeping: boolean; readonly told: ReadonlySet<string> },
  ): void {
    if (!readFileSync(join(folder, out)).equals(model))
      throw new Error("the model has other bytes than without a kill");
    const left = files.filter((name) => name !== out && (isKeeping || !told.has(name)));
    if (left.length > 0) throw new Error(`left over: ${left.join(", ")}`);
  }
}

function dataOf(words: readonly string[]): string[] {
  const at = words.indexOf("--data");
  return at < 0 ? [] : words.slice(at, at + 2);
}

function isTemporary(name: string): boolean {
  return /^\.lanegrad-.*\.tmp$/.test(name);
}

/** A safetensors file with all its bytes: the header's size, the header as JSON, and as many bytes behind it as it says. */
function isWhole(bytes: Buffer): boolean {
  if (bytes.length < 8) return false;
  const start = 8 + Number(bytes.readBigUInt64LE());
  if (bytes.length < start) return false;
  const header = JSON.parse(bytes.toString("utf8", 8, start)) as Record<string, { data_offsets?: [number, number] }>;
  const ends = Object.values(header).map(({ data_offsets: offsets }) => offsets?.[1] ?? 0);
  return bytes.length === start + Math.max(0, ...ends);
}

/** Numbers in [0, 1) that follow from a seed. */
function mulberry32(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
