/** Files that commands write: tried before the first step, kept elsewhere where writing fails at the end, and never in the place of another. */
import { execFileSync } from "node:child_process";
import fs from "node:fs/promises";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { tryToWrite } from "../../src/io/trial.js";
import { writeNewFile } from "../../src/io/newFile.js";
import { record } from "./support.js";

const parent = mkdtempSync(join(tmpdir(), "lanegrad-outputs-"));
let folder: string;
const file = (name: string): string => join(folder, name);
beforeEach(() => (folder = mkdtempSync(join(parent, "case-"))));
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(parent, { recursive: true }));

/** Runs a command line. @param at called at each line of standard output */
async function run(
  args: readonly string[],
  at: (line: string, send: (signal: "SIGINT") => void) => void = () => undefined,
) {
  const recorded = record();
  const { stdout } = recorded.surroundings;
  const watched = {
    write: (text: string) => {
      stdout.write(text);
      at(text, (signal) => recorded.send(signal));
    },
  };
  const status = await lanegrad(args, { ...recorded.surroundings, stdout: watched });
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

const short = ["train", "xor", "--epochs", "1"];

/** A file system of 64 kB where this process may mount one. */
const disk = join(parent, "disk");
let hasDisk = false;
/** One that is read-only. */
const sealed = join(parent, "sealed");
let hasSealed = false;
const mounted = (kind: string, at: string): boolean => {
  mkdirSync(at);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", kind, "tmpfs", at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};
beforeAll(() => {
  hasDisk = mounted("size=64k", disk);
  hasSealed = mounted("ro", sealed);
});
afterAll(() => {
  if (hasDisk) execFileSync("umount", [disk]);
  if (hasSealed) execFileSync("umount", [sealed]);
}); // prettier-ignore

describe("an output that cannot be written is an error before the first step, and leaves all as it was", () => {
  const longName = "n".repeat(300);
  const commands: readonly (readonly [what: string, args: readonly string[]])[] = [
    ["--out", short],
    ["--report", short],
    ["--checkpoint", short],
    ["--report", ["train", "adding", "--epochs", "1"]],
    ["--report", ["table", "mnist"]],
    ["--report", ["bench", "tiny"]],
  ];
  for (const [option, args] of commands) {
    it(`${args.slice(0, 2).join(" ")} ${option}: a folder, below a file, in no folder, too long, a socket, in a circle`, async () => {
      mkdirSync(file("folder"));
      writeFileSync(file("file"), "as it was");
      symlinkSync("circle", file("circle"));
      const server = createServer().listen(file("socket"));
      const before = readdirSync(folder);
      for (const [path, reason] of [
        [file("folder"), "it is a folder. Name a file in it."],
        [`${file("new")}/`, "it is a folder. Name a file in it."],
        [file("file/model"), "a part of its path is a file. Name a place in a folder."],
        [file("none/model"), "it, or its folder, does not exist. Make the folder first, or name another."],
        [file(longName), "its name is too long. Choose a shorter one."],
        [file("circle"), "its symbolic links lead in a circle. Name the file itself."],
        [file("socket"), "no process reads from it. Name a file."],
      ]) {
        const { status, stdout, stderr } = await run([...args, option, path]);
        expect([status, stdout]).toEqual([1, ""]);
        expect(stderr).toMatch(
          new RegExp(`^${args[0]}: cannot write ${option} "[^\\n]*": ${reason.replaceAll(".", "\\.")}\\n$`),
        );
      }
      expect(readdirSync(folder)).toEqual(before);
      expect(readFileSync(file("file"), "utf8")).toBe("as it was");
      server.close();
    });

    it(`${args.slice(0, 2).join(" ")} ${option}: empty, exit status 2`, async () => {
      const { status, stderr } = await run([...args, option, ""]);
      expect([status, stderr]).toEqual([2, expect.stringContaining(`${option} needs a value; expected FILE`)]);
    });
  }

  it.each([
    ["EACCES", "permission denied. Name a place that you may write to."],
    ["EROFS", "the file system is read-only. Name a place on another one."],
    ["ENOSPC", "the disk is full. Free some space, or name a place on another disk."],
    ["EDQUOT", "the quota is used up. Free some space, or name a place on another disk."],
    ["EFBIG", "it would be larger than a file may be. Raise the limit (ulimit -f), or name a place on another disk."],
    ["EMFILE", "too many files are open. Close some, or raise the limit (ulimit -n)."],
    ["EIO", "the device reports an error. Name a place on another disk."],
  ])("%s is worded plainly", async (code, reason) => {
    vi.spyOn(fs, "open").mockRejectedValueOnce(Object.assign(new Error(code), { code, syscall: "open" }));
    const { status, stdout, stderr } = await run([...short, "--out", file("model")]);
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      `train: cannot write --out ${JSON.stringify(file("model"))}: ${reason}\n`,
    ]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("a folder that nobody may write to: /proc", async () => {
    const { status, stderr } = await run([...short, "--out", "/proc/model"]);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^train: cannot write --out "\/proc\/model": /)]);
  });

  it("a read-only file system, and a full one: the model's size is what is tried", async ({ skip }) => {
    if (!hasDisk || !hasSealed) skip("this process may not mount a file system");
    const readOnly = await run([...short, "--out", join(sealed, "model")]);
    expect([readOnly.status, readOnly.stderr]).toEqual([1, expect.stringContaining("the file system is read-only")]);
    writeFileSync(join(disk, "filler"), Buffer.alloc(48 * 1024));
    await tryToWrite("train", [{ path: join(disk, "a"), bytes: 16 * 1024 }]);
    await expect(tryToWrite("train", [{ path: join(disk, "a"), bytes: 17 * 1024 }])).rejects.toThrow(
      "the disk is full",
    );
    // Each has room, but not both at once.
    const both = ["a", "b"].map((name) => ({ path: join(disk, name), bytes: 9 * 1024 }));
    await expect(tryToWrite("train", both)).rejects.toThrow("the disk is full");
    expect(readdirSync(disk)).toEqual(["filler"]);
  });

  it("an older model stays when training fails, byte for byte", async () => {
    writeFileSync(file("model"), "older");
    expect((await run([...short, "--lr", "1e38", "--out", file("model")])).status).toBe(1);
    expect(readFileSync(file("model"), "utf8")).toBe("older");
    expect(readdirSync(folder)).toEqual(["model"]);
  });
});

describe("two options that name one file", () => {
  it.each([
    ["by the same name", (a: string) => [a, a]],
    [
      "by another spelling",
      (a: string) => [a, join(dirname(a), ".", "x", "..", basename(a)).replace("model", "./model")],
    ],
    ["in upper case", (a: string) => [a, join(dirname(a), "MODEL.safetensors")]],
    [
      "through a link to the file",
      (a: string) => (writeFileSync(a, ""), symlinkSync(a, `${a}.link`), [a, `${a}.link`]),
    ],
    [
      "through a link to the file before it is there",
      (a: string) => (symlinkSync(basename(a), `${a}.link`), [a, `${a}.link`]),
    ],
    ["by a second name of the file", (a: string) => (writeFileSync(a, ""), linkSync(a, `${a}.link`), [a, `${a}.link`])],
    [
      "through a link to the folder",
      (a: string) => (symlinkSync(dirname(a), `${a}.d`), [a, join(`${a}.d`, basename(a))]),
    ],
  ])("--out and --report %s: exit status 1 before the first step", async (_, pathsOf) => {
    const [out, report] = pathsOf(file("model.safetensors"));
    const { status, stdout, stderr } = await run([...short, "--out", out, "--report", report]);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(
      /^train: --out and --report are the same file; expected a file for each, got ".*". The one would take the other's place\.\n$/,
    );
  });

  it("--out over the text that it learns from", async () => {
    writeFileSync(file("song.txt"), "la ".repeat(500));
    const { status, stderr } = await run([
      "train",
      "shakespeare",
      "--data",
      file("song.txt"),
      "--out",
      file("song.txt"),
    ]);
    expect([status, stderr]).toEqual([1, expect.stringContaining("--data and --out are the same file")]);
    expect(readFileSync(file("song.txt"), "utf8")).toBe("la ".repeat(500));
  });
});

describe("writing that fails at the end all the same", () => {
  it("the model goes beside where it was to be, and the message says so; exit status 1", async () => {
    const whole = file("whole.safetensors");
    expect((await run([...short, "--out", whole])).status).toBe(0);
    const [out, beside] = [file("model.safetensors"), file("model-2.safetensors")];
    const { status, stdout, stderr } = await run([...short, "--out", out], (line) => {
      if (line.startsWith("epoch")) mkdirSync(out);
    });
    expect(status).toBe(1);
    expect(stderr).toBe(
      `train: cannot write ${JSON.stringify(out)}: it is a folder. The model is in ${JSON.stringify(beside)}.\n`,
    );
    expect(stdout).toContain(`saved    ${beside}\n`);
    expect(readFileSync(beside).equals(readFileSync(whole))).toBe(true);
  });

  it.skipIf(!existsSync("/dev/full"))("/dev/full: the model goes to the temporary folder", async () => {
    const { status, stderr } = await run([...short, "--out", "/dev/full"]);
    const [, path] = /^train: cannot write "\/dev\/full": the disk is full\. The model is in "(.*)"\.\n$/.exec(stderr)!;
    expect([status, readFileSync(path).length > 500, dirname(path)]).toEqual([1, true, tmpdir()]);
    rmSync(path);
  });

  it("a folder that went away: the temporary folder, and Ctrl-C's checkpoint too", async () => {
    mkdirSync(file("gone"));
    const remove = (line: string): void => {
      if (line.startsWith("engine")) rmSync(file("gone"), { recursive: true });
    };
    const ended = await run([...short, "--out", file("gone/m.safetensors")], remove);
    const [, model] = /The model is in "(.*)"\.\n$/.exec(ended.stderr)!;
    expect([ended.status, dirname(model)]).toEqual([1, tmpdir()]);
    mkdirSync(file("gone"));
    const stopped = await run([...short, "--out", file("gone/m.safetensors")], (line, send) => {
      remove(line);
      if (line.startsWith("engine")) send("SIGINT");
    });
    const [, path] = /^train: cannot write .* does not exist\.\nStopped; (.*) holds everything\. Go on with:\n/.exec(
      stopped.stderr,
    )!;
    expect([stopped.status, dirname(path)]).toEqual([130, tmpdir()]);
    expect((await run(["train", "--resume", path])).status).toBe(0);
    for (const one of [model, path]) rmSync(one);
  });
});

describe("nobody's checkpoint is taken", () => {
  it("two runs that stop in one folder at one moment keep 2 checkpoints", async () => {
    const stop = (line: string, send: (signal: "SIGINT") => void): void => {
      if (line.startsWith("engine")) send("SIGINT");
    };
    const runs = await Promise.all(
      [1, 2, 3].map((seed) => run([...short, "--seed", String(seed), "--out", file("m")], stop)),
    );
    const named = runs.map(({ stderr }) => /^Stopped; (.*) holds everything/.exec(stderr)![1]);
    expect(new Set(named).size).toBe(3);
    expect(readdirSync(folder).toSorted()).toEqual(named.map((path) => basename(path)).toSorted());
  });

  it("writeNewFile: of 20 that write one name at once, 1 does, and its bytes are whole", async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => writeNewFile("test", file("one"), new Uint8Array(10_000).fill(i))),
    );
    expect(results.filter((isWritten) => isWritten)).toHaveLength(1);
    const bytes = readFileSync(file("one"));
    expect(bytes.every((byte) => byte === results.indexOf(true))).toBe(true);
    expect(readdirSync(folder)).toEqual(["one"]);
  });

  it("writeNewFile works where the file system has no links", async () => {
    const refused = Object.assign(new Error("EPERM"), { code: "EPERM", syscall: "link" });
    vi.spyOn(fs, "link").mockRejectedValue(refused);
    expect(await writeNewFile("test", file("one"), new Uint8Array([1]))).toBe(true);
    expect(await writeNewFile("test", file("one"), new Uint8Array([2]))).toBe(false);
    expect([...readFileSync(file("one"))]).toEqual([1]);
    expect(readdirSync(folder)).toEqual(["one"]);
  });

  it("a checkpoint that another run has saved meanwhile is left alone", async () => {
    const stopAtOnce = (line: string, send: (signal: "SIGINT") => void): void => {
      if (line.startsWith("engine")) send("SIGINT");
    };
    const checkpoint = file("m.checkpoint.safetensors");
    await run([...short, "--out", file("m")], stopAtOnce);
    const { stderr } = await run(["train", "--resume", checkpoint, "--out", file("m")], (line, send) => {
      if (line.startsWith("engine")) writeFileSync(checkpoint, "another run's");
      stopAtOnce(line, send);
    });
    expect(stderr).toContain(`Stopped; ${file("m.checkpoint-2.safetensors")} holds everything`);
    expect(readFileSync(checkpoint, "utf8")).toBe("another run's");
  });

  it("--checkpoint does not replace what is there, and is removed when --out has the model", async () => {
    const checkpoint = file("c");
    writeFileSync(checkpoint, "somebody's");
    const refused = await run([...short, "--checkpoint", checkpoint]);
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining("is there already. Go on from it with --resume"),
    ]);
    expect(readFileSync(checkpoint, "utf8")).toBe("somebody's");
    rmSync(checkpoint);
    let seen = false;
    const args = [...short, "--checkpoint", checkpoint, "--out", file("m")];
    const { status } = await run(args, (line) => (seen ||= line.startsWith("epoch") && existsSync(checkpoint)));
    expect([status, seen, readdirSync(folder)]).toEqual([0, true, ["m"]]);
  });

  it("--checkpoint of a run whose last epoch is done: the rest is done, with --json too", async () => {
    const args = [...short, "--checkpoint", file("c")];
    expect((await run([...args, "--out", file("whole")])).status).toBe(0);
    expect((await run(args)).status).toBe(0); // without --out it stays
    const { status, stdout } = await run(["train", "--resume", file("c"), "--out", file("m"), "--json"]);
    expect([status, JSON.parse(stdout)]).toMatchObject([
      0,
      { trainLoss: null, testAccuracy: expect.any(Number) as number },
    ]);
    expect(readFileSync(file("m")).equals(readFileSync(file("whole")))).toBe(true);
  });
});

describe("data and options are never replaced by others in silence", () => {
  it.each([
    ["--data that is not there", ["train", "digits", "--data", "/no/such"], 1, "train: cannot read --data"],
    ["--data without the files", ["train", "digits", "--data", tmpdir()], 1, "train: MNIST is not in"],
    ["the same with --download", ["train", "digits", "--data", tmpdir(), "--download"], 1, "train: MNIST is not in"],
    ["a text that is not there", ["train", "shakespeare", "--data", "/no/such", "--download"], 1, "cannot read --data"],
    ["an experiment's --data", ["train", "translation", "--data", tmpdir()], 1, "train: MNIST is not in"],
    ["empty --data", ["train", "digits", "--data", ""], 2, "--data needs a value"],
    ["--data of a recipe without data", ["train", "xor", "--data", tmpdir()], 2, "--data is not for xor"],
    ["--download of such a one", ["train", "xor", "--download"], 2, "--download is not for xor"],
    [
      "--temperature without --prompt",
      ["predict", "m", "f", "--temperature", "1"],
      2,
      "--temperature is for a model that writes",
    ],
  ] as const)("%s", async (_, args, status, text) => {
    expect(await run(args)).toMatchObject({ status, stderr: expect.stringContaining(text) as string });
  });

  it("LANEGRAD_DATA that is not there", async () => {
    const recorded = record(undefined, { LANEGRAD_DATA: "/no/such" });
    expect(await lanegrad(["train", "digits"], recorded.surroundings)).toBe(1);
    expect(recorded.stderr()).toContain('train: cannot read LANEGRAD_DATA "/no/such"');
  });
});
