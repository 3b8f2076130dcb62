/** Every example runs to its end; each throws where it does not reach what it promises. */
import { readdirSync } from "node:fs";
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
      "longText.js",
      "manyToMany.js",
      "manyToOne.js",
      "oneToMany.js",
      "transfer.js",
      "xor.js",
    ]);
  });

  it.each(files)("%s reaches its result and says so", async (file) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
    await import(join(folder, file));
    expect(log).toHaveBeenCalled();
  });
});
