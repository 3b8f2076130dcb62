/** The installed command as a process of its own: exit statuses, pipes, and signals that arrive whenever they like. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { writeTinyMnist } from "../cli/tinyMnist.js";

const { project } = inject("consumer");
const command = join(project, "node_modules/.bin/lanegrad");
const file = (name: string): string => join(project, name);

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in the project. @param watch sees the process and its standard output each time something has been added */
function run(
  program: string,
  args: readonly string[],
  watch?: (child: ChildProcess, stdout: string) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: project, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text: Buffer) => {
      stdout += text.toString();
      watch?.(child, stdout);
    });
    child.stderr.on("data", (text: Buffer) => (stderr += text.toString()));
    child.on("error", reject);
    child.on("close", (status) => resolve({ status, stdout, stderr }));
  });
}

/** Sends a signal as soon as the output so far has the text. */
function signalAt(text: string, signal: NodeJS.Signals): (child: ChildProcess, stdout: string) => void {
  let isSent = false;
  return (child, stdout) => {
    if (isSent || !stdout.includes(text)) return;
    isSent = true;
    child.kill(signal);
  };
}

describe("the installed command", () => {
  it("says what runs here", async () => {
    const { status, stdout, stderr } = await run(command, ["info", "--json"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toMatchObject({ simd: true });
  });

  it("ends with status 2 where the command line makes no sense", async () => {
    expect(await run(command, ["train", "--epoch", "3"])).toMatchObject({ status: 2, stdout: "" });
  });

  it("prints with --json nothing but one object on standard output, and ends by itself", async () => {
    const { status, stdout } = await run(command, ["train", "xor", "--threads", "2", "--json"]);
    expect(status).toBe(0);
    expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    expect(JSON.parse(stdout)).toMatchObject({ recipe: "xor", testAccuracy: 1, testErrorPercent: 0, threads: 2 });
  });

  it("answers a turn as soon as its line is there, and ends at an empty one though the pipe stays open", async () => {
    const turns = Array.from({ length: 60 }, (_, i) => `Citizen ${i}:\nSpeak, speak ${i}.`).join("\n\n");
    writeFileSync(file("plays.txt"), turns);
    const trained = ["train", "chat", "--data", "plays.txt", "--tokens", "300", "--batch", "8", "--epochs", "1", "--out", "chat.safetensors"]; // prettier-ignore
    expect((await run(command, trained)).status).toBe(0);
    const child = spawn(command, ["predict", "chat.safetensors", "--chat"], { cwd: project, stdio: ["pipe", "pipe", "inherit"] }); // prettier-ignore
    const further = ["Speak again.\n", "\n"];
    let answers = 0;
    const ended = new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    child.stdout.on("data", (text: Buffer) => {
      for (const _ of text.toString().matchAll(/\n/g)) {
        answers++;
        child.stdin.write(further.shift() ?? "");
      }
    });
    child.stdin.write("Speak.\n");
    expect([await ended, answers]).toEqual([0, 2]);
  });

  it("measures starts, launches and threads in processes of their own", async () => {
    const bench = async (...args: string[]) => {
      const { status, stdout } = await run(command, ["bench", ...args, "--seconds", "0.01", "--json"]);
      expect(status).toBe(0);
      return JSON.parse(stdout) as { threads: number; results: { name: string; ms: number; speedup: number | null }[] };
    };
    const startup = await bench("startup");
    expect(startup.results.map(({ name }) => name)).toEqual([
      "bare Node",
      "init(), cold",
      "784-300-10 batch 64, first step after bare Node",
    ]);
    const launches = await bench("threads", "--threads", "1", "--only", "fork-join");
    const threads = await bench("threads", "--threads", "1", "--only", "784-300-10");
    expect(threads.threads).toBe(1);
    if (availableParallelism() === 1) expect([...launches.results, ...threads.results]).toEqual([]);
    else {
      expect(launches.results.map(({ name }) => name)).toEqual(["fork-join, one launch"]);
      const step = "784-300-10 batch 64, training step";
      expect(threads.results.map(({ name }) => name)).toEqual([`${step}, one thread`, `${step}, all threads`]);
      expect(threads.results.map(({ speedup }) => speedup !== null)).toEqual([false, true]);
    }
    for (const { ms } of [...startup.results, ...launches.results, ...threads.results]) expect(ms).toBeGreaterThan(0);
  }, 120_000);

  it("ends quietly when nobody reads its pipe any more", async () => {
    const line = `${command} train xor --epochs 100000 | head -n 1; exit \${PIPESTATUS[0]}`;
    const { status, stdout, stderr } = await run("bash", ["-c", line]);
    expect([status, stderr]).toEqual([141, ""]);
    expect(stdout).toMatch(/^recipe +xor/);
  });
});

describe("Ctrl-C", () => {
  beforeAll(() => writeTinyMnist(file("mnist"), [600, 100]));
  const settings = ["train", "mnist-mlp-300", "--data", "mnist", "--epochs", "60", "--batch", "50"];

  it("at a random moment, and the command that is printed then, lead to the bytes of a run without a break", async () => {
    expect((await run(command, [...settings, "--out", "whole.safetensors"])).status).toBe(0);
    const after = `epoch ${String(1 + Math.floor(10 * Math.random())).padStart(2)}/60`;

    const broken = await run(command, [...settings, "--out", "parts.safetensors"], signalAt(after, "SIGINT"));
    expect(broken.status, `interrupted after ${after}`).toBe(130);
    expect(existsSync(file("parts.safetensors"))).toBe(false);
    const [told, resume] = broken.stderr.trimEnd().split("\n");
    expect(told).toBe("Stopped; parts.checkpoint.safetensors holds everything. Go on with:");
    expect(resume.trim()).toMatch(
      /^npx lanegrad train mnist-mlp-300 --resume parts\.checkpoint\.safetensors --data mnist /,
    );

    expect(await run("bash", ["-c", resume])).toMatchObject({ status: 0 });
    const equal = readFileSync(file("parts.safetensors")).equals(readFileSync(file("whole.safetensors")));
    expect(equal, `the same bytes after a break at ${after}`).toBe(true);
  });

  it("may be SIGTERM as well", async () => {
    const { status, stderr } = await run(command, [...settings, "--out", "term"], signalAt("engine", "SIGTERM"));
    expect([status, existsSync(file("term.checkpoint.safetensors"))]).toEqual([143, true]);
    expect(stderr).toContain("npx lanegrad train");
  });

  it("twice ends at once", async () => {
    let isFirst = true;
    const { status } = await run(command, [...settings, "--epochs", "100000", "--out", "twice"], (child) => {
      if (!isFirst) return;
      isFirst = false;
      child.kill("SIGTERM");
      child.kill("SIGINT");
    });
    expect([130, 143]).toContain(status); // whichever of the two the system hands over last
  });
});
