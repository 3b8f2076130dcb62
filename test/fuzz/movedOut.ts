/** Random programs with everything that may be moved out moved out before each allocation: the bits of a run that has memory to spare. */
import { RandomState, tensor } from "../../src/index.js";
import { pressHeap } from "../support/pressure.js";
import type { Fuzzer } from "./fuzzer.js";
import { columns, drawProgram, expectSameBits, rows } from "./recordedPrograms.js";

export const movedOut: Fuzzer = {
  name: "moved-out",
  holds: "a program under pressure gives the bits of a run without",
  cases: 5000,
  shortCases: 150,
  play(draw) {
    const program = drawProgram(draw);
    const [inputs, weights] = [draw.numbers(rows * columns), draw.numbers(rows * columns)];
    const run = (): ArrayLike<number>[] => {
      const [x, w] = [tensor(inputs, [rows, columns]), tensor(weights, [rows, columns], { requiresGrad: true })];
      const random = new RandomState(7);
      const results = program(x, w, random).map((value) => value.toTypedArray());
      random.dispose();
      return results;
    };
    const expected = run();
    const relax = pressHeap();
    try {
      expectSameBits(run(), expected, "under pressure");
    } finally {
      relax();
    }
  },
};
