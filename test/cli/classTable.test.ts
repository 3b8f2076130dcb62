import { describe, expect, it } from "vitest";
import { classTable } from "../../src/cli/terminal/classTable.js";

const terminal = { columns: 80, style: (text: string) => text };
const names = ["cat", "dog", "emu"];
// cats: 2 right, 1 as dog; dogs: 1 right, 2 as emu, 1 as cat; emus: none
const matrix = [
  [2, 1, 0],
  [1, 1, 2],
  [0, 0, 0],
];

describe("the table of classes", () => {
  it("tells precision, recall, errors and the two most frequent confusions", () => {
    expect(classTable(matrix, names, terminal)).toEqual([
      "class  precision   recall  errors  most confused with",
      "cat      66.67 %  66.67 %  1 of 3  dog (1)",
      "dog      50.00 %  25.00 %  3 of 4  emu (2), cat (1)",
      "emu       0.00 %        –  0 of 0",
    ]);
  });

  it("leaves its last column out where the terminal is narrow", () => {
    expect(classTable(matrix, names, { ...terminal, columns: 52 })[1]).toBe("cat      66.67 %  66.67 %  1 of 3");
  });

  it("has thousands apart", () => {
    expect(
      classTable(
        [
          [1234, 1066],
          [0, 1],
        ],
        names,
        terminal,
      )[1],
    ).toBe("cat     100.00 %   53.65 %  1,066 of 2,300  dog (1,066)");
  });
});
