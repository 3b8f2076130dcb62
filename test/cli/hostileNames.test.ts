/** Names, labels, paths and data with control characters: none of them reaches a terminal, whatever command shows them. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { classTable } from "../../src/cli/terminal/classTable.js";
import { commandText } from "../../src/cli/commandLine.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { pageText } from "../../src/report/page.js";
import { Terminal } from "../../src/cli/terminal/terminal.js";
import { init, layers, loadModel, modelToDot, sequential } from "../../src/index.js";
import { record } from "./support.js";
import { writeTinyMnist } from "./tinyMnist.js";

/** Clears the screen, sets a title, hides what follows, turns the direction, and so on. */
const hostile =
  "a\u001b[2J\u001b]0;title\u0007\u001b[8mb\u0000\b\u007f\u0085\u009b31mc\u202e\u2066d\u200e\u200f\u061c\u2028\u2029\re";
/** What may stand in a file's name. */
const hostilePath = hostile.replaceAll("\0", "");

const folder = mkdtempSync(join(tmpdir(), "lanegrad-hostile-"));
const file = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

// eslint-disable-next-line no-control-regex -- these are what is looked for
const forbidden = /[\0-\x08\v-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
// eslint-disable-next-line no-control-regex -- the command's own: styles (but not 8, "hidden"), colours of pictures, and what writes over the live line
const own = /\u001b\[(?:[0-7]|3\d|38;5;\d+;48;5;\d+)m|\r\u001b\[K/g;

/** Runs a command line on a pipe and on a terminal with colours. @returns what it wrote, both streams together */
async function outputs(
  args: readonly string[],
  status: number,
  { breakAtLine, widths = [undefined, 200] }: { breakAtLine?: number; widths?: readonly (number | undefined)[] } = {},
): Promise<string[]> {
  const all: string[] = [];
  for (const columns of widths) {
    const recorded = record(columns);
    const { stdout } = recorded.surroundings;
    let lines = 0;
    const watched = {
      ...stdout,
      write: (text: string) => {
        stdout.write(text);
        if (text.endsWith("\n") && ++lines === breakAtLine) recorded.send("SIGINT");
      },
    };
    expect(await lanegrad(args, { ...recorded.surroundings, stdout: watched }), recorded.stderr()).toBe(status);
    const text = recorded.stdout() + recorded.stderr();
    const rest = columns === undefined ? text : text.replaceAll(own, "");
    expect(rest.match(forbidden), JSON.stringify(rest)).toBeNull();
    all.push(rest);
  }
  return all;
}

beforeAll(async () => {
  await init();
  const model = sequential([layers.dense({ units: 2, activation: "softmax", inputShape: [2] })], { name: hostile });
  model.notes = { classNames: [hostile, "no\nb\tc"] };
  await model.save(file("foreign.safetensors"));
  writeFileSync(file("one.csv"), "1,2\n");
  writeFileSync(file("two.csv"), "1,2\n3,4\n");
  writeFileSync(file(`${hostilePath}.csv`), "1,2\n");
  writeTinyMnist(file("mnist"), [40, 10]);
});

describe("control characters do not reach the terminal", () => {
  it.each([
    ["one sample", ["one.csv"]],
    ["two samples", ["two.csv"]],
    ["two files", [`${hostilePath}.csv`, "one.csv"]],
  ])("from a foreign model's 2 class names and from files' names: predict, %s", async (_, files) => {
    for (const text of await outputs(["predict", file("foreign.safetensors"), ...files.map(file)], 0)) {
      expect(text).toContain("a\\u001b[2J\\u001b]0;title\\u0007");
      expect(text).toContain("no\\nb\\tc");
    }
  });

  it("from class names in --json, which stays the same JSON", async () => {
    const [text] = await outputs(["predict", file("foreign.safetensors"), file("one.csv"), "--json"], 0);
    expect(JSON.parse(text)).toMatchObject({ classNames: [hostile, "no\nb\tc"] });
  });

  it("from a text that is learned: train shows what the network writes, and predict goes on from a prompt", async () => {
    writeFileSync(file("song.txt"), `${hostile}\n`.repeat(60));
    const args = ["train", "shakespeare", "--data", file("song.txt"), "--batch", "2", "--epochs", "1"];
    const out = file(`writer${hostilePath}.safetensors`);
    for (const text of await outputs([...args, "--out", out], 0, { widths: [200] }))
      expect(text).toMatch(/^saved +.*writera\\u001b/m);
    await outputs(["predict", out, "--prompt", "ab", "--length", "60", "--temperature", "2"], 0);
    await outputs(["predict", out, "--prompt", "ab", "--length", "60", "--json"], 0);
  });

  it("from paths: saved, report, data, resumed, and the command that goes on", async () => {
    const data = file(`mnist${hostilePath}`);
    mkdirSync(data);
    renameSync(file("mnist"), join(data, "mnist"));
    const [out, report] = [file(`model${hostilePath}`), file(`page${hostilePath}.html`)];
    const args = ["train", "mnist-linear", "--data", data, "--epochs", "2", "--batch", "10", "--out", out];
    for (const text of await outputs([...args, "--report", report], 0))
      for (const name of ["saved", "report", "data"]) expect(text).toMatch(new RegExp(`^${name} +.*a\\\\u001b`, "m"));
    await outputs(args, 130, { breakAtLine: 1 });
    const checkpoint = `${out}.checkpoint.safetensors`;
    for (const text of await outputs(["train", "--resume", checkpoint, "--data", data], 0))
      expect(text).toMatch(/^resumed +from .*a\\u001b/m);
  });

  it.each([
    ["train", ["train", hostilePath], 2],
    ["train --data", ["train", "digits", "--data", hostilePath], 1],
    ["train --out", ["train", "xor", "--out", join(hostilePath, "model")], 1],
    ["train --resume", ["train", "--resume", hostilePath], 1],
    ["predict", ["predict", hostilePath, hostilePath], 1],
    ["table", ["table", hostilePath], 2],
    ["table --report", ["table", "mnist", "--report", join(hostilePath, "page")], 1],
    ["bench", ["bench", hostilePath], 2],
    ["bench --only", ["bench", "tiny", "--only", hostilePath], 2],
    ["bench --report", ["bench", "tiny", "--report", join(hostilePath, "page")], 1],
    ["info", ["info", `--${hostilePath}`], 2],
    ["a command", [hostilePath], 2],
  ])("from what an error quotes: %s", async (_, args, status) => {
    for (const text of await outputs(args, status)) expect(text).toContain("a\\u001b[2J");
  });

  it("from summary() and modelToDot of a foreign model", () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [1] })], { name: hostile });
    let printed = "";
    model.summary((text) => (printed = text));
    for (const text of [printed, modelToDot(model)]) {
      expect(text).not.toMatch(forbidden);
      expect(text).toContain("a\\u001b[2J");
    }
  });

  it("from a table of classes, whose columns stand straight all the same", () => {
    const recorded = record(200);
    const terminal = new Terminal(recorded.surroundings.stdout, {});
    for (const line of classTable([[1, 0], [0, 1]], ["\\u001b[2J", "b"], terminal)) terminal.printStyled(line); // prettier-ignore
    const [, ...rows] = recorded.stdout().trimEnd().split("\n");
    expect(rows.map((row) => row.indexOf("%"))).toEqual([rows[0].indexOf("%"), rows[0].indexOf("%")]);
  });

  it("Terminal: every way to write is safe by itself", () => {
    const recorded = record(500);
    const terminal = new Terminal(recorded.surroundings.stdout, {});
    terminal.print(hostile);
    terminal.fact("name", hostile, "bold");
    terminal.note(hostile);
    terminal.printStyled(terminal.style(hostile, "red"));
    expect(recorded.stdout().replaceAll(own, "")).not.toMatch(forbidden);
  });
});

it("a tensor's name, which may come from a foreign file, is printable in its text and in what the console shows", async () => {
  const layer = layers.dense({ units: 1, inputShape: [2], name: hostile.replaceAll("/", "") });
  const { value } = (await loadModel(await sequential([layer]).toBytes())).weights[0];
  expect(value.name).toMatch(forbidden);
  for (const text of [String(value), inspect(value)]) {
    expect(text).not.toMatch(forbidden);
    expect(text).toContain("\\u202e");
  }
});

it("a command with control characters is printed as bash reads it back", () => {
  expect(commandText(["a", "b c", "it's", "\u001b\t'\\\u202e"])).toBe(
    String.raw`a 'b c' 'it'\''s' $'\u001b\t\'\\\u202e'`,
  );
});

it("a page cannot be left by what stands in its data, title or scripts", () => {
  const breakout = `</script><img src=x onerror=alert(1)>"'<!--`;
  const parts = { plotScript: "'</SCRIPT><!--'", plotStyle: "", plotLicense: "--><b>", pageScript: "" };
  const text = pageText({ title: breakout, body: "", data: { [breakout]: breakout } }, parts);
  expect(text).not.toContain("<img");
  expect(text.match(/<\/script/gi)).toHaveLength(3);
  expect(text.match(/<!--/g)).toHaveLength(1);
  expect(text.match(/-->/g)).toHaveLength(1);
  expect(JSON.parse(/id="result">(.*)<\/script>/.exec(text)![1])).toEqual({ [breakout]: breakout });
});

it("the model that was foreign is unchanged on disk: only what is shown is made printable", () => {
  expect(readFileSync(file("foreign.safetensors"), "latin1")).toContain("title\\\\u0007");
});
