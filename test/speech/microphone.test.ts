/** The microphone where there is none: wrong options, and Node. What it hears is tested in a page, in test/package. */
import { describe, expect, it } from "vitest";
import { microphone, recordSound } from "../../src/speech/index.js";

describe("outside of a page", () => {
  it("says where a microphone can be asked for", async () => {
    const wrong =
      "there is no microphone to ask for here; expected a page that was loaded by https, or from localhost.";
    await expect(microphone().next()).rejects.toThrow(`speech.microphone: ${wrong}`);
    await expect(recordSound({ seconds: 1 })).rejects.toThrow(`speech.recordSound: ${wrong}`);
  });

  it.each([
    [{}, "seconds"],
    [{ seconds: 0 }, "seconds"],
    [{ seconds: 3601 }, "seconds"],
    [{ seconds: 1, sampleRate: 0.5 }, "sampleRate"],
    [{ seconds: 1, rate: 8000 }, "rate"],
  ])("refuses %j", async (options, named) => {
    await expect(recordSound(options as never)).rejects.toThrow(named);
  });
});
