/** The lesson on spoken digits: tones in place of recordings, what it reports, and that a seed repeats it. */
import { describe, expect, it } from "vitest";
import { Random } from "lanegrad";
import { groupsOf, heard, sideBySide, ways } from "../../course/speech/recordings.js";
import { defaultsOf } from "../../course/settings.js";
import { spokenDigits } from "../../course/speech/spokenDigits.js";
import type { Stage } from "../../course/stage.js";
import type { Shown } from "../../src/report/index.js";
import "../support/engine.js";

const sampleRate = 8000;

/** Ten tones by two speakers, of 0.15 to 0.3 s. */
function tones(takes: number, seed: number) {
  const random = new Random(seed);
  return Array.from({ length: 20 * takes }, (_, i) => {
    const [label, speaker] = [i % 10, i % 20 < 10 ? "low" : "high"];
    const hertz = (250 + 300 * label) * (speaker === "low" ? 1 : 1.05);
    const samples = Float32Array.from({ length: 1200 + random.integer(1200) }, (_, t) => {
      return 0.5 * Math.sin((2 * Math.PI * hertz * t) / sampleRate) + 0.01 * random.uniform();
    });
    return { label, speaker, take: Math.floor(i / 20), samples };
  });
}

const data = { sampleRate, train: tones(4, 1), test: tones(1, 2) };

/** Plays the lesson on tones. */
async function played(settings: Partial<Stage<typeof spokenDigits.settings>["settings"]>) {
  const shown: Shown[] = [];
  const stage: Stage<typeof spokenDigits.settings> = {
    settings: { ...defaultsOf(spokenDigits.settings), ...settings },
    seed: 0,
    signal: new AbortController().signal,
    show: (one) => shown.push(one),
    turn: () => undefined,
    data: async () => ({ data: data as never, place: "a tuning fork" }),
    keep: async () => undefined,
  };
  return { result: (await spokenDigits.run(stage)) as unknown as Found, shown };
}

interface Found {
  readonly accuracyPercent: number;
  readonly leaveOneOutPercent: number;
  readonly results: readonly {
    readonly seconds: number;
    readonly model: string;
    readonly accuracyPercent: number;
    readonly leaveOneOutPercent: number;
    readonly bySpeakerPercent: Readonly<Record<string, number>>;
    readonly weights: number;
    readonly stepMs: number;
  }[];
}

describe("spoken-digits on tones", () => {
  it("the pyramid leaves each speaker out once; the same seed gives the same shares", async () => {
    const [first, second] = [
      await played({ model: "pyramid", epochs: 2 }),
      await played({ model: "pyramid", epochs: 2 }),
    ];
    const [{ stepMs, weights, seconds, ...row }] = first.result.results;
    expect(seconds).toBeGreaterThan(0);
    expect(stepMs).toBeGreaterThan(0);
    expect(weights).toBeGreaterThan(100_000);
    expect(row).toMatchObject({ model: "pyramid", leaveOneOutPercent: first.result.leaveOneOutPercent });
    expect(Object.keys(row.bySpeakerPercent)).toEqual(["low", "high"]);
    expect(row.accuracyPercent).toBeGreaterThan(40);
    expect(row.leaveOneOutPercent).toBeCloseTo((row.bySpeakerPercent.low + row.bySpeakerPercent.high) / 2, 9);
    expect(second.result.results[0]).toMatchObject(row);
    const said = first.shown.flatMap((one) => (one.kind === "conclusion" ? one.text : []));
    expect(said.map((text) => text.split(":")[0])).toEqual([
      "New takes of known speakers",
      "Speakers that were left out",
    ]);
  });

  it("nobody is left out where that is not wanted", async () => {
    const { result } = await played({ model: "cnn", epochs: 1, speakers: "no", recordings: 64 });
    expect(result.results.map(({ model }) => model)).toEqual(["cnn"]);
    expect(result.leaveOneOutPercent).toBeNaN();
  });
});

describe("recordings", () => {
  it("are heard in three ways, the same ones for the same seed", () => {
    const [one] = tones(1, 3);
    const all = Array.from({ length: ways }, (_, way) => heard(one, sampleRate, way, 7));
    expect(all[1].frames).toBeGreaterThan(all[0].frames);
    expect(all[2].frames).toBeLessThan(all[0].frames);
    const again = { ...one };
    for (const [way, { values }] of all.entries()) expect(heard(again, sampleRate, way, 7).values).toEqual(values);
    expect(heard(again, sampleRate, 1, 8).values).not.toEqual(all[1].values);
  });

  it("stand side by side with those of similar length, each at most once", () => {
    const all = tones(4, 4).map((recording) => heard(recording, sampleRate));
    const groups = groupsOf(all, 8, new Random(1));
    expect(groups.length).toBe(10);
    expect(new Set(groups.flat()).size).toBe(80);
    for (const group of groups) {
      const { x, lengths, labels } = sideBySide(group);
      expect(x.shape[1] % 8).toBe(0);
      expect(Math.max(...lengths)).toBeGreaterThan(x.shape[1] - 8);
      expect(labels).toEqual(group.map(({ label }) => label));
    }
  });
});
