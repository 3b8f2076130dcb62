/** For `node entries.js`: the entries that are not what the namespace of the same name holds, and what those without such a namespace export. */
import * as lanegrad from "lanegrad";
import manifest from "lanegrad/package.json" with { type: "json" };

const names = Object.keys(manifest.exports).filter((entry) => /^\.\/\w+$/.test(entry));
const differs = async (entry) => {
  const functions = await import(`lanegrad/${entry}`);
  const namespace = lanegrad[entry];
  const keys = Object.keys(functions);
  return (
    keys.length === 0 ||
    keys.join() !== Object.keys(namespace).join() ||
    keys.some((key) => functions[key] !== namespace[key])
  );
};
const all = names.map((entry) => entry.slice(2));
const entries = all.filter((entry) => entry in lanegrad);
const others = [];
for (const entry of all)
  if (!entries.includes(entry)) others.push([entry, Object.keys(await import(`lanegrad/${entry}`))]);
const wrong = [];
for (const entry of entries) if (await differs(entry)) wrong.push(entry);
console.log(JSON.stringify({ entries, wrong, others }));
