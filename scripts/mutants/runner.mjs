/**
 * A test runner of Stryker's for the mutants of rooms. It stays in one process, with the test files loaded: Stryker switches mutants while the program runs,
 * so a mutant costs the tests that reach it, up to the first red one, and no start of anything.
 *
 * A mutant may leave the library in a state in which everything fails, and a collector of garbage may come between. So a red test counts only if it is green
 * without the mutant right afterwards, and red with it again; else its file is loaded afresh, and the mutant is tried once more. Quick tests go first, and among
 * them those of files that caught mutants lately.
 *
 * Of vitest it knows only what suite.mjs has, and it times a test out only if the test waits.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { register } from "node:module";
import { resolve } from "node:path";
import { performance } from "node:perf_hooks";
import { clearTimeout, setTimeout } from "node:timers";
import { setImmediate as turn } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { INSTRUMENTER_CONSTANTS } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { collect, fullName, runGroup, testsOf } from "./suite.mjs";

/** Milliseconds after which a test that waits is red: without a mutant, with one, where it takes no time without. */
const [patience, patienceWithMutant] = [240_000, 3_000];
/** How many times longer a test may take with a mutant. */
const slowest = 5;
/** Milliseconds of a test that is tried first, and of one that is tried last. */
const [quick, slow] = [60, 600];

/** One test file: its tests by their ids, loaded when they are first asked for. */
class TestFile {
  path;
  #version = 0;
  #loaded;
  caught = 0;

  constructor(path) {
    this.path = path;
  }

  /** @returns {{ root, tests: Map<string, object> }} */
  async load() {
    if (this.#loaded === undefined) {
      const address = `${pathToFileURL(resolve(this.path)).href}?graph=${this.path}:${this.#version++}`;
      const root = await collect(() => import(address));
      const without = JSON.parse(process.env.MUTANTS_WITHOUT);
      const tests = testsOf(root).map((test) => [fullName(test), test]);
      const used = tests.filter(([name]) => !without.some((part) => name.includes(part)));
      this.#loaded = { root, tests: new Map(used.map(([name, test]) => [`${this.path}#${name}`, test])) };
    }
    return this.#loaded;
  }

  forget() {
    this.#loaded = undefined;
  }
}

class RoomRunner {
  static inject = [];
  #namespace = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});
  #files = new Map();
  #stray = [];
  #times;

  capabilities() {
    return { reloadEnvironment: true };
  }

  init() {
    process.env.NODE_ENV = "test";
    process.env.VITEST = "1";
    const root = `${pathToFileURL(process.cwd()).href}/`;
    register("./hooks.mjs", import.meta.url, { data: root });
    for (const path of process.env.MUTANTS_TESTS.split(" ")) this.#files.set(path, new TestFile(path));
    for (const event of ["unhandledRejection", "uncaughtException"])
      process.on(event, (error) => this.#stray.push(error));
  }

  async dryRun() {
    const ns = this.#namespace;
    ns.activeMutant = undefined;
    const results = [];
    const shared = [];
    for (const file of this.#files.values()) {
      const { root, tests } = await file.load();
      const ids = new Map([...tests].map(([id, test]) => [test, id]));
      const run = async (test, body) => {
        const id = ids.get(test);
        const began = performance.now();
        ns.currentTestId = id;
        const error = (await this.#attempt(body, patience)) && (await this.#attempt(body, patience)); // a collector of garbage may have come between
        ns.currentTestId = undefined;
        const timeSpentMs = performance.now() - began;
        const result = { id, name: fullName(test), timeSpentMs, fileName: resolve(file.path) };
        results.push(error === undefined ? { ...result, status: 0 } : { ...result, status: 1, failureMessage: error });
        return true;
      };
      const setUp = async (group, body) => {
        const inside = ns.currentTestId;
        const id = `set-up ${shared.length}`;
        shared.push({ id, users: testsOf(group).flatMap((test) => ids.get(test) ?? []) });
        ns.currentTestId = id;
        await body();
        ns.currentTestId = inside;
      };
      await runGroup(root, new Set(tests.values()), { run, setUp });
    }
    const times = results.map(({ id, timeSpentMs }) => [id, timeSpentMs]);
    writeFileSync(process.env.MUTANTS_TIMES, JSON.stringify(Object.fromEntries(times)));
    return { status: "complete", tests: results, mutantCoverage: spread(ns.mutantCoverage, shared) };
  }

  async mutantRun({ activeMutant, testFilter, hitLimit }) {
    this.#times ??= JSON.parse(readFileSync(process.env.MUTANTS_TIMES, "utf8"));
    const mutant = { id: activeMutant.id, hitLimit };
    const trial = { count: 0 };
    for (const [from, to] of [
      [0, quick],
      [quick, slow],
      [slow, Infinity],
    ].slice(0, process.env.MUTANTS_NARROW === "true" ? 1 : 3)) {
      // prettier-ignore
      const chosen = groupBy(testFilter.filter((id) => this.#times[id] >= from && this.#times[id] < to));
      const files = [...chosen.keys()].map((path) => this.#files.get(path)).sort((a, b) => b.caught - a.caught);
      for (const file of files) {
        const red = await this.#judge(file, chosen.get(file.path), mutant, trial);
        if (red === undefined) continue;
        for (const other of this.#files.values()) other.caught *= 0.9;
        file.caught++;
        if (red.isCircle) return { status: "timeout", reason: "hit limit" };
        return { status: "killed", killedBy: [red.id], nrOfTests: trial.count, failureMessage: red.error };
      }
    }
    return { status: "survived", nrOfTests: trial.count };
  }

  /** @returns the first test of a file that is red because of the mutant */
  async #judge(file, ids, mutant, trial) {
    for (let isFresh = false; ; isFresh = true) {
      const red = await this.#run(file, ids, mutant, () => trial.count++);
      if (red === undefined) return undefined;
      if (isFresh) file.forget();
      const isGreenWithout = (await this.#run(file, [red.id], undefined)) === undefined;
      if (isFresh) return isGreenWithout ? red : undefined;
      if (isGreenWithout && (red.isCircle || (await this.#run(file, [red.id], mutant)) !== undefined)) return red;
      file.forget();
    }
  }

  /** Runs tests of one file, with a mutant or without. @returns the first red one */
  async #run(file, ids, mutant, began = () => undefined) {
    const ns = this.#namespace;
    ns.activeMutant = undefined;
    const { root, tests } = await file.load();
    const names = new Map(ids.map((id) => [tests.get(id), id]));
    ns.hitLimit = mutant?.hitLimit;
    ns.hitCount = mutant?.hitLimit === undefined ? undefined : 0;
    ns.activeMutant = mutant?.id;
    let red;
    const run = async (test, body) => {
      began();
      const ms = mutant === undefined ? patience : patienceWithMutant + slowest * this.#times[names.get(test)];
      const error = await this.#attempt(body, ms);
      if (error !== undefined) red = { id: names.get(test), error, isCircle: ns.hitCount > ns.hitLimit };
      return error === undefined;
    };
    await runGroup(root, new Set(names.keys()), { run, setUp: (_, body) => body() });
    ns.activeMutant = undefined;
    await turn();
    this.#stray.length = 0;
    return red;
  }

  /** @returns what went wrong, in words */
  async #attempt(body, ms) {
    this.#stray.length = 0;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no end after ${ms} ms`)), ms);
    });
    try {
      await Promise.race([body(), late]);
      if (this.#stray.length > 0) throw this.#stray[0];
      return undefined;
    } catch (error) {
      return String(error?.message ?? error) || "an error without a word";
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Coverage in which what ran before all tests of a group counts for each of them. */
function spread({ static: fixed, perTest }, shared) {
  for (const { id, users } of shared) {
    const hits = perTest[id] ?? {};
    delete perTest[id];
    for (const user of users)
      for (const [mutant, count] of Object.entries(hits)) {
        perTest[user] ??= {};
        perTest[user][mutant] = (perTest[user][mutant] ?? 0) + count;
      }
  }
  return { static: fixed, perTest };
}

const fileOf = (id) => id.slice(0, id.indexOf("#"));

/** The ids of tests by the files that they stand in. */
function groupBy(ids) {
  const groups = new Map();
  for (const id of ids) {
    const path = fileOf(id);
    if (!groups.has(path)) groups.set(path, []);
    groups.get(path).push(id);
  }
  return groups;
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "room", RoomRunner)];
