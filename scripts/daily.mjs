/**
 * `npm run daily`: what daily work around the kernels costs beside the work itself, in turns in one process.
 *
 *   npm run daily                               all three
 *   npm run daily -- --only csv                 own-adam, images or csv
 *   npm run daily -- --threads 2 --rounds 16    default 1 and 12
 *
 *   own-adam  a recorded step with `optimizer.for` against the compiled model's recorded step
 *   images    a step of `fit` on `imageBatches` with prefetch against one on pictures in memory
 *   csv       seconds and memory for 100 MB with text columns, in a process of its own
 */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { crc32, deflateSync } from "node:zlib";
import { datasets, dense, info, init, layers, losses, mean, optimizers } from "lanegrad";
import { randomInt, randomNormal, randomUniform, record, sequential, softmaxCrossEntropy, zeros } from "lanegrad";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "12" },
    threads: { type: "string", default: "1" },
    read: { type: "string" }, // the process that only reads a table
  },
});
const rounds = Number(options.rounds);
const folder = mkdtempSync(join(tmpdir(), "lanegrad-daily-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

/** Times both by turns for as many rounds: the median of each, and of the ratios within a round. */
async function inTurns(first, second) {
  const seconds = [[], []];
  for (let round = 0; round < rounds; round++)
    for (const which of round % 2 === 0 ? [0, 1] : [1, 0]) seconds[which].push(await [first, second][which]());
  const ratio = median(seconds[1].map((time, round) => time / seconds[0][round]));
  return [...seconds.map(median), ratio];
}

// ---- own-adam

/** Seconds of one replay, over as many as take a fifth of a second. */
function replayTime(recording) {
  let [steps, start] = [0, performance.now()];
  while (performance.now() - start < 200) for (let i = 0; i < 16; i++, steps++) recording.replay();
  return (performance.now() - start) / 1000 / steps;
}

/** @param units  of the layers, from the inputs on */
async function ownAdam(batch, units) {
  const x = randomNormal([batch, units[0]]);
  const labels = randomInt([batch], { high: units.at(-1) });

  const last = units.length - 2;
  const chain = units.slice(1).map((width, i) => {
    const inputShape = i === 0 ? { inputShape: [units[0]] } : {};
    return layers.dense({ units: width, activation: i === last ? "linear" : "relu", ...inputShape });
  });
  const model = sequential(chain);
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: optimizers.adam(), loss });
  const weights = model.weights.map(({ value }) => {
    const copy = zeros(value.shape, { requiresGrad: true });
    copy.assign(value);
    return copy;
  });
  const compiled = record(() => model.trainOnBatch([x], [labels]));
  const optimizer = optimizers.adam().for(weights);
  const own = record(() => {
    let h = x;
    for (let i = 0; i <= last; i++) h = dense(h, weights[2 * i], weights[2 * i + 1], i === last ? "linear" : "relu");
    const total = mean(softmaxCrossEntropy(h, labels));
    total.backward();
    optimizer.step();
    return total;
  });
  for (let i = 0; i < 20; i++) (compiled.replay(), own.replay());
  const [a, b] = [compiled.result.item(), own.result.item()];
  if (!(Math.abs(a - b) <= 1e-4 * Math.abs(a) + 1e-6)) throw new Error(`different losses: ${a} and ${b}`);

  const [modelTime, ownTime, ratio] = await inTurns(
    () => replayTime(compiled),
    () => replayTime(own),
  );
  const name = `${units.join("-")}, batch ${batch}`.padEnd(26);
  const micro = (seconds) => `${(seconds * 1e6).toFixed(1)} µs`.padStart(11);
  console.log(`own-adam  ${name} model ${micro(modelTime)}  own ${micro(ownTime)}  ratio ${ratio.toFixed(3)}`);
}

// ---- images

/** A PNG file of 8 bits a channel without filters. */
function png(height, width, pixels) {
  const chunk = (name, data) => {
    const body = Buffer.concat([Buffer.from(name, "latin1"), data]);
    const [size, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    size.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([size, body, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8); // 8 bits, red green blue
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++)
    rows.set(pixels.subarray(3 * y * width, 3 * (y + 1) * width), y * (1 + 3 * width) + 1);
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

async function images() {
  const [count, size, batchSize] = [512, 64, 32];
  for (let i = 0; i < count; i++) {
    const kind = join(folder, "pictures", `kind${i % 4}`);
    mkdirSync(kind, { recursive: true });
    const pixels = randomUniform([size * size * 3], { high: 256 }).toTypedArray();
    writeFileSync(join(kind, `${i}.png`), png(size, size, Uint8Array.from(pixels)));
  }
  const where = join(folder, "pictures");
  const model = sequential([
    layers.conv2d({ filters: 16, kernelSize: 3, activation: "relu", inputShape: [size, size, 3] }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.conv2d({ filters: 32, kernelSize: 3, activation: "relu" }),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    layers.dense({ units: 64, activation: "relu" }),
    layers.dense({ units: 4 }),
  ]);
  const loss = losses.sparseCategoricalCrossentropy({ fromLogits: true });
  model.compile({ optimizer: optimizers.adam(), loss });

  /** Seconds of the second of two epochs: the first one prepares. */
  const epoch = async (data, more) => {
    const ends = [];
    await model.fit(...data, {
      epochs: 2,
      callbacks: [{ onEpochEnd: () => void ends.push(performance.now()) }],
      ...more,
    });
    return (ends[1] - ends[0]) / 1000;
  };
  const memory = await datasets.imageFolder(where, { size: [size, size] });
  const disk = await datasets.imageBatches(where, { size: [size, size], batchSize });
  const [fromMemory, fromDisk, ratio] = await inTurns(
    () => epoch([memory.x, memory.labels ?? memory.y], { batchSize }),
    () => epoch([disk.batches], { prefetch: 2 }),
  );
  const perStep = (seconds) => `${((seconds * 1000 * batchSize) / count).toFixed(2)} ms`;
  const share = (100 / ratio).toFixed(1);
  console.log(
    `images    ${count} of ${size}×${size}: memory ${perStep(fromMemory)} a step, disk ${perStep(fromDisk)}: ${share} % of the speed`,
  );
}

// ---- csv

function writeTable(path, bytes) {
  const file = openSync(path, "w");
  writeSync(file, "age,income,city,score,job,height,left\n");
  const cities = ["Hanoi", "Paris", "Lagos", "Lima", "Oslo", "Quito", "Cairo", "Delhi"];
  const jobs = ["nurse", "teacher", "smith", "pilot", "farmer"];
  let written = 0;
  for (let i = 0; written < bytes;) {
    const rows = [];
    for (let k = 0; k < 10_000; k++, i++) {
      const [age, income] = [18 + ((i * 7) % 70), ((i * 7919) % 100_000) / 100];
      rows.push(
        `${age},${income},${cities[(i * 5) % 8]},${Math.sin(i).toFixed(6)},${jobs[i % 5]},${150 + (i % 50)},${i % 3 ? "yes" : "no"}\n`,
      );
    }
    written += writeSync(file, rows.join(""));
  }
  closeSync(file);
}

async function readTable(path) {
  const before = process.memoryUsage().rss;
  const cpu = process.cpuUsage();
  const start = performance.now();
  const table = await datasets.csv(path, { labels: "left", text: "oneHot" });
  const [seconds, used] = [(performance.now() - start) / 1000, process.cpuUsage(cpu)];
  const peak = process.resourceUsage().maxRSS * 1024;
  const size = statSync(path).size;
  const processor = (used.user + used.system) / 1e6;
  console.log(
    `csv       ${(size / 1e6).toFixed(1)} MB, x ${table.x.shape.join(" × ")}: ${seconds.toFixed(2)} s (${processor.toFixed(2)} s of processor time), ` +
      `memory ${((peak - before) / size).toFixed(2)} × the file above the ${(before / 2 ** 20).toFixed(0)} MiB before, the process ${(peak / size).toFixed(2)} ×`,
  );
}

// ----

await init({ threads: Number(options.threads) });
if (options.read !== undefined) await readTable(options.read);
else {
  console.log(`Node ${process.versions.node}, ${info().build}, threads ${options.threads}`);
  const wants = (name) => name.includes(options.only);
  if (wants("own-adam"))
    for (const [batch, units] of [
      [4, [16, 10]],
      [64, [16, 10]],
      [64, [784, 10]],
      [64, [784, 300, 10]],
    ])
      await ownAdam(batch, units);
  if (wants("images")) await images();
  if (wants("csv")) {
    const path = join(folder, "table.csv");
    writeTable(path, 100e6);
    const again = [fileURLToPath(import.meta.url), "--read", path, "--threads", options.threads];
    for (let i = 0; i < 3; i++) process.exitCode ||= spawnSync(process.execPath, again, { stdio: "inherit" }).status;
  }
}
