/** Every example runs to its end, and so does the program in the README; an example throws where it does not reach what it promises. */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";

const folder = join(import.meta.dirname, "../../examples");
const files = readdirSync(folder).filter((name) => name.endsWith(".js"));

describe("examples", () => {
  afterEach(() => vi.restoreAllMocks());

  it("are there", () => {
    expect(files.toSorted()).toEqual([
      "customLoop.js",
      "digits.js",
      "functional.js",
      "gan.js",
      "longText.js",
      "manyToMany.js",
      "manyToOne.js",
      "multiTask.js",
      "nested.js",
      "oneToMany.js",
      "pictures.js",
      "sentiment.js",
      "table.js",
      "timeSeries.js",
      "transfer.js",
      "xor.js",
    ]);
  });

  it.each(files)("%s reaches its result and says so", async (file) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await import(join(folder, file));
    expect(log).toHaveBeenCalled();
  });

  it("the README's first program has at most 15 lines, runs as it stands, and reads 97 % of the test digits", async () => {
    const readme = readFileSync(join(folder, "../README.md"), "utf8");
    const program = /```js\n([^]*?)```/.exec(readme)![1];
    expect(program.trim().split("\n").length).toBeLessThanOrEqual(15);
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    const own = mkdtempSync(join(import.meta.dirname, "readme-"));
    try {
      writeFileSync(join(own, "readme.js"), program);
      await import(join(own, "readme.js"));
    } finally {
      rmSync(own, { recursive: true });
    }
    expect(log).toHaveBeenCalledOnce();
    const { loss, accuracy } = log.mock.calls[0][0] as { loss: number; accuracy: number };
    expect(loss).toBeLessThan(1);
    expect(accuracy).toBeGreaterThan(0.97);
  });
});
