/** The lesson on films: what it reports, its captions as words, and what it concludes of networks that learn nothing. */
import { describe, expect, it } from "vitest";
import { tensor } from "lanegrad";
import { Vocabulary } from "../../course/sequences/clips.js";
import { lanegrad } from "../../src/cli/lanegrad.js";
import { record } from "../cli/support.js";

async function run(...args: string[]) {
  const recorded = record();
  const status = await lanegrad(["train", "video", ...args], recorded.surroundings);
  return { status, stdout: recorded.stdout(), stderr: recorded.stderr() };
}

interface Found {
  readonly seed: number;
  readonly seconds: number;
  readonly exactPercent: number;
  readonly framePercent: number;
  readonly best: string;
  readonly results: readonly {
    readonly network: string;
    readonly exactPercent: number;
    readonly framePercent: number;
    readonly thingPercent: number;
    readonly weights: number;
  }[];
}

describe("lanegrad train video", () => {
  const args = ["--clips", "60", "--epochs", "2", "--batch", "10", "--json"];

  it("the same seed gives the same percentages of four networks; hardly trained, it says that nothing is shown", async () => {
    const found: Found[] = [];
    for (const _ of [1, 2]) {
      const { status, stdout, stderr } = await run(...args, "--seed", "2");
      expect(status, stderr).toBe(0);
      expect(stderr).toContain("60 drawn clips of 8 frames of 24 × 24 to train on, 60 to test");
      expect(stderr).toContain("does about as well as");
      expect(stderr).toContain("so this run does not show that the order of frames matters");
      found.push(JSON.parse(stdout) as Found);
    }
    const [first, second] = found.map(({ seed, best, exactPercent, framePercent, results }) => {
      return { seed, best, exactPercent, framePercent, rows: results.map(({ network, ...one }) => [network, one.exactPercent, one.framePercent, one.thingPercent, one.weights]) }; // prettier-ignore
    });
    expect(second).toEqual(first);
    expect(first.seed).toBe(2);
    expect(first.rows.map(([network]) => network)).toEqual(
      ["one frame alone", "convolution, GRU", "convolutional LSTM", "3D convolution"], // prettier-ignore
    );
    const best = first.rows.find(([network]) => network === first.best)!;
    expect([first.exactPercent, first.framePercent]).toEqual(best.slice(1, 3));
    for (const [, exact, frames] of first.rows) {
      expect(exact).toBeLessThan(20);
      expect(frames).toBeLessThan(80);
    }
  });
});

describe("Vocabulary", () => {
  const captions = ["a red circle moves slowly left, then quickly up", "an orange ring rests"];
  const words = new Vocabulary(captions);

  it("makes the decoder read from the beginning and write to the end; the rest is padding", () => {
    const [read, written] = words.tokens(captions).map((one) => one.toArray() as number[][]);
    expect(words.length).toBe(11);
    for (const [n, caption] of captions.entries()) {
      const said = caption.replace(",", " ,").split(" ");
      const padding = new Array<number>(10 - said.length).fill(0);
      expect(read[n]).toEqual([1, ...said.map((word) => words.words.indexOf(word)), ...padding]);
      expect(written[n]).toEqual([...read[n].slice(1, said.length + 1), 2, ...padding]);
    }
  });

  it("gives a caption back from its tokens", () => {
    const [read] = words.tokens(captions);
    const [first, second] = read.toArray() as number[][];
    expect(words.caption(first.slice(1))).toBe(captions[0]);
    expect(words.caption(tensor(second.slice(1, 5)).toTypedArray())).toBe(captions[1]);
  });
});
