import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

type Packer = (count: number, kc: number, x: number, lead: number, out: number, step: number) => void;

/** assembly/gemm/pack.ts compiled alone: the kernels do not export what only the product calls. */
interface Pack {
  readonly packAlong: Packer;
  readonly packAcross: Packer;
}

const folder = mkdtempSync(join(tmpdir(), "lanegrad-pack-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const file = join(folder, "pack.wasm");
const asc = "node_modules/assemblyscript/bin/asc.js";
const flags = ["--runtime", "stub", "--noAssert", "-O3", "--enable", "simd", "--importMemory"];
execFileSync(process.execPath, [asc, "assembly/gemm/pack.ts", "--outFile", file, "--config", "none", ...flags]);
const memory = new WebAssembly.Memory({ initial: 8 });
const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } });
const pack = exports as unknown as Pack;

const floats = new Float32Array(memory.buffer);
const untouched = -1;

/** Packs `count` lines, `kc` deep, named line + p / 100, and returns what was written, `untouched` elsewhere. */
function packed(along: boolean, count: number, kc: number, width: number): number[] {
  const lead = (along ? count : kc) + 3;
  const x = 1024;
  const out = 65536;
  floats.fill(untouched);
  for (let line = 0; line < count; line++)
    for (let p = 0; p < kc; p++) floats[x + (along ? p * lead + line : line * lead + p)] = Math.fround(line + p / 100);
  const run = along ? pack.packAlong : pack.packAcross;
  run(count, kc, x * 4, lead * 4, out * 4, width * 4);
  expect(floats[out - 1]).toBe(untouched);
  expect(floats[out + kc * width]).toBe(untouched);
  return [...floats.subarray(out, out + kc * width)];
}

describe.each([true, false])("packing lines that lie side by side: %s", (along) => {
  it.each([
    [4, [1, 2, 3, 4]],
    [5, [3, 4, 5]],
    [6, [3, 4, 5, 6]],
    [8, [5, 6, 7, 8]],
  ])(
    "panels %i wide: element p of line i stands at p · width + i, nothing before or after the panel is written",
    (width, counts) => {
      for (const count of counts)
        for (const kc of [1, 2, 3, 4, 5, 7, 8, 13]) {
          const panel = packed(along, count, kc, width);
          for (let p = 0; p < kc; p++)
            for (let line = 0; line < count; line++)
              expect(panel[p * width + line], `count ${count} kc ${kc} line ${line} p ${p}`).toBe(
                Math.fround(line + p / 100),
              );
        }
    },
  );
});
