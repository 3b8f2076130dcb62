/**
 * `npm run course:pages`: plays lessons in the course's page, one after the other, in a real browser, and prints for each whether it came to
 * its conclusion, how long it took, what held up the page's main thread, what axe-core complains about, and what is wider than a telephone.
 *
 *   npm run course:pages -- [NAME …] [--browser firefox] [--data DIR] [--out DIR] [--minutes 4] [--full] [--restarts 20]
 *
 * Lessons begin with the settings that the page begins with; with --full, with those of the command. Lessons that need data are left out unless
 * a folder of --data has their files; tables always are. Pictures of the end go to --out, light and dark, 1280 and 390 pixels wide. --restarts
 * starts and stops lessons that often with other settings and prints the memory instead. It ends with an error where a lesson did, or nothing
 * was concluded.
 *
 * This script sleeps while a lesson runs. How long it was kept from waking says what of a gap is the machine's doing, not the page's.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";
import { chromiumBrowser } from "./pages/chromium.mjs";
import { firefoxBrowser } from "./pages/firefox.mjs";
import * as inPage from "./pages/inPage.mjs";
import { memoryOfRestarts } from "./pages/restarts.mjs";
import { filesBelow, filesOfSource, serveCourse } from "./pages/servedCourse.mjs";

const { values: options, positionals: names } = parseArgs({
  options: {
    browser: { type: "string", default: "chromium" },
    data: { type: "string" },
    out: { type: "string" },
    minutes: { type: "string", default: "4" },
    full: { type: "boolean", default: false },
    restarts: { type: "string" },
  },
  allowPositionals: true,
});
const minutes = Number(options.minutes);
if (!(minutes > 0)) throw new Error(`course:pages: --minutes must be a number above 0, got ${options.minutes}`);
if (options.restarts !== undefined && options.browser !== "chromium")
  throw new Error("course:pages: --restarts measures memory in Chromium only");
if (!["chromium", "firefox"].includes(options.browser))
  throw new Error(`course:pages: --browser must be chromium or firefox, got ${options.browser}`);

const imported = async (path) =>
  (await runnerImport(path, { configFile: "site/vite.config.ts", root: process.cwd() })).module;
const { lessons } = await imported("/course/index.ts");
const { defaultsOf } = await imported("/course/settings.ts");
const { filesFor } = await imported("/site/givenFiles.ts");
const { chromiumOptions } = await imported("/test/package/page.ts");
const { complaints } = await imported("/test/package/complaints.ts");
const unknown = names.filter((name) => !lessons.some((lesson) => lesson.name === name));
if (unknown.length > 0) throw new Error(`course:pages: there is no lesson ${unknown.join(", ")}; see lanegrad course`);

const files = options.data === undefined ? [] : await filesBelow(options.data);
if (options.out !== undefined) await mkdir(options.out, { recursive: true });
const served = await serveCourse(files);
const browser = await (options.browser === "firefox" ? firefoxBrowser() : chromiumBrowser(chromiumOptions));
const results = [];
try {
  console.log(browser.name);
  const chosen = lessons.filter(({ name, kind }) => (names.length > 0 ? names.includes(name) : kind !== "table"));
  for (const lesson of chosen) {
    if (options.restarts !== undefined) {
      const page = await browser.newPage(served.url);
      const megabytes = await memoryOfRestarts(page, lesson, Number(options.restarts));
      console.log(`${lesson.name}, MB after each: ${megabytes.map((one) => one.toFixed(0)).join(" ")}`);
      await page.close();
      continue;
    }
    const result = await played(lesson);
    if (result === undefined) continue;
    results.push(result);
    print(result);
    if (options.out !== undefined)
      await writeFile(join(options.out, `${options.browser}.json`), JSON.stringify(results, undefined, 2));
  }
} finally {
  await browser.close();
  await served.close();
}
const bad = results.filter(({ isGood }) => !isGood).map(({ name }) => name);
console.log(`\n${results.length} lessons; without a conclusion or with an error: ${bad.join(", ") || "none"}.`);
if (bad.length > 0) process.exitCode = 1;

/** Plays one lesson; undefined where it lacks data. */
async function played({ name, kind, settings, sources, runsWithoutSources = sources.length === 0 }) {
  const given = sources.map((source) => filesOfSource(source, files, filesFor));
  if (!runsWithoutSources && given.includes(undefined)) return undefined;
  const page = await browser.newPage(served.url);
  try {
    const { engine } = await page.run(inPage.open, name);
    for (const own of given) if (own !== undefined) await page.run(inPage.give, own);
    if (options.full) await page.run(inPage.set, defaultsOf(settings));
    const delay = monitorEventLoopDelay({ resolution: 5 });
    await page.run(inPage.start);
    delay.enable();
    let end = await page.run(inPage.standing);
    while (!end.isOver && end.seconds < 60 * minutes) {
      await wait(end.seconds < 5 ? 200 : 1000);
      end = await page.run(inPage.standing);
    }
    await page.run(inPage.settle);
    delay.disable();
    const machine = delay.max / 1e6;
    const { gap, gapAt, task, errors } = await page.run(inPage.standing);
    const overflowing = await photographed(page, name);
    const complained = page.page === undefined ? [] : await complaints(page.page);
    const all = [...errors, ...page.errors];
    // a network states its result as a fact
    const isConcluded = kind === "network" ? end.facts.length > 0 : end.conclusions.length > 0;
    const isGood = end.state === "done" && isConcluded && end.failures.length === 0 && all.length === 0;
    return { name, engine, ...end, gap, gapAt, machine, task, errors: all, overflowing, complained, isGood };
  } finally {
    await page.close();
  }
}

/** Pictures of the end, in four forms. @returns what is wider than the page on a telephone */
async function photographed(page, name) {
  let overflowing;
  for (const width of [1280, 390])
    for (const scheme of ["light", "dark"]) {
      await page.look(width, scheme);
      if (width === 390) overflowing = await page.run(inPage.overflow);
      if (options.out === undefined) continue;
      await page.picture(join(options.out, `${name}-${options.browser}-${width}-${scheme}.png`));
    }
  return overflowing;
}

function print({ name, state, seconds, conclusions, facts, said, now, errors, overflowing, complained, ...held }) {
  const { gap, gapAt, task, machine } = held;
  const blocked = task === null ? "" : `, longest task ${task.toFixed(0)} ms`;
  console.log(
    `\n${name}: ${state} after ${seconds.toFixed(1)} s, longest gap ${gap.toFixed(0)} ms at ${gapAt.toFixed(1)} s${blocked}`,
  );
  console.log(`    the machine kept this script waiting for up to ${machine.toFixed(0)} ms`);
  for (const text of conclusions) console.log(`    ${text}`);
  if (state !== "done") console.log(`    ${said} ${now}`);
  if (conclusions.length === 0) console.log(`    ${facts.at(-1)}`);
  for (const error of errors) console.log(`    error: ${error}`);
  if (overflowing.widest > 0)
    console.log(`    ${overflowing.widest} pixels wide at 390: ${overflowing.names.join(", ")}`);
  else if (overflowing.names.length > 0) console.log(`    sticks out at 390: ${overflowing.names.join(", ")}`);
  for (const one of complained) console.log(`    axe: ${one}`);
}
