/**
 * Mutants of the kernels: plants each edit of test/mutants/edits/, one at a time, in a copy of the tree, builds the
 * part that holds it for the plain build and runs the tests that concern its family (families.mjs) until one is red.
 * Outcomes are kept in build/mutants/kernels.json, so that a run goes on where the last one ended; what survived is
 * always tried again. An edit whose piece of the source is not there exactly once is an error: the list has drifted.
 */
import { fork } from "node:child_process";
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { familyOf, families, firstOf, partOf, table, wider } from "./families.mjs";

const lists = "test/mutants/edits";
const kept = "build/mutants/kernels.json";

/**
 * Every edit of the lists: file, find, replace, kind, and the argument where it is equivalent.
 * @throws where a piece is not unique in its file
 */
export async function readEdits() {
  const edits = [];
  for (const name of (await readdir(lists)).sort()) {
    const list = await import(resolve(lists, name));
    for (const [file, rows] of Object.entries(list.edits)) {
      const source = await readFile(file, "utf8");
      for (const [find, replace, kind, equivalent] of rows) {
        const times = source.split(find).length - 1;
        if (times !== 1) throw new Error(`${lists}/${name}: stands ${times} times in ${file}: ${find}`);
        if (find === replace) throw new Error(`${lists}/${name}: changes nothing in ${file}: ${find}`);
        edits.push({
          file,
          find,
          replace,
          kind,
          equivalent,
          family: familyOf(file),
          key: `${file}\n${find}\n${replace}`,
        });
      }
    }
  }
  return edits;
}

/** The task of a slot for one edit; `narrow` leaves out the wider tests. */
function taskOf({ file, find, replace, family }, narrow) {
  const { part, target = "simd", tests, rows = "", wider: own = wider } = families[family];
  const stages = [{ files: [...(firstOf[file] ?? []), ...tests] }];
  if (rows !== "") stages.push({ files: [table], pattern: rows });
  if (own.length > 0 && !narrow) stages.push({ files: own, isWider: true });
  return {
    file,
    find,
    replace,
    part: partOf[file] ?? part,
    target,
    stages: stages.filter(({ files }) => files.length > 0),
  };
}

/** Runs the first of a family's tests without a fault: it must pass, or the results of the others mean nothing. */
function soundTaskOf(edit) {
  const task = taskOf(edit, true);
  const [{ files, pattern }] = task.stages;
  return { ...task, replace: edit.find, stages: [{ files: files.slice(0, 1), pattern }] };
}

/** Runs the wider tests without a fault, when one of them fails for the first time. */
function soundWiderTaskOf(edit) {
  const task = taskOf(edit, false);
  return { ...task, replace: edit.find, stages: task.stages.filter(({ isWider }) => isWider) };
}

/** A copy of what the tests need, and a process in it. Starts anew after a mutant that ran in a circle. */
class Slot {
  constructor(number) {
    this.folder = resolve(`build/mutants/slot-${number}`);
  }

  async copy() {
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(join(this.folder, "build"), { recursive: true });
    const whole = [
      "assembly",
      "src",
      "test",
      "scripts",
      "bench",
      "package.json",
      "tsconfig.json",
      "vitest.config.ts",
      "asconfig.json",
    ];
    for (const name of [...whole, "build/wasm", "build/carry", "build/assembly"])
      await cp(name, join(this.folder, name), { recursive: true });
    await cp("build/wasm", join(this.folder, "build/kept"), { recursive: true });
    await rm(join(this.folder, "test/kernels/wat.test.ts")); // reads build/wat, which a slot does not make
    await symlink(resolve("node_modules"), join(this.folder, "node_modules"));
  }

  async start() {
    await this.copy();
    const script = join(this.folder, "scripts/mutants/slot.mjs");
    const execArgv = process.execArgv;
    this.process = fork(script, [this.folder], {
      cwd: this.folder,
      execArgv,
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    this.process.stderr.resume();
    await new Promise((done, failed) => {
      this.process.once("message", done);
      this.process.once("exit", (code) => failed(new Error(`a slot ended with ${code} before it was ready`)));
    });
  }

  /** @returns { outcome, by } */
  async run(task) {
    if (this.process === undefined) await this.start();
    const child = this.process;
    const answer = await new Promise((done) => {
      let last = "the compiler";
      child.on("message", (message) => {
        if (message.running === undefined) done(message);
        else last = message.running.slice(message.running.lastIndexOf("/") + 1);
      });
      child.on("exit", (code, signal) =>
        done({
          outcome: last === "the compiler" ? "error" : "caught",
          by: `${last}: the process ended (${code ?? signal})`,
        }),
      );
      child.send(task);
    });
    child.removeAllListeners("message").removeAllListeners("exit");
    if (answer.by?.endsWith("runs in a circle")) this.stop();
    if (child.exitCode !== null || child.signalCode !== null) this.process = undefined;
    return answer;
  }

  stop() {
    this.process?.kill("SIGKILL");
    this.process = undefined;
  }
}

/** True when an outcome is the one that the list expects. */
const isExpected = (edit, { outcome }) => outcome === (edit.equivalent === undefined ? "caught" : "survived");

/**
 * Runs all edits, or those of a family.
 * @param options family: that one only; kind: those whose kind holds one of these words, parted by commas; only: those
 *   whose file or piece holds this text; again: also those that were caught before; narrow: without the wider tests;
 *   atOnce: slots, 2 at most
 * @returns what is left unexplained
 */
export async function runKernels({ family, kind, only, again = false, narrow = false, atOnce = 1 } = {}) {
  const all = await readEdits();
  await mkdir("build/mutants", { recursive: true });
  const outcomes = JSON.parse(await readFile(kept, "utf8").catch(() => "{}"));
  const kinds = kind?.split(",");
  const chosen = all.filter(
    (edit) =>
      (family === undefined || edit.family === family) &&
      (kinds === undefined || kinds.some((word) => edit.kind.includes(word))) &&
      (only === undefined || edit.key.includes(only)),
  );
  const open = chosen.filter(
    (edit) => again || outcomes[edit.key] === undefined || !isExpected(edit, outcomes[edit.key]),
  );
  console.log(`${all.length} edits, ${chosen.length} chosen, ${chosen.length - open.length} known from before`);
  const from = Date.now();
  const queue = [...open];
  let done = 0;
  const sound = new Map();
  const check = async (name, task, slot) => {
    if (!sound.has(name)) {
      console.log(`${name}: first without a fault`);
      sound.set(name, slot.run(task));
    }
    const { outcome, by } = await sound.get(name);
    if (outcome !== "survived") throw new Error(`${name}: red without a fault: ${by}`);
  };
  const work = async (number) => {
    const slot = new Slot(number);
    for (let edit = queue.shift(); edit !== undefined; edit = queue.shift()) {
      await check(edit.family, soundTaskOf(edit), slot);
      const began = Date.now();
      const answer = await slot.run(taskOf(edit, narrow));
      if (answer.isWider) await check(`the wider tests of ${edit.family}`, soundWiderTaskOf(edit), slot);
      const seconds = Math.round((Date.now() - began) / 1000);
      outcomes[edit.key] = { ...answer, seconds };
      done++;
      await writeFile(kept, JSON.stringify(outcomes, undefined, 1));
      const left = Math.ceil((((Date.now() - from) / done) * (open.length - done)) / 60_000);
      const mark = isExpected(edit, answer) ? "" : " !";
      console.log(
        `${done}/${open.length}, ${left} min left: ${answer.outcome}${mark} in ${seconds} s  ${edit.family}  ${edit.kind}  ${(answer.by ?? "").slice(0, 120)}`,
      );
    }
    slot.stop();
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, 2, open.length) }, (_, i) => work(i)));
  return summarize(chosen, outcomes);
}

/** Prints the figures and what is left. */
function summarize(chosen, outcomes) {
  const of = (edit) => outcomes[edit.key];
  const count = (test) => chosen.filter(test).length;
  const caught = count((edit) => of(edit).outcome === "caught" && edit.equivalent === undefined);
  const argued = count((edit) => of(edit).outcome === "survived" && edit.equivalent !== undefined);
  const left = chosen.filter((edit) => !isExpected(edit, of(edit)));
  const share = ((100 * caught) / Math.max(1, chosen.length - argued)).toFixed(1);
  console.log(
    `\nkernels: ${chosen.length} edits, ${caught} caught (${share} % of those that change something), ${argued} equivalent, ${left.length} unexplained`,
  );
  for (const edit of left) {
    const what = of(edit).outcome === "caught" ? "was caught, but is said to be equivalent" : of(edit).outcome;
    console.log(
      `\n  ${what}: ${edit.file} (${edit.kind}) ${of(edit).by ?? ""}\n    − ${edit.find.replaceAll("\n", "\n      ")}\n    + ${edit.replace.replaceAll("\n", "\n      ")}`,
    );
  }
  return left.length;
}
