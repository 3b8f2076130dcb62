/**
 * `npm run course:all`: plays the lessons of the course one after the other in the terminal, with their quick
 * settings, and prints what each has shown and how long it took. Lessons that need data are left out, unless
 * `-- --data DIR` names a folder with a folder for each data set; tables are, since they train the networks of other
 * lessons again. Other arguments are names of lessons, and then only these are played. A lesson that takes longer than
 * `--minutes` (default 4) is ended. The command ends with an error where a lesson did.
 */
import { spawn, spawnSync } from "node:child_process";
import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { parseArgs } from "node:util";

/** Of a network on a data set. */
const ofData = ["--epochs", "1"];

const cli = "build/lib/cli.js";
const { values, positionals } = parseArgs({
  options: { data: { type: "string" }, minutes: { type: "string", default: "4" } },
  allowPositionals: true,
});
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`course:all: --minutes must be a number above 0, got ${values.minutes}`);

const { lessons } = JSON.parse(spawnSync(process.execPath, [cli, "course", "--json"], { encoding: "utf8" }).stdout);
const unknown = positionals.filter((name) => !lessons.some((lesson) => lesson.name === name));
if (unknown.length > 0) throw new Error(`course:all: there is no lesson ${unknown.join(", ")}; see lanegrad course`);

const results = [];
for (const lesson of lessons) {
  const { name, kind, needsData, sources } = lesson;
  if (kind === "table" || (positionals.length > 0 && !positionals.includes(name))) continue;
  if (needsData && values.data === undefined) {
    results.push({ name, state: "left out", seconds: 0, lines: [`needs ${sources.join(", ")}: pass --data DIR`] });
    continue;
  }
  console.log(`\n=== ${name}`);
  const quick = Object.entries(lesson.quick).flatMap(([setting, value]) => [`--${setting}`, String(value)]);
  const own = quick.length > 0 ? quick : needsData && kind === "network" ? ofData : [];
  results.push(await played(name, own));
}

console.log(`\n\nThe course\n`);
for (const { name, state, seconds, lines } of results) {
  console.log(`${name.padEnd(24)} ${state === "left out" ? "" : `${seconds.toFixed(0)} s`.padStart(6)}  ${state}`);
  for (const line of lines) console.log(`    ${line}`);
}
const sum = results.reduce((all, { seconds }) => all + seconds, 0);
const failed = results.filter(({ state }) => state === "failed" || state === "ended");
const done = results.filter(({ state }) => state === "played");
console.log(`\n${done.length} lessons in ${(sum / 60).toFixed(1)} minutes; ${failed.length} failed or were ended.`);
if (failed.length > 0) process.exitCode = 1;

/** Plays a lesson and passes on what it prints. */
function played(name, options) {
  const env = { ...process.env, ...(values.data !== undefined && { LANEGRAD_DATA: values.data }) };
  if (values.data === undefined) delete env.LANEGRAD_DATA;
  const start = performance.now();
  const child = spawn(process.execPath, [cli, "train", name, ...options], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [text, isEnded] = ["", false];
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (part) => {
      text += part;
      process.stdout.write(part);
    });
  }
  const timer = setTimeout(() => {
    isEnded = true;
    child.kill("SIGINT");
  }, 60_000 * minutes);
  return new Promise((resolve) => {
    child.on("close", (code) => {
      clearTimeout(timer);
      const seconds = (performance.now() - start) / 1000;
      const all = text.trimEnd().split("\n");
      const lines = all.filter((line) => /^(shows|test|result) /.test(line)).map((line) => line.replace(/^\w+ +/, ""));
      const state = isEnded ? "ended" : code === 0 ? "played" : "failed";
      resolve({ name, state, seconds, lines: state === "played" ? lines : [...lines, all.at(-1)] });
    });
  });
}
