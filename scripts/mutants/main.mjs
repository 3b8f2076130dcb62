/**
 * `npm run mutants`: plants small faults, one at a time, and says which of them no test notices (docs/mutants.md).
 * Outside CI: it takes hours.
 *
 *   npm run mutants                          the kernels, then all rooms
 *   npm run mutants -- --kernels             the kernels: --family optim, --kind ties, --only TEXT, --again, --narrow, --at-once 2
 *   npm run mutants -- --room data --left    what survived earlier runs of a room and what is new, with all its tests
 *   npm run mutants -- --room callbacks      one room of src/: --files src/callbacks/monitor.ts --tests test/callbacks/
 *
 * Ends with 1 where a mutant survived that nobody has argued to be equivalent.
 */
import { parseArgs } from "node:util";
import { runKernels } from "./kernels.mjs";
import { rooms, runRoom } from "./rooms.mjs";

const string = { type: "string" };
const boolean = { type: "boolean" };
const { values } = parseArgs({
  options: {
    kernels: boolean,
    family: string,
    kind: string,
    only: string,
    again: boolean,
    narrow: boolean,
    "at-once": string,
    room: string,
    files: string,
    tests: string,
    left: boolean,
  },
});
const { family, kind, only, again, narrow, room, files, tests, left: onlyLeft } = values;
const isKernels = values.kernels || family !== undefined || kind !== undefined || only !== undefined;
let left = 0;
if (isKernels || room === undefined)
  left += await runKernels({ family, kind, only, again, narrow, atOnce: Number(values["at-once"] ?? 1) });
if (room !== undefined && !Object.hasOwn(rooms, room))
  throw new Error(`no room ${room}; there are ${Object.keys(rooms).join(", ")}`);
const chosen = room !== undefined ? [room] : isKernels ? [] : Object.keys(rooms);
for (const name of chosen)
  left += await runRoom(name, { files: files?.split(","), tests: tests?.split(","), left: onlyLeft, narrow });
process.exit(left > 0 ? 1 : 0);
