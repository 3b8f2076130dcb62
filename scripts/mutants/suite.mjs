/**
 * What the tests of a room get in place of `vitest` while mutants are tried (runner.mjs): describe, it and the hooks, as trees that run as often as one likes
 * without loading the test file again. expect and vi are vitest's own. What the tests do not use is missing: concurrency, snapshots, retries, module mocks.
 */
import { format } from "node:util";

globalThis.__vitest_worker__ ??= { config: { fakeTimers: {} }, ctx: {}, metaEnv: process.env }; // what vi and expect ask for outside a run of vitest
export const { expect, vi, assert, expectTypeOf } = await import("vitest");

const emptyGroup = (name, parent) => ({
  name, parent, tests: [], groups: [], beforeAll: [], afterAll: [], beforeEach: [], afterEach: [],
}); // prettier-ignore
let group = emptyGroup("", undefined);

/** Runs `load`, which imports one test file. @returns the group of all that it describes */
export async function collect(load) {
  group = emptyGroup("", undefined);
  const root = group;
  await load();
  return root;
}

export const beforeAll = (hook) => group.beforeAll.push(hook);
export const afterAll = (hook) => group.afterAll.push(hook);
export const beforeEach = (hook) => group.beforeEach.push(hook);
export const afterEach = (hook) => group.afterEach.push(hook);

/** A row's name: printf's places from its values, `$key` from its first value, and its number, so that no two are the same. */
function rowName(name, values, index) {
  const places = name.match(/%[sdifjoO]/g)?.length ?? 0;
  const [first] = values;
  const named = name.replace(/\$(\w+)/g, (whole, key) => (first?.[key] === undefined ? whole : String(first[key])));
  return `${format(named, ...values.slice(0, places))} #${index}`;
}

const forEachRow = (add) => (rows) => (name, body, options) => {
  for (const [i, row] of rows.entries()) {
    const values = Array.isArray(row) ? row : [row];
    add(rowName(name, values, i), () => body(...values), options);
  }
};

function addGroup(name, body) {
  const parent = group;
  group = emptyGroup(name, parent);
  parent.groups.push(group);
  body();
  group = parent;
}

function addTest(name, body, options) {
  const run = typeof body === "function" ? body : options;
  group.tests.push({ name, run, group });
}

const nothing = () => undefined;
const withVariants = (add) => {
  const skip = Object.assign(nothing, { each: () => nothing });
  const one = Object.assign((name, body, options) => add(name, body, options), { each: forEachRow(add), skip });
  one.skipIf = (condition) => (condition ? skip : one);
  one.runIf = (condition) => (condition ? one : skip);
  return one;
};
export const describe = withVariants(addGroup);
export const it = withVariants(addTest);
export const test = it;

/** All tests of a group, in order. */
export const testsOf = (from) => [...from.tests, ...from.groups.flatMap(testsOf)];

/** A test's name behind those of its groups. */
export function fullName({ name, group: within }) {
  const names = [name];
  for (let at = within; at.parent !== undefined; at = at.parent) names.unshift(at.name);
  return names.join(" > ");
}

/**
 * Runs the chosen tests of a group with the hooks around them. A hook that fails fails the test that needed it.
 *
 * @param run    runs a test's body, given as a function without arguments. Returns whether to go on
 * @param setUp  runs what stands before all tests of a group, given with the group
 */
export async function runGroup(from, chosen, { run, setUp }, outer = { each: [], after: [] }) {
  if (!testsOf(from).some((one) => chosen.has(one))) return true;
  const each = [...outer.each, ...from.beforeEach];
  const after = [...from.afterEach, ...outer.after];
  let isSetUp;
  const cleanUps = [];
  const prepare = async () => {
    await outer.prepare?.();
    await (isSetUp ??= setUp(from, async () => {
      for (const hook of from.beforeAll) cleanUps.push(await hook());
    }));
  };
  let goesOn = true;
  for (const one of from.tests.filter((test) => chosen.has(test))) {
    goesOn = await run(one, async () => {
      await prepare();
      const undo = [];
      for (const hook of each) undo.push(await hook());
      try {
        await one.run({ task: one });
      } finally {
        for (const hook of [...after, ...undo]) if (typeof hook === "function") await hook();
      }
    });
    if (!goesOn) break;
  }
  for (const inner of from.groups) {
    if (!goesOn) break;
    goesOn = await runGroup(inner, chosen, { run, setUp }, { each, after, prepare });
  }
  if (isSetUp !== undefined)
    for (const hook of [...from.afterAll, ...cleanUps])
      if (typeof hook === "function") await Promise.resolve().then(hook).catch(nothing);
  return goesOn;
}
