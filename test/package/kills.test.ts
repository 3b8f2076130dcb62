/** A short pass of `npm run kills` over the installed command; and that its checks can fail. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, inject, it } from "vitest";
import { Kills } from "../kills/kills.js";

const command = join(inject("consumer").project, "node_modules/lanegrad/build/lib/cli.js");
const folder = mkdtempSync(join(tmpdir(), "lanegrad-kills-test-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("training that is killed", () => {
  it("ends with the bits of a run that was not, without a torn file or one left over: 3 runs, at least 1 kill", async () => {
    const kills = new Kills([process.execPath, command]);
    try {
      await kills.begin();
      let ended = 0;
      for (const number of [0, 1, 2])
        for (const count of Object.values((await kills.play(number)).kills)) ended += count;
      expect(ended).toBeGreaterThanOrEqual(1);
    } finally {
      kills.end();
    }
  }, 240_000);

  it.each([
    ["leaves a torn checkpoint", "printf '\\1\\0\\0\\0\\0\\0\\0\\0' > a.safetensors", /a\.safetensors is torn/],
    ["leaves a temporary file", "touch .lanegrad-00.tmp", /left over: \.lanegrad-00\.tmp/],
    ["trains another model", 'set -- "$@" --seed 1', /other bytes than|neither the old nor the new/],
  ])(
    "is noticed where the command %s",
    async (_, damage, expected) => {
      const script = join(folder, "lanegrad.sh");
      writeFileSync(
        script,
        `#!/bin/sh\ncase "$PWD" in *case-*) ${damage};; esac\nexec "${process.execPath}" "${command}" "$@"\n`,
      );
      chmodSync(script, 0o755);
      const kills = new Kills([script]);
      try {
        await kills.begin();
        await expect(kills.play(0)).rejects.toThrow(expected);
      } finally {
        kills.end();
      }
    },
    240_000,
  );
});
