/**
 * The time from the start of a process to the first training step: processes that import the installed library, and
 * others that do not, in turns.
 */
import { halfRange, measurement, median } from "../measure.js";
import { runNode } from "./child.js";
import type { InstalledPackage, Setting, Suite } from "./suite.js";

const bareName = "bare Node";
const initName = "init(), cold";
const stepName = "784-300-10 batch 64, first step after bare Node";

/** Milliseconds from the start of the process to the script and to the end of the step; and the time that init took. */
interface Start {
  readonly init: number;
  readonly end: number;
}

/** Bare Node, init, first step. */
export const startupSuite: Suite = {
  names: [bareName, initName, stepName],
  async *run(isWanted, setting) {
    if (![bareName, initName, stepName].some(isWanted)) return;
    setting.working(stepName);
    const rounds = Math.min(31, Math.max(3, Math.ceil(30 * setting.seconds)));
    const bare: number[] = [];
    const starts: Start[] = [];
    for (let round = 0; round < rounds; round++) {
      bare.push(((await runScript(bareScript, setting.signal)) as Start).end);
      starts.push((await runScript(script(setting.files, setting), setting.signal)) as Start);
    }
    const row = (name: string, times: readonly number[]) => {
      const ms = median(times);
      return { measurement: measurement({ group: "startup", name, ms, spreadPercent: (100 * halfRange(times)) / ms }) };
    };
    const base = median(bare);
    if (isWanted(bareName)) yield row(bareName, bare);
    if (isWanted(initName))
      yield row(
        initName,
        starts.map(({ init }) => init),
      );
    if (isWanted(stepName))
      yield row(
        stepName,
        starts.map(({ end }) => end - base),
      );
  },
};

function runScript(text: string, signal: AbortSignal): Promise<unknown> {
  return runNode(["--input-type=module", "--eval", text], signal);
}

const bareScript = `console.log(JSON.stringify({ end: performance.now() }));`;

/** performance.now() is 0 at the start of the process. */
function script({ library }: InstalledPackage, { threads, wide }: Setting): string {
  return `
import { init, layers, losses, optimizers, sequential, tensor } from ${JSON.stringify(library)};
const begun = performance.now();
await init(${JSON.stringify({ threads, ...(wide && { wide }) })});
const initMs = performance.now() - begun;
const model = sequential([layers.dense({ units: 300, activation: "relu", inputShape: [784] }), layers.dense({ units: 10 })]);
model.compile({ optimizer: optimizers.sgd(), loss: losses.categoricalCrossentropy({ fromLogits: true }) });
const x = tensor(Float32Array.from({ length: 64 * 784 }, (_, i) => (i % 255) / 255), [64, 784]);
const loss = model.trainOnBatch([x], [tensor(Int32Array.from({ length: 64 }, (_, i) => i % 10))]).item();
if (!(loss > 0 && loss < 10)) throw new Error("the loss of the first step is " + loss);
const end = performance.now();
console.log(JSON.stringify({ init: initMs, end }));
`;
}
