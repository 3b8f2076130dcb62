/** Max pooling, recorded: memory limits it. Letters: N images, size × size pixels, C channels. */
import { maxPool2d, tensor } from "lanegrad";
import { type Case, replaying } from "../case.js";
import { checkSamples } from "../check.js";
import { randomValues } from "../random.js";

/**
 * Max pooling 2 × 2 of 64 images of 28 × 28 × 64: memory limits it. It writes a value and two bytes of position for
 * four values read.
 */
export const maxPoolCase: Case = {
  group: "conv",
  name: "maxpool-forward",
  work: { bytes: 64 * 28 * 28 * 64 * 4 + 64 * 14 * 14 * 64 * 6 },
  prepare() {
    const [N, size, C] = [64, 28, 64];
    const values = randomValues(N * size * size * C);
    const x = tensor(values, [N, size, size, C]);
    const half = size / 2;
    return replaying({
      inputs: [x],
      compute: () => maxPool2d(x),
      check: (y) =>
        checkSamples("maxpool-forward", y, {
          value(at) {
            const [n, i, j] = [
              Math.floor(at / C / half / half),
              Math.floor(at / C / half) % half,
              Math.floor(at / C) % half,
            ];
            const first = ((n * size + 2 * i) * size + 2 * j) * C + (at % C);
            return Math.max(...[0, C, size * C, (size + 1) * C].map((further) => values[first + further]));
          },
          tolerance: () => 0,
        }),
    });
  },
};
