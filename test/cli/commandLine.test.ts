import { describe, expect, it } from "vitest";
import { CommandLineError, type Signature, readArguments } from "../../src/cli/commandLine.js";

const signature: Signature = {
  name: "train",
  operand: { name: "recipe", choices: ["digits", "xor"], isRequired: false },
  options: {
    epochs: { value: "N", about: "" },
    lr: { value: "X", about: "" },
    json: { about: "" },
  },
};
const read = (...args: string[]) => readArguments(signature, args);
const epochs = (text: string) =>
  read("--epochs", text).number("epochs", "an integer ≥ 1", (n) => Number.isInteger(n) && n >= 1);

describe("the command line", () => {
  it("is read in any order, with = or a space, the last of two counting", () => {
    const args = read("--epochs=3", "xor", "--json", "--epochs", "5");
    expect(args.operand).toBe("xor");
    expect(args.text("epochs")).toBe("5");
    expect([args.has("json"), args.has("lr"), args.text("lr")]).toEqual([true, false, undefined]);
  });

  it("takes what follows -- for no option", () => {
    expect(() => read("--", "--json")).toThrow(
      new CommandLineError(
        'lanegrad train: unknown recipe; expected digits or xor, got "--json". See lanegrad train --help.',
      ),
    );
  });

  it.each([
    [["--epoch", "3"], 'unknown option; expected --epochs, --lr or --json, got "--epoch". Did you mean --epochs?'],
    [["--colour"], 'unknown option; expected --epochs, --lr or --json, got "--colour". See lanegrad train --help.'],
    [["-e", "3"], 'unknown option; expected --epochs, --lr or --json, got "-e". See lanegrad train --help.'],
    [["--toString"], 'unknown option; expected --epochs, --lr or --json, got "--toString". See lanegrad train --help.'],
    [["digit"], 'unknown recipe; expected digits or xor, got "digit". Did you mean digits?'],
    [["xor", "digits"], 'unexpected argument; got "digits". See lanegrad train --help.'],
    [["--epochs"], '--epochs needs a value; expected N, got "nothing".'],
    [["--epochs", "--json"], '--epochs needs a value; expected N, got "--json".'],
    [["--json=yes"], '--json takes no value; got "yes".'],
  ])("%j: %s", (args, text) => {
    expect(() => read(...args)).toThrow(new CommandLineError(`lanegrad train: ${text}`));
  });

  it.each(["0", "-1", "2.5", "many", "", " ", "Infinity", "NaN"])("--epochs %j is out of range", (text) => {
    expect(() => epochs(text)).toThrow(
      new CommandLineError(
        `lanegrad train: --epochs is out of range; expected an integer ≥ 1, got ${JSON.stringify(text)}.`,
      ),
    );
  });

  it("reads numbers in every form that JavaScript has", () => {
    expect(["1", "1e3", "0x10", " 7 "].map(epochs)).toEqual([1, 1000, 16, 7]);
  });

  it("takes one operand, of which more may follow where the command says so", () => {
    const free: Signature = { ...signature, operand: { name: "model", isRequired: true }, more: { name: "file" } };
    const args = readArguments(free, ["a", "--json", "b", "-"]);
    expect([args.operand, args.more]).toEqual(["a", ["b", "-"]]);
    expect(read("xor").more).toEqual([]);
    expect(() => readArguments(free, [])).toThrow(
      new CommandLineError("lanegrad train: missing model. See lanegrad train --help."),
    );
  });

  it("says what must be chosen", () => {
    const bench = { name: "bench", operand: { name: "suite", choices: ["gemm"], isRequired: true }, options: {} };
    expect(() => readArguments(bench, [])).toThrow(
      new CommandLineError("lanegrad bench: missing suite; expected gemm. See lanegrad bench --help."),
    );
    expect(() => readArguments({ name: "info", options: {} }, ["now"])).toThrow(
      new CommandLineError('lanegrad info: unexpected argument; got "now". See lanegrad info --help.'),
    );
  });
});
