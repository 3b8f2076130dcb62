/** The command as a whole: help, unknown words, exit statuses; predict, info and bench in this process. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { info, init, layers, sequential, version } from "../../src/index.js";
import { writePng } from "../support/files/png.js";
import { plain, record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

const folder = mkdtempSync(join(tmpdir(), "lanegrad-commands-"));
const file = (name: string): string => join(folder, name);
const [xorModel, digitModel] = [file("xor.safetensors"), file("digits.safetensors")];

/** The images of the small test set, and their labels. */
let images: Uint8Array;
let labels: Uint8Array;

beforeAll(async () => {
  writeTinyMnist(folder, [800, 60]);
  const unpacked = (name: string): Uint8Array => gunzipSync(readFileSync(file(name)));
  images = unpacked("t10k-images-idx3-ubyte.gz").subarray(16);
  labels = unpacked("t10k-labels-idx1-ubyte.gz").subarray(8);
  expect((await run("train", "xor", "--out", xorModel)).status).toBe(0);
  const settings = ["--data", folder, "--epochs", "5", "--batch", "20"];
  expect((await run("train", "digits", ...settings, "--out", digitModel)).status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(args, recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

describe("lanegrad", () => {
  it.each([["--help"], ["-h"], ["help"]])("%s lists the commands", async (word) => {
    const { status, stdout, stderr } = await run(word);
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of ["train", "predict", "bench", "info"])
      expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, "m"));
  });

  it.each(["train", "predict", "bench", "info"])(
    "%s --help tells usage, options and examples in 80 columns",
    async (name) => {
      const { status, stdout, stderr } = await run(name, "--help");
      expect([status, stderr]).toEqual([0, ""]);
      expect(stdout).toMatch(new RegExp(`^Usage: lanegrad ${name}.*\\n`));
      expect(stdout).toMatch(/^Options:\n {2}--/m);
      expect(stdout).toMatch(/^Examples:\n {2}lanegrad /m);
      for (const line of stdout.split("\n")) expect(line.length, line).toBeLessThanOrEqual(80);
      expect((await run(name, "-h", "--nonsense")).stdout).toBe(stdout);
    },
  );

  it("train --help names every option of the command and every recipe", async () => {
    const { stdout } = await run("train", "--help");
    const words = [
      "--data DIR",
      "--epochs N",
      "--batch N",
      "--seed N",
      "--lr X",
      "--out FILE",
      "--resume FILE",
      "--json",
      "--download",
    ];
    for (const word of [...words, "digits", "mnist-linear", "mnist-mlp-300", "mnist-mlp-1000", "xor"])
      expect(stdout).toContain(`  ${word} `);
  });

  it("--version prints the version", async () => {
    expect(await run("--version")).toEqual({ status: 0, stdout: `${version}\n`, stderr: "" });
  });

  it.each([
    [[], "lanegrad: no command; expected train, predict, course, table, bench, info. See lanegrad --help."],
    [
      ["trian"],
      'lanegrad: unknown command; expected train, predict, course, table, bench or info, got "trian". See lanegrad --help.',
    ],
    [
      ["Train"],
      'lanegrad: unknown command; expected train, predict, course, table, bench or info, got "Train". Did you mean train?',
    ],
    [
      ["--verison"],
      'lanegrad: unknown option; expected train, predict, course, table, bench or info, got "--verison". See lanegrad --help.',
    ],
    [["info", "--jsn"], 'lanegrad info: unknown option; expected --json or --help, got "--jsn". Did you mean --json?'],
    [
      ["bench"],
      "lanegrad bench: missing group; expected gemm, dense, conv, cnn, recurrent, attention, seq2seq, words, speech, elementwise, minimize, tiny, startup, threads or all. See lanegrad bench --help.",
    ],
    [
      ["bench", "convolution"],
      'lanegrad bench: unknown group; expected gemm, dense, conv, cnn, recurrent, attention, seq2seq, words, speech, elementwise, minimize, tiny, startup, threads or all, got "convolution". See lanegrad bench --help.',
    ],
    [
      ["predict", "--model", "m"],
      "lanegrad predict: nothing to classify; expected files, --input FILE, --text TEXT, --prompt TEXT or --chat. See lanegrad predict --help.",
    ],
    [
      ["predict"],
      "lanegrad predict: missing model; expected a file that lanegrad train --out wrote. See lanegrad predict --help.",
    ],
  ])("%j is one line on standard error and exit status 2", async (args, text) => {
    expect(await run(...args)).toEqual({ status: 2, stdout: "", stderr: `${text}\n` });
  });
});

describe("lanegrad info", () => {
  it("--json prints what init chose, with exactly these keys", async () => {
    await init();
    const { status, stdout } = await run("info", "--json");
    expect(status).toBe(0);
    const keys = ["version", "build", "simd", "relaxedSimd", "threads", "threadsReason", "wide", "memoryMaxBytes"];
    expect(Object.keys(JSON.parse(stdout) as object)).toEqual(keys);
    expect(info()).toMatchObject(JSON.parse(stdout) as object);
  });

  it("says the same in words", async () => {
    const { stdout } = await run("info");
    expect(stdout).toMatch(/^version +\d+\.\d+\.\d+\nbuild +(relaxed )?SIMD\n/);
    expect(stdout).toContain(info().threadsReason);
  });
});

describe("lanegrad predict", () => {
  const predict = (input: string, model = digitModel) => run("predict", "--model", model, "--input", input);

  it("reads a CSV table, with or without a line of names", async () => {
    for (const [i, text] of ["0,1\n1,1\n", "a,b\n0,1\n1,1", " 0 ; 1\r\n1;1\r\n\r\n"].entries()) {
      writeFileSync(file(`${i}.csv`), text);
      const { status, stdout } = await predict(file(`${i}.csv`), xorModel);
      expect(status).toBe(0);
      expect(stdout).toMatch(
        /^sample {2}class {2}probability {2}else\n {5}1 {2}1 +99\.\d\d % {2}0 \(0\.\d\d %\)\n {5}2 {2}0 +99\.\d\d % {2}1 \(.*\)\n$/,
      );
    }
  });

  it("reads an idx file, gzipped or not", async () => {
    const { status, stdout } = await predict(file("t10k-images-idx3-ubyte.gz"));
    expect(status).toBe(0);
    const rows = stdout.trimEnd().split("\n").slice(1);
    const classes = rows.map((row) => Number(row.trim().split(/ +/)[1]));
    expect(classes).toHaveLength(60);
    expect(classes.filter((digit, i) => digit === labels[i]).length).toBeGreaterThan(54);
    writeFileSync(file("images"), gunzipSync(readFileSync(file("t10k-images-idx3-ubyte.gz"))));
    expect((await predict(file("images"))).stdout).toBe(stdout);
  });

  it("reads one PNG: the picture, then all classes, the likeliest first", async () => {
    const at = labels.indexOf(2);
    const samples = images.subarray(784 * at, 784 * (at + 1));
    writeFileSync(file("two.png"), writePng({ width: 28, height: 28, depth: 8, color: 0, samples }));
    const { status, stdout } = await predict(file("two.png"));
    expect(status).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.slice(0, 14).join("")).toMatch(/[▀▄█]/);
    expect(lines[15]).toMatch(/^2 +\d\d\.\d\d % {2}━+$/);
    expect(
      lines
        .slice(15)
        .map((line) => line.slice(0, 1))
        .toSorted(),
    ).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
    const sum = lines.slice(15).reduce((total, line) => total + Number(/([\d.]+) %/.exec(line)![1]), 0);
    expect(Math.abs(sum - 100)).toBeLessThan(0.1);
  });

  it("finds a digit anywhere on a sheet, dark on bright", async () => {
    // Without the noise between the strokes, four times as large, in the lower right of a white sheet.
    const at = labels.indexOf(0);
    const [side, left, top] = [300, 150, 170];
    const samples = Uint8Array.from({ length: side * side }, (_, i) => {
      const [x, y] = [Math.floor(((i % side) - left) / 4), Math.floor((Math.floor(i / side) - top) / 4)];
      const ink = x >= 0 && x < 28 && y >= 0 && y < 28 ? images[784 * at + 28 * y + x] : 0;
      return ink > 100 ? 40 : 250;
    });
    writeFileSync(file("sheet.png"), writePng({ width: side, height: side, depth: 8, color: 0, samples }));
    const { status, stdout } = await predict(file("sheet.png"));
    expect(status).toBe(0);
    expect(stdout.split("\n")[15]).toMatch(/^0 /);
  });

  it("a model of images of any size gets a picture at its own size, and of tables those that fit", async () => {
    const net = sequential([layers.conv2d({ filters: 2, kernelSize: 3, inputShape: [null, null, 1] }), layers.globalAveragePooling2d(), layers.dense({ units: 2 })]); // prettier-ignore
    await net.save(file("anySize.safetensors"));
    const samples = Uint8Array.from({ length: 12 * 20 }, (_, i) => i);
    writeFileSync(file("small.png"), writePng({ width: 20, height: 12, depth: 8, color: 0, samples }));
    const { status, stdout, stderr } = await predict(file("small.png"), file("anySize.safetensors"));
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^\d +\d+\.\d\d %/m);
    writeFileSync(file("row.csv"), "0,1\n1,1\n");
    expect((await predict(file("row.csv"), file("anySize.safetensors"))).stderr).toContain(
      "the samples do not fit the model; expected [null, null, 1] a sample, got 2 ([2]).",
    );
  });

  it("does not make lines wider than the terminal", async () => {
    const recorded = record(30);
    await lanegrad(["predict", "--model", digitModel, "--input", file("two.png")], recorded.surroundings);
    for (const line of plain(recorded.stdout()).split("\n")) expect(line.length).toBeLessThanOrEqual(30);
  });

  it.each([
    [
      "rows of different lengths",
      "0,1\n1\n",
      "datasets.parseCsv: line 2, column 2: number of fields differs; expected 2 fields, as in the first row, got 1.",
    ],
    [
      "what is no number",
      "a;b\n1;x\n",
      'datasets.parseCsv: line 2, column 2 ("b"): not a number; expected a finite float32, got "x".',
    ],
    ["an empty field", "0,1\n1,\n", 'datasets.parseCsv: line 2, column 2 ("1"): the field is empty.'],
    ["nothing but names", "a,b\n", "datasets.parseCsv: no rows; expected at least one below the header, got 0."],
    ["nothing", "", "datasets.parseCsv: no rows; expected at least one below the header, got 0."],
    [
      "columns that the model does not take",
      "0,1,0\n",
      "the samples do not fit the model; expected 2 numbers a sample ([2]), got 3 ([3]).",
    ],
  ])("refuses a table with %s", async (_, text, wrong) => {
    writeFileSync(file("wrong.csv"), text);
    const { status, stdout, stderr } = await predict(file("wrong.csv"), xorModel);
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(wrong);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it.each([
    [
      "a picture for a model that takes none",
      "two.png",
      "xor.safetensors",
      /^predict: a picture does not fit the model; expected /,
    ],
    ["a file that is missing", "missing.png", "digits.safetensors", /^predict: cannot read .*does not exist\.$/],
    ["an idx file of labels", "t10k-labels-idx1-ubyte.gz", "digits.safetensors", /^predict: .*: wrong magic number; /],
    ["a model that is none", "two.png", "two.png", /^(loadModel|safetensors): /],
  ])("refuses %s", async (_, input, model, wrong) => {
    const { status, stdout, stderr } = await predict(file(input), file(model));
    expect([status, stdout]).toEqual([1, ""]);
    expect(stderr.trimEnd()).toMatch(wrong);
  });
});

describe("lanegrad bench", () => {
  const keys = ["peakGflops", "peakGBs", "build", "wide", "threads", "node", "cpu", "results"];
  const resultKeys = [
    ...["group", "name", "m", "n", "k", "transA", "transB", "ms", "spreadPercent", "gflops", "gbs"],
    ...["percentOfPeak", "nsEach", "timesRealTime", "speedup"],
    ...["evaluations", "evaluationsOfScipy", "value", "gradientNorm"],
  ];

  it.each([
    ["gemm", "784-300 batch 64", "dense 784-300 batch 64, forward", ["m", "n", "k", "gflops", "percentOfPeak"]],
    ["dense", "784-300", "784-300-10 batch 64, training step", ["m", "n", "k", "gflops", "percentOfPeak"]],
    ["elementwise", "softmax", "softmax, 1024×1000", ["gbs", "percentOfPeak", "nsEach"]],
    ["tiny", "2-3-1", "2-3-1 batch 4, recorded training step", ["ms"]],
    [
      "minimize",
      "Beale, 2: L-BFGS",
      "Beale, 2: L-BFGS",
      ["evaluations", "evaluationsOfScipy", "value", "gradientNorm"],
    ],
  ])(
    "%s --json prints one object with exactly these keys, the rest on standard error",
    async (group, only, name, numbers) => {
      const { status, stdout, stderr } = await run("bench", group, "--only", only, "--seconds", "0.001", "--json");
      expect(status).toBe(0);
      expect(stdout.trimEnd()).not.toContain("\n");
      const result = JSON.parse(stdout) as { peakGflops: number; peakGBs: number; results: Record<string, number>[] };
      expect(Object.keys(result)).toEqual(keys);
      const { build, wide, threads } = info();
      expect(result).toMatchObject({ build, wide, threads, node: process.version });
      expect(Math.min(result.peakGflops, result.peakGBs)).toBeGreaterThan(0);
      expect(result.results.map((one) => one.name)).toContain(name);
      for (const one of result.results) {
        expect(Object.keys(one)).toEqual(resultKeys);
        expect(one.group).toBe(group);
        for (const key of numbers) expect(one[key], key).toBeGreaterThan(0);
      }
      expect(stderr.split("\n").length).toBe(result.results.length + 5);
    },
  );

  it("refuses a time that is none, and a name that nothing has", async () => {
    expect(await run("bench", "gemm", "--seconds", "0")).toMatchObject({ status: 2, stdout: "" });
    const { status, stderr } = await run("bench", "gemm", "--only", "conv");
    expect([status, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^lanegrad bench: --only matches no case; expected a part of "square 64", .*, got "conv"\.\n$/,
      ),
    ]);
  });
});
