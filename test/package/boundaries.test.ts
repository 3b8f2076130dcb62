/** The rule that keeps the rooms apart bites: small bad files, linted by the repository's own configuration, name the fault. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import ts from "typescript-eslint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The repository's configuration in folder `cwd`; only the rules on trial, which need no types. */
const linter = (cwd: string): ESLint =>
  new ESLint({
    cwd,
    overrideConfigFile: join(root, "eslint.config.js"),
    overrideConfig: [ts.configs.disableTypeChecked],
    ruleFilter: ({ ruleId }) => ruleId.startsWith("rooms/"),
  });

/** What the rooms rules say about `code` if it stood in `filePath`. */
async function faults(filePath: string, code: string, cwd = root): Promise<string[]> {
  const [result] = await linter(cwd).lintText(code, { filePath: join(cwd, filePath) });
  return result.messages.map(({ ruleId, message }) => `${ruleId ?? "parser"}: ${message}`);
}

describe("layer boundaries", () => {
  it.each([
    ["src/runtime/memory.ts", 'import { Tensor } from "../tensor/tensor.js";', "runtime may not import tensor"],
    ["src/errors.ts", 'import { heap } from "./runtime/runtime.js";', "errors may not import runtime"],
    ["src/losses/losses.ts", 'import { dense } from "../layers/dense.js";', "losses may not import layers"],
    ["src/callbacks/history.ts", 'import type { Model } from "../models/model.js";', "callbacks may not import models"],
    ["src/models/model.ts", 'import { main } from "../cli/main.js";', "models may not import cli"],
    ["src/layers/core/dense.ts", 'export * from "../../models/model.js";', "layers may not import models"],
    ["src/tensor/tape.ts", 'export type Op = import("../ops/defineOp.js").Op;', "tensor may not import ops"],
    ["src/tensor/tape.ts", 'const later = () => import("../ops/defineOp.js");', "tensor may not import ops"],
    ["src/layers/core/dense.ts", 'import { gemm } from "#wasm/kernels";', "only ops and runtime call kernels"],
    ["src/ops/a.ts", 'import * as kernels from "#wasm/kernels";', "import kernels by name"],
    ["src/ops/a.ts", 'import { cutout } from "#wasm/kernels-images";', "does not know which part of the wasm"],
    ["src/layers/a.ts", 'export { cutout } from "#wasm/kernels-images";', "only ops and runtime call kernels"],
    ["src/layers/a.ts", 'const late = () => import("#wasm/kernels");', "only ops and runtime call kernels"],
    ["src/tensor/tensor.ts", 'import type { gemm } from "#wasm/kernels";', "only ops and runtime call kernels"],
    ["src/data/mnist.ts", 'import { readFile } from "node:fs/promises";', "runs in browsers too"],
    ["src/data/mnist.ts", 'const fs = await import("fs");', "runs in browsers too"],
    ["src/layers/core/dense.ts", 'import { tensor } from "lanegrad";', "never imports itself by package name"],
    ["src/models/model.ts", 'import { gemmCases } from "../../bench/cases/gemm.js";', "models may not import bench"],
    ["src/unheardOf/file.ts", 'import { message } from "../errors.js";', "has no line in scripts/lint/rooms.mjs"],
    ["examples/xor.ts", 'import { init } from "../src/index.js";', 'import from "lanegrad"'],
    ["bench/cases/gemm.ts", 'import { init } from "../../build/lib/index.js";', 'import from "lanegrad"'],
    ["bench/cases/gemm.ts", 'import { init } from "../../src/index.js";', 'import from "lanegrad"'],
    ["bench/suites/threads.ts", 'import { main } from "../../src/cli/main.js";', 'import from "lanegrad"'],
    ["course/recurrent/a.ts", 'import { init } from "../../src/index.js";', 'import from "lanegrad"'],
    ["course/recurrent/a.ts", 'import { readFile } from "node:fs/promises";', "no use of node:fs/promises"],
    ["site/worker.ts", 'import { init } from "../src/index.js";', 'import from "lanegrad"'],
    ["src/report/page.ts", 'import { add } from "../ops/index.js";', "report may not import ops"],
    ["src/models/model.ts", 'import { lessons } from "../../course/index.js";', "models may not import course"],
  ])("%s: %s", async (file, code, expected) => {
    const found = (await faults(file, code)).filter((fault) => fault.startsWith("rooms/down"));
    expect(found).toEqual([expect.stringContaining(expected)]);
  });

  it.each([
    ["src/ops/relu.ts", 'import { reluForward } from "#wasm/kernels";'],
    ["src/layers/core/dense.ts", 'import { glorotUniform } from "../initializers/glorot.js"; import "../errors.js";'],
    ["src/callbacks/history.ts", 'import { UsageError } from "../errors.js"; import "./callback.js";'],
    ["src/cli/main.ts", 'import { argv } from "node:process"; import { init } from "../index.js";'],
    ["src/cli/bench.ts", 'import { gemmCases } from "../../bench/cases/gemm.js";'],
    ["site/view.ts", 'import { Drawing } from "../src/report/browser/drawing.js"; import "../course/index.js";'],
    ["examples/xor.ts", 'import { init } from "lanegrad"; import { draw } from "./draw.js";'],
    ["bench/limits.ts", 'import { peakMultiplyAdds } from "../src/ops/peak.js";'],
    ["course/recurrent/a.ts", 'import { init } from "lanegrad"; export const now = init(Math.max(performance.now()));'],
    ["test/ops/relu.ts", 'import { readFileSync } from "node:fs"; import { relu } from "../../src/ops/relu.js";'],
  ])("%s may: %s", async (file, code) => {
    expect(await faults(file, code)).toEqual([]);
  });
});

describe("lessons run in Node, in pages and in workers", () => {
  it.each(["document.body", "process.argv", "Buffer.from([])", "new Worker('a.js')", "setTimeout(() => 1, 2)"])(
    "so they may not use %s",
    async (code) => {
      const [name] = /\b(document|process|Buffer|Worker|setTimeout)\b/.exec(code)!;
      const found = await faults("course/feedforward/a.ts", `export const x: Document | number = ${code};`);
      expect(found).toEqual([`rooms/plain: course/ runs in Node, in pages and in workers: no use of ${name}`]);
    },
  );
});

describe("import cycles", () => {
  const folder = mkdtempSync(join(tmpdir(), "lanegrad-cycle-"));
  beforeAll(() => {
    mkdirSync(join(folder, "src/tensor"), { recursive: true });
    writeFileSync(join(folder, "src/tensor/b.ts"), 'export type { A as B } from "./c.js";\n');
    writeFileSync(join(folder, "src/tensor/c.ts"), 'export type { A } from "./a.js";\n');
    writeFileSync(join(folder, "src/tensor/d.ts"), "export const d = 1;\n");
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("are found through three files, types included", async () => {
    const code = 'import type { B } from "./b.js";\nimport { d } from "./d.js";\nexport type A = B;\n';
    writeFileSync(join(folder, "src/tensor/a.ts"), code);
    expect(await faults("src/tensor/a.ts", code, folder)).toEqual([
      "rooms/cycles: import cycle: src/tensor/a.ts → src/tensor/b.ts → src/tensor/c.ts → src/tensor/a.ts",
    ]);
  });
});

describe("a folder holds at most 20 files", () => {
  it.each(["src", "course", "bench", "scripts"])("in %s", (top) => {
    const entries = readdirSync(join(root, top), { recursive: true, withFileTypes: true });
    const counts = new Map<string, number>();
    for (const entry of entries) {
      if (entry.isFile()) counts.set(entry.parentPath, (counts.get(entry.parentPath) ?? 0) + 1);
    }
    expect(counts.size).toBeGreaterThan(1);
    expect([...counts].filter(([, files]) => files > 20)).toEqual([]);
  });
});
