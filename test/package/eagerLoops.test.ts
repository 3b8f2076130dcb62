/** Eager loops without scope or dispose in Chromium: several times what the limit of 256 MiB holds. `npm run soak` runs them in full. */
import { beforeAll, describe, expect, it } from "vitest";
import { bundlePage, loopInPage } from "../soak/chromium.js";
import { type Pause, eagerLoops } from "../support/eagerLoops.js";
import { hasChromium, needsChromium } from "./page.js";

describe.skipIf(!hasChromium)(`in a page, under 256 MiB${needsChromium}`, () => {
  beforeAll(bundlePage);

  it.each<[keyof typeof eagerLoops, number, Pause]>([
    ["operations", 4000, "none"],
    ["operations", 2500, "turn"],
    ["steps", 800, "none"],
    ["steps", 800, "await"],
    ["models", 14, "none"],
    ["models", 14, "turn"],
  ])("a loop of %s, %i rounds, pause: %s", async (loop, count, pause) => {
    const { value, error } = await loopInPage(loop, count, pause, 50_000);
    expect(error).toBeUndefined();
    const expected = eagerLoops[loop].expected(count);
    if (expected !== undefined) expect(value).toBe(expected);
    else expect(value).toBeLessThan(2);
  });
});
